"""The chain check and the auditor's command: the first bad entry is named, nothing bad passes."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ledger.log.verify
from ledger.log.canonical import canonical
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.entry import PREV_OF_FIRST, build_entry, parse_entry, signed_bytes
from ledger.log.merkle import leaf_hash, root
from ledger.log.note import Skey
from ledger.log.verify import ChainError, ChainState, check_chain, main, passkey_scope
from tests.support.chains import LOG, ORIGIN, SEED, chain, entry
from tests.support.passkey import passkey_signature

ENTRIES = chain(12)


@given(split=st.integers(0, 12))
def test_a_whole_chain_passes_in_one_go_or_in_two(split: int) -> None:
    state = check_chain(ENTRIES[split:], after=check_chain(ENTRIES[:split]))
    assert state == check_chain(ENTRIES)
    assert (state.size, state.origin, state.at_us) == (12, ORIGIN, 1005)
    assert state.head == leaf_hash(ENTRIES[-1])
    assert state.root == root(map(leaf_hash, ENTRIES))


def test_nothing_is_a_chain_of_no_entries() -> None:
    assert check_chain([]) == ChainState()


@pytest.mark.parametrize(
    ("change", "seq", "reason"),
    [
        pytest.param(lambda e: e.pop(4), 4, "seq is 5", id="dropped"),
        pytest.param(lambda e: e.insert(4, e[4]), 5, "seq is 4", id="doubled"),
        pytest.param(lambda e: e.reverse(), 0, "seq is 11", id="reversed"),
        pytest.param(lambda e: e.pop(0), 0, "seq is 1", id="headless"),
        pytest.param(lambda e: e.__setitem__(4, b"{}"), 4, "keys", id="no-entry"),
        pytest.param(lambda e: e.__setitem__(4, b""), 4, "not JSON", id="empty-line"),
        pytest.param(
            lambda e: e.__setitem__(4, e[4].replace(b'"number":4', b'"number":5')),
            5,
            "prev",
            id="altered-content",
        ),
        pytest.param(
            lambda e: e.__setitem__(0, entry(0, bytes([1]) * 32)), 0, "prev", id="first-with-prev"
        ),
        pytest.param(
            lambda e: e.__setitem__(4, entry(4, leaf_hash(e[3]), at_us=999)),
            4,
            "earlier",
            id="back-in-time",
        ),
        pytest.param(
            lambda e: e.__setitem__(4, entry(4, leaf_hash(e[3]), log="other.example")),
            4,
            "another log",
            id="other-log",
        ),
    ],
)
def test_names_the_first_bad_entry_when(
    change: Callable[[list[bytes]], Any], seq: int, reason: str
) -> None:
    entries = list(ENTRIES)
    change(entries)
    with pytest.raises(ChainError, match=reason) as caught:
        check_chain(entries)
    assert caught.value.seq == seq


@given(st.data())
def test_a_flipped_bit_anywhere_but_in_the_last_entry_breaks_the_chain(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(ENTRIES) - 2))
    bit = data.draw(st.integers(0, len(ENTRIES[at]) * 8 - 1))
    changed = bytearray(ENTRIES[at])
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ChainError) as caught:
        check_chain([*ENTRIES[:at], bytes(changed), *ENTRIES[at + 1 :]])
    assert caught.value.seq in (at, at + 1)


def write(folder: Path, entries: list[bytes], size: int = 12, signer: Skey = LOG) -> list[str]:
    """Write an export and a checkpoint over the true chain; return the command's arguments."""
    checkpoint = Checkpoint(origin=ORIGIN, size=size, root=root(map(leaf_hash, chain(size))))
    (folder / "ledger.jsonl").write_bytes(b"".join(line + b"\n" for line in entries))
    (folder / "checkpoint").write_bytes(sign_checkpoint(checkpoint, [signer]))
    paths = [str(folder / "ledger.jsonl"), "--checkpoint", str(folder / "checkpoint")]
    return [*paths, "--vkey", LOG.vkey.to_text()]


@pytest.mark.parametrize("size", [1, 7, 12])
def test_the_command_passes_a_whole_export(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], size: int
) -> None:
    assert main(write(tmp_path, ENTRIES, size)) == 0
    assert f"it signs the first {size} of these" in capsys.readouterr().out


def test_the_command_is_not_content_without_a_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(write(tmp_path, ENTRIES)[:1]) == 3
    assert "12 entries of registry.example/sinks" in capsys.readouterr().out
    assert main(write(tmp_path, ENTRIES, 0)) == 3


@pytest.mark.parametrize(
    ("entries", "size", "signer", "reason"),
    [
        pytest.param([], 12, LOG, "export is empty", id="empty"),
        pytest.param(ENTRIES[:9], 12, LOG, "entry 9: missing", id="truncated"),
        pytest.param([*ENTRIES[:4], *ENTRIES[5:]], 12, LOG, "entry 4: seq", id="dropped"),
        pytest.param(ENTRIES, 12, Skey(ORIGIN, SEED), "not signed by a known key", id="other-key"),
        pytest.param(
            [*ENTRIES[:-1], entry(11, leaf_hash(ENTRIES[10]), at_us=2000)],
            12,
            LOG,
            "not what the checkpoint signs",
            id="other-last-entry",
        ),
        pytest.param([b"x" * 70_000], 12, LOG, "longer than", id="endless-line"),
        pytest.param(
            [ENTRIES[0].replace(b'"number":0', b'"number":1')],
            1,
            LOG,
            "does not verify",
            id="signature",
        ),
    ],
)
def test_the_command_refuses(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    entries: list[bytes],
    size: int,
    signer: Skey,
    reason: str,
) -> None:
    assert main(write(tmp_path, entries, size, signer)) == 1
    assert reason in capsys.readouterr().out


def test_the_command_wants_checkpoint_and_key_together(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(write(tmp_path, ENTRIES)[:3])


def test_the_folder_alone_is_enough_for_an_auditor(tmp_path: Path) -> None:
    arguments = write(tmp_path, ENTRIES)
    shutil.copytree(Path(ledger.log.verify.__file__).parent, tmp_path / "log")
    done = subprocess.run(
        [sys.executable, "-m", "log.verify", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_refuses_a_checkpoint_of_another_log_over_the_same_entries(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Skey("other.example", bytes(32))
    checkpoint = Checkpoint(origin=other.name, size=12, root=root(map(leaf_hash, ENTRIES)))
    arguments = write(tmp_path, ENTRIES)[:3]
    (tmp_path / "checkpoint").write_bytes(sign_checkpoint(checkpoint, [other]))
    assert main([*arguments, "--vkey", other.vkey.to_text()]) == 1
    assert "the checkpoint of other.example" in capsys.readouterr().out


@pytest.mark.parametrize(("rp_id", "code"), [("registry.example", 3), ("other.example", 1)])
def test_the_command_holds_passkeys_to_what_entry_0_states(
    tmp_path: Path, rp_id: str, code: int
) -> None:
    body = {"webauthn": {"rp_id": rp_id, "origins": [{"origin": "https://registry.example"}]}}
    order = {**parse_entry(ENTRIES[0]).order, "body": body}
    signature = passkey_signature(signed_bytes(ORIGIN, canonical(order)))
    content = build_entry(
        seq=0,
        prev=PREV_OF_FIRST,
        at_us=0,
        order=order,
        sigs=[signature],
        movements=[],
        rows=[],
    )
    (tmp_path / "ledger.jsonl").write_bytes(content + b"\n")
    assert main([str(tmp_path / "ledger.jsonl")]) == code


def test_entry_0_states_where_passkeys_may_sign() -> None:
    stated = {"rp_id": "a.example", "origins": [{"origin": "https://a.example"}, "x"]}
    first = parse_entry(ENTRIES[0])
    first.order["body"] = {"webauthn": stated}
    assert passkey_scope(first).rp_id == "a.example"
    assert passkey_scope(first).origins == ("https://a.example",)
    assert passkey_scope(parse_entry(ENTRIES[0])).rp_id is None
