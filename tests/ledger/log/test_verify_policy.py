"""The auditor's command with a policy: the log must have signed, and its witnesses cosigned."""

from pathlib import Path

import pytest

from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.cosignature import cosign
from ledger.log.key import ALG_COSIGNATURE, Skey
from ledger.log.merkle import leaf_hash, root
from ledger.log.note import Note, parse_note
from ledger.log.verify import main
from tests.support.chains import LOG, ORIGIN, chain

ENTRIES = chain(4)
TREE = Checkpoint(origin=ORIGIN, size=4, root=root(map(leaf_hash, ENTRIES)))
WITNESS = Skey("witness.example/w", bytes([5]) * 32, ALG_COSIGNATURE)
POLICY = f"""\
log {LOG.vkey.to_text()}
witness w {WITNESS.vkey.to_text()}
quorum w
"""


def arguments(folder: Path, *, cosigned: bool = True, policy: str = POLICY) -> list[str]:
    note = parse_note(sign_checkpoint(TREE, [LOG]))
    lines = [cosign(TREE, WITNESS, 1_795_000_000)] if cosigned else []
    note = Note(note.text, (*note.signatures, *lines))
    (folder / "ledger.jsonl").write_bytes(b"".join(line + b"\n" for line in ENTRIES))
    (folder / "checkpoint").write_bytes(note.to_bytes())
    (folder / "policy").write_text(policy)
    checkpoint = ["--checkpoint", str(folder / "checkpoint")]
    return [str(folder / "ledger.jsonl"), *checkpoint, "--policy", str(folder / "policy")]


def test_names_the_witnesses_of_a_checkpoint_that_meets_the_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments(tmp_path)) == 0
    assert "3 the policy is met; cosigned by w at 1795000000" in capsys.readouterr().out


def test_says_when_the_policy_asks_for_no_witness(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = POLICY.replace("quorum w", "quorum none")
    assert main(arguments(tmp_path, cosigned=False, policy=policy)) == 0
    assert "no witness, and it asks for none" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cosigned", "policy", "reason"),
    [
        pytest.param(False, POLICY, "quorum w is not met", id="no-witness"),
        pytest.param(True, POLICY.replace("quorum w", "quorum v"), "line 3", id="bad-policy"),
        pytest.param(
            True,
            POLICY.replace(LOG.vkey.to_text(), Skey(ORIGIN, bytes(32)).vkey.to_text()),
            "has not signed",
            id="other-key",
        ),
    ],
)
def test_fails(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    cosigned: bool,
    policy: str,
    reason: str,
) -> None:
    assert main(arguments(tmp_path, cosigned=cosigned, policy=policy)) == 1
    assert reason in capsys.readouterr().out


def test_takes_a_key_or_a_policy_and_either_with_a_checkpoint_only(tmp_path: Path) -> None:
    given = arguments(tmp_path)
    for wrong in ([*given, "--vkey", LOG.vkey.to_text()], given[:1] + given[3:], given[:3]):
        with pytest.raises(SystemExit) as caught:
            main(wrong)
        assert caught.value.code == 2
