"""The job that issues every paper which is not issued yet; what is left, the ledger says."""

from pathlib import Path
from typing import Final

from pydantic import Field

from api.issuing_all import Run
from api.issuing_plan import IssuingStoppedError, Plan, Show, Tally
from api.press import press_of
from api.sealing import FAILURES, open_sealer
from api.subjects import PREFIXES, Walk
from ledger.jobs.task import Arguments, JobError, Retries, Task, Work
from ledger.registry import Registry

LIMIT_S: Final = 24 * 3_600.0

_WALKS: Final[dict[tuple[Path, tuple[str, ...]], Walk]] = {}
"""Up to where nothing is left, for a process that issues again and again."""


class IssueArguments(Arguments):
    """Which kinds of paper; nothing for all."""

    kinds: tuple[str, ...] = Field(default=(), max_length=len(PREFIXES))


def issue(work: Work, arguments: IssueArguments) -> str:
    """Issue what is due; papers that cannot be made are named, and do not make the job fail."""
    run = run_of(work, Plan(workers=work.registry.settings.issue_workers), lambda _: None)
    kinds = arguments.kinds or tuple(PREFIXES)
    place = (work.registry.settings.data, kinds)
    walk_through(work, run, _WALKS.setdefault(place, Walk(kinds=kinds)))
    work.check()
    return told(run.tally)


def run_of(work: Work, plan: Plan, show: Show) -> Run:
    """Return a run that tells how far it is, as its job and to whoever watches."""

    def shown(tally: Tally) -> None:
        work.tell(tally.issued + len(tally.not_issued), total_of(tally, plan))
        show(tally)

    registry = work.registry
    press = press_of(registry.settings)
    return Run(registry=registry, open_press=press, plan=plan, stop=work.stop, show=shown)


def total_of(tally: Tally, plan: Plan) -> int:
    """Return how many papers a run makes at most."""
    return tally.found if plan.limit is None else min(plan.limit, tally.found)


def walk_through(work: Work, run: Run, walk: Walk) -> None:
    """Do a run.

    Raises:
        JobError: no more papers can be issued now.
    """
    reason = work.registry.read_only_reason
    if reason is not None:
        raise JobError(reason)
    try:
        open_sealer(work.registry.settings)
        run.issue(walk)
    except (IssuingStoppedError, *FAILURES) as error:
        raise JobError(f"papers are not issued: {error}") from error


def told(tally: Tally) -> str:
    """Say which papers were not issued, if a person has to do something about it."""
    lasting = [one for one in tally.not_issued if not one.passes]
    if not lasting:
        return ""
    first = lasting[0]
    more = f", and {len(lasting) - 1} more" if len(lasting) > 1 else ""
    return f"not issued: {first.number} ({first.subject}): {first.reason}{more}"


def is_something_left(registry: Registry, walk: Walk) -> bool:
    """Say whether any subject has no paper; a walk that is kept costs what is new."""
    return next(walk.without_paper(registry.books()), None) is not None


ISSUE: Final = Task(
    name="issue",
    arguments=IssueArguments,
    function=issue,
    key=lambda _: "",
    limit_s=LIMIT_S,
    retries=Retries(failures_max=8, first_s=60.0),
)
