"""What proxy factors are called: a claim's entry names them by their keys alone.

The names are those of the tables that this program packages (`api/data`), which a test compares.
A factor of another table is told by its key.
"""

from typing import Final

from certificates.content_parts import Pair

FACTOR_NAMES: Final = {
    "hotel_cn_defra": Pair("酒店间夜（中国）", "hotel stay, China"),
    "hotel_cn_industry_low": Pair("酒店间夜（行业平均，低）", "hotel stay, low alt."),
    "travel_air_dom_rf": Pair("国内航班（英国口径，含RF）", "flight, domestic UK avg with RF"),
    "travel_air_short_econ_norf": Pair("短途经济舱（不含RF）", "short-haul economy without RF"),
    "travel_air_short_econ_rf": Pair("短途经济舱（含RF）", "short-haul economy with RF"),
    "travel_air_intl_nonuk_econ_norf": Pair(
        "国际（非英）经济舱不含RF", "intl non-UK economy without RF"
    ),
    "travel_air_intl_nonuk_avg_norf": Pair(
        "国际（非英）平均不含RF", "intl non-UK average without RF"
    ),
    "travel_air_intl_nonuk_avg_rf": Pair("国际（非英）平均含RF", "intl non-UK average with RF"),
    "travel_air_intl_nonuk_bus_norf": Pair(
        "国际（非英）公务舱不含RF", "intl non-UK business without RF"
    ),
    "travel_rail_national_uk": Pair("铁路（英国）", "national rail UK"),
    "travel_metro_light_rail": Pair("轻轨/有轨", "light rail & tram"),
    "travel_metro_underground": Pair("地铁（伦敦）", "underground"),
    "travel_coach": Pair("长途客车", "coach"),
    "travel_bus_local": Pair("市内公交", "average local bus"),
    "travel_taxi_regular": Pair("出租车（人公里）", "taxi per pkm"),
    "travel_taxi_vkm": Pair("出租车（车公里）", "taxi per vehicle-km"),
    "travel_car_cn_lca": Pair(
        "中型汽油轿车（全生命周期）", "medium petrol car, cradle-to-grave, China"
    ),
    "travel_hsr_cn": Pair("高铁/动车", "high-speed rail China"),
    "travel_rail_cn": Pair("铁路客运", "rail passenger China"),
    "travel_coach_cn": Pair("长途客车（中国）", "coach China"),
    "water_supply_uk": Pair("自来水供应", "water supply"),
    "water_supply_cn": Pair("自来水（GB/T 51366-2019）", "tap water"),
    "waste_water_uk": Pair("污水处理", "water treatment"),
    "ww_aerobic_cn": Pair("生活污水-好氧", "domestic wastewater aerobic"),
    "waste_landfill_resid_uk": Pair("其他垃圾填埋", "residual waste landfill"),
    "waste_food_landfill_uk": Pair("餐厨垃圾填埋", "food waste landfill"),
    "waste_food_compost_uk": Pair("餐厨垃圾堆肥/厌氧", "food waste composting/AD"),
    "waste_paper_recycle_uk": Pair("废纸回收", "paper recycling (transport only)"),
    "mat_paper_virgin": Pair("纸张（原生）", "paper primary production"),
    "mat_paper_recycled": Pair("纸张（再生）", "paper closed-loop"),
    "mat_plastic_avg": Pair("塑料（平均）", "plastics average primary"),
    "mat_clothing": Pair("服装", "clothing primary"),
    "mat_glass": Pair("玻璃", "glass primary"),
    "mat_wood": Pair("木材", "wood primary"),
    "mat_al": Pair("铝（罐/箔）", "aluminium primary"),
    "food_and_drink_avg": Pair("食品饮料平均", "food and drink average"),
    "meal_default_derived": Pair(
        "正餐（推导）", "standard meal, derived 0.6 kg × food_and_drink_avg"
    ),
    "meal_veg_factor": Pair("素餐系数", "vegetarian meal multiplier"),
    "grid_cn-n_2022": Pair("华北2022年电力二氧化碳排放因子", "North China grid CO2 factor 2022"),
    "grid_cn_2022_residual": Pair(
        "全国2022年电力二氧化碳排放因子(不含市场化交易的非化石能源电量)",
        "China grid CO2 factor 2022 residual mix",
    ),
    "grid_cn_2022_fossil": Pair(
        "全国2022年电力二氧化碳排放因子(化石能源电力)", "China grid CO2 factor 2022 fossil power"
    ),
    "grid_150000_2021": Pair(
        "内蒙古2021年电力二氧化碳排放因子", "Inner Mongolia grid CO2 factor 2021"
    ),
}


def factor_name(key: str) -> Pair:
    """Name a factor by its row's key, which stands behind the English name.

    Example:
        factor_name("param/event/mat_paper_recycled")
        == Pair("纸张（再生）", "paper closed-loop (event/mat_paper_recycled)")
    """
    _, domain, name = key.split("/", 2)
    known = FACTOR_NAMES.get(name)
    plain = name.replace("_", " ")
    zh, en = (known.zh, known.en) if known else (plain, plain)
    return Pair(zh, f"{en} ({domain}/{name})")
