"""Racing and killing witnesses: conflicting checkpoints from several processes at once."""

import multiprocessing
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from select import select
from unittest import mock

from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.merkle import ProofError, verify_consistency
from ledger.log.note import Note, parse_note, verify
from ledger.log.witness_wire import parse_lines
from ledger.witness import store as witness_store
from ledger.witness.folder import WitnessFolder, open_folder
from tests.support.children import Child, Report, fork
from tests.support.witnesses import ORIGIN, SmallLog, cosigner

RACERS = 4
PATIENCE_S = 10
ROUNDS = 12
STEP = 5


def branches(size: int) -> list[SmallLog]:
    """Return logs of one key that differ from each other from their second half on."""
    honest = SmallLog.of(size)
    half = size // 2
    return [
        SmallLog([*honest.entries[:half], *(f"{number} {n}".encode() for n in range(size - half))])
        for number in range(RACERS)
    ]


def race(folder: WitnessFolder, logs: list[SmallLog]) -> list[tuple[int, int]]:
    """Let every process push its own branch; return (branch, size) of each cosigned checkpoint."""
    barrier = multiprocessing.get_context("fork").Barrier(RACERS)

    def run(branch: int, report: Report) -> None:
        log, own = logs[branch], cosigner(folder)
        for _round in range(ROUNDS):
            latest = folder.store.latest(ORIGIN)
            old = 0 if latest is None else latest.checkpoint.size
            barrier.wait(PATIENCE_S)
            new = min(old + STEP, len(log.entries))
            if own.add_checkpoint(log.request(old, new)).status == 200:
                report([branch, new])

    children = [fork(lambda report, branch=branch: run(branch, report)) for branch in range(RACERS)]
    return [tuple(one) for child in children for one in child.reports()]


def conflicts(logs: list[SmallLog], cosigned: list[tuple[int, int]]) -> int:
    """Count pairs of cosigned trees of which neither is a prefix of the other."""
    trees = [(logs[branch], size) for branch, size in cosigned]
    return sum(
        not _agree(one, other) for number, one in enumerate(trees) for other in trees[number + 1 :]
    )


def _agree(one: tuple[SmallLog, int], other: tuple[SmallLog, int]) -> bool:
    small, large = sorted((one, other), key=lambda pair: pair[1])
    path = large[0].path(small[1], large[1])
    old, new = small[0].checkpoint(small[1]).root, large[0].checkpoint(large[1]).root
    try:
        verify_consistency(small[1], large[1], path, old, new)
    except ProofError:
        return False
    return True


@contextmanager
def no_lock() -> Iterator[None]:
    """Check in one transaction and store in another, as a careless witness does."""

    def begin(_connection: sqlite3.Connection) -> None:
        """Take no lock yet."""

    def read(connection: sqlite3.Connection, origin: str) -> object:
        found = real_read(connection, origin)
        time.sleep(0.002)
        connection.execute("BEGIN IMMEDIATE")
        return found

    real_read = witness_store.read_latest
    with (
        mock.patch.object(witness_store, "begin", begin),
        mock.patch.object(witness_store, "read_latest", read),
    ):
        yield


def drop_triggers(folder: WitnessFolder) -> None:
    """Remove the second guard."""
    with closing(sqlite3.connect(folder.store.path)) as connection:
        for name in ("latest_never_goes_back", "latest_is_never_forgotten"):
            connection.execute(f"DROP TRIGGER {name}")
        connection.commit()


def submit_steadily(home: Path, log: SmallLog, report: Report) -> None:
    """Push one entry more each time, and report each cosigned size only once it was answered."""
    folder = open_folder(home)
    own = cosigner(folder)
    while True:
        latest = folder.store.latest(ORIGIN)
        old = 0 if latest is None else latest.checkpoint.size
        new = old + 1 if old < len(log.entries) else old
        answer = own.add_checkpoint(log.request(old, new))
        note = Note(log.checkpoint(new).to_text(), parse_lines(answer.body))
        verify(note, [key.vkey for key in folder.keys])
        report(new)


def kill_one(work: Callable[[Report], None], random: Random) -> list[int]:
    """Fork a witness, kill it at a random instant, return the sizes that it answered."""
    child: Child = fork(work)
    select([child.pipe], [], [], PATIENCE_S)
    time.sleep(random.uniform(0, 0.02))
    child.kill()
    return child.reports()


def held(folder: WitnessFolder) -> Checkpoint | None:
    """Return what a freshly opened witness holds, read from its note."""
    latest = open_folder(folder.path).store.latest(ORIGIN)
    return None if latest is None else parse_checkpoint(parse_note(latest.note).text)
