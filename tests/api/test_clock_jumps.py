"""Clocks that jump: log time never goes back, nothing is done before its time, and none expires.

A node's clock is the real time plus a jump of hours, days or years. It is given every rule that
waits for a moment, again and again while time goes on, beside a node whose clock is right.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

import pytest

from contracts.dates import end_of_day_us
from contracts.lookup import date_of, integer_of, object_of
from contracts.refusal import RefusalCode, Refused
from contracts.values import Moment, Value
from ledger import submit
from ledger.intake.envelope import read_envelope
from ledger.log.entry import Entry
from ledger.registry import Registry, open_registry
from ledger.submit import AHEAD_US_MAX, BEHIND_US_MAX, ClockError
from tests.support.service import settings_of, step_of, with_nonce
from tests.support.world import DAY_US, MINUTE_US, Step

JUMPS: Final = 40
HOUR_US = 60 * MINUTE_US
YEAR_US = 365 * DAY_US
SIZES = (0, 1, 10 * 1_000_000, HOUR_US, DAY_US, 6 * DAY_US, 10 * YEAR_US)


@dataclass(frozen=True, slots=True)
class Timed:
    """A kind of order that waits for a moment: where the moment is written, and its refusal."""

    kind: str
    row: Callable[[Step], str]
    due_us: Callable[[Value], int]
    early: RefusalCode


TIMED = [
    pytest.param(
        Timed(
            "claim.measure",
            lambda step: f"claim/{step.body['claim']}",
            lambda row: end_of_day_us(date_of(object_of(row, "dates"), "end")),
            RefusalCode.EVENT_NOT_OVER,
        ),
        id="an-event-is-measured-after-its-end",
    ),
    pytest.param(
        Timed(
            "loss.impair",
            lambda step: f"loss/{step.body['loss']}",
            lambda row: integer_of(row, "due_at_us"),
            RefusalCode.LOSS_NOT_DUE,
        ),
        id="a-loss-impairs-after-a-year",
    ),
    pytest.param(
        Timed(
            "certificate.expire",
            lambda _: "claim/000000PP",
            lambda row: integer_of(object_of(row, "completion"), "display_until_at_us"),
            RefusalCode.CERTIFICATE_NOT_DUE,
        ),
        id="a-certificate-expires-after-its-term",
    ),
]


@dataclass(slots=True)
class Play:
    """Two nodes on one ledger around the moment for which an order waits."""

    registry: Registry
    timed: Timed
    random: Random
    done: Entry | None = None
    seen: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: count(9_000))

    @property
    def due_us(self) -> int:
        row = self.registry.books().row(self.timed.row(step_of(self.timed.kind)))
        assert row is not None
        return self.timed.due_us(row)

    def send(self, step: Step, clock_us: int, *, valid_until_us: int) -> Entry | Refused:
        fresh = with_nonce(step, next(self.numbers))
        signed = replace(fresh, order={**fresh.order, "valid_until_us": valid_until_us})
        order = read_envelope(signed.envelope())
        return self.registry.submit([order], now_us=clock_us)[0]

    def run(self) -> None:
        """Let time pass from a month before the moment until a day after it.

        Raises:
            AssertionError: something was done before its time, or log time went back.
        """
        due_us = self.due_us
        times = sorted(self.random.randrange(-30 * DAY_US, DAY_US) for _ in range(JUMPS - 2))
        for since_us in (*times, 0, DAY_US):
            if self.done is not None:
                return
            self._move_head(due_us + since_us - self.random.choice([0, HOUR_US, DAY_US]))
            jump_us = self.random.choice(SIZES) * self.random.choice([1, -1])
            self._try(due_us, due_us + since_us, 0 if since_us == DAY_US else jump_us)

    def _move_head(self, at_us: int) -> None:
        """The other node's clock is right, and it records whatever has no date."""
        head_us = self.registry.head().at_us
        if at_us <= head_us:
            return
        with_leave = self.registry.submit(
            [read_envelope(self._holding(at_us).envelope())], now_us=at_us, clock_confirmed=True
        )
        assert isinstance(with_leave[0], Entry), with_leave
        assert with_leave[0].at_us >= head_us

    def _holding(self, at_us: int) -> Step:
        step = with_nonce(step_of("holding.state"), next(self.numbers))
        return replace(step, order={**step.order, "valid_until_us": at_us + DAY_US})

    def _try(self, due_us: int, real_us: int, jump_us: int) -> None:
        head_us, clock_us = self.registry.head().at_us, real_us + jump_us
        valid_until_us = max(head_us, real_us) + DAY_US
        try:
            answer = self.send(step_of(self.timed.kind), clock_us, valid_until_us=valid_until_us)
        except ClockError:
            self.seen.add("clock")
            assert clock_us < head_us - BEHIND_US_MAX or clock_us > head_us + AHEAD_US_MAX
            return
        if isinstance(answer, Refused) and answer.code is RefusalCode.ORDER_EXPIRED:
            self.seen.add("expired")
            assert max(clock_us, head_us) > valid_until_us
            return
        assert head_us - BEHIND_US_MAX <= clock_us <= head_us + AHEAD_US_MAX
        if isinstance(answer, Refused):
            self.seen.add("early")
            assert answer.code is self.timed.early
            assert max(clock_us, head_us) < due_us
            return
        self.done = answer
        assert answer.at_us == max(clock_us, head_us), (
            "log time is the clock's, and never goes back"
        )
        assert answer.at_us >= due_us, "done before its time"
        assert real_us >= due_us - AHEAD_US_MAX, "a clock brought it forward by more than a week"


def play(station: Path, folder: Path, timed: Timed, seed: int) -> Play:
    shutil.copytree(station, folder)
    registry = open_registry(settings_of(folder))
    try:
        played = Play(registry, timed, Random(seed))
        played.run()
    finally:
        registry.close()
    return played


@pytest.mark.parametrize("timed", TIMED)
def test_nothing_is_done_before_its_time(
    stations: dict[str, Path], tmp_path: Path, timed: Timed
) -> None:
    plays = [play(stations[timed.kind], tmp_path / str(n), timed, n) for n in range(3)]
    assert any(one.done for one in plays)
    assert set.union(*(one.seen for one in plays)) == {"clock", "early", "expired"}


def _no_check(*_: object, **__: object) -> None:
    return


def _clock_of_the_node(seq: int, at_us: int) -> Moment:
    return Moment(seq=seq, at_us=at_us + 400 * DAY_US)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        pytest.param("_check_clock", _no_check, id="any-clock-will-do"),
        pytest.param("max", min, id="log-time-follows-the-clock"),
        pytest.param("Moment", _clock_of_the_node, id="rules-see-another-time"),
    ],
)
def test_a_ledger_that_trusts_a_clock_is_found(
    stations: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    wrong: Callable[..., object],
) -> None:
    monkeypatch.setattr(submit, name, wrong, raising=False)
    found = 0
    for timed in (one.values[0] for one in TIMED):
        assert isinstance(timed, Timed)
        for seed in range(3):
            try:
                play(stations[timed.kind], tmp_path / f"{timed.kind}{seed}", timed, seed)
            except AssertionError:
                found += 1
    assert found
