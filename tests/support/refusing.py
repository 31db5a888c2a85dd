"""Short ways to ask for what must be refused: a valid step of the main job, spoilt in one place."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from contracts.refusal import RefusalCode, Refused
from contracts.values import ISSUE, Json, Movement, Row
from tests.support.people import Key
from tests.support.scenario import before
from tests.support.world import Step, World

Spoil = Callable[[World, Step], Step]


def refusal(world: World, step: Step) -> Refused:
    """Return how the world refuses a step; the books must stay as they were."""
    rows, blocks, seq = dict(world.books.rows), tuple(world.books.all_blocks()), world.seq
    with pytest.raises(Refused) as caught:
        world.do(step)
    assert (world.books.rows, tuple(world.books.all_blocks()), world.seq) == (rows, blocks, seq)
    return caught.value


def code_of(kind: str, spoil: Spoil, *, nth: int = 0) -> RefusalCode:
    """Return the code that answers the main job's step of that kind once it has been spoilt."""
    world, step = before(kind, nth=nth)
    return refusal(world, spoil(world, step)).code


def changing(**fields: Json) -> Spoil:
    """Change fields of the body; `...` drops one."""
    return lambda world, step: world.changed(step, **fields)


def changing_in(name: str, **fields: Json) -> Spoil:
    """Change fields of an object in the body; `...` drops one."""

    def spoil(world: World, step: Step) -> Step:
        inner = step.body[name]
        assert isinstance(inner, dict)
        changed = {**inner, **fields}
        kept: Json = {key: value for key, value in changed.items() if value is not ...}
        return world.changed(step, **{name: kept})

    return spoil


def signed_by(*keys: Key) -> Spoil:
    """Let other keys sign."""
    return lambda world, step: replace(world.changed(step), keys=keys)


def acting_as(actor: str) -> Spoil:
    """Let another actor ask."""

    def spoil(world: World, step: Step) -> Step:
        changed = world.changed(step)
        return replace(changed, order={**changed.order, "actor": actor})

    return spoil


def after_row(key: str, **fields: Json) -> Spoil:
    """Change fields of a row first, as if the books had come to be so."""

    def spoil(world: World, step: Step) -> Step:
        change_row(world, key, **fields)
        return world.changed(step)

    return spoil


def both(*spoils: Spoil) -> Spoil:
    """Spoil a step in several ways, one after the other."""

    def spoil(world: World, step: Step) -> Step:
        for one in spoils:
            step = one(world, step)
        return step

    return spoil


def again(world: World, step: Step) -> Step:
    """Do the step; then ask for the same once more."""
    world.do(step)
    return world.changed(step)


def change_row(world: World, key: str, **fields: Json) -> None:
    """Change fields of a row of the books."""
    row = world.books.rows[key]
    world.books.rows[key] = {**row, **fields}


def grant(world: World, batch: str, quantity_kg: int, place: str) -> None:
    """Put a whole batch into a place, with a row like the main job's batch."""
    known = next(row for key, row in world.books.rows.items() if key.startswith("batch/"))
    movement = Movement(batch, 0, quantity_kg, ISSUE, place)
    world.books.apply([movement], [Row(f"batch/{batch}", {**known, "gross_kg": quantity_kg})])


def scatter(world: World, batch: str, pieces: int, account: str) -> None:
    """Give an account `pieces` single units of a batch, every other one, the rest elsewhere."""
    grant(world, batch, 2 * pieces, f"acct/{account}")
    holes = [
        Movement(batch, 2 * piece + 1, 2 * piece + 2, f"acct/{account}", "frozen/0")
        for piece in range(pieces)
    ]
    world.books.apply(holes, [])
