"""State proofs in JavaScript: others' vectors, our own files, and that nothing else follows."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ledger.log.canonical import canonical
from tests.support.architecture import ROOT
from tests.support.certificates import demo_log
from tests.support.offline import OfflineVerdict, check_offline

VECTORS = ROOT / "tests/vectors"
OTHERS = json.loads((VECTORS / "mpt-proofs.json").read_text(encoding="utf-8"))
OURS = json.loads((VECTORS / "state-proofs.json").read_text(encoding="utf-8"))

HOLDS = """(given) => {
  try { (%s)(given); return true; } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    return false;
  }
}"""


def holds(scripts: Any, script: str, given: Any) -> bool:
    return bool(scripts.evaluate(HOLDS % script, given))


def checked(scripts: Any, file: str) -> OfflineVerdict:
    found = check_offline(scripts, OURS["policy"], demo_log().entries[0], file)
    if found.refused:
        return OfflineVerdict(
            kind="state_proof", verdict="invalid", states={"form": "failed"}, codes={}
        )
    return found.of("state_proof")


def case_of(name: str) -> dict[str, Any]:
    [case] = [case for case in OURS["cases"] if case["name"] == name]
    value: dict[str, Any] = json.loads(case["file"])
    return value


@pytest.mark.parametrize("case", OTHERS["lookups"], ids=lambda case: case["snap"][:8])
def test_lookups_of_others(scripts: Any, case: dict[str, Any]) -> None:
    script = """(c) => (c.val === null
      ? requireAbsence(bytesOfHex(c.snap), bytesOfHex(c.key), bytesOfHex(c.proof))
      : requirePresence(bytesOfHex(c.snap), bytesOfHex(c.key), bytesOfHex(c.val),
          bytesOfHex(c.proof)))"""
    assert holds(scripts, script, case) == case["holds"]


@pytest.mark.parametrize("case", OTHERS["prefixes"]["cases"], ids=lambda case: case["prefix"])
def test_prefixes_of_others(scripts: Any, case: dict[str, Any]) -> None:
    """The order of the vectors' pairs is the tree's; pairs under a prefix are told by a check."""
    script = """([kv, c]) => {
      const prefix = bytesOfHex(c.prefix);
      const all = kv.map(([key, value]) => ({key: bytesOfHex(key), digest: bytesOfHex(value)}));
      const tree = new StateTree();
      for (const {key, digest} of all) tree.set(key, digest);
      const under = all.filter(({key}) => hasStatePrefix(key, prefix));
      requirePrefix(tree.root(), prefix, under, bytesOfHex(c.proof));
    }"""
    assert holds(scripts, script, [OTHERS["prefixes"]["kv"], case])


@pytest.mark.parametrize("case", OURS["cases"], ids=lambda case: case["name"])
def test_our_own_files_hold(scripts: Any, case: dict[str, Any]) -> None:
    verdict = checked(scripts, case["file"])
    assert verdict.first_failed == "none"
    assert verdict.verdict == "valid"


def test_what_they_prove_is_said_in_both_languages(scripts: Any) -> None:
    script = """async ([policy, file]) => {
      const given = nothingGiven();
      for (const text of [policy, file]) await takeMaterial(given, utf8(text));
      const [result] = await checkAll(given);
      return [...result.sentences('zh'), ...result.sentences('en')];
    }"""
    [case] = [case for case in OURS["cases"] if case["name"] == "a retired unit"]
    zh, en = scripts.evaluate(script, [OURS["policy"], case["file"]])
    assert "的归属是 retired/" in zh
    assert " is in retired/" in en


def drop_a_row(value: dict[str, Any]) -> None:
    value["rows"].pop()


def say_less(value: dict[str, Any]) -> None:
    value["rows"] = []


def swap_rows(value: dict[str, Any]) -> None:
    value["rows"].reverse()


def narrow(value: dict[str, Any]) -> None:
    value["prefix"] += "9"


def other_place(value: dict[str, Any]) -> None:
    value["before"]["value"] = value["before"]["value"].replace("retired/", "acct/")


def next_unit_of_all(value: dict[str, Any]) -> None:
    value["number"] = 948_499


def other_value(value: dict[str, Any]) -> None:
    value["value"] = value["value"].replace("948500", "948501")


def other_key(value: dict[str, Any]) -> None:
    value["key"] = value["key"][:-1] + "9"


def present_key(value: dict[str, Any]) -> None:
    value["key"] = case_of("a batch")["key"]


def flip_path(value: dict[str, Any]) -> None:
    value["path"] = value["path"][:-1] + ("0" if value["path"][-1] != "0" else "1")


def other_root(value: dict[str, Any]) -> None:
    value["commitment"]["entry"] = value["commitment"]["entry"].replace(OURS["root"], "0" * 64)


def other_entry(value: dict[str, Any]) -> None:
    value["commitment"]["entry"] = demo_log().entries[3].decode()


def other_entry_and_proof(value: dict[str, Any]) -> None:
    other_entry(value)
    value["commitment"]["proof"] = demo_log().proof(3).decode()


def extra_member(value: dict[str, Any]) -> None:
    value["note"] = "true"


@pytest.mark.parametrize(
    ("name", "change", "steps"),
    [
        pytest.param("all blocks of the batch", drop_a_row, {"state"}, id="row-left-out"),
        pytest.param("all accounts", say_less, {"state"}, id="nothing-is-there"),
        pytest.param("all accounts", swap_rows, {"state"}, id="rows-out-of-order"),
        pytest.param("all accounts", narrow, {"state"}, id="another-prefix"),
        pytest.param("a retired unit", other_place, {"state"}, id="retired-no-more"),
        pytest.param("a retired unit", next_unit_of_all, {"state"}, id="another-unit"),
        pytest.param("a batch", other_value, {"state"}, id="one-kilogram-more"),
        pytest.param("a batch", other_key, {"state"}, id="another-key"),
        pytest.param("a batch", flip_path, {"state"}, id="a-changed-hash"),
        pytest.param("no such batch", present_key, {"state"}, id="absent-though-present"),
        pytest.param("no such batch", flip_path, {"state"}, id="a-changed-hash-of-absence"),
        pytest.param("a batch", other_root, {"entry", "inclusion"}, id="another-root"),
        pytest.param("a batch", other_entry, {"inclusion"}, id="another-entry"),
        pytest.param("a batch", other_entry_and_proof, {"state"}, id="no-commitment"),
        pytest.param("a batch", extra_member, {"form"}, id="unknown-member"),
    ],
)
def test_what_does_not_follow_is_refused(
    scripts: Any, name: str, change: Callable[[dict[str, Any]], None], steps: set[str]
) -> None:
    value = case_of(name)
    change(value)
    verdict = checked(scripts, canonical(value).decode())
    assert verdict.first_failed in steps
    assert verdict.verdict == "invalid"
