"""Seals with a date, and extended papers, by the command line and an authority over HTTP."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.cli.app import app
from api.cli.output import CommandError
from api.routes.claims import newest_file
from api.static_site import site_files
from ledger.registry import open_registry
from ledger.settings import Settings
from tests.support.founded import RUNNER
from tests.support.time_authority import found_authority, serving


@pytest.fixture(scope="module")
def place(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(played, tmp_path_factory.mktemp("extending") / "registry")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    authority = found_authority(tmp_path_factory.mktemp("authority") / "tsa")
    with serving(authority) as found:
        yield found, authority.roots


@pytest.fixture
def dating(address: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SINKLEDGER_ANCHOR_URL", address[0])
    monkeypatch.setenv("SINKLEDGER_ANCHOR_ROOTS", str(address[1]))


def run(*arguments: str | Path, fails: bool = False) -> Any:
    done = RUNNER.invoke(app, [str(part) for part in arguments])
    assert (done.exit_code != 0) is fails, f"{done.output} {done.exception}"
    return done.exception if fails else json.loads(done.stdout.splitlines()[-1])


def subject(place: Path) -> str:
    with closing(open_registry(Settings(data=place, keys=place / "keys"))) as registry:
        [(key, _), *_] = registry.books().rows_under("retire/", limit=1)
        return str(key)


def row(place: Path, key: str) -> Any:
    with closing(open_registry(Settings(data=place, keys=place / "keys"))) as registry:
        return registry.books().row(key)


def size(place: Path) -> int:
    with closing(open_registry(Settings(data=place, keys=place / "keys"))) as registry:
        return registry.size()


@pytest.fixture
def issued(place: Path, dating: None) -> dict[str, Any]:
    done: dict[str, Any] = run("certificate", "issue", subject(place), "--data", place, "--json")
    return done


def level(file: str | Path, place: Path) -> str:
    [verdict] = run("verify", file, "--data", place, "--json")["results"]
    assert verdict["ok"], verdict
    return str(verdict["level"])


def test_a_paper_is_dated_by_the_authority_that_is_set(issued: Any, place: Path) -> None:
    assert level(issued["path"], place) == "B-T"


def test_an_extended_paper_is_the_next_copy_and_the_issued_one_stays(
    issued: Any, place: Path
) -> None:
    before = Path(issued["path"]).read_bytes()
    done = run("certificate", "extend", issued["number"], "--data", place, "--json")

    made = Path(done["path"]).read_bytes()
    copies = row(place, f"cert/{issued['number']}")["copies"]
    assert Path(issued["path"]).read_bytes() == before
    assert made.startswith(before)
    assert done["copy"] == issued["copy"] + 1 == len(copies)
    assert copies[-1]["sha256"] == done["sha256"] == sha256(made).hexdigest()
    assert copies[-1]["proof_sha256"] == copies[-2]["proof_sha256"]
    assert Path(done["path"]).with_suffix(".tlog-proof").exists()
    assert (level(issued["path"], place), level(done["path"], place)) == ("B-T", "B-LTA")
    with closing(open_registry(Settings(data=place, keys=place / "keys"))) as registry:
        handed = newest_file(registry, issued["number"], ".pdf", "sha256")
        assert handed == before


def test_a_recorded_file_is_extended_by_its_name(issued: Any, place: Path, tmp_path: Path) -> None:
    kept = tmp_path / "from a drawer.pdf"
    kept.write_bytes(Path(issued["path"]).read_bytes())
    done = run("certificate", "extend", kept, "--data", place, "--json")
    again = run("certificate", "extend", done["path"], "--data", place, "--json")
    assert (done["number"], again["copy"]) == (issued["number"], done["copy"] + 1)
    assert level(again["path"], place) == "B-LTA"


def test_a_file_that_is_not_recorded_is_not_extended(
    issued: Any, place: Path, tmp_path: Path
) -> None:
    strange = tmp_path / "strange.pdf"
    strange.write_bytes(Path(issued["path"]).read_bytes() + b"\n")
    error = run("certificate", "extend", strange, "--data", place, fails=True)
    assert "not recorded here" in str(error)
    error = run("certificate", "extend", "TH-RT-2026-0000000-0", "--data", place, fails=True)
    assert "no such certificate" in str(error)


def test_without_an_authority_nothing_is_extended(place: Path) -> None:
    error = run("certificate", "extend", "TH-RT-2026-0000000-0", "--data", place, fails=True)
    assert isinstance(error, CommandError)
    assert "SINKLEDGER_ANCHOR_URL" in str(error)


def test_an_authority_that_is_away_leaves_nothing_behind(
    place: Path, dating: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SINKLEDGER_ANCHOR_URL", "http://127.0.0.1:1/")
    monkeypatch.setattr("certificates.time_stamper.WAITS_S", (0.0,))
    before, files = size(place), sorted((place / "certificates").iterdir())
    error = run("certificate", "issue", subject(place), "--data", place, fails=True)
    assert "cannot be asked" in str(error)
    assert size(place) == before
    assert sorted((place / "certificates").iterdir()) == files


def test_the_trust_folder_learns_the_authoritys_root_once(issued: Any, place: Path) -> None:
    before = (place / "trust/tsa-root.pem").read_bytes()
    run("certificate", "issue", subject(place), "--data", place, "--json")
    assert (place / "trust/tsa-root.pem").read_bytes() == before
    assert before.count(b"BEGIN CERTIFICATE") == 2  # the demonstration's own, and this one
    del issued


def test_trust_anchors_and_revocations_are_files_of_service_and_copy(place: Path) -> None:
    with closing(open_registry(Settings(data=place, keys=place / "keys"))) as registry:
        client = TestClient(create_app(registry))
        copied = {one.path: one.content for one in site_files(registry, 0)}
        for name in ("policy", "registry.json", "seal-root.pem", "seal-root.crl", "tsa-root.pem"):
            expected = (place / "trust" / name).read_bytes()
            assert client.get(f"/trust/{name}").content == expected
            assert copied[f"trust/{name}"] == expected
        assert client.get("/trust/seal-root.crl").headers["content-type"] == "application/pkix-crl"
        assert client.get("/trust/..%2Fledger.db").status_code == 404
        assert client.get("/trust/seal-root.key").status_code == 404
