"""`sinkledger verify` on numbers, serials, proofs and pictures, with the registry and without."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from typer.testing import CliRunner

from api.cli.app import app
from tests.support.service import Service

RUNNER = CliRunner()


def verified(*arguments: str | Path) -> tuple[int, Any]:
    """Return the exit code and the first result."""
    result = RUNNER.invoke(app, ["verify", *map(str, arguments), "--json"])
    return result.exit_code, json.loads(result.stdout)["results"][0]


@pytest.fixture
def paper(demo: Service) -> Path:
    return sorted(demo.registry.settings.certificates.glob("*.pdf"))[0]


def test_a_number_is_asked_of_the_registry(demo: Service, paper: Path) -> None:
    code, verdict = verified(paper.stem, "--data", demo.registry.settings.data)

    assert code == 0, verdict
    assert [step["name"] for step in verdict["steps"]][-1] == "now"


def test_without_the_registry_a_number_is_not_checked(demo: Service, paper: Path) -> None:
    code, verdict = verified(paper.stem, "--trust", demo.registry.settings.trust)

    assert code == 2
    assert [step["state"] for step in verdict["steps"]][:2] == ["passed", "not_checked"]


def test_with_the_registry_a_file_is_held_against_its_record(demo: Service, paper: Path) -> None:
    code, verdict = verified(paper, "--data", demo.registry.settings.data)

    assert (code, verdict["identity"]) == (0, "identical")


def test_without_the_registry_a_file_answers_for_itself(demo: Service, paper: Path) -> None:
    code, verdict = verified(paper, "--trust", demo.registry.settings.trust)

    assert (code, verdict["identity"]) == (0, "sealed")
    assert verdict["status"]["source"] == "proof"


def test_a_miscopied_number_exits_with_one(demo: Service, paper: Path) -> None:
    wrong = paper.stem[:-1] + ("0" if paper.stem[-1] != "0" else "1")
    code, verdict = verified(wrong, "--trust", demo.registry.settings.trust)

    assert (code, verdict["steps"][0]["state"]) == (1, "failed")


def test_a_photo_is_a_file_as_well(demo: Service, paper: Path, tmp_path: Path) -> None:
    target = BytesIO()
    page = pypdfium2.PdfDocument(paper).get_page(0)
    page.render(scale=150 / 72).to_pil().save(target, "PNG")
    photo = tmp_path / "photo"
    photo.write_bytes(target.getvalue())
    code, verdict = verified(photo, "--data", demo.registry.settings.data)

    assert (code, verdict["number"]) == (0, paper.stem)


def test_a_newer_state_proof_is_told_by_its_content(
    demo: Service, paper: Path, tmp_path: Path
) -> None:
    newer = tmp_path / "newer"
    proof = demo.client.get("/v1/state/proof", params={"key": f"status/{paper.stem}"})
    newer.write_bytes(proof.content)
    code, _ = verified(paper, "--trust", demo.registry.settings.trust, "--newer", newer)
    assert code == 0

    other = sorted(demo.registry.settings.certificates.glob("*.pdf"))[1]
    proof = demo.client.get("/v1/state/proof", params={"key": f"status/{other.stem}"})
    newer.write_bytes(proof.content)
    code, verdict = verified(paper, "--trust", demo.registry.settings.trust, "--newer", newer)
    failed = [step["name"] for step in verdict["steps"] if step["state"] == "failed"]
    assert (code, failed) == (1, ["state"])


def test_a_serial_number_is_shown_whole(demo: Service) -> None:
    serial = "BT-F-0001-20210918-20250917-01:946410-1014891/H"
    result = RUNNER.invoke(app, ["verify", serial, "--data", str(demo.registry.settings.data)])

    assert result.output.splitlines()[0].strip() == serial
