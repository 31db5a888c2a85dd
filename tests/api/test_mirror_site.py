"""A mirror's own site: made from its copy alone, every certificate has its page."""

from pathlib import Path

import pytest

from api.mirror_site import write_site
from ledger.fetching import folder_log
from ledger.log.policy import parse_policy
from ledger.publish.targets import open_target
from ledger.replay.recovery import RecoveryError
from ledger.witness.folder import WitnessFolder, make_folder
from ledger.witness.mirror import Mirror
from ledger.witness.mirror_pull import pull
from ledger.witness.store import KnownLog

NOW_S = 1_800_000_000


def clock() -> int:
    return NOW_S


def mirror_of(played: Path, home: Path) -> tuple[WitnessFolder, KnownLog]:
    """Return a mirror that knows the demonstration's log."""
    policy = parse_policy((played / "policy").read_text())
    vkeys = tuple(one.vkey for one in policy.logs)
    log = KnownLog(origin=vkeys[0].name, vkeys=vkeys, url="https://registry.example/log")
    folder = make_folder(home, name="w.example", url="https://w.example", mirror="m.example")
    folder.store.add_log(log)
    return folder, log


def test_a_mirror_writes_a_page_for_every_certificate(played: Path, tmp_path: Path) -> None:
    folder, log = mirror_of(played, tmp_path / "mirror")
    copies = Mirror.of(folder, clock)
    pull(folder.witness(clock), copies, log, folder_log(played / "log"))

    size, written = write_site(copies, log, open_target(str(tmp_path / "site")), NOW_S * 1_000_000)

    numbers = {path.stem for path in (played / "certificates").glob("*.pdf")}
    pages = {path.parent.name for path in (tmp_path / "site/verify").glob("*/index.html")}
    assert pages == numbers
    assert (tmp_path / "site/verify.html").is_file()
    assert (size > len(numbers), written > 0) == (True, True)
    bundle = f"tile/entries/000.p/{size}"
    held = copies.copy_of(log).fetch(bundle)
    assert (tmp_path / "site/log" / bundle).read_bytes() == held
    again = write_site(copies, log, open_target(str(tmp_path / "site")), NOW_S * 1_000_000)
    assert again == (size, 0)


def test_a_mirror_that_holds_nothing_writes_nothing(played: Path, tmp_path: Path) -> None:
    folder, log = mirror_of(played, tmp_path / "mirror")

    with pytest.raises(RecoveryError, match="checkpoint"):
        write_site(Mirror.of(folder, clock), log, open_target(str(tmp_path / "site")), 1)

    assert not (tmp_path / "site/verify").exists()
