"""Issuing all papers: every one once, whatever dies, fails or comes twice on the way."""

import os
import signal
import time
from collections.abc import Iterator
from errno import ENOSPC
from hashlib import sha256
from multiprocessing import active_children
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import insert

from api import keeping
from api.issuing import Paper, file_name
from api.issuing_all import Run
from api.issuing_plan import IssuingStoppedError, Plan, Tally
from api.keeping import RefusedPaper
from api.pool import Limits
from api.sheets import OpenPress, Trouble
from api.stating import statement_of
from api.subjects import Walk
from contracts.lookup import objects_of
from ledger.audit.audit import audit
from ledger.clock import clock_us
from ledger.database.tables import view_row
from ledger.jobs.task import LostError
from ledger.log.entry import Entry
from ledger.registry import Registry, open_registry
from tests.support.children import fork
from tests.support.disks import FAULTS, FaultyDisk, fail, installed
from tests.support.fake_press import HANGS_S, Faults, closed_press, dying_press, fake_press
from tests.support.many_papers import add_retirements, copied, publish_here
from tests.support.service import copied_service, settings_of

COUNT = 6
"""Retirements without a paper."""

PLAN = Plan(workers=2, batch=2, authority_waits_s=(0.0, 0.0), state_wait_s=0.0)

ONE = Plan(workers=1, batch=2)


@pytest.fixture(scope="module")
def year(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with some retirements that are published and have no paper."""
    folder = tmp_path_factory.mktemp("year") / "registry"
    registry = copied(played, folder)
    add_retirements(registry, COUNT)
    publish_here(registry)
    registry.close()
    return folder


@pytest.fixture
def registry(year: Path, tmp_path: Path) -> Iterator[Registry]:
    opened = copied_service(year, tmp_path / "registry", 0)
    yield opened.registry
    opened.close()


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    folder = tmp_path / "faults"
    folder.mkdir()
    return Faults(folder=folder)


def retirements() -> Walk:
    return Walk(kinds=("RT",))


def waiting(registry: Registry) -> list[str]:
    """Name the subjects without a paper."""
    return [one.key for one in retirements().without_paper(registry.books())]


def issue(registry: Registry, press: OpenPress, plan: Plan = PLAN, **given: object) -> Tally:
    run = Run(registry=registry, open_press=press, plan=plan, **given)  # type: ignore[arg-type]  # its own fields
    run.issue(retirements())
    return run.tally


def check_whole(registry: Registry, count: int = COUNT + 5) -> None:
    """Check that so many papers are recorded once, and lie there as they are recorded."""
    rows = registry.books().rows_under("cert/")
    assert len(rows) == count
    for key, row in rows:
        (copy,) = objects_of(row, "copies")
        path = registry.settings.certificates / file_name(key.removeprefix("cert/"), 1)
        assert sha256(path.read_bytes()).hexdigest() == copy["sha256"]
        proof = path.with_suffix(".tlog-proof").read_bytes()
        assert sha256(proof).hexdigest() == copy["proof_sha256"]


def test_every_paper_is_issued_once_and_the_next_run_has_nothing_to_do(
    registry: Registry, faults: Faults
) -> None:
    shown: list[int] = []
    assert len(waiting(registry)) == COUNT
    tally = issue(registry, fake_press(faults), show=lambda tally: shown.append(tally.issued))
    assert (tally.issued, tally.not_issued) == (COUNT, [])
    assert shown[-1] == COUNT
    check_whole(registry)
    assert audit(registry.settings).ok
    size = registry.size()
    again = issue(registry, closed_press)
    assert (again.issued, again.not_issued, registry.size()) == (0, [], size)


def test_a_walk_does_not_go_twice_where_all_is_done(registry: Registry, faults: Faults) -> None:
    walk = retirements()
    first = [one.key for one in walk.without_paper(registry.books())]
    assert walk.marks.get("retire/", "") < first[0]
    issue(registry, fake_press(faults))
    assert [*walk.without_paper(registry.books())] == []
    assert walk.marks["retire/"] == first[-1]
    add_retirements(registry, 1)
    (new,) = walk.without_paper(registry.books())
    assert new.key > first[-1]


def test_a_limit_and_a_kind_are_kept(registry: Registry, faults: Faults) -> None:
    plan = Plan(workers=1, limit=2)
    assert issue(registry, fake_press(faults), plan).issued == 2
    others = [one.key for one in Walk(kinds=("CL", "RG")).without_paper(registry.books())]
    assert {key.partition("/")[0] for key in others} == {"parcel"}
    assert len(waiting(registry)) == COUNT - 2


def test_a_paper_that_cannot_be_made_is_named_and_the_others_go_on(
    registry: Registry, faults: Faults
) -> None:
    bad = waiting(registry)[1]
    broken = Faults(folder=faults.folder, troubles={bad: (Trouble.PAPER, 1)})
    tally = issue(registry, fake_press(broken))
    (left,) = tally.not_issued
    assert (tally.issued, left.subject) == (COUNT - 1, bad)
    assert "U+E000" in left.reason
    assert left.number.startswith("TH-RT-2026-")
    assert issue(registry, fake_press(faults)).issued == 1
    check_whole(registry)


def test_what_no_checkpoint_covers_is_named_and_the_others_go_on(
    registry: Registry, faults: Faults
) -> None:
    add_retirements(registry, 1, "示例后来")
    tally = issue(registry, fake_press(faults))
    (left,) = tally.not_issued
    assert tally.issued == COUNT
    assert "no published checkpoint covers" in left.reason


def test_a_worker_that_dies_is_replaced_and_its_paper_made_again(
    registry: Registry, faults: Faults
) -> None:
    bad = waiting(registry)[2]
    tally = issue(registry, fake_press(Faults(folder=faults.folder, dies={bad: 1})))
    assert (tally.issued, tally.not_issued) == (COUNT, [])
    check_whole(registry)


def test_a_paper_at_which_two_workers_die_is_named(registry: Registry, faults: Faults) -> None:
    bad = waiting(registry)[0]
    tally = issue(registry, fake_press(Faults(folder=faults.folder, dies={bad: 9})))
    (left,) = tally.not_issued
    assert (tally.issued, left.subject) == (COUNT - 1, bad)
    assert "ended twice" in left.reason


def test_a_worker_that_takes_too_long_is_ended(registry: Registry, faults: Faults) -> None:
    bad = waiting(registry)[0]
    plan = Plan(workers=2, limit=2, limits=Limits(task_s=0.4))
    began_s = time.monotonic()
    tally = issue(registry, fake_press(Faults(folder=faults.folder, hangs={bad: 1})), plan)
    assert (tally.issued, tally.not_issued) == (2, [])
    assert time.monotonic() - began_s < HANGS_S


@pytest.mark.parametrize(
    ("press", "reason"),
    [
        pytest.param(closed_press, "libharfbuzz-subset is missing", id="cannot-open"),
        pytest.param(dying_press, r"end before they are ready \(exit code -9\)", id="dies"),
    ],
)
def test_workers_that_never_get_ready_end_the_run_with_a_sentence(
    registry: Registry, press: OpenPress, reason: str
) -> None:
    with pytest.raises(IssuingStoppedError, match=reason):
        issue(registry, press)
    assert len(waiting(registry)) == COUNT


def test_workers_are_renewed_after_some_papers(registry: Registry, faults: Faults) -> None:
    plan = Plan(workers=1, limits=Limits(tasks_of_worker=2))
    assert issue(registry, fake_press(faults), plan).issued == COUNT


def test_an_authority_that_comes_back_is_waited_for(registry: Registry, faults: Faults) -> None:
    tally = issue(registry, fake_press(Faults(folder=faults.folder, undated=2)))
    assert (tally.issued, tally.not_issued) == (COUNT, [])


def test_an_authority_that_stays_away_ends_the_run_and_nothing_undated_is_recorded(
    registry: Registry, faults: Faults
) -> None:
    with pytest.raises(IssuingStoppedError, match=r"no authority dates the seals.*503"):
        issue(registry, fake_press(Faults(folder=faults.folder, undated=99)))
    assert len(waiting(registry)) == COUNT
    assert issue(registry, fake_press(faults)).issued == COUNT


def test_a_key_that_does_not_sign_ends_the_run(registry: Registry, faults: Faults) -> None:
    bad = waiting(registry)[0]
    broken = Faults(folder=faults.folder, troubles={bad: (Trouble.KEY, 9)})
    with pytest.raises(IssuingStoppedError, match="the seal's key does not sign"):
        issue(registry, fake_press(broken))
    assert bad in waiting(registry)


def test_nothing_is_issued_before_a_checkpoint(registry: Registry) -> None:
    (registry.settings.log / "checkpoint").unlink()
    with pytest.raises(IssuingStoppedError, match="nothing is published yet"):
        issue(registry, closed_press)


def test_a_run_that_is_asked_to_stop_keeps_what_is_in_hand(
    registry: Registry, faults: Faults
) -> None:
    stop = Event()
    tally = issue(
        registry,
        fake_press(faults),
        Plan(workers=1, batch=1),
        stop=stop,
        show=lambda tally: stop.set() if tally.issued else None,
    )
    assert 1 <= tally.issued < COUNT
    assert issue(registry, fake_press(faults)).issued == COUNT - tally.issued
    check_whole(registry)


def test_signals_to_the_whole_group_leave_the_workers_at_their_work(
    registry: Registry, faults: Faults
) -> None:
    seen = list[set[int]]()

    def show(tally: Tally) -> None:
        workers = {one.pid or 0 for one in active_children()}
        if tally.issued and workers:
            seen.append(workers)
            for pid in workers:
                os.kill(pid, signal.SIGINT)
                os.kill(pid, signal.SIGTERM)

    slow = Faults(folder=faults.folder, wait_s=0.1)
    assert issue(registry, fake_press(slow), ONE, show=show).issued == COUNT
    assert len(seen) >= 2
    assert seen[0] == seen[-1]


def test_a_run_tells_how_far_it_is_and_ends_when_it_is_told_to(
    registry: Registry, faults: Faults
) -> None:
    seen = list[tuple[int, int]]()

    def show(tally: Tally) -> None:
        seen.append((tally.issued, tally.found))
        if tally.issued:
            raise LostError

    with pytest.raises(LostError):
        issue(registry, fake_press(faults), ONE, show=show)
    assert seen[0] == (0, COUNT)
    assert seen[-1] == (2, COUNT)
    assert len(waiting(registry)) == COUNT - 2, "what was recorded stays"


def test_what_another_has_recorded_meanwhile_is_neither_recorded_nor_replaced(
    registry: Registry, faults: Faults
) -> None:
    issue(registry, fake_press(faults), Plan(workers=1, limit=1))
    key, row = registry.books().rows_under("cert/")[-1]
    number = key.removeprefix("cert/")
    late = paper_of(str(row["subject"]), number)
    size = registry.size()
    assert keeping.keep(registry, [late], 0) == []
    assert registry.size() == size
    check_whole(registry, 6)


def paper_of(subject: str, number: str, state_proof: bytes = b"") -> Paper:
    return Paper(
        subject=subject,
        number=number,
        copy=1,
        pdf=b"late",
        proof=b"late",
        state_proof=state_proof,
    )


def test_what_has_changed_since_it_was_stated_is_not_recorded(registry: Registry) -> None:
    first, second, *_ = retirements().without_paper(registry.books())
    papers = []
    for one in (first, second):
        statement = statement_of(registry, "RT", one.stated.seq, one.stated.number)
        papers.append(paper_of(one.key, one.stated.number, statement.state_proof))
    with registry.writer.begin() as connection:
        row = {"key": f"status/{first.stated.number}", "value": '{"state":"impaired"}', "seq": 1}
        connection.execute(insert(view_row).values(row))
    late, entry = keeping.keep(registry, papers, clock_us())
    assert isinstance(late, RefusedPaper)
    assert (late.subject, "has changed" in late.reason) == (first.key, True)
    assert isinstance(entry, Entry)
    assert not (registry.settings.certificates / f"{first.stated.number}.pdf").exists()


def test_a_full_disk_ends_the_run_and_the_next_one_goes_on(
    registry: Registry, faults: Faults
) -> None:
    disk = FaultyDisk(24, fail(ENOSPC), done=False)
    with installed(disk), pytest.raises(IssuingStoppedError, match=r"could not be stored.*space"):
        issue(registry, fake_press(faults))
    assert len(waiting(registry)) == COUNT - PLAN.batch
    assert issue(registry, fake_press(faults)).issued == COUNT - PLAN.batch
    check_whole(registry)


def die_at_step(step: int, *, done: bool) -> FaultyDisk:
    return FaultyDisk(step, FAULTS["kill"], done=done)


@pytest.mark.parametrize(
    ("step", "done"),
    [
        pytest.param(1, False, id="before-the-first-file"),
        pytest.param(8, True, id="after-the-first-proof"),
        pytest.param(16, True, id="after-the-batch-is-stored"),
        pytest.param(17, False, id="after-the-batch-is-recorded"),
    ],
)
def test_a_run_that_is_killed_goes_on_where_it_was(
    year: Path, tmp_path: Path, faults: Faults, step: int, *, done: bool
) -> None:
    folder = tmp_path / "registry"
    copied_service(year, folder, 0).close()

    def run(report: object) -> None:
        del report
        with installed(die_at_step(step, done=done)):
            issue(open_registry(settings_of(folder)), fake_press(faults), ONE)

    assert fork(run).reports() == []
    registry = open_registry(settings_of(folder))
    assert registry.read_only_reason is None
    left = waiting(registry)
    assert len(left) == COUNT - 2 * (step > 16)
    assert issue(registry, fake_press(faults), ONE).issued == len(left)
    check_whole(registry)
    assert audit(registry.settings).ok
    registry.close()
