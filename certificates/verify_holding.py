"""Step 7 for a statement of holdings: ranges, sums and the printed serial numbers are one amount.

That the ranges are all that the account held is the rule's word (`holding.state`); a replay of the
log repeats it, a single file cannot.
"""

from collections.abc import Mapping

from certificates.verdict import Finding, StepFailed
from contracts.lookup import integer_of, objects_of, text_of
from contracts.ranges import Range, coalesce
from contracts.values import Json
from ledger.log.entry import Entry


def check_holding(
    entry: Entry, value: Mapping[str, Json], printed: Mapping[str, tuple[Range, ...]]
) -> Finding:
    """Check a statement of holdings.

    Args:
        entry: The stating entry.
        value: Its row holding/<id>.
        printed: The serial ranges on the page, by batch.

    Raises:
        StepFailed: the row is of another account than the order's, units move, a sum is wrong, or
            the page prints other serial numbers.
    """
    if entry.order["body"] != {"account": value["account"]} or entry.movements:
        raise StepFailed("所载账户不是指令所指的账户", "the row is not of the order's account")
    held = _held(value)
    sums = {batch: sum(map(len, parts)) for batch, parts in held.items()}
    listed = {
        text_of(one, "batch"): integer_of(one, "quantity_kg")
        for one in objects_of(value, "batches")
    }
    if sums != listed or sum(sums.values()) != value["quantity_kg"]:
        raise StepFailed("区间之和与持有量不符", "ranges and held quantity differ")
    if dict(printed) != held:
        raise StepFailed(
            "页面上的序列号与记录不符", "serial numbers on the page are not the entry's"
        )
    kg = value["quantity_kg"]
    return (
        f"截至第{entry.seq}条记录持有{kg}千克，与所列序列号一致",
        f"{kg} kg held as of entry {entry.seq}; row and the serial numbers on the page agree",
    )


def _held(value: Mapping[str, Json]) -> dict[str, tuple[Range, ...]]:
    parts: dict[str, list[Range]] = {}
    for one in objects_of(value, "ranges"):
        part = Range(integer_of(one, "first"), integer_of(one, "end"))
        parts.setdefault(text_of(one, "batch"), []).append(part)
    try:
        return {batch: coalesce(ranges) for batch, ranges in parts.items()}
    except ValueError as error:
        raise StepFailed("区间有重叠", f"ranges overlap: {error}") from error
