"""Running jobs in threads of this process: claims, signs of life, and an orderly end."""

import time
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from ledger.jobs.embedded import EmbeddedQueue
from ledger.jobs.job import Claim
from ledger.jobs.performing import End, Outcome, perform, told_of
from ledger.jobs.queue import Crew
from ledger.jobs.task import Work

LOOK_S: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hand:
    claim: Claim
    limit_s: float
    since_s: float = field(default_factory=time.monotonic)


@dataclass(slots=True, kw_only=True)
class EmbeddedWorker:
    """Takes jobs of a queue, each into a thread, no more than its slots at once."""

    queue: EmbeddedQueue
    crew: Crew
    stop: Event
    _hands: dict[Thread, _Hand] = field(default_factory=dict)
    _renewed_s: float = 0.0

    def run(self) -> None:
        """Work until `stop` is set, or until nothing is due if the crew says so."""
        while not self.stop.is_set():
            self._renew()
            self._let_go()
            claim = self._claim() if len(self._hands) < self.crew.slots else None
            if claim is None:
                if self.crew.until_empty and not self._hands:
                    return
                self.stop.wait(LOOK_S)
        self._end()

    def _claim(self) -> Claim | None:
        claim = self.queue.claim(self.crew.tasks, self.crew.queue)
        if claim is not None:
            thread = Thread(target=self._do, args=(claim,), name=f"job-{claim.job}", daemon=True)
            limit_s = self.crew.tasks[claim.task].limit_s
            self._hands[thread] = _Hand(claim=claim, limit_s=limit_s)
            thread.start()
        return claim

    def _do(self, claim: Claim) -> None:
        task = self.crew.tasks[claim.task]
        work = Work(
            registry=self.crew.registry,
            job=claim.job,
            stop=self.stop,
            limit_s=task.limit_s,
            note=lambda done, total: self.queue.tell(claim, done, total),
        )
        outcome = perform(task, claim, work)
        # If we crash here, the job is done and not known to be: it is begun again.
        try:
            self.queue.end(claim, outcome)
        except SQLAlchemyError as error:
            said = f"how job {claim.job} ended is not written down: {told_of(error)}"
            self.crew.say("jobs", said)
        if outcome.text and outcome.end is not End.LOST:
            self.crew.say(claim.task, outcome.text)

    def _renew(self) -> None:
        """Show signs of life three times in a lease; a job that is lost is let go of by itself."""
        now_s = time.monotonic()
        if now_s - self._renewed_s < self.queue.lease_s / 3:
            return
        for thread, hand in self._hands.items():
            # Who hangs far beyond his time shows no sign of life any more: another may begin.
            if thread.is_alive() and now_s - hand.since_s < hand.limit_s + self.queue.lease_s:
                self.queue.renew(hand.claim)
        self._renewed_s = now_s

    def _let_go(self) -> None:
        for thread in [one for one in self._hands if not one.is_alive()]:
            del self._hands[thread]

    def _end(self) -> None:
        """Let jobs in hand finish or hand themselves back; for what takes longer, do it."""
        until_s = time.monotonic() + self.crew.grace_s
        while self._hands and time.monotonic() < until_s:
            self._renew()
            self._let_go()
            time.sleep(min(LOOK_S, 0.05))
        for hand in self._hands.values():
            self.queue.end(hand.claim, Outcome(end=End.HANDED_BACK))
