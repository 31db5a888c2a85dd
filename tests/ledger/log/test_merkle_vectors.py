"""Merkle trees: the published vectors of transparency-dev/merkle (Apache-2.0)."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from ledger.log.merkle import (
    EMPTY_ROOT,
    ProofError,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "merkle-testdata"

# transparency-dev/merkle, testonly/constants.go
EIGHT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
EIGHT_LEAVES += ["606162636465666768696a6b6c6d6e6f"]
EIGHT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

# Here that library refuses what c2sp.org/tlog-witness calls consistent.
SIZE_ZERO_BY_CONVENTION = "size1-is-zero-and-size2-is-not-zero.json"


def vectors(folder: str) -> list[Any]:
    files = sorted((VECTORS / folder).rglob("*.json"))
    return [pytest.param(file, id=str(file.relative_to(VECTORS))) for file in files]


def test_hashes_leaves_and_nodes_as_the_public_vectors_do() -> None:
    assert leaf_hash(b"").hex() == EIGHT_ROOTS[0]
    assert leaf_hash(b"L123456").hex().startswith("395aa064")
    assert node_hash(b"N123", b"N456").hex().startswith("aa217fe8")
    assert EMPTY_ROOT.hex().startswith("e3b0c442")


@pytest.mark.parametrize("size", range(9))
def test_reaches_the_published_roots_of_up_to_eight_leaves(size: int) -> None:
    leaves = [leaf_hash(bytes.fromhex(text)) for text in EIGHT_LEAVES[:size]]
    expected = EIGHT_ROOTS[size - 1] if size else EMPTY_ROOT.hex()
    assert root(leaves).hex() == expected


@pytest.mark.parametrize("file", vectors("inclusion"))
def test_judges_inclusion_as_the_public_vectors_do(file: Path) -> None:
    case = json.loads(file.read_text())
    path = [b64decode(part) for part in case["proof"] or []]
    leaf, expected_root = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
    try:
        verify_inclusion(leaf, case["leafIdx"], case["treeSize"], path, expected_root)
        refused = False
    except ProofError:
        refused = True
    assert refused is case["wantErr"]


@pytest.mark.parametrize("file", vectors("consistency"))
def test_judges_consistency_as_the_public_vectors_do_but_for_size_zero(file: Path) -> None:
    case = json.loads(file.read_text())
    path = [b64decode(part) for part in case["proof"] or []]
    old_root, new_root = b64decode(case["root1"] or ""), b64decode(case["root2"] or "")
    try:
        verify_consistency(case["size1"], case["size2"], path, old_root, new_root)
        refused = False
    except ProofError:
        refused = True
    assert refused is (case["wantErr"] and file.name != SIZE_ZERO_BY_CONVENTION)
