"""What a methodology's fault means to the person who prepared the data: one sentence each."""

from typing import Final

from contracts.v1.method_error import MethodError, MethodFault

_SENTENCES: Final[dict[MethodFault, tuple[str, str]]] = {
    MethodFault.STRATUM_UNKNOWN: (
        "层“{stratum}”没有面积，请在层面积表中补上。",
        "Stratum {stratum!r} has no area; add it to the strata.",
    ),
    MethodFault.STRATUM_AREA_WRONG: (
        "层“{stratum}”的面积必须大于0且不超过1000万公顷。",
        "The area of stratum {stratum!r} must be above zero and below 10 million ha.",
    ),
    MethodFault.STRATUM_DUPLICATE: (
        "层“{stratum}”出现了两次。",
        "Stratum {stratum!r} appears twice.",
    ),
    MethodFault.PLOT_DUPLICATE: ("样地{plot}出现了两次。", "Plot {plot} appears twice."),
    MethodFault.PLOT_UNKNOWN: (
        "有林木属于未列出的样地{plot}。",
        "Trees stand on plot {plot}, which is not listed.",
    ),
    MethodFault.PLOT_AREA_WRONG: (
        "样地{plot}的面积至少1平方米，请核对单位。",
        "The area of plot {plot} must be 1 m² at least; check the unit.",
    ),
    MethodFault.PLOT_AREAS_DIFFER: (
        "层“{stratum}”内样地面积不一致（样地{plot}），请核对单位或分层。",
        "Plots of stratum {stratum!r} differ in area (plot {plot}); check the unit or split it.",
    ),
    MethodFault.PLOT_CHANGED: (
        "固定样地{plot}两期面积不同，请核对。",
        "Permanent plot {plot} changed its area between the campaigns; check it.",
    ),
    MethodFault.PLOT_NOT_REMEASURED: (
        "固定样地{plot}在后期未复测；无树也要写一行空样地，临时样地请填“固定样地=否”。",
        "Permanent plot {plot} was not measured again; list it even if empty, or mark all "
        "plots of its stratum as not permanent.",
    ),
    MethodFault.PLOT_NOT_MEASURED_BEFORE: (
        "固定样地{plot}在前期没有数据；临时样地请填“固定样地=否”。",
        "Permanent plot {plot} was not measured before; mark temporary plots as not permanent.",
    ),
    MethodFault.PLOTS_MIXED: (
        "层“{stratum}”混有固定样地和临时样地，请分成两层。",
        "Stratum {stratum!r} mixes permanent and temporary plots; split it.",
    ),
    MethodFault.PLOTS_TOO_FEW: (
        "层“{stratum}”只有{plots}块样地，至少需要2块。",
        "Stratum {stratum!r} has {plots} plots; two are the least.",
    ),
    MethodFault.PLOTS_EXCEED_STRATUM: (
        "层“{stratum}”的样地总面积大于层面积，请核对单位。",
        "The plots of stratum {stratum!r} are larger than the stratum; check the unit.",
    ),
    MethodFault.METHOD_MIXED: (
        "样地{plot}的数据与所在层选定的方法不符。",
        "The data of plot {plot} do not fit the method of its stratum.",
    ),
    MethodFault.TREE_DUPLICATE: ("树号重复：{tree}。", "Tree {tree} appears twice."),
    MethodFault.SPECIES_UNKNOWN: (
        "树种“{species}”没有可用的参数。",
        "Species {species!r} has no usable parameters.",
    ),
    MethodFault.MODEL_INCOMPLETE: (
        "树种“{species}”的方程不完整（需要树干，以及树根或根冠比）。",
        "The equations of {species!r} are incomplete (stem, and root or root:shoot).",
    ),
    MethodFault.MEASURE_OUT_OF_RANGE: (
        "样地{plot}有超出范围的测量值{value}。",
        "Plot {plot} has a measurement out of range: {value}.",
    ),
    MethodFault.STATEMENT_NEGATIVE: (
        "{statement}不能为负。",
        "The stated {statement} must not be negative.",
    ),
    MethodFault.REASON_MISSING: (
        "{statement}必须写明理由，为零也要写。",
        "{statement} needs its reason, also when it is zero.",
    ),
    MethodFault.PERIOD_WRONG: (
        "两期间隔{years}年不合理，应大于0且不超过20年。",
        "A period of {years} years is not possible; above 0 and at most 20.",
    ),
    MethodFault.DATES_REVERSED: (
        "结束日期早于开始日期{first_day}。",
        "The last day lies before the first ({first_day}).",
    ),
    MethodFault.PLACE_UNKNOWN: (
        "地点代码“{place}”不是六位行政区划代码。",
        "Place {place!r} is no code of GB/T 2260.",
    ),
    MethodFault.GROUP_MISSING: (
        "缺少排放源类别“{group}”；没有发生也要写一行数量0并说明理由。",
        "Source group {group} is missing; write a row with amount 0 and the reason.",
    ),
    MethodFault.GROUP_ZERO_AND_LINES: (
        "排放源类别“{group}”既声明为零又有数据。",
        "Source group {group} is declared zero but has lines.",
    ),
    MethodFault.AMOUNT_NEGATIVE: ("数量不能为负。", "An amount must not be negative."),
    MethodFault.AMOUNT_NOT_PLAIN: (
        "数量的位数过多。",
        "The amount has too many digits.",
    ),
    MethodFault.FACTOR_UNKNOWN: (
        "因子{factor}不在已发布的因子表中。",
        "Factor {factor} is not in the published tables.",
    ),
    MethodFault.FACTOR_NOT_USABLE: (
        "因子{factor}是替代值或可信度不足，须先由登记机构人员确认。",
        "Factor {factor} is a proxy or poorly known; an officer must confirm it first.",
    ),
    MethodFault.FACTOR_DOMAIN_WRONG: (
        "因子{factor}属于{domain}，不能用于活动。",
        "Factor {factor} belongs to {domain} and is not for events.",
    ),
    MethodFault.FACTOR_GROUP_WRONG: (
        "因子{factor}不属于排放源类别“{group}”。",
        "Factor {factor} does not belong to source group {group}.",
    ),
    MethodFault.FACTOR_UNIT_WRONG: (
        "因子{factor}的单位是{expected}，不是{unit}，请换算后填写。",
        "Factor {factor} is per {expected}, not {unit}; convert the amount.",
    ),
    MethodFault.FACTOR_REGION_WRONG: (
        "因子{factor}的地区是{expected}，不是{region}。",
        "Factor {factor} is for {expected}, not {region}.",
    ),
    MethodFault.FACTOR_YEAR_WRONG: (
        "因子{factor}的年份是{expected}，不是{year}。",
        "Factor {factor} is of {expected}, not {year}.",
    ),
    MethodFault.FACTOR_NOT_VALID_THEN: (
        "因子{factor}在{day}不在有效期内。",
        "Factor {factor} is not valid on {day}.",
    ),
    MethodFault.FACTOR_NOT_HIGHEST: (
        "候选因子{higher}高于{factor}，替代值应取高者。",
        "{higher} is a higher candidate than {factor}; of proxies the higher is taken.",
    ),
    MethodFault.ELECTRICITY_FOOTPRINT_FACTOR: (
        "{factor}是产品用的电力碳足迹因子，活动须用省级电力二氧化碳排放因子。",
        "{factor} is a product footprint factor; events use the province's CO2 factor.",
    ),
    MethodFault.ELECTRICITY_NOT_PROVINCE: (
        "电力须用活动所在省（{province}）的二氧化碳排放因子，不能用{factor}。",
        "Electricity takes the CO2 factor of province {province}, not {factor}.",
    ),
    MethodFault.ELECTRICITY_NOT_NEWEST: (
        "已有{newest}年的省级电力因子，请改用。",
        "The province's factor of {newest} is published; use it.",
    ),
    MethodFault.HEAT_OUT_OF_SEASON: (
        "活动不在采暖期（10月15日至次年4月15日），用热请在备注中说明。",
        "The event is outside the heating season (15 Oct to 15 Apr); explain the heat in the note.",
    ),
    MethodFault.EXCLUSION_TOO_LARGE: (
        "未计入项“{statement}”达到总量的1%，必须计入。",
        "{statement!r} reaches 1 % of the total and must be counted.",
    ),
    MethodFault.EXCLUSIONS_TOO_LARGE: (
        "未计入项合计{excluded_kg}kg，达到总量的5%。",
        "What is left out ({excluded_kg} kg) reaches 5 % of the total.",
    ),
    MethodFault.REDUCTION_WRONG: (
        "减排措施“{reduction}”须有名称和大于0的数量。",
        "Reduction {reduction!r} needs a name and a quantity above zero.",
    ),
}


def sentences(error: MethodError) -> tuple[str, str]:
    """Return the fault in Chinese and English, with the line of the file when it has one."""
    zh, en = (sentence.format(**error.facts) for sentence in _SENTENCES[error.code])
    line = error.facts.get("line")
    return (f"第{line}行：{zh}", f"Line {line}: {en}") if line else (zh, en)
