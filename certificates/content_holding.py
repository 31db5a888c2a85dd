"""What an account held in a committed state, in words: at least this, at that checkpoint.

The entry commits to a state; each block is proven to stand in it. Blocks that are not proven are
not denied, so the paper says "at least".
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from certificates import wording
from certificates.amounts import chinese_amount, english_amount, tonnes_text
from certificates.content_body import Body
from certificates.content_parts import ContentError, Fact, Figure, Pair, UnitLine, day
from certificates.content_units import unit_facts, unit_line
from contracts.dates import date_at
from contracts.lookup import texts_of
from contracts.ranges import Range
from contracts.values import Json
from ledger.log.entry import Entry, EntryError
from ledger.log.state_file import read_commitment

BLOCKS_MAX: Final = 200
"""More do not fit into the file: a proof of each is some 2 KB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A proven block of one batch in the account's place, and the batch's proven row."""

    batch: str
    part: Range
    row: dict[str, Json]


def holding_body(entry: Entry, account: str, blocks: tuple[Block, ...]) -> Body:
    """Put proven holdings into words.

    Args:
        entry: The `state.commit` entry.
        account: Whose.
        blocks: What was proven to be in the account's place.

    Raises:
        ContentError: the entry commits to no state, or there are no blocks or too many.
    """
    try:
        through = read_commitment(entry).through
    except EntryError as error:
        raise ContentError(str(error)) from error
    if not 0 < len(blocks) <= BLOCKS_MAX:
        raise ContentError(f"a paper of holdings names 1 to {BLOCKS_MAX} blocks")
    units = _units(blocks)
    quantity_kg = sum(len(block.part) for block in blocks)
    return Body(
        look="HD",
        title=wording.HOLDING_TITLE,
        lead=wording.holding_lead(through),
        subject=Pair(f"账户 {account}", f"Account {account}"),
        note=Pair(""),
        quantity_kg=quantity_kg,
        figures=(Figure(label=wording.AT_LEAST, digits=tonnes_text(quantity_kg), unit="tCO2e"),),
        quantity_words=Pair(chinese_amount(quantity_kg), english_amount(quantity_kg)),
        bars=(),
        facts=_facts(units, through, entry.at_us),
        annex_facts=(),
        units=units,
        limits=(wording.HELD_THEN, wording.UNITS),
        counties=tuple(dict.fromkeys(code for one in blocks for code in _counties(one))),
    )


def _counties(block: Block) -> list[str]:
    return texts_of(block.row, "counties")


def _units(blocks: tuple[Block, ...]) -> tuple[UnitLine, ...]:
    parts: defaultdict[str, list[Range]] = defaultdict(list)
    for block in blocks:
        parts[block.batch].append(block.part)
    rows = {block.batch: block.row for block in blocks}
    return tuple(unit_line(batch, rows[batch], parts[batch]) for batch in sorted(parts))


def _facts(units: tuple[UnitLine, ...], through: int, at_us: int) -> tuple[Fact, ...]:
    return (
        *unit_facts(units),
        Fact(Pair("状态截至记录", "State up to entry"), Pair(str(through))),
        Fact(Pair("状态承诺日期", "Committed on"), day(date_at(at_us))),
    )
