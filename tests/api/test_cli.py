"""The command line: a registry is founded, and an account opened, by people at their own desks."""

import json
from pathlib import Path

import pytest
from stdnum.cn import uscc

from api.cli.app import app
from api.cli.output import CommandError
from contracts.v1.ruleset import RULES
from tests.support.founded import RUNNER, Desk, found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return found(tmp_path)


def test_a_founded_registry_publishes_and_audits(desk: Desk) -> None:
    published = desk.run("checkpoint", *desk.data, "--json")
    audited = desk.run("audit", *desk.data, "--json")

    assert json.loads(published.stdout)["size"] == 1
    assert json.loads(audited.stdout)["ok"] is True
    assert {path.name for path in (desk.folder / "data" / "trust").iterdir()} == {
        "policy",
        "registry.json",
        "seal-root.crl",
        "seal-root.pem",
    }


def opened(desk: Desk, name: str, *options: str | Path, signers: tuple[str, ...] = ()) -> str:
    """Draft, sign and submit account.open by two new persons; return the account's id."""
    order = desk.folder / f"{name}.order"
    for role in ("initiate", "approve"):
        key = desk.key(f"{name}-{role}")
        record = desk.folder / f"{name}-{role}.json"
        options += ("--person", f"{role}:{key}:{record}")
    where = ("--out", order, "--data", desk.folder / "data")
    desk.run("order", "draft", "account.open", *options, "--type", "holder", *where)
    for signer in ("registrar", f"{name}-initiate", f"{name}-approve", *signers):
        desk.run("order", "sign", order, "--key", desk.folder / f"{signer}.pem")
    assert "account.open" in desk.run("order", "show", order).stdout
    done = desk.run("order", "submit", order, *desk.data, "--json")
    [answer] = json.loads(done.stdout)["results"]
    assert answer["refused"] is False
    return str(answer["id"])


def org_record(desk: Desk) -> Path:
    code = "91159900MA0DEM001"
    code += uscc.calc_check_digit(code)
    org = {"name_en": "Example Farm", "name_zh": "示例林场", "uscc": code}
    (desk.folder / "org.json").write_text(json.dumps(org), encoding="utf-8")
    return desk.folder / "org.json"


def test_an_account_is_opened_from_records_that_never_enter_the_log(desk: Desk) -> None:
    opened(desk, "first", "--org", org_record(desk))
    desk.run("export", desk.folder / "out.jsonl", "--data", desk.folder / "data")

    assert "示例林场" not in (desk.folder / "out.jsonl").read_text(encoding="utf-8")


def test_a_known_organisation_opens_a_further_account(desk: Desk) -> None:
    org = opened(desk, "first", "--org", org_record(desk))
    second = opened(desk, "second", "--known-org", org, signers=("first-initiate", "first-approve"))

    drafted = json.loads((desk.folder / "second.order").read_text(encoding="utf-8"))
    assert (drafted["order"]["body"]["org"], drafted["order"]["body"]["commitment"]) == (org, None)
    assert second != org
    assert json.loads(desk.run("audit", *desk.data, "--json").stdout)["ok"] is True


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        pytest.param((), "either --org FILE", id="neither"),
        pytest.param(("--org", "o.json", "--known-org", "0"), "either --org FILE", id="both"),
        pytest.param(("--known-org", "0000000A"), "no organisation 0000000A", id="unknown"),
    ],
)
def test_an_account_belongs_to_one_organisation(
    desk: Desk, options: tuple[str, ...], sentence: str
) -> None:
    person = f"initiate:{desk.key('someone')}:{desk.folder / 'someone.json'}"
    given = (*options, "--person", person, "--type", "holder", "--data", desk.folder / "data")
    result = desk.run("order", "draft", "account.open", *given, fails=True)

    assert isinstance(result.exception, CommandError)
    assert sentence in str(result.exception)


def test_a_refused_order_says_why_in_both_languages(desk: Desk) -> None:
    order = desk.folder / "t.order"
    body = ["--set", "from=0000000A", "--set", "to=0000000B", "--set", "quantity_kg=5"]
    desk.run(
        "order", "draft", "units.transfer", *body, "--out", order, "--data", desk.folder / "data"
    )
    desk.run("order", "sign", order, "--key", desk.folder / "registrar.pem")
    done = desk.run("order", "submit", order, *desk.data, "--json", fails=True)

    answer = json.loads(done.stdout)["results"][0]
    assert answer["refused"] is True
    assert "。" in answer["text"]
    assert answer["code"] >= 2000


@pytest.mark.parametrize("kind", RULES)
def test_every_order_kind_has_a_draft_command(kind: str) -> None:
    assert RUNNER.invoke(app, ["order", "draft", kind, "--help"]).exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["audit", "--data", "/nonexistent-registry"], id="audit-nothing"),
        pytest.param(["export", "x.jsonl", "--data", "/nonexistent-registry"], id="export-nothing"),
        pytest.param(["order", "show", "/nonexistent.order"], id="no-order-file"),
        pytest.param(["order", "sign", "/nonexistent.order", "--key", "k"], id="sign-nothing"),
        pytest.param(["certificate", "issue", "retire/0", "--data", "/none"], id="no-registry"),
        pytest.param(["certificate", "extend", "TH-RT", "--data", "/none"], id="extend-nothing"),
        pytest.param(["serve", "--data", "/nonexistent-registry"], id="serve-nothing"),
    ],
)
def test_what_is_not_there_is_one_sentence(arguments: list[str]) -> None:
    result = RUNNER.invoke(app, arguments)

    assert result.exit_code != 0
    assert result.exception is None or isinstance(result.exception, CommandError | SystemExit)


def test_a_registry_is_never_founded_twice(desk: Desk) -> None:
    officers = ["--officer", f"registrar:{'00' * 32}:{desk.folder / 'registrar.json'}"]
    result = desk.run(
        "init", "--plan", desk.folder / "plan.json", *officers, *desk.data, fails=True
    )

    assert "never founded twice" in str(result.exception)


def test_a_signed_order_is_not_signed_twice_by_one_key(desk: Desk) -> None:
    order = desk.folder / "rules.order"
    body = ["--set", "reason=test", "--set", f"rule_set={'ab' * 32}"]
    desk.run(
        "order", "draft", "rules.activate", *body, "--out", order, "--data", desk.folder / "data"
    )
    desk.run("order", "sign", order, "--key", desk.folder / "issuer.pem")
    result = desk.run("order", "sign", order, "--key", desk.folder / "issuer.pem", fails=True)

    assert "signed the order already" in str(result.exception)
