"""Proofs of a state tree: others' vectors, what follows, and that nothing else does."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.log.state_proof import (
    StateProofError,
    absence_proof,
    has_prefix,
    prefix_proof,
    presence_proof,
    verify_absence,
    verify_neighbours,
    verify_prefix,
    verify_presence,
)
from ledger.log.state_tree import Pair, in_order, path_in, tree_hash
from ledger.log.state_tree import Path as TreePath

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "vectors" / "mpt-proofs.json").read_text()
)

keys = st.binary(max_size=4) | st.lists(st.sampled_from([0, 1, 0xFF, 0xAB]), max_size=6).map(bytes)
mappings = st.dictionaries(keys, st.binary(max_size=4), min_size=1, max_size=16)


def path_of(pairs: list[Pair], key: bytes) -> TreePath:
    path = path_in(pairs, key)
    assert path is not None
    return path


def holds(check: Any, *given: Any) -> bool:
    try:
        check(*given)
    except StateProofError:
        return False
    return True


@pytest.mark.parametrize("case", VECTORS["lookups"], ids=lambda case: case["snap"][:8])
def test_lookups_of_others(case: dict[str, Any]) -> None:
    root, key, proof = (bytes.fromhex(case[name]) for name in ("snap", "key", "proof"))
    if case["val"] is None:
        assert holds(verify_absence, root, key, proof) == case["holds"]
    else:
        assert holds(verify_presence, root, key, bytes.fromhex(case["val"]), proof) == case["holds"]


@pytest.mark.parametrize("case", VECTORS["prefixes"]["cases"], ids=lambda case: case["prefix"])
def test_prefixes_of_others(case: dict[str, Any]) -> None:
    pairs = [(bytes.fromhex(key), bytes.fromhex(value)) for key, value in VECTORS["prefixes"]["kv"]]
    prefix = bytes.fromhex(case["prefix"])
    proof = prefix_proof(prefix, path_in(pairs, prefix))
    under = [pair for pair in pairs if has_prefix(pair[0], prefix)]
    assert proof.hex() == case["proof"]
    assert tree_hash(under).hex() == case["hash"]
    verify_prefix(tree_hash(pairs), prefix, under, proof)


@given(mapping=mappings, key=keys)
def test_a_key_is_proven_there_or_not_there(mapping: dict[bytes, bytes], key: bytes) -> None:
    pairs = in_order(mapping.items())
    root, path = tree_hash(pairs), path_of(pairs, key)
    if key in mapping:
        verify_presence(root, key, mapping[key], presence_proof(path))
        assert not holds(verify_absence, root, key, absence_proof(path))
    else:
        verify_absence(root, key, absence_proof(path))
        assert not holds(verify_presence, root, key, path.value, presence_proof(path))


@given(mapping=mappings, prefix=keys.map(lambda key: key[:3]))
def test_all_keys_under_a_prefix_are_proven_to_be_all(
    mapping: dict[bytes, bytes], prefix: bytes
) -> None:
    pairs = in_order(mapping.items())
    root, proof = tree_hash(pairs), prefix_proof(prefix, path_of(pairs, prefix))
    under = [pair for pair in pairs if has_prefix(pair[0], prefix)]
    verify_prefix(root, prefix, under, proof)
    for left_out in range(len(under)):
        fewer = under[:left_out] + under[left_out + 1 :]
        assert not holds(verify_prefix, root, prefix, fewer, proof)


@given(mapping=mappings, left_out=st.integers(0, 15), data=st.data())
def test_no_proof_hides_a_key(mapping: dict[bytes, bytes], left_out: int, data: Any) -> None:
    """Whatever proof of this tree is taken, one with a key left out does not verify."""
    pairs = in_order(mapping.items())
    key = pairs[left_out % len(pairs)][0]
    prefix = key[: data.draw(st.integers(0, len(key)))]
    fewer = [pair for pair in pairs if has_prefix(pair[0], prefix) and pair[0] != key]
    for other in mapping:
        path = path_of(pairs, other)
        for proof in (prefix_proof(prefix, path), presence_proof(path), absence_proof(path)):
            assert not holds(verify_prefix, tree_hash(pairs), prefix, fewer, proof)


@given(mapping=mappings, key=keys, position=st.integers(0), flip=st.integers(1, 255))
def test_a_changed_proof_proves_nothing(
    mapping: dict[bytes, bytes], key: bytes, position: int, flip: int
) -> None:
    pairs = in_order(mapping.items())
    root, path = tree_hash(pairs), path_of(pairs, key)
    present = key in mapping
    proof = presence_proof(path) if present else absence_proof(path)
    assume(proof)
    place = position % len(proof)
    flipped = proof[:place] + bytes([proof[place] ^ flip]) + proof[place + 1 :]
    for changed in (flipped, proof[:place], proof + b"\0", proof + proof):
        if present:
            assert not holds(verify_presence, root, key, mapping[key], changed)
        else:
            assert not holds(verify_absence, root, key, changed)


@given(mapping=mappings.filter(lambda mapping: len(mapping) > 1), data=st.data())
def test_neighbours_have_no_key_between_them(mapping: dict[bytes, bytes], data: Any) -> None:
    pairs = in_order(mapping.items())
    root = tree_hash(pairs)
    one, other = (data.draw(st.integers(0, len(pairs) - 1)) for _ in range(2))
    proofs = tuple(presence_proof(path_of(pairs, pairs[n][0])) for n in (one, other))
    said = holds(verify_neighbours, root, pairs[one], pairs[other], proofs)
    assert said == (other == one + 1)


@pytest.mark.parametrize(
    "proof",
    [
        pytest.param("80", id="unfinished-number"),
        pytest.param("8000" + "00" * 32, id="longer-number-than-needed"),
        pytest.param("ffffffffff0f" + "00" * 32, id="huge-number"),
        pytest.param("00" + "00" * 31, id="short-hash"),
        pytest.param("00" + "00" * 32 + "01" + "00" * 32, id="downwards"),
    ],
)
def test_malformed_proofs_are_refused(proof: str) -> None:
    data = bytes.fromhex(proof)
    assert not holds(verify_presence, bytes(32), b"k", b"v", data)
    assert not holds(verify_absence, bytes(32), b"k", data)


def test_an_empty_tree_takes_no_other_proof() -> None:
    root = tree_hash([])
    verify_absence(root, b"k", b"")
    verify_prefix(root, b"k", [], b"")
    assert not holds(verify_absence, root, b"k", b"\0")
    assert not holds(verify_presence, root, b"k", b"v", b"")
    assert not holds(verify_prefix, root, b"k", [(b"k", b"v")], b"")
