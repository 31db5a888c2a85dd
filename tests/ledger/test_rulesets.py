"""Rule-set hashes: exactly the files that can change a decision, and nothing else."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

import contracts
from contracts.books import MemoryBooks
from contracts.orders import Order
from contracts.values import Moment
from ledger import rulesets
from ledger.registry import open_registry
from ledger.rulesets import RulesMissingError, newest, preimage, rule_set_hash, shipped
from tests.support.ledger import open_scene

V1 = "contracts.v1.ruleset"


def test_the_hash_is_over_sorted_paths_and_digests() -> None:
    lines = preimage(V1).splitlines()
    root = Path(contracts.__file__).parents[1]

    assert lines == sorted(lines)
    for line in lines:
        path, digest = line.split(" ")
        assert sha256((root / path).read_bytes()).hexdigest() == digest
    assert rule_set_hash(V1) == sha256(preimage(V1).encode()).hexdigest()


def test_the_closure_holds_every_rule_and_what_the_rules_use() -> None:
    paths = {line.split(" ")[0] for line in preimage(V1).splitlines()}
    rules = (Path(contracts.__file__).parent / "v1").glob("*.py")
    kinds = {p.name for p in rules if re.search(r"^RULE: Final = Rule\(", p.read_text(), re.M)}

    assert {f"contracts/v1/{name}" for name in kinds} <= paths
    assert {"contracts/__init__.py", "contracts/v1/__init__.py", "contracts/form.py"} <= paths
    assert all(path.startswith("contracts/") for path in paths)


def test_one_changed_byte_in_a_used_file_is_another_rule_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for line in preimage(V1).splitlines():
        path = line.split(" ")[0]
        copy = tmp_path / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((Path(contracts.__file__).parents[1] / path).read_bytes())
    monkeypatch.setattr(rulesets, "_ROOT", tmp_path)
    assert rule_set_hash(V1) == newest()
    (tmp_path / "contracts/unused.py").write_text("")
    assert rule_set_hash(V1) == newest()
    with (tmp_path / "contracts/selection.py").open("a") as file:
        file.write("\n")
    assert rule_set_hash(V1) != newest()


def test_an_unknown_rule_set_is_an_error_and_no_refusal() -> None:
    order = Order(
        actor="registrar",
        kind="x.y",
        body={},
        log="a",
        nonce="0" * 26,
        rules="0" * 64,
        valid_until_us=1,
    )
    with pytest.raises(RulesMissingError):
        rulesets.decide("0" * 64, MemoryBooks(), order, (), Moment(seq=0, at_us=0))


def test_a_node_without_the_rule_set_in_force_refuses_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = open_scene(tmp_path).world.registry
    registry.close()
    decide = shipped()[newest()]
    monkeypatch.setattr(rulesets, "shipped", lambda: {"f" * 64: decide})
    with pytest.raises(RulesMissingError, match="not shipped"):
        open_registry(registry.settings)
