"""Words people write for units, regions and source groups, and what this project calls them."""

from collections.abc import Mapping
from typing import Final
from unicodedata import normalize

from contracts.v1.event_inputs import Group

UNITS: Final = {
    "kWh": ("kwh", "千瓦时", "度"),
    "GJ": ("gj", "吉焦"),
    "t": ("t", "吨"),
    "kg": ("kg", "千克", "公斤"),
    "10^4Nm3": ("10^4nm3", "万nm3", "万标准立方米", "万标方"),
    "m3": ("m3", "立方米"),
    "room-night": ("room-night", "间夜", "间·夜"),
    "person-meal": ("person-meal", "人餐", "人次餐", "份"),
    "passenger-km": ("passenger-km", "人公里", "人·公里", "pkm"),
    "vehicle-km": ("vehicle-km", "车公里", "车·公里", "vkm"),
    "kgCO2e": ("kgco2e", "kgco2", "千克二氧化碳当量"),
}
GROUPS: Final = {
    Group.FUEL.value: ("fuel", "化石燃料", "化石燃料燃烧", "燃料"),
    Group.ENERGY.value: ("energy", "外购电力与热力", "外购电力热力", "电力热力", "电力", "热力"),
    Group.TRANSPORT.value: ("transport", "交通", "交通出行"),
    Group.HOSPITALITY.value: ("lodging", "住宿餐饮", "住宿与餐饮", "住宿", "餐饮"),
    Group.SUPPLIES.value: ("supplies", "活动用品", "用品", "物资"),
    Group.WASTE.value: ("waste", "废弃物", "废弃物处理"),
    "exclusion": ("exclusion", "未计入", "排除项", "豁免"),
    "reduction": ("reduction", "减排措施", "减排"),
}
REGIONS: Final = {
    "CN": ("cn", "全国", "中国", "china"),
    "GB": ("gb", "英国", "uk"),
    "110000": ("北京", "北京市"),
    "120000": ("天津", "天津市"),
    "130000": ("河北", "河北省"),
    "140000": ("山西", "山西省"),
    "150000": ("内蒙古", "内蒙古自治区"),
    "210000": ("辽宁", "辽宁省"),
    "220000": ("吉林", "吉林省"),
    "230000": ("黑龙江", "黑龙江省"),
    "310000": ("上海", "上海市"),
    "320000": ("江苏", "江苏省"),
    "330000": ("浙江", "浙江省"),
    "340000": ("安徽", "安徽省"),
    "350000": ("福建", "福建省"),
    "360000": ("江西", "江西省"),
    "370000": ("山东", "山东省"),
    "410000": ("河南", "河南省"),
    "420000": ("湖北", "湖北省"),
    "430000": ("湖南", "湖南省"),
    "440000": ("广东", "广东省"),
    "450000": ("广西", "广西壮族自治区"),
    "460000": ("海南", "海南省"),
    "500000": ("重庆", "重庆市"),
    "510000": ("四川", "四川省"),
    "520000": ("贵州", "贵州省"),
    "530000": ("云南", "云南省"),
    "540000": ("西藏", "西藏自治区"),
    "610000": ("陕西", "陕西省"),
    "620000": ("甘肃", "甘肃省"),
    "630000": ("青海", "青海省"),
    "640000": ("宁夏", "宁夏回族自治区"),
    "650000": ("新疆", "新疆维吾尔自治区"),
}


def spellings(table: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return every accepted spelling, normalised, with the name it stands for."""
    return {
        normalize("NFKC", word).lower(): name
        for name, words in table.items()
        for word in (name, *words)
    }
