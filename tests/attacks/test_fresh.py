"""The command line's wish for freshness: a log that stands still is refused from some day on."""

from dataclasses import replace
from pathlib import Path

import pytest

from certificates import verify
from certificates.verify import EXIT_FAILED, EXIT_OK
from tests.support.evil_log import MONTH_S, World
from tests.support.log_attacks import stale_checkpoint
from tests.support.log_clients import by_python
from tests.support.sealed_paper import registry, sealed
from tests.support.witnesses import NOW_S


@pytest.mark.parametrize(
    ("asked", "code"), [([], EXIT_OK), (["--witnessed-since", "2025-11-01"], EXIT_FAILED)]
)
def test_a_log_without_witnesses_is_never_fresh(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[str], code: int
) -> None:
    case = registry()
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(sealed("RT"))

    assert verify.main([str(paper), "--trust", str(case.folder / "trust"), *asked]) == code
    assert ("older than you allow" in capsys.readouterr().out) == (code == EXIT_FAILED)


@pytest.mark.parametrize(("later_s", "found"), [(-1, "accepted"), (0, "accepted"), (1, "status")])
def test_freshness_is_counted_to_the_second(world: World, later_s: int, found: str) -> None:
    stale = stale_checkpoint(world)
    witnessed_at = NOW_S - MONTH_S
    assert by_python(replace(stale, witnessed_after=witnessed_at + later_s)) == found
