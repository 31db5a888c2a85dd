"""Working beside publishing: what becomes due is made, what fails is said once, all is shown."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from threading import enumerate as threads
from unittest import mock

import pytest
from sqlalchemy import insert, update

from api.sheets import OpenPress, Trouble
from api.subjects import Walk
from api.tasks.checking import CHECK, CheckArguments
from api.tasks.exporting import EXPORT, ExportArguments
from api.tasks.issuing import ISSUE
from api.tasks.submitting import SUBMIT, hand_in
from api.tasks.table import TASKS
from api.tasks.tidying import TIDY, TidyArguments
from api.working import Once, start, working
from ledger.database.side_tables import side_line
from ledger.database.tables import view_row
from ledger.jobs import lines
from ledger.jobs.here import BusyError, do_here
from ledger.jobs.job import State
from ledger.jobs.queues import queue_of
from ledger.jobs.task import Arguments, Task, Work
from ledger.registry import Registry
from tests.support.fake_press import Faults, fake_press
from tests.support.many_papers import add_retirements, copied, publish_here, retirement_lines
from tests.support.service import Service

PATIENCE_S = 30


@pytest.fixture
def registry(played: Path, tmp_path: Path) -> Iterator[Registry]:
    plain = copied(played, tmp_path / "registry")
    settings = plain.settings.model_copy(update={"issue": "auto"})
    yield replace(plain, settings=settings)
    plain.close()


def waiting(registry: Registry) -> list[str]:
    return [one.key for one in Walk(kinds=("RT",)).without_paper(registry.books())]


def come_true(holds: Callable[[], bool]) -> bool:
    until_s = time.monotonic() + PATIENCE_S
    while not holds() and time.monotonic() < until_s:
        time.sleep(0.05)
    return holds()


@contextmanager
def at_work(registry: Registry, press: OpenPress) -> Iterator[list[str]]:
    """Work on a registry with a press; yield what was said about it."""
    said, stop = list[str](), Event()
    with mock.patch("api.tasks.issuing.press_of", return_value=press):
        at = start(registry, Once(said.append), stop, {"issue": ISSUE})
        try:
            yield said
        finally:
            stop.set()
            for one in at:
                one.join()


def test_what_becomes_due_is_issued_after_each_publication_and_faults_are_said_once(
    registry: Registry, tmp_path: Path
) -> None:
    add_retirements(registry, 2)
    publish_here(registry)
    bad, good = waiting(registry)
    press = fake_press(Faults(folder=tmp_path, troubles={bad: (Trouble.PAPER, 2)}))
    with at_work(registry, press) as said:
        assert come_true(lambda: waiting(registry) == [bad])
        add_retirements(registry, 1)
        time.sleep(1.5)
        assert len(waiting(registry)) == 2, "no checkpoint covers it yet"
        publish_here(registry)
        assert come_true(lambda: waiting(registry) == [bad])
        publish_here(registry)
        assert come_true(lambda: waiting(registry) == []), "the typeface has come"
    assert good not in str(said)
    assert len(said) == 1
    assert bad in said[0]


def test_a_run_that_cannot_work_is_tried_again_and_said_once(
    registry: Registry, tmp_path: Path
) -> None:
    add_retirements(registry, 1)
    publish_here(registry)
    chain = registry.settings.keys / "seal-chain.pem"
    chain.rename(tmp_path / "chain")
    with at_work(registry, fake_press(Faults(folder=tmp_path))) as said:
        assert come_true(lambda: bool(said))
        (tmp_path / "chain").rename(chain)
        (job,) = queue_of(registry).jobs()
        assert (job.state, job.failures) == (State.WAITING, 1)
        queue_of(registry).retry(job.id)
        assert come_true(lambda: waiting(registry) == [])
    (only,) = said
    assert only.startswith("issue: papers are not issued: ")


@pytest.mark.parametrize(("setting", "count"), [("off", 0), ("auto", 1)])
def test_the_setting_decides_whether_jobs_are_worked_at(
    registry: Registry, setting: str, count: int
) -> None:
    settings = registry.settings.model_copy(update={"jobs": setting, "issue": "off"})
    with working(replace(registry, settings=settings), print):
        assert [one.name for one in threads()].count("jobs") == count
    assert "jobs" not in [one.name for one in threads()]


def test_everybody_sees_how_far_jobs_are_and_only_the_operator_what_they_were_given(
    own_demo: Service,
) -> None:
    assert own_demo.get("/v1/jobs") == []
    number = queue_of(own_demo.registry).add(EXPORT, ExportArguments(what="holdings"))
    (shown,) = own_demo.get("/v1/jobs")
    assert (shown["id"], shown["job"], shown["state"]) == (number, "export", "waiting")
    assert "holdings" not in json.dumps(shown)
    do_here(own_demo.registry, EXPORT, ExportArguments(), Event(), lambda *_: None)
    assert [one["state"] for one in own_demo.get("/v1/jobs")] == ["done", "waiting"]
    assert own_demo.get("/v1/jobs?limit=1")[0]["id"] == number + 1
    assert own_demo.get(f"/v1/jobs?before={number + 1}") == [shown]
    assert own_demo.get(f"/v1/jobs/{number}") == shown
    assert own_demo.client.get("/v1/jobs/99").status_code == 404


def test_an_export_is_written_whole(own_demo: Service) -> None:
    registry = own_demo.registry
    for given in (ExportArguments(what="ledger"), ExportArguments(what="holdings")):
        assert do_here(registry, EXPORT, given, Event(), lambda *_: None).state is State.DONE
    size = registry.size()
    folder = registry.settings.data / "exports"
    assert len((folder / f"ledger-{size}.jsonl").read_bytes().splitlines()) == size
    head, *rows = (folder / f"holdings-{size}.csv").read_text().splitlines()
    assert head == "account,batch,first,last,quantity_kg,as_of_entries"
    held = sum(int(row.split(",")[4]) for row in rows)
    assert held == registry.books().supply()["held"]


def test_a_bulk_of_signed_retirements_is_recorded_once_and_answered_line_by_line(
    registry: Registry,
) -> None:
    content = b"\n".join([*retirement_lines(registry, 5), b'{"not":"an order"}'])
    size = registry.size()
    queue = queue_of(registry)
    number = hand_in(queue, content, clock_confirmed=True)
    assert hand_in(queue, content, clock_confirmed=True) == number
    given = SUBMIT.arguments.model_validate_json(queue.job(number).arguments)
    job = do_here(registry, SUBMIT, given, Event(), lambda *_: None)
    assert (job.state, job.text) == (State.DONE, "1 orders were refused")
    assert (job.done, job.total) == (6, 6)
    assert registry.size() == size + 5
    answers = [json.loads(row.answer) for row in lines.answers(registry.reader, given.upload)]
    assert [one.get("seq") for one in answers] == [*range(size, size + 5), None]
    assert answers[5] == {"code": 1003, "name": "FIELD_MISSING"}
    # The same orders once more, as if this had crashed before it stored the answers.
    with registry.writer.begin() as connection:
        rows = [
            {"upload": given.upload, "position": 6 + number, "envelope": line, "answer": ""}
            for number, line in enumerate(content.split(b"\n")[:5])
        ]
        connection.execute(insert(side_line), rows)
    assert do_here(registry, SUBMIT, given, Event(), lambda *_: None).done == 11
    assert registry.size() == size + 5
    again = [json.loads(row.answer) for row in lines.answers(registry.reader, given.upload)]
    assert again[6:] == answers[:5]


def test_the_answers_of_an_upload_stay_as_long_as_its_job(registry: Registry) -> None:
    queue = queue_of(registry)
    numbers = [hand_in(queue, content) for content in (b"one", b"two", b"three")]
    uploads = [json.loads(queue.job(number).arguments)["upload"] for number in numbers]
    for upload in uploads[:2]:
        lines.answer(registry.writer, upload, {0: "{}"})
    for number in numbers[1:]:
        queue.drop(number)
    do_here(registry, TIDY, TidyArguments(), Event(), lambda *_: None)
    assert [lines.counts(registry.reader, one) for one in uploads] == [(1, 1), (0, 0), (0, 1)]


def test_what_another_process_does_already_is_not_begun_here(registry: Registry) -> None:
    class Empty(Arguments):
        pass

    def inside(work: Work, arguments: Empty) -> str:
        work.tell(4, 9)
        work.note(4, 9)
        with pytest.raises(BusyError, match=r"already \(4 of 9 so far\)"):
            do_here(registry, task, arguments, Event(), lambda *_: None)
        return ""

    task = Task(name="nested", arguments=Empty, function=inside, key=lambda _: "")
    job = do_here(registry, task, Empty(), Event(), lambda *_: None)
    assert job.state is State.DONE, job.text
    assert len(queue_of(registry).jobs()) == 1


def test_the_nightly_check_names_what_does_not_hold(own_demo: Service) -> None:
    registry = own_demo.registry
    with registry.writer.begin() as connection:
        connection.execute(update(view_row).where(view_row.c.key == "registry").values(value="{}"))
    job = do_here(registry, CHECK, CheckArguments(), Event(), lambda *_: None)
    assert (job.state, job.tries) == (State.DEAD, 1)
    assert job.text.startswith("the audit does not hold: ")
    assert "registry" in job.text


def test_every_task_can_be_asked_for_by_its_own_name() -> None:
    assert {name: task.name for name, task in TASKS.items()} == {name: name for name in TASKS}
