"""A rewritten history, lawful in itself, is shown by what others kept of the log."""

from pathlib import Path
from random import Random

import pytest

from ledger.audit.audit import Outside, audit
from ledger.audit.kept import read_kept
from ledger.log.key import Skey
from tests.support.ledger import LOG_KEY, ORIGIN
from tests.support.rewriting import WAYS, Told, detect, rewrite, tell

HISTORIES = 50
SEED = 20261122


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return tell(tmp_path_factory.mktemp("told"))


def test_every_rewritten_history_is_detected_and_the_first_entry_named(
    told: Told, tmp_path: Path
) -> None:
    assert detect(told, tmp_path, HISTORIES, SEED) == set(WAYS)


@pytest.mark.parametrize("way", WAYS)
def test_nothing_kept_means_nothing_seen(told: Told, tmp_path: Path, way: str) -> None:
    """The saboteur: the same histories pass an audit that has nothing from outside."""
    random = _until(way)

    _, _, registry = rewrite(told, tmp_path / "again", random)
    report = audit(registry.settings)
    outside = Outside(kept=read_kept(told.checkpoints), vkeys=[LOG_KEY.vkey])
    with_kept = audit(registry.settings, outside=outside)

    assert report.ok, report.findings
    assert not with_kept.ok
    assert "rewritten" in str(with_kept.findings[0]) or "signs" in str(with_kept.findings[0])


def test_the_true_history_fits_what_was_kept(told: Told) -> None:
    settings = told.scene.world.registry.settings
    outside = Outside(kept=read_kept([told.copy, *told.checkpoints]), vkeys=[LOG_KEY.vkey])

    assert audit(settings, outside=outside).ok


def test_a_copy_signed_by_another_key_counts_for_nothing(told: Told) -> None:
    other = Skey(ORIGIN, bytes(32))
    outside = Outside(kept=read_kept(told.checkpoints[:1]), vkeys=[other.vkey])

    report = audit(told.scene.world.registry.settings, outside=outside)

    assert [finding.what for finding in report.findings] == ["note is not signed by a known key"]


def _until(way: str) -> Random:
    """Return a source of chance whose next history is rewritten in this way, early enough."""
    for seed in range(1_000):
        random = Random(seed)
        if random.choice(WAYS) == way and random.randrange(20) < 15:
            return Random(seed)
    raise AssertionError(f"no seed for {way}")
