"""An auditor's kept copies against the log as it stands: what was shown elsewhere is held to it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.audit.findings import Findings
from ledger.audit.kept import check_kept, read_kept
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import Note, NoteSignature, parse_note
from tests.support.ledger import LOG_KEY, ORIGIN
from tests.support.rewriting import Told, tell

Copy = Callable[[Told], bytes]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return tell(tmp_path_factory.mktemp("told"))


def true_note(told: Told) -> bytes:
    return (told.copy / "checkpoint").read_bytes()


def another_root(told: Told, more: int) -> bytes:
    """What the log signed elsewhere."""
    size = int(true_note(told).split(b"\n")[1]) + more
    return sign_checkpoint(Checkpoint(origin=ORIGIN, size=size, root=bytes(32)), [LOG_KEY])


def colliding(told: Told) -> bytes:
    note = parse_note(another_root(told, 0))
    line = NoteSignature(ORIGIN, LOG_KEY.vkey.key_id, bytes(64))
    return Note(note.text, (line,)).to_bytes()


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        pytest.param(true_note, None, id="the-truth"),
        pytest.param(lambda told: told.checkpoints[0].read_bytes(), None, id="an-older-truth"),
        pytest.param(lambda told: another_root(told, 0), "history was rewritten", id="split-view"),
        pytest.param(lambda told: another_root(told, -7), "history was rewritten", id="fork"),
        pytest.param(lambda told: another_root(told, 1), "the log has", id="rollback"),
        pytest.param(colliding, "signature", id="key-id-collision"),
    ],
)
def test_an_audit_names_what_does_not_fit(
    told: Told, tmp_path: Path, kept: Copy, found: str | None
) -> None:
    (tmp_path / "kept").write_bytes(kept(told))

    said = findings_of(told, tmp_path / "kept")

    assert (said == "") if found is None else (found in said)


def findings_of(told: Told, path: Path) -> str:
    """Return what an audit says of one kept copy."""
    findings = Findings()
    with told.scene.world.registry.reader.connect() as connection:
        check_kept(connection, read_kept([path]), [LOG_KEY.vkey], findings)
    return " ".join(one.what for one in findings.items)
