"""Proof files: they carry an entry's inclusion, and no altered file, entry or key passes."""

from base64 import b64encode
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.merkle import ProofError, inclusion_path, leaf_hash, root
from ledger.log.note import Skey
from ledger.log.policy import Policy
from ledger.log.proof import TlogProof, verify_entry

ORIGIN = "registry.example/sinks"
LOG = Skey(ORIGIN, bytes(range(32)))
OTHER = Skey(ORIGIN, bytes([5]) * 32)
POLICY = Policy.of_keys([LOG.vkey])
SIZE = 21
ENTRIES = [b"entry %d" % number for number in range(SIZE)]
HASH_LINE = b64encode(bytes(32)).decode()


@cache
def subtree(level: int, index: int) -> bytes:
    return root(leaf_hash(entry) for entry in ENTRIES[index << level : (index + 1) << level])


def proof_of(index: int, size: int = SIZE, extra: bytes | None = None) -> TlogProof:
    checkpoint = Checkpoint(origin=ORIGIN, size=size, root=root(map(leaf_hash, ENTRIES[:size])))
    return TlogProof(
        index=index,
        path=inclusion_path(index, size, subtree),
        checkpoint=sign_checkpoint(checkpoint, [LOG]),
        extra=extra,
    )


@given(index=st.integers(0, SIZE - 1), beyond=st.integers(0, 20), extra=st.none() | st.binary())
def test_a_proof_survives_its_file_and_proves_its_entry_only(
    index: int, beyond: int, extra: bytes | None
) -> None:
    size = min(SIZE, index + 1 + beyond)
    proof = TlogProof.parse(proof_of(index, size, extra).to_bytes())
    assert proof == proof_of(index, size, extra)
    assert verify_entry(proof, ENTRIES[index], policy=POLICY).checkpoint.size == size
    with pytest.raises(ProofError):
        verify_entry(proof, ENTRIES[index] + b"!", policy=POLICY)


def test_writes_the_format_of_the_specification() -> None:
    proof = proof_of(2, 3, b"more")
    sibling = b64encode(subtree(1, 0)).decode()
    head = f"c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex 2\n{sibling}\n\n{ORIGIN}\n3\n"
    assert proof.to_bytes().decode().startswith(head)


def test_no_flipped_bit_of_a_file_passes() -> None:
    good = proof_of(13).to_bytes()
    for at in range(len(good)):
        changed = bytearray(good)
        changed[at] ^= 1
        with pytest.raises(ProofError):
            verify_entry(TlogProof.parse(bytes(changed)), ENTRIES[13], policy=POLICY)


def test_no_truncated_file_passes() -> None:
    good = proof_of(13).to_bytes()
    for length in range(len(good)):
        with pytest.raises(ProofError):
            verify_entry(TlogProof.parse(good[:length]), ENTRIES[13], policy=POLICY)


def test_refuses_another_key_and_another_log() -> None:
    proof = proof_of(4)
    with pytest.raises(ProofError, match="not signed by a known key"):
        verify_entry(proof, ENTRIES[4], policy=Policy.of_keys([OTHER.vkey]))
    elsewhere = Skey("other.example", LOG.seed)
    with pytest.raises(ProofError, match="knows no log registry"):
        verify_entry(proof, ENTRIES[4], policy=Policy.of_keys([elsewhere.vkey]))


def test_refuses_the_path_of_another_index_or_size() -> None:
    proof, other = proof_of(4), proof_of(5)
    for index, path, checkpoint in [
        (5, proof.path, proof.checkpoint),
        (4, other.path, proof.checkpoint),
        (4, proof.path, proof_of(4, 9).checkpoint),
        (SIZE, proof.path, proof.checkpoint),
        (4, (), proof.checkpoint),
    ]:
        swapped = TlogProof(index=index, path=path, checkpoint=checkpoint)
        with pytest.raises(ProofError):
            verify_entry(swapped, ENTRIES[4], policy=POLICY)


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("", id="nothing"),
        pytest.param("c2sp.org/tlog-proof@v1", id="no-index"),
        pytest.param("c2sp.org/tlog-proof@v2\nindex 0", id="other-version"),
        pytest.param("index 0\nc2sp.org/tlog-proof@v1", id="swapped-lines"),
        pytest.param("c2sp.org/tlog-proof@v1\nindex 00", id="leading-zero"),
        pytest.param("c2sp.org/tlog-proof@v1\nindex -1", id="negative"),
        pytest.param("c2sp.org/tlog-proof@v1\nindex 9223372036854775807", id="index-too-large"),
        pytest.param("c2sp.org/tlog-proof@v1\nindex  0", id="two-spaces"),
        pytest.param("c2sp.org/tlog-proof@v1\r\nindex 0", id="carriage-return"),
        pytest.param("c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA", id="extra-after-index"),
        pytest.param("c2sp.org/tlog-proof@v1\nextra A\nindex 0", id="extra-no-base64"),
        pytest.param("c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 0", id="two-extras"),
        pytest.param("c2sp.org/tlog-proof@v1\nindex 0\nAAAA", id="short-hash"),
        pytest.param("c2sp.org/tlog-proof@v1\nindex 0\n" + "x" * 44, id="no-base64-hash"),
        pytest.param("c2sp.org/tlog-proof@v1\nindex ０", id="wide-digit"),
        pytest.param(
            "\n".join(["c2sp.org/tlog-proof@v1", "index 0", *[HASH_LINE] * 64]), id="long"
        ),
    ],
)
def test_refuses_a_file_with_the_head(head: str) -> None:
    with pytest.raises(ProofError, match="proof file"):
        TlogProof.parse(f"{head}\n\n".encode() + proof_of(0, 1).checkpoint)


def test_refuses_a_file_without_checkpoint_or_of_endless_length() -> None:
    for tail in ["", "\n", "\n\n", "\n\n" + "x" * 2_000_000]:
        with pytest.raises(ProofError):
            TlogProof.parse(f"c2sp.org/tlog-proof@v1\nindex 0{tail}".encode())
