"""A registered parcel in words: which land, how much of it counts, and on what evidence.

The right holder is an account: the log knows the organisation behind it by a commitment only, so
no name can stand here.
"""

from collections.abc import Mapping
from typing import Final

from certificates import wording
from certificates.amounts import chinese_area, english_area, mu_text
from certificates.content_body import Body
from certificates.content_parts import ContentError, Fact, Figure, Pair, county_names, day
from contracts.dates import date_at
from contracts.lookup import integer_of, object_of, objects_of, text_of
from contracts.values import Json
from ledger.log.entry import Entry

_PREFIX: Final = "parcel/"

_DETAILS: Final = (
    ("ownership", Pair("权属", "Ownership")),
    ("origin", Pair("起源", "Origin")),
    ("forest_category", Pair("林种", "Forest category")),
    ("protection_level", Pair("保护等级", "Protection level")),
    ("district", Pair("片区", "District")),
)
_NOT_STATED: Final = Pair("未填报", "not stated")


def right_body(entry: Entry) -> Body:
    """Put a `parcel.register` entry into words.

    Raises:
        ContentError: it does not write one parcel.
        RowError, KeyError: the row is not as the rules write it.
    """
    rows = [row for row in entry.rows if row["key"].startswith(_PREFIX)]
    if len(rows) != 1:
        raise ContentError(f"entry {entry.seq} does not write one parcel")
    row, parcel = rows[0]["value"], rows[0]["key"].removeprefix(_PREFIX)
    area_m2 = integer_of(row, "credited_area_m2")
    account = text_of(row, "account")
    return Body(
        look="RG",
        title=wording.RIGHT_TITLE,
        lead=wording.RIGHT_LEAD,
        subject=Pair(f"地块 {parcel}", f"Parcel {parcel}"),
        note=Pair(f"权利人账户 {account}", f"Right holder's account {account}"),
        quantity_kg=0,
        figures=(
            Figure(label=Pair(""), digits=mu_text(area_m2), unit="亩 mu"),
            Figure(label=Pair(""), digits=f"{area_m2:,}", unit="m²"),
        ),
        quantity_words=Pair(chinese_area(area_m2), english_area(area_m2)),
        bars=(),
        facts=_facts(row, entry.at_us),
        annex_facts=tuple(_annex_facts(row)),
        units=(),
        limits=(wording.NO_PROPERTY, wording.NO_QUANTITY, wording.FUTURE_UNITS),
        counties=(text_of(row, "county"),),
    )


def _facts(row: Mapping[str, Json], at_us: int) -> tuple[Fact, ...]:
    kind, place = (
        wording.ECOSYSTEMS[text_of(row, "ecosystem")],
        county_names([text_of(row, "county")]),
    )
    details = object_of(row, "details")
    return (
        Fact(
            Pair("类型与旗县区", "Type and county"),
            Pair(f"{kind.zh} · {place.zh}", f"{kind.en} · {place.en}"),
        ),
        Fact(Pair("小班", "Sub-compartment"), _detail(details, "sub_compartment")),
        Fact(Pair("优势树种", "Dominant species"), _detail(details, "dominant_species")),
        Fact(Pair("登记日期", "Registered on"), day(date_at(at_us))),
        Fact(Pair("图斑面积", "Area of the polygon"), _area(row, "stated_area_m2")),
        Fact(Pair("权属证书面积", "Area by the title"), _area(row, "title_area_m2")),
        Fact(Pair("扣除的重叠面积", "Overlap deducted"), _overlap(row)),
        Fact(Pair("林长级别", "Forest chief's level"), _chief(details)),
    )


def _detail(details: Mapping[str, Json], name: str) -> Pair:
    value = details[name]
    return _NOT_STATED if value is None else Pair(str(value))


def _chief(details: Mapping[str, Json]) -> Pair:
    level = details["forest_chief_level"]
    return _NOT_STATED if level is None else wording.CHIEF_LEVELS[str(level)]


def _area(row: Mapping[str, Json], name: str) -> Pair:
    return _square_metres(integer_of(row, name))


def _overlap(row: Mapping[str, Json]) -> Pair:
    total_m2 = sum(integer_of(item, "area_m2") for item in objects_of(row, "overlaps"))
    return _square_metres(total_m2)


def _square_metres(area_m2: int) -> Pair:
    return Pair(f"{area_m2:,} 平方米", f"{area_m2:,} m²")


def _annex_facts(row: Mapping[str, Json]) -> list[Fact]:
    details = object_of(row, "details")
    facts = [Fact(label, _detail(details, name)) for name, label in _DETAILS if details[name]]
    for label, name in (
        (Pair("图斑承诺值（SHA-256）", "Commitment to the polygon (SHA-256)"), "commitment"),
        (
            Pair("权属证据摘要（SHA-256）", "Digest of the title (SHA-256)"),
            "tenure_evidence_sha256",
        ),
    ):
        facts.append(Fact(label, Pair(""), (text_of(row, name),)))
    return facts
