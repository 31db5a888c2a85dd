"""Issuing beside publishing: what becomes due is issued, and what fails is said once."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event, Thread
from threading import enumerate as threads

import pytest

from api.issuing_loop import issuing, keep_issuing
from api.jobs import Job, tell_job
from api.sheets import Trouble
from api.subjects import Walk
from ledger.registry import Registry
from tests.support.fake_press import Faults, fake_press
from tests.support.many_papers import add_retirements, copied, publish_here
from tests.support.service import Service

PATIENCE_S = 30


@pytest.fixture
def registry(played: Path, tmp_path: Path) -> Iterator[Registry]:
    registry = copied(played, tmp_path / "registry")
    yield registry
    registry.close()


def waiting(registry: Registry) -> list[str]:
    return [one.key for one in Walk(kinds=("RT",)).without_paper(registry.books())]


def come_true(holds: Callable[[], bool]) -> bool:
    until_s = time.monotonic() + PATIENCE_S
    while not holds() and time.monotonic() < until_s:
        time.sleep(0.05)
    return holds()


def test_what_becomes_due_is_issued_after_each_publication_and_faults_are_said_once(
    registry: Registry, tmp_path: Path
) -> None:
    add_retirements(registry, 2)
    publish_here(registry)
    bad, good = waiting(registry)
    press = fake_press(Faults(folder=tmp_path, troubles={bad: (Trouble.PAPER, 2)}))
    stop, said = Event(), list[str]()
    thread = Thread(target=keep_issuing, args=(registry, press, stop, said.append))
    thread.start()
    try:
        assert come_true(lambda: waiting(registry) == [bad])
        add_retirements(registry, 1)
        time.sleep(1.5)
        assert len(waiting(registry)) == 2, "no checkpoint covers it yet"
        publish_here(registry)
        assert come_true(lambda: waiting(registry) == [bad])
        publish_here(registry)
        assert come_true(lambda: waiting(registry) == []), "the typeface has come"
    finally:
        stop.set()
        thread.join()
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
    stop, said = Event(), list[str]()
    press = fake_press(Faults(folder=tmp_path))
    thread = Thread(target=keep_issuing, args=(registry, press, stop, said.append, 0.1))
    thread.start()
    try:
        assert come_true(lambda: bool(said))
        time.sleep(0.5)
        (tmp_path / "chain").rename(chain)
        assert come_true(lambda: waiting(registry) == [])
    finally:
        stop.set()
        thread.join()
    (only,) = said
    assert only.startswith("papers are not issued: ")


@pytest.mark.parametrize(("setting", "count"), [("off", 0), ("auto", 1)])
def test_the_setting_decides_whether_there_is_such_a_job(
    registry: Registry, setting: str, count: int
) -> None:
    settings = registry.settings.model_copy(update={"issue": setting})
    with issuing(replace(registry, settings=settings), print):
        assert [one.name for one in threads()].count("issuer") == count
    assert "issuer" not in [one.name for one in threads()]


def test_the_service_tells_how_far_the_newest_run_is(own_demo: Service) -> None:
    assert own_demo.get("/v1/jobs") == []
    told = Job(
        state="running",
        found=9,
        issued=4,
        not_issued=1,
        began_at_us=own_demo.now_us,
        updated_at_us=own_demo.now_us,
    )
    tell_job(own_demo.registry.settings, told)
    assert own_demo.get("/v1/jobs") == [{"job": "issue", **asdict(told)}]
