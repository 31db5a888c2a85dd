"""Papers that strain the page: long and rare names, many ranges, tiny and huge quantities."""

from collections.abc import Callable
from dataclasses import replace

from certificates.amounts import chinese_amount, english_amount, tonnes_text
from certificates.content import Content
from certificates.content_body import Body
from certificates.content_parts import Fact, Pair
from certificates.content_units import unit_facts
from certificates.statement import Statement
from contracts.ranges import Range, serial_text
from tests.support.specimens import LOOKS, paper

LONG_ZH = "内蒙古自治区包头市示例生态环境保护与大型活动综合服务（集团）股份有限公司㛃䶮𬭩𣲗"
LONG_EN = (
    "Inner Mongolia Autonomous Region Example Ecological Protection and Large Event Services "
    "(Group) Company Limited"
)
LONG_PROJECT = Pair(
    "示例：黄河流域（包头段）沿岸退化草原修复与人工造林碳汇综合治理一期示范项目（0001）",
    "Example: restoration of degraded grassland and afforestation along the Baotou reach of the "
    "Yellow River, first phase (0001)",
)
LONG_BOUNDARY = Pair(
    "示例：主会场、分会场与展区的电力、热力与燃料，参会人员的城际与市内交通、住宿与餐饮，"
    "搭建、印刷与礼品等物料，以及全部废弃物的处理；不含参会人员在会期前后的旅行。",
    "Example: power, heat and fuel of the main venue, side venues and exhibition; travel between "
    "and within cities, lodging and meals of all attending; stands, print and gifts; and all "
    "waste; without private trips before or after the days of the event.",
)


def of_quantity(body: Body, quantity_kg: int) -> Body:
    """Return a body about another quantity of units, of one batch if it lists any."""
    told = replace(
        body,
        quantity_kg=quantity_kg,
        quantity_words=Pair(chinese_amount(quantity_kg), english_amount(quantity_kg)),
    )
    digits = tonnes_text(quantity_kg)
    figures = tuple(
        replace(one, digits=digits) if one.unit == "tCO2e" else one for one in body.figures
    )
    units = tuple(replace(line, quantity=digits) for line in body.units)
    return replace(told, figures=figures, units=units)


def of_ranges(body: Body, count: int) -> Body:
    """Return a body whose units lie in so many ranges, of three batches if there are enough."""
    line = body.units[0]
    serials = tuple(
        serial_text(line.batch, Range(one * 10_000, one * 10_000 + 9_999)) for one in range(count)
    )
    parts = [serials] if count < 9 else [serials[0::3], serials[1::3], serials[2::3]]
    units = tuple(
        replace(line, batch=f"{line.batch}{at}", serials=part) for at, part in enumerate(parts)
    )
    return replace(body, units=units, facts=(*unit_facts(units), *body.facts[6:]))


def _named(body: Body, name: Pair) -> Body:
    return replace(body, subject=name)


def _projects(body: Body) -> Body:
    def told(fact: Fact) -> Fact:
        longer = {"Project": LONG_PROJECT, "Forest": LONG_PROJECT, "Boundary": LONG_BOUNDARY}
        return replace(fact, value=longer.get(fact.label.en, fact.value))

    units = tuple(replace(line, project=LONG_PROJECT) for line in body.units)
    return replace(body, facts=tuple(map(told, body.facts)), units=units)


def _reductions(body: Body) -> Body:
    facts = tuple(
        Fact(Pair("减排措施 1.200 tCO2e", "Reduction 1.200 tCO2e"), LONG_BOUNDARY)
        for _ in range(24)
    )
    return replace(body, annex_facts=(*body.annex_facts, *facts))


ALL: dict[str, Callable[[Body], Body]] = {
    "long names": lambda body: _named(body, Pair(LONG_ZH, LONG_EN)),
    "Chinese alone": lambda body: _named(body, Pair("示例㛃䶮𬭩𣲗公司")),
    "English alone": lambda body: _named(body, Pair("", "Example Steel & Sons (Baotou) Ltd.")),
    "long project and boundary": _projects,
}
UNITS: dict[str, Callable[[Body], Body]] = {
    "a kilogram": lambda body: of_quantity(body, 1),
    "twelve digits": lambda body: of_quantity(body, 987_654_321_987),
}
RANGES: dict[str, Callable[[Body], Body]] = {
    "nine ranges": lambda body: of_ranges(body, 9),
    "forty ranges": lambda body: of_ranges(body, 40),
}
CLAIMS: dict[str, Callable[[Body], Body]] = {"many reductions": _reductions}

CASES = (
    *((look, case) for look in LOOKS for case in ALL),
    *((look, case) for look in LOOKS if look not in {"FB", "RG"} for case in UNITS),
    *((look, case) for look in ("RT", "HD") for case in RANGES),
    *((look, case) for look in ("CL", "IN") for case in CLAIMS),
)


def hard_paper(look: str, case: str) -> tuple[Content, Statement]:
    """Return a look's specimen, its content strained in one way."""
    content, statement = paper(look)
    strain = {**ALL, **UNITS, **RANGES, **CLAIMS}[case]
    return replace(content, body=strain(content.body)), statement
