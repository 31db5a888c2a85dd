"""Cosignatures: both kinds state a time and a tree, and nothing that is altered still holds."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log import mldsa
from ledger.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.log.cosignature import (
    TIMESTAMP_MAX,
    Subtree,
    cosign,
    cosign_subtree,
    cosignature_message,
    subtree_message,
    verify_subtree,
    verify_text,
)
from ledger.log.key import ALG_COSIGNATURE, ALG_ML_DSA_44, NoteError, Skey, Vkey, parse_skey
from ledger.log.note import Note, NoteSignature, Verified, parse_note, sign, verify
from tests.support.policies import with_wrong_signature

ORIGIN = "registry.example/sinks"
LOG = Skey(ORIGIN, bytes(range(32)))
LOG_PQ = Skey(ORIGIN, bytes(range(1, 33)), ALG_ML_DSA_44)
OLD = Skey("witness.example/old", bytes([5]) * 32, ALG_COSIGNATURE)
NEW = Skey("witness.example/new", bytes([6]) * 32, ALG_ML_DSA_44)
TREE = Checkpoint(origin=ORIGIN, size=21, root=bytes([9]) * 32)
NOW = 1_795_000_000

cosigners = st.sampled_from([OLD, NEW])
timestamps = st.integers(1, TIMESTAMP_MAX)


@cache
def cosigned(skey: Skey, timestamp: int = NOW) -> NoteSignature:
    return cosign(TREE, skey, timestamp)


def with_lines(*lines: NoteSignature) -> Note:
    note = parse_note(sign_checkpoint(TREE, [LOG]))
    return parse_note(replace(note, signatures=(*note.signatures, *lines)).to_bytes())


@given(skey=cosigners, timestamp=timestamps)
def test_a_cosigned_note_states_who_signed_and_when(skey: Skey, timestamp: int) -> None:
    note = with_lines(cosign(TREE, skey, timestamp))
    assert verify(note, [skey.vkey]) == (Verified(skey.vkey, timestamp),)
    assert verify(note, [LOG.vkey, skey.vkey])[0] == Verified(LOG.vkey)


def test_builds_the_messages_of_the_specification() -> None:
    text = TREE.to_text()
    assert cosignature_message(text, 1679315147).decode() == (
        f"cosignature/v1\ntime 1679315147\n{text}"
    )
    subtree = Subtree(origin="ab", start=0, end=258, digest=bytes([7]) * 32)
    assert subtree_message("wit", 1, subtree) == (
        b"subtree/v1\n\0" + b"\3wit" + bytes([0] * 7 + [1]) + b"\2ab" + bytes(8)
        + bytes([0] * 6 + [1, 2]) + bytes([7]) * 32
    )  # fmt: skip


def test_lines_have_the_lengths_of_the_specification() -> None:
    assert len(cosigned(OLD).signature) == 72
    assert len(cosigned(NEW).signature) == 2428
    assert len(NEW.vkey.key) == 1312


@pytest.mark.parametrize("skey", [OLD, NEW], ids=["0x04", "0x06"])
def test_key_texts_of_cosigners_come_back(skey: Skey) -> None:
    assert parse_skey(skey.to_text()) == skey
    assert skey.vkey.alg == skey.alg


@given(skey=cosigners, at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_flipped_bit_of_a_line_holds(skey: Skey, at: int, bit: int) -> None:
    changed = bytearray(cosigned(skey).signature)
    changed[at % len(changed)] ^= 1 << bit
    with pytest.raises(NoteError):
        verify_text(TREE.to_text(), skey.vkey, bytes(changed))


@pytest.mark.parametrize("skey", [OLD, NEW], ids=["0x04", "0x06"])
def test_no_other_tree_log_or_name_holds(skey: Skey) -> None:
    signature = cosigned(skey).signature
    for tree in (
        replace(TREE, size=22),
        replace(TREE, root=bytes(32)),
        replace(TREE, origin="other.example"),
    ):
        with pytest.raises(NoteError, match="does not verify"):
            verify_text(tree.to_text(), skey.vkey, signature)
    for length in (0, 8, 63, 71, 73, 2427, 2429):
        with pytest.raises(NoteError, match="another length"):
            verify_text(TREE.to_text(), skey.vkey, bytes(length))


def test_only_the_newer_kind_states_the_cosigners_name() -> None:
    renamed = Vkey("other.example", ALG_COSIGNATURE, OLD.vkey.key)
    assert verify_text(TREE.to_text(), renamed, cosigned(OLD).signature) == NOW
    renamed = Vkey("other.example", ALG_ML_DSA_44, NEW.vkey.key)
    with pytest.raises(NoteError, match="does not verify"):
        verify_text(TREE.to_text(), renamed, cosigned(NEW).signature)


def test_a_failing_line_of_a_known_cosigner_spoils_the_note() -> None:
    bad = with_wrong_signature(cosigned(OLD))
    with pytest.raises(NoteError, match="does not verify"):
        verify(with_lines(bad, cosigned(NEW)), [OLD.vkey, NEW.vkey])
    assert verify(with_lines(bad, cosigned(NEW)), [NEW.vkey]) == (Verified(NEW.vkey, NOW),)


def test_of_two_lines_by_one_key_the_latest_time_counts_and_the_key_once() -> None:
    lines = [cosigned(NEW), cosigned(NEW, NOW + 60), cosigned(NEW, NOW - 60)]
    assert verify(with_lines(*lines), [NEW.vkey]) == (Verified(NEW.vkey, NOW + 60),)


def test_the_log_signs_with_both_its_keys_and_each_alone_opens() -> None:
    note = sign_checkpoint(TREE, [LOG, LOG_PQ], NOW)
    for trusted in ([LOG.vkey], [LOG_PQ.vkey], [LOG_PQ.vkey, LOG.vkey]):
        assert open_checkpoint(note, trusted, ORIGIN) == TREE
    assert verify(parse_note(note), [LOG_PQ.vkey]) == (Verified(LOG_PQ.vkey, NOW),)
    with pytest.raises(NoteError, match="not signed by a known key"):
        open_checkpoint(note, [Skey(ORIGIN, bytes(32)).vkey], ORIGIN)
    with pytest.raises(NoteError, match="not signed by a known key"):
        open_checkpoint(note, [], ORIGIN)


def test_one_wrong_line_of_the_log_closes_the_checkpoint() -> None:
    note = parse_note(sign_checkpoint(TREE, [LOG, LOG_PQ], NOW))
    first, second = note.signatures
    second = with_wrong_signature(second)
    spoiled = Note(note.text, (first, second)).to_bytes()
    with pytest.raises(NoteError, match="does not verify"):
        open_checkpoint(spoiled, [LOG.vkey, LOG_PQ.vkey], ORIGIN)
    assert open_checkpoint(spoiled, [LOG.vkey], ORIGIN) == TREE


def test_a_log_signs_under_no_cosigners_key() -> None:
    key = Skey(ORIGIN, bytes(32), ALG_COSIGNATURE)
    with pytest.raises(NoteError, match=r"0x04 .* not for a log"):
        sign_checkpoint(TREE, [key], NOW)
    note = sign(TREE.to_text(), [key], NOW)
    with pytest.raises(NoteError, match=r"0x04 .* not for a log"):
        open_checkpoint(note, [key.vkey], ORIGIN)


@given(start=st.integers(1, 2**40), width=st.integers(0, 2**40), digest=st.binary())
def test_a_cosigned_subtree_holds_as_that_subtree_only(
    start: int, width: int, digest: bytes
) -> None:
    root = (digest + bytes(32))[:32]
    subtree = Subtree(origin=ORIGIN, start=start, end=start + width, digest=root)
    line = cosign_subtree(subtree, NEW, 0)
    assert verify_subtree(subtree, NEW.vkey, line) == 0
    with pytest.raises(NoteError, match="does not verify"):
        verify_subtree(replace(subtree, start=start - 1), NEW.vkey, line)
    with pytest.raises(NoteError, match="not a line of"):
        verify_subtree(subtree, LOG_PQ.vkey, line)


def test_a_checkpoint_is_the_subtree_from_zero() -> None:
    assert verify_subtree(Subtree.of(TREE), NEW.vkey, cosigned(NEW)) == NOW


def test_a_subtree_is_signed_by_the_newer_kind_and_away_from_zero_without_time() -> None:
    subtree = Subtree(origin=ORIGIN, start=256, end=512, digest=bytes(32))
    with pytest.raises(NoteError, match="only ML-DSA-44"):
        cosign_subtree(subtree, OLD, 0)
    with pytest.raises(NoteError, match="without a timestamp"):
        cosign_subtree(subtree, NEW, NOW)


@pytest.mark.parametrize("timestamp", [-1, TIMESTAMP_MAX + 1])
@pytest.mark.parametrize("skey", [OLD, NEW], ids=["0x04", "0x06"])
def test_refuses_to_cosign_at_an_impossible_time(skey: Skey, timestamp: int) -> None:
    with pytest.raises(NoteError, match="timestamp"):
        cosign(TREE, skey, timestamp)


def test_refuses_an_ed25519_cosignature_without_time_and_an_unreadable_tree() -> None:
    with pytest.raises(NoteError, match="states a time"):
        cosign(TREE, OLD, 0)
    with pytest.raises(NoteError, match="three lines"):
        cosign(replace(TREE, origin="a\nb"), NEW, NOW)
    with pytest.raises(NoteError, match="three lines"):
        sign("any text\n", [NEW], NOW)


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [
        pytest.param("a", 1311, "1312 bytes", id="short-key"),
        pytest.param("a" * 256, 1312, "longer than 255", id="long-name"),
        pytest.param("林" * 86, 1312, "longer than 255", id="long-name-in-utf-8"),
    ],
)
def test_refuses_an_ml_dsa_key(name: str, size: int, reason: str) -> None:
    with pytest.raises(NoteError, match=reason):
        Vkey(name, ALG_ML_DSA_44, bytes(size))


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"origin": ""}, id="no-origin"),
        pytest.param({"origin": "a" * 256}, id="long-origin"),
        pytest.param({"start": 4, "end": 3}, id="backwards"),
        pytest.param({"end": 2**63}, id="too-large"),
        pytest.param({"digest": bytes(31)}, id="short-hash"),
    ],
)
def test_refuses_a_subtree(fields: dict[str, object]) -> None:
    good: dict[str, object] = {"origin": "a", "start": 0, "end": 1, "digest": bytes(32)}
    with pytest.raises(NoteError):
        Subtree(**{**good, **fields})  # type: ignore[arg-type] # of the right kinds


def test_ml_dsa_signing_is_hedged_so_golden_signatures_are_stored_never_made_again() -> None:
    first, second = (mldsa.sign(bytes(32), b"message") for _ in range(2))
    assert first != second
    for signature in (first, second):
        mldsa.verify(mldsa.public_key(bytes(32)), b"message", signature)
