"""Committing the state and proving from it: by the publisher, the service and the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from api.cli.app import app
from api.committing import StateKeeper, commit_state, commits
from api.founding import key_file
from contracts.lookup import texts_of
from ledger.audit.audit import audit
from ledger.log.key import parse_vkey
from ledger.log.policy import Policy, parse_policy
from ledger.log.state_file import StateProof, verify_state
from ledger.publish.publisher import publish
from ledger.replay.replay import ReplayState
from ledger.state.fold import root_of, supply_of
from ledger.state.store import STATE_FILE, StateStore
from tests.support.service import Service

RUNNER = CliRunner()


@pytest.fixture
def own(own_demo: Service) -> Service:
    """A demonstration of one's own, without witnesses and without a follower's file."""
    registry = own_demo.registry
    (registry.settings.data / STATE_FILE).unlink(missing_ok=True)
    row = registry.books().row("registry")
    assert row is not None
    policy = Policy.of_keys(parse_vkey(vkey) for vkey in texts_of(row, "log_vkeys"))
    registry.settings.policy.write_text(policy.to_text(), encoding="utf-8")
    return own_demo


def committed(service: Service) -> dict[str, Any]:
    """Commit on demand, publish, and return the row."""
    done = commit_state(service.registry, service.now_us, on_demand=True)
    assert done is not None
    publish(service.registry)
    row = service.registry.books().row("state/latest")
    assert row is not None
    return dict(row)


def proven(service: Service, **asked: str) -> tuple[StateProof, tuple[Any, ...]]:
    answer = service.client.get("/v1/state/proof", params=asked)
    assert answer.status_code == 200, answer.text
    proof = StateProof.parse(answer.content)
    policy = parse_policy(service.registry.settings.policy.read_text(encoding="utf-8"))
    return proof, verify_state(proof, policy=policy).found


def test_a_commitment_is_the_replays_state(own: Service) -> None:
    row = committed(own)
    state = ReplayState()
    for seq in range(row["through"] + 1):
        state.take(own.registry.entry(seq))
    assert row["root"] == root_of(state.books).hex()
    assert row["supply"] == supply_of(state.books)
    assert own.get("/v1/state") == {**row, "published": True}
    assert audit(own.registry.settings).ok


def test_says_nothing_twice_and_waits_for_the_checkpoint(own: Service) -> None:
    keeper = StateKeeper.of(own.registry)
    publish(own.registry)
    size = own.registry.size()
    first = keeper.commit_state(own.now_us, on_demand=True)
    assert first is not None
    assert first.entry.seq == size
    assert keeper.commit_state(own.now_us, on_demand=True) is None
    assert keeper.commit_state(own.now_us) is None
    publish(own.registry)
    assert keeper.commit_state(own.now_us) is None
    keeper.close()


def test_nothing_is_proven_before_its_checkpoint(own: Service) -> None:
    commit_state(own.registry, own.now_us, on_demand=True)
    answer = own.client.get("/v1/state/proof", params={"key": "registry"})
    assert answer.status_code == 503
    assert answer.json()["title"] == "not_committed"


def test_proves_by_key_prefix_and_serial(own: Service) -> None:
    committed(own)
    (batch, _), *_ = own.registry.books().rows_under("batch/")
    batch = batch.removeprefix("batch/")
    assert proven(own, key=f"batch/{batch}")[1][0][0] == f"batch/{batch}"
    assert proven(own, key="retire/0000ZZZZ")[1] == ()
    batches = proven(own, prefix="batch/")[1]
    assert [key for key, _ in batches] == [
        key for key, _ in own.registry.books().rows_under("batch/")
    ]
    ((key, block),) = proven(own, serial=f"{batch}:1")[1]
    (stored,) = own.registry.books().blocks(batch, 0, 1)
    assert key == f"block/{batch}/{0:016d}"
    assert block == {"end": stored.end, "place": stored.place}
    assert proven(own, serial=f"{batch}:999999999999")[1] == ()


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param({}, 422, id="nothing"),
        pytest.param({"key": "a", "prefix": "b"}, 422, id="two-things"),
        pytest.param({"serial": "no-serial"}, 404, id="no-serial"),
        pytest.param({"key": "汉"}, 422, id="not-ascii"),
    ],
)
def test_refuses_what_is_unclear(own: Service, asked: dict[str, str], status: int) -> None:
    committed(own)
    answer = own.client.get("/v1/state/proof", params=asked)
    assert answer.status_code == status


def damage(path: Path) -> None:
    store = StateStore(path)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE state_leaf SET value = '{}'"))
    store.close()


def test_a_damaged_file_proves_nothing_and_is_made_anew(own: Service) -> None:
    committed(own)
    path = own.registry.settings.data / STATE_FILE
    damage(path)
    answer = own.client.get("/v1/state/proof", params={"key": "registry"})
    assert (answer.status_code, answer.json()["title"]) == (503, "state_damaged")
    said: list[str] = []
    keeper = StateKeeper.of(own.registry)
    publish(own.registry)
    keeper.close()
    path.write_bytes(b"noise" * 1000)
    with commits(own.registry, said.append, lambda: own.now_us) as commit:
        commit()
    assert StateStore(path).head().through < own.registry.size()
    assert path.with_name("state.db.damaged").exists()


def test_a_commitment_that_cannot_be_made_stops_no_publishing(own: Service) -> None:
    (own.registry.settings.keys / key_file("state")).unlink()
    said: list[str] = []
    with commits(own.registry, said.append, lambda: own.now_us) as commit:
        commit()
    latest = own.registry.books().row("state/latest")
    assert latest is not None or said


def run(*arguments: object, fails: bool = False) -> Any:
    result = RUNNER.invoke(app, [str(part) for part in arguments])
    assert (result.exit_code != 0) is fails, f"{result.output} {result.exception}"
    return result


@pytest.fixture
def place(own: Service) -> tuple[Callable[..., Any], Service]:
    folders = ("--data", own.registry.settings.data)
    return lambda *given, **how: run("state", *given, *folders, **how), own


def test_the_commands_commit_check_prove_and_verify(
    place: tuple[Callable[..., Any], Service], tmp_path: Path
) -> None:
    command, own = place
    committed(own)
    found = json.loads(command("check", "--json").stdout)
    assert found["faults"] == []
    assert found["keys"] > 20
    file, trust = tmp_path / "one.state-proof", own.registry.settings.trust
    for asked in (["registry"], ["--prefix", "acct/"], ["nothing/there"]):
        command("prove", *asked, "--out", file)
        answer = json.loads(run("state", "verify", file, "--trust", trust, "--json").stdout)
        assert answer["through"] == found["through"]
        run("state", "verify", file, "--trust", trust)
    file.write_bytes(file.read_bytes().replace(b"nothing/there", b"nothing/wrong"))
    run("state", "verify", file, "--trust", tmp_path, fails=True)
    command("prove", fails=True)


def test_an_audit_begins_at_a_snapshot(
    place: tuple[Callable[..., Any], Service], tmp_path: Path
) -> None:
    command, own = place
    row = committed(own)
    command("snapshot", "--out", tmp_path)
    (file,) = tmp_path.glob("*.state.jsonl")
    assert file.name.startswith(row["root"])
    data, export = own.registry.settings.data, tmp_path / "ledger.jsonl"
    run("export", export, "--data", data)
    for place_of_log in (["--data", data], ["--export", export]):
        answer = run("audit", "--from-snapshot", file, *place_of_log, "--json")
        report = json.loads(answer.stdout)
        assert report["ok"]
        assert report["committed_seq"] == row["seq"]
        assert report["replayed"] == report["entries"] - row["through"] - 1
    run("audit", "--from-snapshot", file, "--export", export)
    file.write_bytes(file.read_bytes() + b"{}\n")
    run("audit", "--from-snapshot", file, "--data", data, fails=True)


def test_the_check_finds_what_is_wrong(place: tuple[Callable[..., Any], Service]) -> None:
    command, own = place
    committed(own)
    path = own.registry.settings.data / STATE_FILE
    for statement in (
        "UPDATE state_leaf SET value = '{}' WHERE key LIKE 'acct/%'",
        "DELETE FROM state_leaf WHERE key = 'registry'",
        "UPDATE state_node SET left = right WHERE id = (SELECT max(id) FROM state_node)",
        "UPDATE state_head SET supply = '{}'",
    ):
        kept = path.read_bytes()
        store = StateStore(path)
        with store.engine.begin() as connection:
            connection.execute(text(statement))
        store.close()
        command("check", fails=True)
        path.write_bytes(kept)
    command("check")


def test_a_serial_leads_to_the_proof_of_where_its_units_are(own: Service) -> None:
    serial = own.get("/v1/retirements/" + own.get("/v1/retirements")[0]["id"])["units"][0]["serial"]
    committed(own)

    for block in own.get(f"/v1/serials/{serial}")["now"]:
        path, _, query = block["state_proof"].partition("?")
        assert path == "/v1/state/proof"
        name, _, value = query.partition("=")
        _proof, ((_key, found),) = proven(own, **{name: value})
        assert found["place"] == block["place"]
