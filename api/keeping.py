"""Storing and recording papers that were made elsewhere, a batch in one turn."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.drafting.draft import Desk
from api.issuing import CHANGED, Paper, record_copies, store, turn_of
from api.stating import changed_since
from contracts.refusal import Refused
from ledger.log.entry import Entry
from ledger.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPaper:
    """A paper that is not recorded, and so not issued."""

    number: str
    subject: str
    reason: str


def keep(registry: Registry, papers: Sequence[Paper], now_us: int) -> list[Entry | RefusedPaper]:
    """Store first copies, then record them in one transaction.

    In this turn nobody else stores or records. A paper that somebody has recorded since it was
    begun is dropped, without a word: it has what it needs, and its file must not be replaced. One
    whose status has changed since is refused: it would say what no longer holds.

    If we crash before the record, some files are stored and nobody's; after it all of them are
    issued. Either way the ledger says which.

    Raises:
        OSError: the disk failed; nothing of the batch is recorded.
        KeyFileError: the service's key is missing or not private.
        ClockError: the clock contradicts the log's time.
    """
    with turn_of(registry.settings):
        recorded = registry.books().rows([f"cert/{paper.number}" for paper in papers])
        left = [paper for paper in papers if f"cert/{paper.number}" not in recorded]
        changed = changed_since(registry, {one.number: one.state_proof for one in left})
        mine = [paper for paper in left if paper.number not in changed]
        for paper in mine:
            store(registry.settings, paper)
        bodies = [paper.record() for paper in mine]
        answers = record_copies(registry, _desk(registry, now_us), bodies) if bodies else ()
    late = [_refused(paper, CHANGED) for paper in left if paper.number in changed]
    return late + [
        _refused(paper, f"the record was refused: {answer}")
        if isinstance(answer, Refused)
        else answer
        for paper, answer in zip(mine, answers, strict=True)
    ]


def _refused(paper: Paper, reason: str) -> RefusedPaper:
    return RefusedPaper(number=paper.number, subject=paper.subject, reason=reason)


def _desk(registry: Registry, now_us: int) -> Desk:
    active = registry.books().row("rules/active") or {}
    return Desk(origin=registry.origin(), rules=str(active.get("hash")), now_us=now_us)
