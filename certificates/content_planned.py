"""Papers that the rules do not state yet: what a subscription and a planting would say.

Content and layout stand; no entry states them, so none can be issued. Their rules will write what
these dataclasses ask for.
"""

from dataclasses import dataclass
from datetime import date

from certificates import wording
from certificates.amounts import (
    chinese_amount,
    chinese_area,
    english_amount,
    english_area,
    mu_text,
    tonnes_text,
)
from certificates.content_body import Body
from certificates.content_parts import Fact, Figure, Pair, county_names, credit_code, day


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A named organisation and its unified social credit code."""

    name: Pair
    uscc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Units reserved for a buyer, to be retired later.

    Attributes:
        subscriber: Who subscribes.
        project: Whose units.
        counties: Where the project lies.
        ecosystem: `F`, `G` or `W`.
        methodology: Id and version.
        period: The monitoring period, ISO dates.
        quantity_kg: How much.
        purpose: One of `wording.PURPOSES`.
        subscribed_on: The day.
        retire_by: The last day on which the units must be retired or given back.
    """

    subscriber: Party
    project: Pair
    counties: tuple[str, ...]
    ecosystem: str
    methodology: str
    period: str
    quantity_kg: int
    purpose: str
    subscribed_on: date
    retire_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Planting:
    """A sink forest that somebody had planted.

    Attributes:
        builder: Who paid or worked for it.
        project: Its name.
        counties: Where it lies.
        area_m2: How large it is.
        species: What was planted.
        year: When.
        keeper: Who tends it.
        survey_on: When survival is surveyed.
    """

    builder: Party
    project: Pair
    counties: tuple[str, ...]
    area_m2: int
    species: Pair
    year: int
    keeper: Pair
    survey_on: date


def subscription_body(subscription: Subscription) -> Body:
    """Put a subscription into words: it is not a retirement."""
    one = subscription
    return Body(
        look="SB",
        title=wording.SUBSCRIPTION_TITLE,
        lead=wording.SUBSCRIPTION_LEAD,
        subject=one.subscriber.name,
        note=credit_code(one.subscriber.uscc),
        quantity_kg=one.quantity_kg,
        figures=(Figure(label=Pair(""), digits=tonnes_text(one.quantity_kg), unit="tCO2e"),),
        quantity_words=Pair(chinese_amount(one.quantity_kg), english_amount(one.quantity_kg)),
        bars=(),
        facts=(
            Fact(Pair("碳汇项目", "Project"), one.project),
            Fact(Pair("方法学及版本", "Methodology"), Pair(one.methodology)),
            Fact(Pair("监测期", "Monitoring period"), Pair(one.period)),
            Fact(Pair("类型与旗县区", "Type and county"), _place(one.ecosystem, one.counties)),
            Fact(Pair("单位状态", "State of the units"), wording.RESERVED),
            Fact(Pair("用途", "Purpose"), wording.PURPOSES[one.purpose]),
            Fact(Pair("认购日期", "Subscribed on"), day(one.subscribed_on)),
            Fact(Pair("注销期限", "To be retired by"), day(one.retire_by)),
        ),
        annex_facts=(),
        units=(),
        limits=(wording.NOT_RETIRED, wording.UNITS),
        counties=one.counties,
    )


def planting_body(planting: Planting) -> Body:
    """Put a planting into words: it stands for no removal yet."""
    one = planting
    return Body(
        look="FB",
        title=wording.PLANTING_TITLE,
        lead=wording.PLANTING_LEAD,
        subject=one.builder.name,
        note=credit_code(one.builder.uscc),
        quantity_kg=0,
        figures=(
            Figure(label=Pair(""), digits=mu_text(one.area_m2), unit="亩 mu"),
            Figure(label=Pair(""), digits=str(one.year), unit="年 year"),
        ),
        quantity_words=Pair(chinese_area(one.area_m2), english_area(one.area_m2)),
        bars=(),
        facts=(
            Fact(Pair("碳汇林", "Forest"), one.project),
            Fact(Pair("树种", "Species"), one.species),
            Fact(Pair("面积", "Area"), Pair(f"{one.area_m2:,} 平方米", f"{one.area_m2:,} m²")),
            Fact(Pair("类型与旗县区", "Type and county"), _place("F", one.counties)),
            Fact(Pair("管护单位", "Tended by"), one.keeper),
            Fact(Pair("营造年份", "Planted in"), Pair(str(one.year))),
            Fact(Pair("成活率调查", "Survival survey"), day(one.survey_on)),
            Fact(Pair("已签发单位", "Units issued"), Pair("无", "none")),
        ),
        annex_facts=(),
        units=(),
        limits=(wording.NO_QUANTITY, wording.FUTURE_UNITS),
        counties=one.counties,
    )


def _place(ecosystem: str, counties: tuple[str, ...]) -> Pair:
    kind, places = wording.ECOSYSTEMS[ecosystem], county_names(list(counties))
    return Pair(f"{kind.zh} · {places.zh}", f"{kind.en} · {places.en}")
