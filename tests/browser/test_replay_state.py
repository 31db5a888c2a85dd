"""The state tree in JavaScript: others' vectors, Python's roots, and changes in any order."""

import json
from random import Random
from typing import Any

import pytest

from ledger.log.state_tree import in_order, tree_hash
from tests.support.architecture import ROOT

VECTORS = json.loads((ROOT / "tests/vectors/mpt-treehash-subset.json").read_text())["cases"]

CHANGING = """(steps) => {
  const tree = new StateTree();
  return steps.map(([key, value]) => {
    if (value === null) tree.delete(bytesOfHex(key));
    else tree.set(bytesOfHex(key), bytesOfHex(value));
    return `${tree.size} ${hexOf(tree.root())}`;
  });
}"""


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["hash"][:8])
def test_hashes_the_vectors_of_torchwood(scripts: Any, case: dict[str, Any]) -> None:
    shuffled = sorted(case["kv"], reverse=True)
    roots = scripts.evaluate(CHANGING, shuffled) or [f"0 {tree_hash([]).hex()}"]
    assert roots[-1] == f"{len(case['kv'])} {case['hash']}"


@pytest.mark.parametrize("seed", range(8))
def test_changes_lead_to_the_root_of_a_whole_rebuild(scripts: Any, seed: int) -> None:
    """Keys of all lengths, many the beginning of another; each root against Python's own."""
    rng, held, steps, expected = Random(seed), dict[bytes, bytes](), [], []
    for _ in range(150):
        key = bytes(rng.choice([0, 1, 0x61, 0xFF]) for _ in range(rng.randint(0, 4)))
        if key in held and rng.random() < 0.4:
            del held[key]
            steps.append([key.hex(), None])
        else:
            held[key] = rng.randbytes(32)
            steps.append([key.hex(), held[key].hex()])
        expected.append(f"{len(held)} {tree_hash(in_order(held.items())).hex()}")
    assert scripts.evaluate(CHANGING, steps) == expected
