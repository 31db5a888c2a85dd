"""Letting several processes race for the same units, block after block, on either database."""

import multiprocessing
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import BrokenBarrierError

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from contracts.books import BlocksError
from contracts.invariants import InvariantError
from contracts.refusal import RefusalCode, Refused
from ledger.audit.audit import audit
from ledger.database.engine import open_reader, open_writer
from ledger.intake.envelope import SignedOrder
from ledger.log.entry import Entry
from ledger.settings import Settings
from ledger.store import HeadMovedError, TamperedError
from ledger.submit import submit
from tests.support import bodies
from tests.support.children import Report, fork
from tests.support.ledger import Scene, open_scene

RACERS = 4
GROUP = 5
BLOCK_KG = 10
FIRST = 15_000
ATTEMPTS = 100
DAMAGE = (
    SQLAlchemyError,
    TamperedError,
    BlocksError,
    InvariantError,
    BrokenBarrierError,
    HeadMovedError,
)
"""What a racer may meet once the guards are off; with them, any of these fails the test."""

OpenEngine = Callable[[Settings], Engine]


def orders_for(scene: Scene, block: int, racers: int) -> list[SignedOrder]:
    """Return one order of each racer, all for the same units."""
    first = FIRST + block * BLOCK_KG
    part = {"batch": scene.batch, "end": first + BLOCK_KG, "first": first}
    body = bodies.retirement(scene.owner, ranges=[part])
    return [scene.world.signed("units.retire", body) for _ in range(racers)]


def race(
    scene: Scene, blocks: int, open_engine: OpenEngine, racers: int = RACERS
) -> list[list[str]]:
    """Let the racers go for one group of blocks after the other; return each racer's answers."""
    orders = [orders_for(scene, block, racers) for block in range(blocks)]
    settings, now_us = scene.world.registry.settings, scene.world.now_us
    barrier = multiprocessing.get_context("fork").Barrier(racers)

    def run(racer: int, report: Report) -> None:
        engine = open_engine(settings)
        for start in range(0, blocks, GROUP):
            group = [order[racer] for order in orders[start : start + GROUP]]
            try:
                barrier.wait(timeout=20)
                answers = submit_again(engine, group, now_us)
            except DAMAGE as error:
                report(type(error).__name__)
                continue
            for answer in answers:
                report(answer.code.name if isinstance(answer, Refused) else "RECORDED")

    children = [fork(partial(run, racer)) for racer in range(racers)]
    return [child.reports() for child in children]


def submit_again(
    engine: Engine, orders: Sequence[SignedOrder], now_us: int
) -> tuple[Entry | Refused, ...]:
    """Submit until no other was faster; at higher isolation levels somebody nearly always is.

    Raises:
        HeadMovedError: others were faster every time.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return submit(engine, orders, now_us=now_us)
        except HeadMovedError:
            continue
    return submit(engine, orders, now_us=now_us)


def times_retired(settings: Settings) -> list[int]:
    """Return for each block that was retired at all how often it was."""
    reader = open_reader(settings)
    statement = "SELECT count(*) FROM view_movement WHERE target LIKE 'retired/%' GROUP BY first"
    try:
        with reader.connect() as connection:
            return list(connection.execute(text(statement)).scalars())
    finally:
        reader.dispose()


def opened(folder: Path) -> Scene:
    """Return the scene in a folder, closed: connections must not cross a fork."""
    scene = open_scene(folder)
    scene.world.registry.close()
    return scene


def race_fairly(
    scene: Scene, blocks: int, open_engine: OpenEngine = open_writer, racers: int = RACERS
) -> None:
    """Race for blocks with all guards on: each is retired once, and all else is refused."""
    answers = race(scene, blocks, open_engine, racers)
    assert [len(given) for given in answers] == [blocks] * racers
    for of_block in zip(*answers, strict=True):
        refused = [RefusalCode.UNITS_NOT_HELD.name] * (racers - 1)
        assert sorted(of_block) == ["RECORDED", *refused], of_block
    settings = scene.world.registry.settings
    assert times_retired(settings) == [1] * blocks
    report = audit(settings)
    assert report.ok
    assert report.supply["retired"] == blocks * BLOCK_KG
