"""Issuing every paper that is not issued yet: stated here, made in other processes, recorded here.

The list of work is the ledger (`api/subjects.py`). So a run that was killed goes on where it was:
what is recorded is done, and a file that was stored without its record is made again. Only this
process writes; it takes back what its workers have made, stores it, and records it by batches.

What is wrong with one paper is told at the end and the others go on. What is wrong with the means
(no authority answers, the disk is full) ends the run with a sentence, and what is made is kept.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from threading import Event
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from api.issuing import Paper
from api.issuing_plan import IssuingStoppedError, NotIssued, Plan, Show, Tally
from api.keeping import RefusedPaper, keep
from api.keys import KeyFileError
from api.pool import Ended, Pool, PoolError
from api.sheets import OpenPress, Sheet, Trouble, Unmade
from api.stating import NotStatedError, NotYetError, statements_of
from api.subjects import Subject, Walk
from certificates.statement import Statement
from ledger.clock import clock_us
from ledger.database.outcome import OutcomeUnknownError
from ledger.registry import Registry
from ledger.store import HeadMovedError
from ledger.submit import ClockError

PAGE: Final = 64
"""Papers that are stated on one checkpoint: some six seconds of work for two cores."""

BATCH_S: Final = 5.0
LOOK_S: Final = 0.25
SHOW_S: Final = 1.0
_UNKEPT: Final = (ClockError, HeadMovedError, KeyFileError, OutcomeUnknownError, SQLAlchemyError)


@dataclass(slots=True, kw_only=True)
class Run:
    """One run.

    Attributes:
        registry: What is issued from.
        open_press: What opens a press in a worker.
        plan: How it works.
        stop: Ends the run when it is set: what is in hand is finished, stored and recorded.
        show: Told how far it is, when it begins, after each batch and every second; it may end the
            run by raising.
        tally: How far it is.
    """

    registry: Registry
    open_press: OpenPress
    plan: Plan
    stop: Event = field(default_factory=Event)
    show: Show = lambda _: None
    tally: Tally = field(default_factory=Tally)
    _made: list[Paper] = field(default_factory=list)
    _made_since_s: float = 0.0
    _again: deque[Sheet] = field(default_factory=deque)
    _pause_until_s: float = 0.0
    _refusals: int = 0
    _ended_by: str = ""
    _is_broken: bool = False
    _shown_s: float = 0.0

    def issue(self, walk: Walk) -> None:
        """Issue what a walk finds without a paper.

        Raises:
            IssuingStoppedError: no more can be issued; what was made by then is recorded.
        """
        self._begin(walk)
        subjects = walk.without_paper(self.registry.books())
        sheets = self._sheets(islice(subjects, self.plan.limit))
        try:
            with Pool(self.open_press, self.plan.workers, self.plan.limits) as pool:
                self._work(pool, sheets)
        except PoolError as error:
            self._ended_by = str(error)
        self._keep()
        if self._ended_by:
            raise IssuingStoppedError(self._ended_by)

    def _begin(self, walk: Walk) -> None:
        again = Walk(kinds=walk.kinds, marks={**walk.marks})
        self.tally.found = sum(1 for _ in again.without_paper(self.registry.books()))
        self.show(self.tally)

    def _work(self, pool: Pool[Sheet, bytes | Unmade], sheets: Iterator[Sheet]) -> None:
        while self._feed(pool, sheets):
            for ended in pool.take(LOOK_S):
                self._end(ended)
            if len(self._made) >= self.plan.batch or self._is_late():
                self._keep()
            if time.monotonic() - self._shown_s > SHOW_S:
                self._shown_s = time.monotonic()
                self.show(self.tally)

    def _feed(self, pool: Pool[Sheet, bytes | Unmade], sheets: Iterator[Sheet]) -> bool:
        """Hand in what there is room for; say whether there is anything left to wait for."""
        while pool.has_room and not self.stop.is_set() and not self._ended_by:
            if time.monotonic() < self._pause_until_s:
                if not pool.in_flight:
                    self.stop.wait(LOOK_S)
                return True
            sheet = self._again.popleft() if self._again else next(sheets, None)
            if sheet is None:
                break
            pool.give(sheet)
        return pool.in_flight > 0

    def _sheets(self, subjects: Iterator[Subject]) -> Iterator[Sheet]:
        while page := [*islice(subjects, PAGE)]:
            try:
                statements = self._stated(page)
            except NotStatedError as error:
                self._ended_by = str(error)
                return
            for subject, stated in zip(page, statements, strict=True):
                number = subject.stated.number
                if isinstance(stated, NotStatedError):
                    passes = isinstance(stated, NotYetError)
                    self._fail(number, subject.key, str(stated), passes=passes)
                    continue
                yield Sheet(subject=subject.key, number=number, statement=stated, when=_now())

    def _stated(self, page: list[Subject]) -> list[Statement | NotStatedError]:
        """State a page; a state that is being committed at this moment is waited for."""
        until_s = time.monotonic() + self.plan.state_wait_s
        while True:
            try:
                return statements_of(self.registry, [one.stated for one in page])
            except NotYetError:
                if time.monotonic() > until_s or self.stop.wait(LOOK_S):
                    raise

    def _end(self, ended: Ended[Sheet, bytes | Unmade]) -> None:
        sheet, made = ended.task, ended.made
        if isinstance(made, bytes):
            self._refusals = 0
            self._made_since_s = self._made_since_s if self._made else time.monotonic()
            self._made.append(
                Paper(
                    subject=sheet.subject,
                    number=sheet.number,
                    copy=1,
                    pdf=made,
                    proof=sheet.statement.proof,
                    state_proof=sheet.statement.state_proof,
                )
            )
        elif made is None or made.trouble is Trouble.PAPER:
            self._fail(sheet.number, sheet.subject, made.reason if made else ended.fault)
        elif made.trouble is Trouble.KEY:
            self._ended_by = f"the seal's key does not sign: {made.reason}"
        else:
            self._wait_for_authority(made.reason)
            self._again.append(replace(sheet, when=_now()))

    def _wait_for_authority(self, reason: str) -> None:
        """Pause, longer each time; papers that fail in the same pause count once."""
        now_s = time.monotonic()
        if now_s < self._pause_until_s:
            return
        if self._refusals == len(self.plan.authority_waits_s):
            self._ended_by = f"no authority dates the seals: {reason}; run this again later"
            return
        self._pause_until_s = now_s + self.plan.authority_waits_s[self._refusals]
        self._refusals += 1

    def _is_late(self) -> bool:
        return bool(self._made) and time.monotonic() - self._made_since_s > BATCH_S

    def _keep(self) -> None:
        if not self._made or self._is_broken:
            return
        made, self._made = self._made, []
        try:
            answers = keep(self.registry, made, clock_us())
        except _UNKEPT as error:
            # What is still in hand would fail alike. The next run makes it again.
            self._ended_by, self._is_broken = f"papers could not be recorded: {error}", True
            return
        except OSError as error:
            self._ended_by, self._is_broken = f"a paper could not be stored: {error}", True
            return
        for answer in answers:
            if isinstance(answer, RefusedPaper):
                self._fail(answer.number, answer.subject, answer.reason)
            else:
                self.tally.issued += 1
        self.show(self.tally)

    def _fail(self, number: str, subject: str, reason: str, *, passes: bool = False) -> None:
        one = NotIssued(number=number, subject=subject, reason=reason, passes=passes)
        self.tally.not_issued.append(one)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
