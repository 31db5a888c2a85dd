"""Wrong input to every command: one sentence that says what to do, and nothing half done."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli.app import app, main
from api.cli.output import CommandError
from tests.support.founded import RUNNER, Desk, found

EXISTS = "is a file already; name a folder"
FOLDER = "is a folder; name a file"
MISSING = "there is no such file or folder; check the name"
NO_EXPORT = "is no exported ledger"
NO_REGISTRY = "there is no registry in"
POLICY = "get the policy file again from a source that you trust"
HUGE = 3 * 1024**3


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A registry, its policy and its export, which no test changes."""
    made = found(tmp_path_factory.mktemp("wrong-input"))
    made.run("checkpoint", *made.data)
    made.run("export", made.folder / "ledger.jsonl", "--data", made.folder / "data")
    return made


@pytest.fixture
def place(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder with one wrong thing of each sort; afterwards there is nothing else."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    (tmp_path / "noise").write_bytes(bytes(range(256)))
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(HUGE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SINKLEDGER_KEYS", str(desk.folder / "keys"))
    before = sorted(tmp_path.rglob("*"))
    yield tmp_path
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "noise").read_bytes() == bytes(range(256))


def complaint(desk: Desk, line: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command line as the program does, and return its only sentence."""
    words = line.format(desk=desk.folder, data=desk.folder / "data").split()
    before = sys.argv
    sys.argv = ["sinkledger", *words]
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        sys.argv = before
    assert ended.value.code in (1, 2)
    said = capsys.readouterr().err.strip()
    assert said.count("sinkledger: ") == 1
    assert "Errno" not in said
    assert "Traceback" not in said
    return said


IMPORT = "import {} --data new --keys new-keys"
IMPORT_VAULT = "import-vault {} --data {{data}}"
REBUILD_FROM = "rebuild --from {} --policy {{data}}/trust/policy --data new"
REBUILD_POLICY = "rebuild --from {{data}}/log --policy {} --data new"
EXPORT = "export {} --data {{data}}"
PROVE = "state prove --prefix acct/ --out {} --data {{data}}"
VERIFY_STATE = "state verify {} --policy {{data}}/trust"


@pytest.mark.parametrize(
    ("command", "given", "sentence"),
    [
        pytest.param(IMPORT, "missing", MISSING, id="import-missing"),
        pytest.param(IMPORT_VAULT, "noise", "is no vault", id="import-vault-noise"),
        pytest.param(IMPORT, "folder", FOLDER, id="import-folder"),
        pytest.param(IMPORT, "empty", NO_EXPORT, id="import-empty"),
        pytest.param(IMPORT, "noise", NO_EXPORT, id="import-noise"),
        pytest.param(IMPORT, "huge", NO_EXPORT, id="import-huge"),
        pytest.param(EXPORT, "folder", FOLDER, id="export-folder"),
        pytest.param(EXPORT, "noise", "is not replaced; choose another", id="export-noise"),
        pytest.param(EXPORT, "none/out", "there is no such folder", id="export-nowhere"),
        pytest.param(REBUILD_FROM, "missing", "nothing was made", id="rebuild-from-missing"),
        pytest.param(REBUILD_FROM, "noise", "nothing was made", id="rebuild-from-noise"),
        pytest.param(REBUILD_POLICY, "missing", MISSING, id="rebuild-policy-missing"),
        pytest.param(REBUILD_POLICY, "folder", MISSING, id="rebuild-policy-folder"),
        pytest.param(REBUILD_POLICY, "empty", POLICY, id="rebuild-policy-empty"),
        pytest.param(REBUILD_POLICY, "noise", POLICY, id="rebuild-policy-noise"),
        pytest.param(REBUILD_POLICY, "huge", POLICY, id="rebuild-policy-huge"),
        pytest.param("audit --data {}", "missing", NO_REGISTRY, id="audit-missing"),
        pytest.param("audit --data {}", "folder", NO_REGISTRY, id="audit-folder"),
        pytest.param("audit --data {{data}} --kept {}", "missing", MISSING, id="kept-missing"),
        pytest.param("audit --data {{data}} --from-snapshot {}", "huge", "huge", id="snapshot"),
        pytest.param("state check --data {}", "noise", NO_REGISTRY, id="state-check-noise"),
        pytest.param(PROVE, "folder", FOLDER, id="prove-folder"),
        pytest.param(PROVE, "noise", "is not replaced; choose another", id="prove-noise"),
        pytest.param(VERIFY_STATE, "missing", MISSING, id="state-verify-missing"),
        pytest.param(VERIFY_STATE, "noise", "ask its sender for another", id="state-verify-noise"),
        pytest.param(VERIFY_STATE, "huge", "ask its sender for another", id="state-verify-huge"),
        pytest.param("verify {} --trust {{data}}/trust", "missing", MISSING, id="verify-missing"),
        pytest.param("verify {} --trust {{data}}/trust", "folder", FOLDER, id="verify-folder"),
        pytest.param("verify noise --trust {}", "missing", "check the name", id="verify-trust"),
        pytest.param("witness status --data {}", "noise", "witness init", id="witness-noise"),
        pytest.param("witness add-log --policy {}", "noise", POLICY, id="watch-noise"),
        pytest.param("witness add-log {}", "folder", "quote the vkey whole", id="watch-key"),
        pytest.param(
            "witness init --name w.example/w --url http://w.example --data {}",
            "noise",
            EXISTS,
            id="witness-init-noise",
        ),
        pytest.param("signer-mark {} --data {{data}}", "missing", MISSING, id="signer-mark"),
        pytest.param("order show {}", "missing", MISSING, id="order-missing"),
        pytest.param("order show {}", "folder", FOLDER, id="order-folder"),
        pytest.param("init --plan {} --officer a:b:c", "noise", "name a JSON file", id="init"),
        pytest.param("keygen {}", "noise", "choose another name", id="keygen-exists"),
        pytest.param(
            "publish --to {} --data {{data}}",
            "noise",
            "a part of this path is a file",
            id="publish-noise",
        ),
    ],
)
def test_says_what_to_do_and_leaves_nothing_behind(
    desk: Desk,
    place: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    given: str,
    sentence: str,
) -> None:
    assert sentence in complaint(desk, command.format(given), capsys)


def test_a_ledger_with_a_bad_entry_leaves_no_registry(
    desk: Desk, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = desk.folder / "bad.jsonl"
    bad.write_bytes((desk.folder / "ledger.jsonl").read_bytes() + b"{}\n")

    assert "entry 1" in complaint(desk, "import {desk}/bad.jsonl --data new --keys k", capsys)


def test_an_older_export_may_be_replaced(desk: Desk) -> None:
    out = desk.folder / "ledger.jsonl"

    desk.run("export", out, "--data", desk.folder / "data")

    assert out.read_bytes().startswith(b'{"at_us":')


@pytest.mark.parametrize("command", ["serve --data {data} --keys {desk}/keys", "witness run"])
def test_a_busy_port_is_named(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    desk.run("witness", "init", "--name", "w.example/w", "--url", "http://w.example")
    words = command.format(desk=desk.folder, data=desk.folder / "data").split()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = RUNNER.invoke(app, [*words, "--port", port])

    assert isinstance(result.exception, CommandError)
    assert "another program has this port" in str(result.exception)
    assert "--port" in str(result.exception)


def test_a_damaged_database_is_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ledger.db").write_bytes(b"no database at all" * 400)
    desk = Desk(tmp_path)

    said = complaint(desk, "checkpoint --data {desk} --keys {desk}/keys", capsys)

    assert "put the newest backup back" in said


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        pytest.param("SINKLEDGER_PUBLISH_SECONDS", "soon", id="number"),
        pytest.param("SINKLEDGER_WEBHOOK_NETWORKS", "10.0.0.0/8 10.1.2.3/8", id="networks"),
        pytest.param("SINKLEDGER_DATABASE_URL", "mysql://user:secret@db/x", id="database"),
    ],
)
def test_a_wrong_setting_is_named(
    desk: Desk,
    setting: str,
    value: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(setting, value)

    said = complaint(desk, "checkpoint --data {data}", capsys)

    assert setting in said
    assert "secret" not in said
    assert "Value error" not in said
