"""Workers that are killed: every job's effect is there once, and no two of one key ran at once."""

import pytest

from ledger.jobs.embedded import EmbeddedQueue
from ledger.jobs.shared import SharedQueue
from tests.support.job_kills import survive
from tests.support.job_runners import JobPlace

PATIENCE_S = 60.0


def test_each_job_is_done_once_whenever_its_worker_is_killed(place: JobPlace) -> None:
    assert survive(place, jobs=6, kills=2, seed=38, patience_s=PATIENCE_S) > 0


def test_without_taking_over_the_jobs_of_dead_workers_the_same_test_fails(
    place: JobPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EmbeddedQueue, "_free_left_behind", lambda *_: None)
    monkeypatch.setattr(SharedQueue, "free_left_behind", lambda *_: 0)
    with pytest.raises(AssertionError, match="Job"):
        survive(place, jobs=6, kills=2, seed=38, patience_s=5.0)


@pytest.mark.faults
def test_each_job_is_done_once_over_many_kills(place: JobPlace) -> None:
    assert survive(place, jobs=60, kills=30, seed=380, patience_s=120.0) >= 20
