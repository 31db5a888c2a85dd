"""docs/KEYS.md is a drill: its commands are run as they stand there, one after the other."""

import json
import re
import shlex
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.cli.output import CommandError
from contracts.values import Value
from ledger.log.policy import PolicyError, check_policy, parse_policy
from ledger.registry import open_registry
from ledger.settings import Settings
from tests.support.architecture import ROOT
from tests.support.founded import PLAN, ROLES, Desk, found

SUCCESSOR = "registry.example/baotou-2"

SAFE = datetime.now(UTC).replace(microsecond=0)
"""After the seals of these tests are valid, which is an hour before they are made."""


def commands() -> list[str]:
    """Return the commands of the document's shell blocks, in sequence."""
    text = (ROOT / "docs/KEYS.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = found(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SINKLEDGER_DATA", "data")
    monkeypatch.setenv("SINKLEDGER_KEYS", "keys")
    plan = {**PLAN, "origin": SUCCESSOR}
    (tmp_path / "successor.json").write_text(json.dumps(plan), encoding="utf-8")
    (tmp_path / "root.pass").write_text("five words of a passphrase\n", encoding="utf-8")
    desk.run("checkpoint", *desk.data)
    return desk


def run(desk: Desk, command: str, *, fails: bool = False) -> object:
    for role in ROLES:
        command = command.replace(f"{role.upper()}_KEY", desk.public(role))
    if "SEAL_SERIAL" in command:
        command = command.replace("SEAL_SERIAL", seal(desk)["serial"])
    command = command.replace("LAST_SAFE_MOMENT", SAFE.isoformat())
    return desk.run(*shlex.split(command)[1:], fails=fails)


def listed(desk: Desk) -> list[dict[str, object]]:
    done = desk.run("keys", "log", "list", *desk.data, "--json")
    keys: list[dict[str, object]] = json.loads(done.stdout)["keys"]
    return keys


def seal(desk: Desk) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(desk.run("pki", "show", *desk.data, "--json").stdout)
    return shown


def row_of(folder: Path, key: str) -> Value:
    with closing(open_registry(Settings(data=folder / "data", keys=folder / "keys"))) as registry:
        row = registry.books().row(key)
    assert row is not None
    return row


def until(part: str) -> list[str]:
    """Return the commands up to the first that holds this text, that one included."""
    found = commands()
    return found[: next(n for n, line in enumerate(found) if part in line) + 1]


def test_the_whole_drill_runs_as_written(desk: Desk) -> None:
    first = set(row_of(desk.folder, "registry")["log_vkeys"])  # type: ignore[arg-type] # texts
    for command in commands():
        run(desk, command)

    left = row_of(desk.folder, "registry")["log_vkeys"]
    frozen = row_of(desk.folder, "log/frozen")
    old = open_registry(Settings(data=desk.folder / "data", keys=desk.folder / "keys"))
    note = old.checkpoint()
    predecessor = row_of(desk.folder / "new", "registry")["predecessor"]
    assert isinstance(left, list)
    assert len(left) == 2
    assert first.isdisjoint(left)
    assert frozen["successor"] == SUCCESSOR
    assert note is not None
    assert isinstance(predecessor, dict)
    assert predecessor["origin"] == PLAN["origin"]
    assert predecessor["size"] == old.size()
    assert predecessor["root"] == old.root().hex()


def test_the_seal_is_rotated_and_revoked_as_the_document_says(desk: Desk) -> None:
    trust = desk.folder / "data/trust"
    before, root = seal(desk), (trust / "seal-root.pem").read_bytes()
    run(desk, next(line for line in commands() if "pki rotate" in line))
    rotated = seal(desk)
    run(desk, next(line for line in commands() if "pki revoke" in line))
    revoked = seal(desk)
    [entry] = revoked["revoked"]
    run(desk, "sinkledger pki crl --root root")

    assert rotated["serial"] != before["serial"]
    assert (rotated["list_number"], revoked["list_number"]) == (1, 2)
    assert entry == {"at": SAFE.isoformat(), "serial": rotated["serial"]}
    assert seal(desk)["list_number"] == 3
    assert (trust / "seal-root.pem").read_bytes() == root


def test_another_registrys_root_makes_no_seal_here(desk: Desk) -> None:
    plan = ("--plan", desk.folder / "plan.json", "--root", desk.folder / "other", "--no-passphrase")
    desk.run("pki", "init", *plan, "--data", desk.folder / "o", "--keys", desk.folder / "o/keys")
    for command in ("rotate", "crl"):
        done = desk.run("pki", command, "--root", desk.folder / "other", *desk.data, fails=True)
        assert "another root" in str(done.exception)


def test_a_registry_is_not_founded_without_its_root(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(PLAN), encoding="utf-8")
    desk = Desk(tmp_path)
    officers = []
    for role in ROLES:
        officers += ["--officer", f"{role}:{desk.key(role)}:{tmp_path / (role + '.json')}"]
    plan = ("--plan", tmp_path / "plan.json")
    done = desk.run("init", *plan, *officers, *desk.data, "--out", tmp_path / "o", fails=True)
    assert "sinkledger pki init" in str(done.exception)


def test_old_and_new_policies_both_hold_during_the_overlap(desk: Desk) -> None:
    settings = Settings(data=desk.folder / "data", keys=desk.folder / "keys")
    old = parse_policy(settings.policy.read_text(encoding="utf-8"))
    before = (settings.log / "checkpoint").read_bytes()
    for command in until("keys log policy"):
        run(desk, command)
    both = parse_policy(settings.policy.read_text(encoding="utf-8"))
    overlap = (settings.log / "checkpoint").read_bytes()

    assert len(both.logs) == 4
    for policy in (old, both):
        assert check_policy(policy, overlap).checkpoint.size == 2
    assert [key["signs"] for key in listed(desk)] == [True] * 4

    for command in commands()[len(until("keys log policy")) : len(until("log.freeze")) - 1]:
        run(desk, command)
    new = parse_policy(settings.policy.read_text(encoding="utf-8"))
    after = (settings.log / "checkpoint").read_bytes()
    assert [key["announced"] for key in listed(desk)] == [True, True, False, False]
    assert check_policy(new, after).checkpoint.size == 3
    assert check_policy(new, overlap).checkpoint.size == 2
    assert check_policy(old, before).checkpoint.size == 1
    with pytest.raises(PolicyError):
        check_policy(old, after)


def test_nothing_is_dropped_before_the_new_keys_have_signed(desk: Desk) -> None:
    done = desk.run("keys", "log", "drop", "--reason", "too early", *desk.data, fails=True)
    assert "one key of each algorithm" in str(done.exception)
    for command in until("order submit announce.order"):
        run(desk, command)
    done = desk.run("keys", "log", "drop", "--reason", "too early", *desk.data, fails=True)
    assert isinstance(done.exception, CommandError)
    assert "not signed by the new keys yet" in str(done.exception)


def test_announced_keys_are_private_files_of_their_own(desk: Desk) -> None:
    run(desk, commands()[1])
    files = sorted((desk.folder / "keys").glob("log*.skey"))
    assert len(files) == 4
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert [key["announced"] for key in listed(desk)] == [True, True, False, False]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param("origin", "does not follow", id="the-same-origin"),
        pytest.param("checkpoint", "is not trusted", id="a-checkpoint-nobody-signed"),
        pytest.param("policy", "holds no", id="no-policy"),
    ],
)
def test_a_successor_holds_only_what_the_old_policy_trusts(
    desk: Desk, spoil: str, said: str
) -> None:
    folder, data = desk.folder, desk.folder / "data"
    if spoil == "origin":
        (folder / "successor.json").write_text(json.dumps(PLAN), encoding="utf-8")
    elif spoil == "checkpoint":
        note = (data / "log/checkpoint").read_bytes().replace(b"\n1\n", b"\n2\n")
        (data / "log/checkpoint").write_bytes(note)
    else:
        (data / "trust/policy").unlink()
    command = next(line for line in commands() if "--successor-of" in line)
    for role in ROLES:
        command = command.replace(f"{role.upper()}_KEY", desk.public(role))
    done = desk.run(*shlex.split(command)[1:], fails=True)

    assert said in str(done.exception)
    assert not (folder / "new").exists()
