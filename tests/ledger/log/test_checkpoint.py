"""Checkpoints: three exact lines, signed by the log under its own origin."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.checkpoint import (
    Checkpoint,
    CheckpointError,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from ledger.log.merkle import EMPTY_ROOT
from ledger.log.note import NoteError, Skey, parse_vkey, sign

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "signed-notes.json").read_text())
ORIGIN = "registry.example/sinks"
LOG = Skey(ORIGIN, bytes(range(32)))
WITNESS = Skey("witness.example", bytes([5]) * 32)
ROOT = b64encode(bytes(32)).decode()
EMPTY = b64encode(EMPTY_ROOT).decode()

sizes = st.integers(1, 2**63 - 1)
roots = st.binary(min_size=32, max_size=32)


@given(size=sizes, root=roots)
def test_a_signed_checkpoint_opens_to_what_was_signed(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(origin=ORIGIN, size=size, root=root)
    note = sign_checkpoint(checkpoint, [LOG])
    assert open_checkpoint(note, [LOG.vkey], ORIGIN) == checkpoint
    assert checkpoint.to_text() == f"{ORIGIN}\n{size}\n{b64encode(root).decode()}\n"


def test_refuses_the_origin_with_spaces_of_the_go_checksum_database() -> None:
    case = next(case for case in VECTORS["cases"] if case["name"].startswith("sum.golang.org"))
    with pytest.raises(CheckpointError, match="three lines"):
        open_checkpoint(case["note"].encode(), [parse_vkey(case["vkey"])], "sum.golang.org")


def test_lines_of_witnesses_do_not_matter_but_the_logs_own_must_be_there() -> None:
    text = Checkpoint(origin=ORIGIN, size=3, root=bytes(32)).to_text()
    assert open_checkpoint(sign(text, [LOG, WITNESS]), [LOG.vkey], ORIGIN).size == 3
    with pytest.raises(NoteError, match="not signed by a known key"):
        open_checkpoint(sign(text, [WITNESS]), [LOG.vkey], ORIGIN)


def test_a_checkpoint_of_the_empty_log_opens() -> None:
    empty = Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT)
    assert open_checkpoint(sign_checkpoint(empty, [LOG]), [LOG.vkey], ORIGIN) == empty


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(f"{ORIGIN}\n3\n", id="two-lines"),
        pytest.param(f"{ORIGIN}\n3\n{ROOT}", id="no-final-newline"),
        pytest.param(f"{ORIGIN}\n3\n{ROOT}\n\n", id="empty-extension"),
        pytest.param(f"{ORIGIN}\n3\n{ROOT}\nextension\n", id="extension-line"),
        pytest.param(f"\n3\n{ROOT}\n", id="no-origin"),
        pytest.param(f"a b\n3\n{ROOT}\n", id="origin-with-space"),
        pytest.param(f"a+b\n3\n{ROOT}\n", id="origin-with-plus"),
        pytest.param(f"{ORIGIN}\n03\n{ROOT}\n", id="leading-zero"),
        pytest.param(f"{ORIGIN}\n-3\n{ROOT}\n", id="negative"),
        pytest.param(f"{ORIGIN}\n+3\n{ROOT}\n", id="plus-sign"),
        pytest.param(f"{ORIGIN}\n３\n{ROOT}\n", id="wide-digit"),
        pytest.param(f"{ORIGIN}\n\n{ROOT}\n", id="no-size"),
        pytest.param(f"{ORIGIN}\n9223372036854775808\n{ROOT}\n", id="size-2-to-the-63"),
        pytest.param(f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n", id="endless-size"),
        pytest.param(f"{ORIGIN}\n3\n{ROOT[:-1]}\n", id="root-without-padding"),
        pytest.param(f"{ORIGIN}\n3\n{ROOT[:-2]}B=\n", id="root-with-stray-bits"),
        pytest.param(f"{ORIGIN}\n3\n{b64encode(bytes(31)).decode()}\n", id="short-root"),
        pytest.param(f"{ORIGIN}\n3\n{bytes(32).hex()}\n", id="root-in-hex"),
        pytest.param(f"{ORIGIN}\n0\n{ROOT}\n", id="size-0-with-a-root"),
        pytest.param(f" {ORIGIN}\n3\n{ROOT}\n", id="leading-space"),
    ],
)
def test_refuses_the_text(text: str) -> None:
    with pytest.raises(CheckpointError):
        parse_checkpoint(text)


def test_reads_the_root_of_the_empty_log_for_size_0_only() -> None:
    assert parse_checkpoint(f"{ORIGIN}\n0\n{EMPTY}\n").root == EMPTY_ROOT


def test_refuses_the_checkpoint_of_another_log() -> None:
    other = Skey("other.example", LOG.seed)
    text = Checkpoint(origin="other.example", size=3, root=bytes(32)).to_text()
    with pytest.raises(CheckpointError, match="key is named"):
        open_checkpoint(sign(text, [other]), [other.vkey], ORIGIN)
    with pytest.raises(CheckpointError, match=r"of the log other\.example"):
        open_checkpoint(sign(text, [LOG]), [LOG.vkey], ORIGIN)


@pytest.mark.parametrize(
    ("checkpoint", "signers", "reason"),
    [
        pytest.param(
            Checkpoint(origin=ORIGIN, size=3, root=bytes(31)), [LOG], "three lines|range", id="root"
        ),
        pytest.param(
            Checkpoint(origin=ORIGIN, size=-1, root=bytes(32)),
            [LOG],
            "three lines|range",
            id="size",
        ),
        pytest.param(
            Checkpoint(origin="a\nb", size=1, root=bytes(32)),
            [LOG],
            "three lines|range",
            id="origin",
        ),
        pytest.param(
            Checkpoint(origin=ORIGIN, size=3, root=bytes(32)), [WITNESS], "that only", id="name"
        ),
        pytest.param(
            Checkpoint(origin=ORIGIN, size=3, root=bytes(32)), [], "needs a signature", id="nobody"
        ),
    ],
)
def test_refuses_to_sign(checkpoint: Checkpoint, signers: list[Skey], reason: str) -> None:
    with pytest.raises(NoteError, match=reason):
        sign_checkpoint(checkpoint, signers)
