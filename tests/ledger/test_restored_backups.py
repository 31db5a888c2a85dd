"""Whatever part of an old backup is restored, no second history is signed."""

import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import pytest

from ledger import mark_check
from ledger.publish.publisher import Publisher
from tests.support.backups import HARMLESS, WAYS, History, opened, restore, signs_nothing

COPIES = 20


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    folder = tmp_path_factory.mktemp("backups")
    history, random = opened(folder), Random(31)
    for _ in range(COPIES):
        history.grow(random)
    return history


def refusals(history: History, folder: Path, way: str, *, record: bool) -> list[str]:
    """Restore every copy in a way; return why nothing was signed, once each."""
    found = []
    for copy in history.copies:
        settings = restore(history, copy, way, folder)
        found.append(signs_nothing(history, settings, record=record))
        shutil.rmtree(folder)
    return found


@pytest.mark.parametrize("way", [pytest.param(way, id=way) for way in WAYS if way not in HARMLESS])
def test_twenty_restored_backups_sign_nothing(history: History, way: str) -> None:
    reasons = refusals(history, history.folder / "again", way, record=True)
    assert len(reasons) == COPIES
    assert all(reasons)


def test_older_published_files_are_brought_up_to_date(history: History) -> None:
    assert set(refusals(history, history.folder / "again", "published", record=False)) == {""}


@pytest.mark.parametrize(
    ("sabotage", "way"),
    [
        pytest.param(
            mock.patch.object(mark_check, "why_read_only", return_value=None),
            "high water",
            id="no-comparing-at-start",
        ),
        pytest.param(mock.patch.object(Publisher, "_greet"), "whole machine", id="no-greeting"),
    ],
)
def test_the_same_test_sees_a_publisher_that_does_not_compare(
    history: History, sabotage: AbstractContextManager[Any], way: str
) -> None:
    with sabotage, pytest.raises(AssertionError):
        assert all(refusals(history, history.folder / "sabotaged", way, record=True))
