"""What is due is recorded once: expired certificates, overdue losses; and a command tells."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from api.cli.app import app
from api.drafting.draft import Desk
from api.due import OVERDUE_EVERY_US, due
from api.founding import key_file
from api.keys import write_key
from api.overdue import Recorded, due_expiries, due_losses, record_due
from contracts.dates import end_of_day_us
from contracts.lookup import date_of, object_of
from ledger import rulesets
from ledger.audit.audit import audit
from ledger.registry import Registry
from tests.support.life_steps import CLAIM_PAPER, ENTERPRISE_PAPER, EVENT_PAPER
from tests.support.main_steps import SERVICE
from tests.support.pages import build_production, production_opening
from tests.support.scenario import main_world, whole_world
from tests.support.service import Service, copied_service, fill

RUNNER = CliRunner()
DECLARED = 5
"""Steps of the life until a loss is declared and a part of it replaced."""


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A registry for production in which a loss has been declared; the service's key is there."""
    build_production(tmp_path / "built")
    opened = copied_service(tmp_path / "built", tmp_path / "own", 0)
    opening = production_opening()
    done = len(main_world(rules=rulesets.newest(), opening=opening).steps)
    steps = whole_world(rules=rulesets.newest(), opening=opening).steps[done : done + DECLARED]
    fill(opened.registry, steps)
    opened.now_us = steps[-1].at_us
    key = Ed25519PrivateKey.from_private_bytes(SERVICE.seed)
    write_key(opened.registry.settings.keys / key_file("certificates"), key)
    return opened


def desk_at(registry: Registry, now_us: int) -> Desk:
    row = registry.books().row("registry")
    assert row is not None
    return Desk(origin=str(row["origin"]), rules=rulesets.newest(), now_us=now_us)


def due_after(service: Service, row: str) -> int:
    """Return the first moment after a loss's due date, or after a claim's term of display."""
    value = service.registry.books().row(row)
    assert value is not None
    if row.startswith("loss/"):
        return end_of_day_us(date_of(value, "due"))
    return end_of_day_us(date_of(object_of(value, "completion"), "display_until"))


def test_nothing_is_recorded_before_it_is_due(service: Service) -> None:
    registry, before = service.registry, service.registry.size()
    now_us = due_after(service, "loss/00000172") - 1
    done = record_due(registry, desk_at(registry, now_us), lambda _: None)
    assert done == Recorded(expired=(), impaired_kg={})
    assert registry.size() == before


def test_an_overdue_loss_impairs_and_an_ended_term_expires(service: Service) -> None:
    registry, said = service.registry, list[str]()
    now_us = due_after(service, "claim/000000PP")
    assert [*due_expiries(registry, now_us)] == [CLAIM_PAPER]
    assert [*due_losses(registry, now_us)] == ["00000172"]
    done = record_due(registry, desk_at(registry, now_us), said.append)
    assert done == Recorded(expired=(CLAIM_PAPER,), impaired_kg={"00000172": 47_318})
    assert len(said) == 2
    status = registry.books().row(f"status/{CLAIM_PAPER}")
    assert status is not None
    assert (status["standing"], status["state"]) == ("expired", "impaired")
    # The job records an anchor whose file nobody ever made.
    found = [one.where.split()[0] for one in audit(registry.settings).findings]
    assert found == ["anchor"]


def test_a_second_run_records_nothing_more(service: Service) -> None:
    registry = service.registry
    now_us = due_after(service, "claim/000000PP")
    record_due(registry, desk_at(registry, now_us), lambda _: None)
    size = registry.size()
    again = record_due(registry, desk_at(registry, now_us), lambda _: None)
    assert again == Recorded(expired=(), impaired_kg={"00000172": 0})
    assert registry.size() == size


def test_the_command_tells_the_state_and_its_exit_code(service: Service) -> None:
    folder = service.registry.settings.data
    options = ["--data", str(folder), "--keys", str(folder / "keys"), "--json"]
    good = RUNNER.invoke(app, ["certificate", "status", EVENT_PAPER.lower(), *options])
    assert (good.exit_code, json.loads(good.stdout)["state"]) == (0, "valid")
    bad = RUNNER.invoke(app, ["certificate", "status", CLAIM_PAPER, *options])
    told = json.loads(bad.stdout)
    assert (bad.exit_code, told["state"]) == (1, "superseded")
    assert told["errata"][0]["after"] == "示例会展有限公司"
    assert told["entries"] == service.registry.size()


def test_the_command_tells_people_in_both_languages(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = service.registry.settings.data
    for number, zh, en in (
        (CLAIM_PAPER, "证书已更正", "corrected"),
        (ENTERPRISE_PAPER, "证书有效", "valid"),
    ):
        result = RUNNER.invoke(app, ["certificate", "status", number, "--data", str(folder)])
        said = result.output + capsys.readouterr().err
        assert zh in said
        assert en in said


@pytest.mark.parametrize("number", ["TH-RT-2026-000000R-X", "TH-RT-2026-0000ZZZ-A", "x"])
def test_a_number_that_nobody_issued_is_one_sentence(service: Service, number: str) -> None:
    folder = service.registry.settings.data
    result = RUNNER.invoke(app, ["certificate", "status", number, "--data", str(folder)])
    assert result.exit_code != 0
    assert number in str(result.exception)


def test_losses_can_be_read(service: Service) -> None:
    [listed] = service.get("/v1/losses")
    loss = service.get("/v1/losses/00000172")
    assert (loss["id"], loss["owed_kg"], loss["due"]) == ("00000172", 60_000, "2027-10-26")
    assert listed["id"] == loss["id"]
    assert service.client.get("/v1/losses/0000ZZZZ").status_code == 404


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The publisher's clock: its last moment is now. It anchors nothing and commits no state."""
    moments = [0]
    monkeypatch.setattr("api.due.clock_us", lambda: moments[-1])
    monkeypatch.setattr("api.due.anchor_if_due", lambda *_: None)
    monkeypatch.setattr("api.committing.StateKeeper.commit_state", lambda *_: None)
    return moments


def test_a_publisher_records_what_is_due_by_itself_and_only_once(
    service: Service, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, after = service.registry, due_after(service, "claim/000000PP")
    # This registry leaps by years, as no clock of a publisher does.
    monkeypatch.setattr("api.due.record_due", lambda *given, **_: record_due(*given))
    sizes = []
    with due(registry, print) as turn:
        for moment in (
            after - 1,
            after,
            after + OVERDUE_EVERY_US,
            after + 2 * OVERDUE_EVERY_US,
        ):
            clock.append(moment)
            turn()
            row = registry.books().row(f"status/{CLAIM_PAPER}")
            sizes.append((registry.size(), row and row["standing"]))
    first, soon, recorded, last = sizes
    assert first == soon, "two looks within ten minutes are one"
    assert (first[1], recorded[1]) == ("superseded", "expired")
    assert last == recorded


def test_a_publisher_goes_on_when_the_clock_leaps_or_the_key_is_missing(
    service: Service, clock: list[int]
) -> None:
    registry, said, size = service.registry, list[str](), service.registry.size()
    clock.append(due_after(service, "claim/000000PP"))
    with due(registry, said.append) as turn:
        turn()
    (registry.settings.keys / key_file("certificates")).unlink()
    with due(registry, said.append) as turn:
        turn()
    assert registry.size() == size
    assert [one.split(":")[0] for one in said] == ["what is due was not recorded"] * 2
