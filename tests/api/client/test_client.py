"""The client: signs here, believes nothing untested, repeats the same bytes, keeps a journal."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from api.client import (
    Client,
    Journal,
    JournalError,
    MismatchError,
    Patience,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
)
from api.drafting.draft import Draft
from ledger.log.entry import parse_entry
from ledger.log.policy import parse_policy
from ledger.publish.publisher import publish
from tests.support import bodies
from tests.support.cutting_http import Cuts, cutting
from tests.support.ledger import LOG_KEY, Scene

SOON = Patience(deadline_s=5, first_s=0.01, longest_s=0.05)
AT_ONCE = Patience(deadline_s=0)
HEAVY = (
    "fastapi",
    "starlette",
    "sqlalchemy",
    "sqlmodel",
    "pydantic",
    "weasyprint",
    "psycopg",
    "typer",
)


def client_at(scene: Scene, port: int, **options: object) -> Client:
    url = f"http://127.0.0.1:{port}"
    return Client(url, patience=SOON, clock=lambda: scene.world.now_us, **options)  # type: ignore[arg-type]  # each test names its own


def payment(client: Client, scene: Scene, quantity_kg: int = 1) -> Draft:
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=quantity_kg)
    draft = client.draft("units.transfer", f"acct/{scene.owner}", body)
    for signer in scene.world.people[scene.owner]:
        draft = draft.signed_with(signer.seed)
    return draft


def test_it_imports_nothing_of_the_service() -> None:
    code = f"import sys, api.client; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_order_is_recorded_and_compared_with_what_was_signed(scene: Scene, port: int) -> None:
    with client_at(scene, port) as client:
        draft = payment(client, scene)
        receipt = client.submit(draft)
        again = client.submit(draft)
    assert parse_entry(receipt.entry).order_bytes == draft.order_bytes
    assert receipt.entry == scene.world.registry.entry_bytes(receipt.seq)
    assert (receipt.again, again.again) == (False, True)
    assert (again.seq, again.leaf_hash) == (receipt.seq, receipt.leaf_hash)


def test_a_refusal_says_why_in_both_languages(scene: Scene, port: int) -> None:
    with client_at(scene, port) as client, pytest.raises(RefusedError) as caught:
        client.submit(payment(client, scene, 1_000_000))
    assert (caught.value.code, caught.value.name) == (4001, "BALANCE_TOO_LOW")
    assert caught.value.detail_zh
    assert caught.value.detail_en
    assert not caught.value.earlier_open


def test_a_batch_is_answered_line_by_line(scene: Scene, port: int) -> None:
    with client_at(scene, port) as client:
        drafts = [payment(client, scene, kg) for kg in (1, 1_000_000, 2)]
        first, refused, last = client.submit_all(drafts)
    assert isinstance(refused, RefusedError)
    assert not isinstance(first, RefusedError)
    assert not isinstance(last, RefusedError)
    assert last.seq == first.seq + 1


def test_finality_is_proven_under_the_readers_policy(scene: Scene, port: int) -> None:
    with client_at(
        scene, port, policy=parse_policy(f"log {LOG_KEY.vkey.to_text()}\nquorum none\n")
    ) as client:
        receipt = client.submit(payment(client, scene))
        publish(scene.world.registry)
        final = client.wait_final(receipt, timeout_s=5)
    assert final.verdict is not None
    assert final.verdict.checkpoint.size > receipt.seq


def test_what_is_not_published_in_time_is_recorded_all_the_same(scene: Scene, port: int) -> None:
    with client_at(scene, port) as client:
        receipt = client.submit(payment(client, scene))
        with pytest.raises(UnreachableError, match="recorded and not yet published"):
            client.wait_final(receipt, timeout_s=0)


def test_nobody_there_is_not_an_unknown_outcome(scene: Scene, port: int) -> None:
    with client_at(scene, port) as here:
        draft = payment(here, scene)
    with Client("http://127.0.0.1:1", patience=AT_ONCE) as nowhere, pytest.raises(UnreachableError):
        nowhere.submit(draft)


@pytest.mark.parametrize("fate", ["cut-reply", "cut-inside-reply", "cut-inside", "cut-before"])
def test_an_order_that_was_sent_and_not_answered_is_open(
    scene: Scene, port: int, fate: str
) -> None:
    with client_at(scene, port) as here:
        draft = payment(here, scene)
    with (
        cutting(port, Cuts(1, {fate: 1.0})) as url,
        Client(url, patience=AT_ONCE) as client,
        pytest.raises(UnknownOutcomeError),
    ):
        client.submit(draft)
    with client_at(scene, port) as here:
        assert here.submit(draft).again is (fate in ("cut-reply", "cut-inside-reply"))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        pytest.param(lambda entry: entry.replace(b'"seq":', b'"sEq":'), "no entry", id="no-entry"),
        pytest.param(lambda entry: b"", "no entry", id="nothing"),
    ],
)
def test_an_answer_that_is_not_what_was_signed_is_evidence(
    scene: Scene, port: int, monkeypatch: pytest.MonkeyPatch, damage: object, told: str
) -> None:
    registry = type(scene.world.registry)
    good = registry.entry_bytes
    assert callable(damage)
    monkeypatch.setattr(registry, "entry_bytes", lambda self, seq: damage(good(self, seq)))
    with client_at(scene, port) as client, pytest.raises(MismatchError, match=told):
        client.submit(payment(client, scene))


def test_another_entry_than_the_acknowledged_is_noticed(
    scene: Scene, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = type(scene.world.registry)
    good = registry.entry_bytes
    with client_at(scene, port) as client:
        earlier = client.submit(payment(client, scene)).seq
        monkeypatch.setattr(registry, "entry_bytes", lambda self, _: good(self, earlier))
        with pytest.raises(MismatchError, match="is entry"):
            client.submit(payment(client, scene))


def test_a_killed_client_resumes_what_it_had_sent(scene: Scene, port: int, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with client_at(scene, port) as here:
        drafts = [payment(here, scene) for _ in range(3)]
        here.submit(drafts[0])
    journal = Journal(path)
    for draft in drafts:
        journal.sent(draft)
    journal.close()
    with path.open("ab") as file:
        file.write(b'{"sent": {"order"')  # killed in the middle of a line
    with client_at(scene, port, journal=Journal(path)) as client:
        found = client.resume()
        assert [one.again for one in found if not isinstance(one, RefusedError)] == [
            True,
            False,
            False,
        ]
        assert client.resume() == []
    assert path.stat().st_mode & 0o777 == 0o600
    seeds = [signer.seed.hex() for signer in scene.world.people[scene.owner]]
    assert not any(seed in path.read_text() for seed in seeds)


def test_a_damaged_journal_is_not_guessed_at(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text('no json\n{"sent": {}}\n')
    with pytest.raises(JournalError, match="line 1"):
        Journal(path).open_orders()
    path.write_text(json.dumps({"sent": {"order": 1}}) + "\n")
    with pytest.raises(JournalError, match="damaged"):
        Journal(path).open_orders()
