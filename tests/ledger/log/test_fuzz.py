"""Damaged files and requests: only documented errors come out, and nothing false is believed."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.log.checkpoint import CheckpointError, open_checkpoint, parse_checkpoint
from ledger.log.key import NoteError, parse_skey, parse_vkey
from ledger.log.merkle import ProofError, inclusion_path
from ledger.log.mirror_wire import MirrorInfo, Reader
from ledger.log.note import parse_note, verify
from ledger.log.policy import PolicyError, check_policy, parse_policy
from ledger.log.proof import TlogProof, verify_entry
from ledger.log.tiles import TileError, encode_bundle, parse_bundle, parse_path
from ledger.log.witness_wire import AddCheckpoint, WireError, parse_lines, parse_size
from tests.support import log_vectors
from tests.support.mutation import damaged

VECTORS = log_vectors.vectors()
KEYS = [skey.vkey for skey in log_vectors.KEYS.values()]
POLICY = parse_policy(log_vectors.policy_text())
NOTE = str(VECTORS["note"]).encode()
TREE, HEAD = log_vectors.TREE, log_vectors.HEAD
PROOF = TlogProof(index=77, path=inclusion_path(77, HEAD.size, TREE.subtree), checkpoint=NOTE)
REQUEST = str(VECTORS["witness"]["request"]).encode()  # type: ignore[index,call-overload] # JSON
UPLOAD = bytes.fromhex(str(VECTORS["mirror"]["request"]))  # type: ignore[index,call-overload] # JSON
BUNDLE = encode_bundle(TREE.entries[:20])

Read = Callable[[bytes], object]


def text(parse: Callable[[str], object]) -> Read:
    return lambda data: parse(data.decode("utf-8", "surrogateescape"))


def signed_note(data: bytes) -> object:
    return verify(parse_note(data), KEYS)


def checkpoint(data: bytes) -> object:
    return open_checkpoint(data, KEYS[:2], HEAD.origin)


def checked(data: bytes) -> object:
    return check_policy(POLICY, data)


def bundle(data: bytes) -> object:
    return parse_bundle(data, 20)


def upload(data: bytes) -> object:
    return Reader().feed(data)


VKEYS = [key.to_text().encode() for key in KEYS]
SKEYS = [key.to_text().encode() for key in log_vectors.KEYS.values()]
PATHS = [b"tile/0/x001/234.p/7", b"tile/entries/000"]
LINES = NOTE.rpartition(b"\n\n")[2]
PARSERS = [
    pytest.param([NOTE], parse_note, NoteError, id="note"),
    pytest.param([NOTE], signed_note, NoteError, id="signed-note"),
    pytest.param([HEAD.to_text().encode()], text(parse_checkpoint), CheckpointError, id="head"),
    pytest.param([NOTE], checkpoint, NoteError, id="checkpoint"),
    pytest.param([NOTE], checked, PolicyError, id="policy-check"),
    pytest.param([POLICY.to_text().encode()], text(parse_policy), PolicyError, id="policy"),
    pytest.param(VKEYS, text(parse_vkey), NoteError, id="vkey"),
    pytest.param(SKEYS, text(parse_skey), NoteError, id="skey"),
    pytest.param([PROOF.to_bytes()], TlogProof.parse, ProofError, id="proof"),
    pytest.param([BUNDLE], bundle, TileError, id="bundle"),
    pytest.param(PATHS, text(parse_path), TileError, id="path"),
    pytest.param([REQUEST], AddCheckpoint.parse, WireError, id="witness-request"),
    pytest.param([LINES], parse_lines, WireError, id="witness-answer"),
    pytest.param([b"12345\n"], parse_size, WireError, id="size"),
    pytest.param([UPLOAD], upload, WireError, id="mirror-request"),
    pytest.param([b"12\n7\ndGljaw==\n"], MirrorInfo.parse, WireError, id="mirror-info"),
]


def read_damaged(samples: list[bytes], read: Read, error: type[ValueError], examples: int) -> int:
    """Read damaged samples, and count those refused; any other error goes through."""
    refused = 0

    @settings(max_examples=examples, database=None)
    @given(data=damaged(samples))
    def attempt(data: bytes) -> None:
        nonlocal refused
        try:
            read(data)
        except error:
            refused += 1

    attempt()
    return refused


@pytest.mark.parametrize(("samples", "read", "error"), PARSERS)
def test_only_the_documented_error_comes_out(
    samples: list[bytes], read: Read, error: type[ValueError]
) -> None:
    for sample in samples:
        read(sample)
    assert read_damaged(samples, read, error, 150) > 5


@pytest.mark.faults
@pytest.mark.parametrize(("samples", "read", "error"), PARSERS)
def test_only_the_documented_error_comes_out_of_many(
    samples: list[bytes], read: Read, error: type[ValueError]
) -> None:
    assert read_damaged(samples, read, error, 5_000) > 200


@given(data=damaged([PROOF.to_bytes()]))
def test_no_damaged_proof_proves_anything_else(data: bytes) -> None:
    try:
        proof = TlogProof.parse(data)
        verdict = verify_entry(proof, TREE.entries[77], policy=POLICY)
    except ProofError:
        return
    assert (proof.index, verdict.checkpoint) == (77, HEAD)


@given(data=damaged([NOTE]))
def test_no_damaged_note_states_anything_else(data: bytes) -> None:
    try:
        note = parse_note(data)
        verified = verify(note, KEYS)
    except NoteError:
        return
    assert note.text == HEAD.to_text()
    assert {one.vkey for one in verified} <= set(KEYS)


@given(data=st.binary(max_size=300))
def test_any_bytes_at_all(data: bytes) -> None:
    for param in PARSERS:
        _, read, error = param.values
        try:
            read(data)
        except error:
            continue


def test_a_saboteur_is_noticed() -> None:
    def careless(data: bytes) -> object:
        return data.index(b"\xe2\x80\x94 ")

    with pytest.raises(ValueError, match="not found"):
        read_damaged([NOTE], careless, NoteError, 300)
