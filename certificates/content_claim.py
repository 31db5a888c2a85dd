"""A completed claim in words: the event, its emissions, what was retired, and who says so."""

from collections.abc import Mapping
from typing import Final

from certificates import wording
from certificates.amounts import (
    chinese_amount,
    english_amount,
    grams_as_tonnes_text,
    permille_text,
    tonnes_text,
)
from certificates.content_body import Body, row_of
from certificates.content_parts import (
    Bar,
    ContentError,
    Fact,
    Figure,
    Pair,
    county_names,
    day_of,
    joined,
    organisation,
    period_of,
    words,
)
from certificates.factor_names import factor_name
from certificates.number import certificate_number
from contracts.lookup import integer_of, list_of, object_of, objects_of, text_of
from contracts.values import Json
from ledger.log.entry import Entry

Row = Mapping[str, Json]

LOOKS: Final = {"EVENT": "CL", "MEETING": "MT"}


def claim_body(entry: Entry) -> Body:
    """Put a `claim.complete` entry into words.

    Raises:
        ContentError: the claim is of a kind without a paper.
        RowError, KeyError: the row is not as the rules write it.
    """
    row = row_of(entry, "claim/")
    measurement, completion = object_of(row, "measurement"), object_of(row, "completion")
    title = wording.CLAIM_TITLES.get(text_of(row, "kind"))
    if title is None:
        raise ContentError(f"no paper for a claim {row['kind']}")
    retired_kg = integer_of(row, "retired_kg")
    return Body(
        look=LOOKS[text_of(row, "kind")],
        title=title,
        lead=wording.CLAIM_LEAD,
        subject=words(row["name"]),
        note=_claimant(row),
        quantity_kg=retired_kg,
        figures=_figures(measurement, completion, retired_kg),
        quantity_words=Pair(chinese_amount(retired_kg), english_amount(retired_kg)),
        bars=_bars(measurement),
        facts=_facts(row, measurement, completion),
        annex_facts=(
            *_declared(row, completion),
            *_measured(measurement),
            *_retired(row),
        ),
        units=(),
        limits=tuple(_limits(row, measurement, completion)),
    )


def claim_id(entry: Entry) -> str:
    """Return the id of the claim that an entry completes."""
    return next(row["key"] for row in entry.rows if row["key"].startswith("claim/"))[6:]


def _claimant(row: Row) -> Pair:
    claimant = organisation(row["claimant"])
    code = text_of(object_of(row, "claimant"), "uscc")
    zh, en = claimant.zh or claimant.en, claimant.en or claimant.zh
    return Pair(f"组织者：{zh}（{code}）", f"Organiser: {en} ({code})")


def _figures(measurement: Row, completion: Row, retired_kg: int) -> tuple[Figure, ...]:
    reduced_kg = sum(
        integer_of(item, "quantity_kg") for item in objects_of(measurement, "reductions")
    )
    return emission_figures(
        total=grams_as_tonnes_text(integer_of(measurement, "total_g")),
        reduced=tonnes_text(reduced_kg),
        residual=grams_as_tonnes_text(integer_of(measurement, "residual_g")),
        retired=tonnes_text(retired_kg),
        coverage=permille_text(integer_of(completion, "coverage_permille")),
    )


def emission_figures(
    *, total: str, reduced: str, residual: str, retired: str, coverage: str
) -> tuple[Figure, ...]:
    """Return the five numbers of a claim. A reduction lies before the total, not inside it."""
    return (
        Figure(label=Pair("排放总量", "Total"), digits=total, unit="tCO2e"),
        Figure(label=Pair("已实施减排", "Reductions made"), digits=reduced, unit="tCO2e"),
        Figure(label=Pair("剩余排放量", "Residual"), digits=residual, unit="tCO2e"),
        Figure(label=Pair("已注销", "Retired"), digits=retired, unit="tCO2e"),
        Figure(label=Pair("覆盖率", "Coverage"), digits=coverage, unit=""),
    )


def _bars(measurement: Row) -> tuple[Bar, ...]:
    total_g = integer_of(measurement, "total_g")
    return tuple(
        Bar(
            label=wording.GROUPS[text_of(group, "group")],
            digits=grams_as_tonnes_text(integer_of(group, "emissions_g")),
            share_permille=integer_of(group, "emissions_g") * 1000 // total_g,
        )
        for group in objects_of(measurement, "groups")
    )


def _facts(row: Row, measurement: Row, completion: Row) -> tuple[Fact, ...]:
    declaration = object_of(completion, "declaration")
    by = measurement["computed_by"]
    return (
        Fact(Pair("时间与地点", "When and where"), _when_and_where(row)),
        Fact(Pair("核算边界", "Boundary"), words(row["boundary"])),
        Fact(Pair("依据标准", "Standard"), words(row["standard"])),
        Fact(
            Pair("核算方", "Computed by"),
            wording.SELF_COMPUTED if by == "self" else organisation(by),
        ),
        Fact(Pair("评价方式", "Assurance"), _assurance(object_of(completion, "assurance"))),
        Fact(Pair("评价人", "Evaluator"), words(declaration["evaluator"])),
        Fact(Pair("抵消完成日期", "Offset completed"), day_of(declaration, "offset_completed_on")),
        Fact(Pair("抵消期限", "Deadline for the offset"), day_of(row, "deadline")),
    )


def _when_and_where(row: Row) -> Pair:
    dates, place = period_of(row, "dates"), object_of(row, "place")
    venue, county = words(place["venue"]), county_names([text_of(place, "county")])
    zh = f"{county.zh} {venue.zh}".strip()
    en = f"{venue.en}, {county.en}" if venue.en else county.en
    return Pair(f"{dates} {zh}", en)


def _assurance(assurance: Row) -> Pair:
    by_itself = text_of(assurance, "kind") == "self"
    return wording.assured_by(None if by_itself else organisation(assurance["body"]))


def _declared(row: Row, completion: Row) -> list[Fact]:
    declaration = object_of(completion, "declaration")
    attendance = integer_of(row, "attendance")
    return [
        Fact(Pair("参加人数", "Attendance"), Pair(f"{attendance:,} 人", f"{attendance:,} people")),
        Fact(Pair("抵消方式", "Type of offset"), wording.OFFSET_TYPE),
        Fact(
            Pair("声明结论（声明人自述）", "Conclusion, in the declarant's own words"),
            words(declaration["conclusion"]),
        ),
        Fact(Pair("声明人", "Declarant"), words(declaration["declarant"])),
        Fact(Pair("声明日期", "Declared on"), day_of(declaration, "declared_on")),
    ]


def _measured(measurement: Row) -> list[Fact]:
    engine = object_of(measurement, "engine")
    facts = [
        Fact(
            Pair("核算引擎", "Engine"),
            Pair(f"{text_of(engine, 'id')} v{text_of(engine, 'version')}"),
        ),
        Fact(
            Pair("活动数据摘要（SHA-256）", "Digest of the activity data (SHA-256)"),
            Pair(""),
            (text_of(measurement, "input_sha256"),),
        ),
    ]
    for item in objects_of(measurement, "reductions"):
        amount = tonnes_text(integer_of(item, "quantity_kg"))
        label = Pair(f"减排措施 {amount} tCO2e", f"Reduction {amount} tCO2e")
        facts.append(Fact(label, words(item["description"])))
    for item in objects_of(measurement, "excluded"):
        amount = grams_as_tonnes_text(integer_of(item, "estimate_g"))
        category, reason = words(item["category"]), words(item["reason"])
        label = Pair(f"未计入，估计 {amount} tCO2e", f"Left out, estimated {amount} tCO2e")
        zh = "：".join(text for text in (category.zh, reason.zh) if text)
        en = ": ".join(text for text in (category.en, reason.en) if text)
        facts.append(Fact(label, Pair(zh, en)))
    proxies = [factor_name(str(key)) for key in list_of(measurement, "proxies")]
    if proxies:
        facts.append(Fact(wording.PROXIES, joined(proxies)))
    return facts


def _retired(row: Row) -> list[Fact]:
    numbers = tuple(
        f"{_number(item)} · {tonnes_text(integer_of(item, 'quantity_kg'))} tCO2e"
        for item in objects_of(row, "retirements")
    )
    return [Fact(Pair("注销证书", "Certificates of retirement"), Pair(""), numbers)]


def _number(retirement: Row) -> str:
    seq, at_us = integer_of(retirement, "seq"), integer_of(retirement, "retired_at_us")
    return certificate_number("RT", seq, at_us)


def _limits(row: Row, measurement: Row, completion: Row) -> list[Pair]:
    by = measurement["computed_by"]
    limits = [wording.UNITS, wording.who_computed(None if by == "self" else organisation(by))]
    limits.append(wording.RETIREMENT_ONLY)
    if row["ets_covered"]:
        limits.append(wording.ETS)
    agent = completion.get("agent") or row["agent"]
    if isinstance(agent, dict):
        limits.append(wording.by_agent(text_of(agent, "account")))
    return limits
