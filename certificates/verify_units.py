"""Step 6, the units: what moved, what the row says and what the page prints are one amount.

The page's text is read here on its own, without rendering anything again, so that a fault in the
renderer cannot hide in both.
"""

import re
from itertools import groupby
from typing import Final

from certificates.number import certificate_number
from certificates.statement import CLAIM, HOLDING, RETIREMENT, RIGHT
from certificates.verdict import Finding, StepFailed
from certificates.verify_holding import check_holding
from certificates.verify_log import Attested
from contracts.check_digits import CheckDigitError, encode_id
from contracts.lookup import integer_of, list_of, object_of, objects_of
from contracts.ranges import Range, coalesce, parse_serial, serial_text
from contracts.v1.claim_complete import residual_kg
from contracts.values import Json, retired_place

_SERIAL: Final = re.compile(r"BT-[FGW]-\d{4}-\d{8}-\d{8}-\d{2}:\d+-\d+/[0-9A-Z]")
_PREFIXES: Final = {
    RETIREMENT: "retire/",
    CLAIM: "claim/",
    RIGHT: "parcel/",
    HOLDING: "holding/",
}
_AT: Final = {RETIREMENT: "retired", RIGHT: "registered", HOLDING: "stated"}
"""How the fields are called that say at which entry a row was written."""

_PERMILLE_OF_KG: Final = 1000 * 1000


def stated_row(attested: Attested) -> dict[str, Json]:
    """Return the row that the certificate states, such as retire/<id> or the completed claim.

    Raises:
        StepFailed: the entry wrote no such row, or it belongs to another entry or moment.
    """
    prefix = _PREFIXES[attested.kind]
    rows = [row for row in attested.entry.rows if row["key"].startswith(prefix)]
    if len(rows) != 1:
        raise StepFailed("记录中没有证书所依据的事项", "the entry holds no row to certify")
    entry, value = attested.entry, rows[0]["value"]
    if attested.kind == CLAIM:
        own = True
        done = object_of(value, "completion")
        at = (done["seq"], done["at_us"])
    else:
        own = rows[0]["key"] == f"{prefix}{encode_id(entry.seq)}"
        name = _AT[attested.kind]
        at = (value[f"{name}_seq"], value[f"{name}_at_us"])
    if not own or at != (entry.seq, entry.at_us):
        raise StepFailed("事项属于另一条记录", "the row belongs to another entry")
    return value


def stated_number(attested: Attested) -> str:
    """Return the certificate's number, which follows from the stating entry."""
    return certificate_number(attested.kind, attested.entry.seq, attested.entry.at_us)


def stated_kg(attested: Attested) -> int:
    """Return the kilograms that the row says were retired or held; none where it is about land."""
    if attested.kind == RIGHT:
        return 0
    field = "retired_kg" if attested.kind == CLAIM else "quantity_kg"
    return integer_of(stated_row(attested), field)


def check_units(attested: Attested, text: str) -> Finding:
    """Check amounts and serial numbers.

    Args:
        attested: The attached entries.
        text: What the page draws, without spaces.

    Raises:
        StepFailed: a sum, a place, a serial number or its check character is not what it must be.
    """
    value = stated_row(attested)
    printed = _printed_ranges(text)
    if stated_number(attested) not in text:
        raise StepFailed("页面上没有证书编号", "the page lacks the certificate's number")
    if attested.kind == RETIREMENT:
        _check_retirement(attested, value, printed)
    elif attested.kind == RIGHT:
        return _check_right(value, text)
    elif attested.kind == HOLDING:
        return check_holding(attested.entry, value, printed)
    else:
        _check_claim(value)
    kg = stated_kg(attested)
    return (
        f"注销{kg}千克，与划转、序列号一致",
        f"{kg} kg retired; movements, row and the serial numbers on the page agree",
    )


def _printed_ranges(text: str) -> dict[str, tuple[Range, ...]]:
    try:
        found = [parse_serial(serial) for serial in _SERIAL.findall(text)]
    except CheckDigitError as error:
        raise StepFailed("页面上的序列号校验不符", f"serial number on the page: {error}") from error
    found.sort()
    return {
        batch: coalesce(part for _, part in parts)
        for batch, parts in groupby(found, key=lambda one: one[0])
    }


def _check_retirement(
    attested: Attested, value: dict[str, Json], printed: dict[str, tuple[Range, ...]]
) -> None:
    moved: dict[str, list[Range]] = {}
    for movement in attested.entry.movements:
        if movement["to"] != retired_place(attested.entry.seq) or movement["from"] != value["from"]:
            raise StepFailed("有单位没有进入本次注销", "units moved elsewhere than to retirement")
        moved.setdefault(movement["batch"], []).append(Range(movement["first"], movement["end"]))
    sums = {batch: sum(map(len, parts)) for batch, parts in moved.items()}
    listed = {
        str(one["batch"]): integer_of(one, "quantity_kg") for one in objects_of(value, "batches")
    }
    if sum(sums.values()) != value["quantity_kg"] or sums != listed:
        raise StepFailed("划转数量与注销数量不符", "movements and retired quantity differ")
    missing = [
        serial_text(batch, part)
        for batch, parts in moved.items()
        for part in coalesce(parts)
        if part not in printed.get(batch, ())
    ]
    if missing or printed.keys() - moved.keys():
        raise StepFailed(
            "页面上的序列号与记录不符", "serial numbers on the page are not the entry's"
        )


def _check_right(value: dict[str, Json], text: str) -> Finding:
    slivers_m2 = sum(integer_of(one, "area_m2") for one in objects_of(value, "overlaps"))
    stated_m2, title_m2 = integer_of(value, "stated_area_m2"), integer_of(value, "title_area_m2")
    area_m2 = integer_of(value, "credited_area_m2")
    if area_m2 != min(stated_m2 - slivers_m2, title_m2):
        raise StepFailed("登记面积与图斑、权属证书不符", "the credited area does not follow")
    if f"{area_m2:,}m²" not in text:
        raise StepFailed("页面上没有登记面积", "the page lacks the credited area")
    return (
        f"登记面积{area_m2}平方米，与图斑、权属证书一致",
        f"{area_m2} square metres, as polygon, overlaps and title say",
    )


def _check_claim(value: dict[str, Json]) -> None:
    measured, done = object_of(value, "measurement"), object_of(value, "completion")
    residual_g, retired_kg = integer_of(measured, "residual_g"), integer_of(value, "retired_kg")
    parts = [integer_of(one, "quantity_kg") for one in objects_of(value, "retirements")]
    if not list_of(value, "retirements") or sum(parts) != retired_kg:
        raise StepFailed("各次注销之和与总量不符", "the retirements do not add up")
    if retired_kg < residual_kg(residual_g):
        raise StepFailed("注销量小于剩余排放量", "less was retired than was emitted")
    if done["coverage_permille"] != retired_kg * _PERMILLE_OF_KG // residual_g:
        raise StepFailed("抵消比例不符", "the stated coverage is another")
