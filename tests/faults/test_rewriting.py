"""A thousand rewritten histories, as `tests/ledger/test_rewriting.py` does with fifty."""

from pathlib import Path

import pytest

from tests.support.rewriting import WAYS, detect, tell

HISTORIES = 1_000
SEED = 1


@pytest.mark.faults
def test_every_rewritten_history_is_detected_and_the_first_entry_named(
    tmp_path: Path,
) -> None:
    told, rewritten = tmp_path / "told", tmp_path / "rewritten"
    told.mkdir()
    rewritten.mkdir()
    assert detect(tell(told), rewritten, HISTORIES, SEED) == set(WAYS)
