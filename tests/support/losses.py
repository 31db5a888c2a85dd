"""Losses for tests: many retirements of one project, walks over them, and what must always hold."""

from collections.abc import Mapping

from contracts.books import Block, MemoryBooks, age
from contracts.check_digits import encode_id
from contracts.lookup import integer_of, objects_of, texts_of
from contracts.values import Json, Value, place_kind
from tests.support import unit_bodies
from tests.support.life_steps import declare, serve
from tests.support.main_bodies import ENTERPRISE
from tests.support.main_steps import BUYER, ENTERPRISE_ID
from tests.support.world import World

YEAR_US = 367 * 86_400_000_000


def retire(world: World, quantity_kg: int, *, first: int | None = None) -> str:
    """Let the enterprise retire units, the oldest ones or those from a number on."""
    body = unit_bodies.units_retire(ENTERPRISE_ID, quantity_kg, ENTERPRISE.named())
    if first is not None:
        del body["quantity_kg"]
        part: Json = {"batch": unit_bodies.BATCH, "end": first + quantity_kg, "first": first}
        body["ranges"] = [part]
    return world.add(world.step("units.retire", body, f"acct/{ENTERPRISE_ID}", [BUYER.key]))


def overdue(world: World, quantity_kg: int) -> str:
    """Declare a loss that the buffer does not cover by `quantity_kg`, and let a year go by."""
    loss = declare(world, _buffer_kg(world) + quantity_kg)
    world.now_us += YEAR_US
    return loss


def _buffer_kg(world: World) -> int:
    return sum(block.quantity_kg for block in world.books.holdings("buffer/forest", 10**12))


def impair_all(world: World, loss: str) -> int:
    """Impair until a walk is at its end or nothing is open; return how many orders it took."""
    orders = 0
    while True:
        serve(world, "loss.impair", {"loss": loss})
        orders += 1
        row = world.books.rows[f"loss/{loss}"]
        if row["cursor"] is None or row["impaired_kg"] == row["owed_kg"]:
            return orders


def published_order(books: MemoryBooks, project: str) -> list[str]:
    """Return a project's retirements in the published order, by another way than the rule's."""
    batches = texts_of(books.rows[f"project/{project}"], "batches")
    blocks = [block for block in books.all_blocks() if block.batch in batches]
    places = [block.place for block in sorted(blocks, key=_downwards) if _is_retired(block)]
    return [encode_id(int(place.partition("/")[2])) for place in dict.fromkeys(places)]


def _downwards(block: Block) -> tuple[int, int]:
    start, batch = age(block.batch)
    digits = "".join(f"{ord(letter):03d}" for letter in start + batch)
    return -int(digits), -block.first


def _is_retired(block: Block) -> bool:
    return place_kind(block.place) == "retired"


def impaired(books: MemoryBooks) -> dict[str, int]:
    """Return impaired kilograms by certificate number, of those that have some."""
    return {
        key.removeprefix("status/"): integer_of(row, "impaired_kg")
        for key, row in books.rows.items()
        if key.startswith("status/") and row["impaired_kg"]
    }


def faults(books: MemoryBooks) -> list[str]:
    """Return what does not add up between losses and the certificates that they impair."""
    found: list[str] = []
    by_loss: dict[str, int] = {}
    by_claim: dict[str, int] = {}
    for key, row in books.rows.items():
        if key.startswith("status/TH-RT-"):
            found += _status_faults(books, key, row, by_loss, by_claim)
    for key, row in books.rows.items():
        if key.startswith("loss/"):
            found += _loss_faults(key, row, by_loss.get(key.removeprefix("loss/"), 0))
        if key.startswith("status/TH-CL-"):
            number = key.removeprefix("status/")
            if row["impaired_kg"] != by_claim.get(number, 0):
                found.append(f"{number} is impaired by something else than its retirements")
    return found


def _status_faults(
    books: MemoryBooks,
    key: str,
    row: Value,
    by_loss: dict[str, int],
    by_claim: dict[str, int],
) -> list[str]:
    total, by_project = 0, dict[str, int]()
    for item in objects_of(row, "impairments"):
        quantity_kg = integer_of(item, "quantity_kg")
        total += quantity_kg
        for sums, name in ((by_project, "project"), (by_loss, "loss"), (by_claim, "claim")):
            sums[str(item[name])] = sums.get(str(item[name]), 0) + quantity_kg
    found = [] if total == row["impaired_kg"] else [f"{key} does not add up"]
    retirement = _retirement(books, key)
    for project, quantity_kg in by_project.items():
        if quantity_kg > retired_kg(retirement, project):
            found.append(f"{key} is impaired by more than it retired from {project}")
    return found


def _retirement(books: MemoryBooks, key: str) -> Value:
    digits = key.split("-")[3]
    return next(row for name, row in books.rows.items() if name.startswith(f"retire/{digits}"))


def retired_kg(retirement: Mapping[str, Json], project: str) -> int:
    """Return what a retirement retired from a project, in kg."""
    return sum(
        integer_of(part, "quantity_kg")
        for part in objects_of(retirement, "batches")
        if part["project"] == project
    )


def _loss_faults(key: str, row: Value, impaired_kg: int) -> list[str]:
    parts = sum(integer_of(row, name) for name in ("buffer_kg", "owed_kg", "replaced_kg"))
    found = [] if parts == row["quantity_kg"] else [f"{key} does not add up"]
    if row["impaired_kg"] != impaired_kg:
        found.append(f"{key} impairs {impaired_kg} kg and says {row['impaired_kg']}")
    if not 0 <= impaired_kg <= integer_of(row, "owed_kg"):
        found.append(f"{key} impairs more than is owed")
    if (row["last_impaired"] is None) != (impaired_kg == 0):
        found.append(f"{key} names a last paper and impairs none, or the other way round")
    return found
