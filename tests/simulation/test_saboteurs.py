"""Builds with something taken out of them: the simulator must find each, or it proves nothing."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from unittest import mock

import pytest

from contracts.refusal import Refused
from ledger import submit
from ledger.intake.checking import CheckedOrder
from ledger.intake.envelope import SignedOrder
from ledger.log.entry import Entry
from ledger.publish import high_water
from ledger.publish.high_water import HighWater
from tests.simulation.chance import Chance
from tests.simulation.database import Guards, Link
from tests.simulation.node import Node, record
from tests.simulation.people import Client, Wish
from tests.simulation.play import Build
from tests.simulation.seeds import first_found, play_all
from tests.support import sabotage

SEEDS = range(500, 540)


def loosen(raw: sqlite3.Connection) -> None:
    """Take keys and constraints from the tables."""
    for table in sabotage.LOOSENED:
        raw.execute(f"CREATE TABLE loose AS SELECT * FROM {table}")
        raw.execute(f"DROP TABLE {table}")
        raw.execute(f"ALTER TABLE loose RENAME TO {table}")


def with_(**rates: float) -> Callable[[Chance], Chance]:
    """Make some faults as likely as the test needs them, on three nodes."""
    named = {name.replace("_", "-"): rate for name, rate in rates.items()}
    return lambda drawn: replace(drawn, nodes=3, rates={**drawn.rates, **named})


def mark_first(node: Node, checked: Sequence[CheckedOrder]) -> tuple[Entry | Refused, ...]:
    """Raise the mark to where the ledger will be, before it is there."""
    registry = node.registry
    assert registry is not None
    mark = HighWater(origin=registry.origin(), size=registry.size() + 1, root=bytes(32))
    if registry.read_only_reason is None:
        high_water.raise_mark(node.settings.high_water, mark)
    return record(node, checked)


def new_nonce(client: Client, wish: Wish, _order: SignedOrder) -> SignedOrder:
    """Sign the wish again, as if nothing had been sent."""
    return client.order(wish)


@contextmanager
def deaf_to_commits() -> Iterator[None]:
    """Take every commit for done, and do not read back what it left."""
    commit = Link.commit

    def commit_and_hope(link: Link) -> None:
        try:
            commit(link)
        except sqlite3.OperationalError:
            return

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(Link, "commit", commit_and_hope))
        stack.enter_context(mock.patch.object(submit, "read_back"))
        yield


@contextmanager
def any_clock() -> Iterator[None]:
    """Let log time be whatever a clock says."""
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(submit, "_check_clock"))
        stack.enter_context(mock.patch.object(submit, "max", lambda now, _: now, create=True))
        yield


def no_lookup() -> AbstractContextManager[object]:
    """Never ask whether an order was recorded before."""
    return mock.patch.object(submit, "_recorded", return_value={})


@dataclass(frozen=True, slots=True)
class Saboteur:
    """A build, what else is taken out of the code, and the word by which the find is known."""

    build: Build
    word: str
    patch: Callable[[], AbstractContextManager[object]] = field(default=nullcontext)


SABOTEURS = [
    pytest.param(
        Saboteur(
            Build(guards=Guards(lock=False), prepare=loosen, draw=with_()),
            "I",
            sabotage.no_head_check,
        ),
        id="nothing-keeps-two-writers-apart",
    ),
    pytest.param(
        Saboteur(Build(prepare=loosen, draw=with_(duplicate=0.1)), "I1", no_lookup),
        id="no-look-up-of-nonces",
    ),
    pytest.param(
        Saboteur(Build(draw=with_(commit_fails=0.1)), "I1", deaf_to_commits),
        id="answered-before-the-commit",
    ),
    pytest.param(
        Saboteur(Build(record=mark_first, draw=with_(commit_fails=0.1, crash=0.1)), "I12"),
        id="mark-before-the-commit",
    ),
    pytest.param(
        Saboteur(Build(retry=new_nonce, draw=with_(commit_unknown_kept=0.1)), "I1"),
        id="client-signs-anew",
    ),
    pytest.param(
        Saboteur(Build(draw=with_(clock=0.1)), "log time", any_clock), id="any-clock-will-do"
    ),
    pytest.param(
        Saboteur(Build(guards=Guards(fsync=False), draw=with_(power=0.1)), "I"),
        id="the-disk-lies",
    ),
]


@pytest.mark.parametrize("saboteur", SABOTEURS)
def test_the_simulator_finds(saboteur: Saboteur) -> None:
    with saboteur.patch():
        assert saboteur.word in first_found(saboteur.build, SEEDS)


def test_no_promise_breaks_in_other_seeds() -> None:
    # In this file, so that the seeds of the suite are played on two cores.
    entries, _ = play_all(range(75, 150))
    assert entries > 3_000
