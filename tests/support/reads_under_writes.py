"""Asking a service random questions while another thread writes, and comparing every answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from threading import Event, Thread
from typing import Any

from contracts.ranges import Range, serial_text
from ledger.log.entry import Entry
from ledger.registry import Registry
from tests.support import bodies
from tests.support.ledger import Scene
from tests.support.read_model import ReadModel
from tests.support.service import Service
from tests.support.waiting import wait_until

LISTS = ("batches:batch/", "retirements:retire/", "projects:project/", "reports:report/")
ORDERS = 120
AT_ONCE = 200


@contextmanager
def writing(scene: Scene, random: Random) -> Iterator[None]:
    """Let a thread record transfers and retirements, a few at a time, until the block ends."""
    world, accounts = scene.world, [scene.owner, scene.buyer, scene.third]
    orders = []
    for _ in range(ORDERS):
        source, target = random.sample(accounts, 2)
        amount = random.randint(1, 60)
        if random.random() < 0.15:
            body = bodies.retirement(source, quantity_kg=amount)
            orders.append(world.signed("units.retire", body))
        else:
            body = bodies.transfer(source, target, quantity_kg=amount)
            orders.append(world.signed("units.transfer", body))
    stop = Event()

    def run() -> None:
        for start in range(0, ORDERS, 3):
            if stop.wait(0.004):
                return
            world.submit(*orders[start : start + 3])

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def compare(scene: Scene, seed: int, questions: int, *, remembering: bool = False) -> int:
    """Ask so many random questions; return how many different moments the answers spoke of.

    Args:
        scene: What is asked about.
        seed: Of the questions and of what is written meanwhile.
        questions: How many.
        remembering: Tell with each question how many entries the answers so far had seen.

    Raises:
        AssertionError: an answer is not the model's at the size it names, or goes back in time.
    """
    random, registry = Random(seed), scene.world.registry
    service = Service.on(registry, scene.world.now_us)

    def entry(seq: int) -> Entry:
        # A standby may show a commit a moment before its primary does, which waits for it.
        wait_until(lambda: registry.size() > seq)
        return registry.entry(seq)

    model, moments = ReadModel(entry), set[int]()
    model.advance(registry.size())
    # One event loop for all questions; the test client makes one for each otherwise.
    with service.client:
        for start in range(0, questions, AT_ONCE):
            with writing(scene, random):
                for _ in range(min(AT_ONCE, questions - start)):
                    moments.add(_ask(service, model, random, remembering=remembering))
    return len(moments)


def _ask(service: Service, model: ReadModel, random: Random, *, remembering: bool) -> int:
    path, expected = _question(model, random)
    headers = {"Ledger-At-Least": str(model.size)} if remembering else {}
    answer = service.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    size, root = answer.headers["Ledger-Head"].split()
    assert int(size) >= model.size, "an answer went back in time"
    assert model.advance(int(size)).hex() == root
    assert answer.json() == expected(), path
    return int(size)


def _question(model: ReadModel, random: Random) -> tuple[str, Any]:
    """Return a path, and what computes its answer once the model stands where the answer does."""
    batch = random.choice([*model.blocks])
    gross = model.blocks[batch][-1][1]
    limit = random.randint(1, 6)
    match random.randrange(7):
        case 0:
            name, prefix = random.choice(LISTS).split(":")
            cursor = random.choice(["", *model.ids(prefix)])
            path = f"/v1/{name}?cursor={cursor}&limit={limit}"
            return path, lambda: model.page(prefix, cursor, limit)
        case 1 | 2:
            first = random.randrange(gross)
            path = f"/v1/batches/{batch}?cursor={first}&limit={limit}"
            return path, lambda: model.batch(batch, first, limit)
        case 3:
            first = random.randrange(gross)
            end = random.randint(first + 1, min(gross, first + 300))
            path = f"/v1/serials/{serial_text(batch, Range(first, end))}"
            return path, lambda: model.serial(batch, first, end)
        case 4:
            account = random.choice([*model.ids("acct/")])
            return f"/v1/accounts/{account}", lambda: model.account(account)
        case 5 if retired := [*model.ids("retire/")]:
            chosen = random.choice(retired)
            return f"/v1/retirements/{chosen}", lambda: model.retirement(chosen)
        case _:
            return f"/v1/supply?limit={limit}", lambda: _supply(model, limit)


def _supply(model: ReadModel, limit: int) -> Any:
    listed = [{"batch": one, **model.identity(one)} for one in sorted(model.blocks)[:limit]]
    return {"entries": model.size, **model.identity(), "batches": listed}


def scene_with_two_batches(scene: Scene) -> Registry:
    """Issue a second, older-numbered and newer batch, so that lists and ages have an order."""
    world = scene.world
    validator = next(
        key.removeprefix("acct/")
        for key, row in world.registry.books().rows_under("acct/")
        if row["type"] == "validator"
    )
    world.register_project(scene.third, validator, "0002")
    for gross_kg in (3_000, 2_000):
        world.issue(scene.third, scene.verifier, "0002", gross_kg)
    return world.registry
