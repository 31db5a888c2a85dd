"""Letting four processes race for the same units, block after block."""

import multiprocessing
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import BrokenBarrierError

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from contracts.books import BlocksError
from contracts.invariants import InvariantError
from contracts.refusal import RefusalCode, Refused
from ledger.audit.audit import audit
from ledger.engine import create_write_engine
from ledger.intake import SignedOrder
from ledger.settings import Settings
from ledger.store import TamperedError
from ledger.submit import submit
from tests.support import bodies
from tests.support.children import Report, fork
from tests.support.ledger import Scene, open_scene

RACERS = 4
GROUP = 5
BLOCK_KG = 100
FIRST = 15_000
DAMAGE = (SQLAlchemyError, TamperedError, BlocksError, InvariantError, BrokenBarrierError)
"""What a racer may meet once the guards are off; with them, any of these fails the test."""


def orders_for(scene: Scene, block: int) -> list[SignedOrder]:
    """Return one order of each racer, all for the same units."""
    first = FIRST + block * BLOCK_KG
    part = {"batch": scene.batch, "end": first + BLOCK_KG, "first": first}
    body = bodies.retirement(scene.owner, ranges=[part])
    return [scene.world.signed("units.retire", body) for _ in range(RACERS)]


def race(scene: Scene, blocks: int, open_engine: Callable[[Settings], Engine]) -> list[list[str]]:
    """Let the racers go for one group of blocks after the other; return each racer's answers."""
    orders = [orders_for(scene, block) for block in range(blocks)]
    settings, now_us = scene.world.registry.settings, scene.world.now_us
    barrier = multiprocessing.get_context("fork").Barrier(RACERS)

    def run(racer: int, report: Report) -> None:
        engine = open_engine(settings)
        for start in range(0, blocks, GROUP):
            group = [order[racer] for order in orders[start : start + GROUP]]
            try:
                barrier.wait(timeout=5)
                answers = submit(engine, group, now_us=now_us)
            except DAMAGE as error:
                report(type(error).__name__)
                continue
            for answer in answers:
                report(answer.code.name if isinstance(answer, Refused) else "RECORDED")

    children = [fork(lambda report, racer=racer: run(racer, report)) for racer in range(RACERS)]
    return [child.reports() for child in children]


def times_retired(database: Path) -> list[int]:
    """Return for each block that was retired at all how often it was."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT count(*) FROM view_movement WHERE target LIKE 'retired/%' GROUP BY first"
        ).fetchall()
    return [count for (count,) in rows]


def opened(folder: Path) -> Scene:
    """Return the scene in a folder, closed: SQLite connections must not cross a fork."""
    scene = open_scene(folder)
    scene.world.registry.close()
    return scene


def race_fairly(scene: Scene, blocks: int) -> None:
    """Race for blocks with all guards on: each is retired once, and all else is refused."""
    answers = race(scene, blocks, lambda s: create_write_engine(s.database, s.vault))
    assert [len(given) for given in answers] == [blocks] * RACERS
    for of_block in zip(*answers, strict=True):
        refused = [RefusalCode.UNITS_NOT_HELD.name] * (RACERS - 1)
        assert sorted(of_block) == ["RECORDED", *refused], of_block
    settings = scene.world.registry.settings
    assert times_retired(settings.database) == [1] * blocks
    report = audit(settings)
    assert report.ok
    assert report.supply["retired"] == blocks * BLOCK_KG
