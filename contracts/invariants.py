"""What no outcome may break, whatever rule produced it: checked again on every append.

Touched ranges and running totals are checked here; the whole tiling is checked by the audit.
"""

from collections.abc import Iterable
from itertools import pairwise

from contracts.books import Books
from contracts.values import (
    ISSUE,
    LIVE,
    MOVEMENTS_MAX,
    SUPPLY_NAMES,
    TERMINAL,
    Movement,
    Outcome,
    place_kind,
)


class InvariantError(Exception):
    """A rule produced an outcome that breaks the registry's invariants: our fault. Stop."""


def check_outcome(books: Books, outcome: Outcome) -> None:
    """Check an outcome against the books as they stood before it.

    Raises:
        InvariantError: more than 128 movements; an unknown place; a movement out of a terminal
            place; units not in their source, moved twice or issued twice; rows unsorted.
    """
    if len(outcome.movements) > MOVEMENTS_MAX:
        raise InvariantError("too many movements")
    for row, following in pairwise(outcome.rows):
        if row.key >= following.key:
            raise InvariantError("rows are not sorted by key, or a key stands twice")
    moved: dict[str, list[tuple[int, int]]] = {}
    for movement in outcome.movements:
        _check_movement(books, movement)
        for first, end in moved.get(movement.batch, ()):
            if movement.first < end and first < movement.end:
                raise InvariantError(f"{movement} moves units twice")
        moved.setdefault(movement.batch, []).append((movement.first, movement.end))


def _check_movement(books: Books, movement: Movement) -> None:
    source, target = place_kind(movement.source), place_kind(movement.target)
    if not 0 <= movement.first < movement.end:
        raise InvariantError(f"{movement} is empty")
    if source in TERMINAL or (source not in LIVE and movement.source != ISSUE):
        raise InvariantError(f"{movement} leaves a terminal or unknown place")
    if target not in SUPPLY_NAMES or movement.source == movement.target:
        raise InvariantError(f"{movement} goes to an unknown place or nowhere")
    blocks = books.blocks(movement.batch, movement.first, movement.end)
    if movement.source == ISSUE:
        if blocks:
            raise InvariantError(f"{movement} issues units that exist")
        return
    held = 0
    for block in blocks:
        if block.place == movement.source:
            held += min(block.end, movement.end) - max(block.first, movement.first)
    if held != movement.quantity_kg:
        raise InvariantError(f"{movement} moves units that are not in its source")


def supply_changes(movements: Iterable[Movement]) -> dict[tuple[str, str], int]:
    """Return what movements add to each (batch, supply name), in kg; `gross` on issuance.

    The sum over all names but `gross` changes by exactly the change of `gross`: this is the
    supply identity, gross = held + reserved + pledged + frozen + buffer + retired + cancelled.
    """
    changes: dict[tuple[str, str], int] = {}
    for batch, first, end, source, target in movements:
        if source == ISSUE:
            left, change_kg = (batch, "gross"), end - first
        else:
            left, change_kg = (batch, SUPPLY_NAMES[place_kind(source)]), first - end
        right = batch, SUPPLY_NAMES[place_kind(target)]
        changes[left] = changes.get(left, 0) + change_kg
        changes[right] = changes.get(right, 0) + end - first
    return changes
