"""The steps of a verdict have the same numbers, names and words wherever they are shown."""

import json
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from api.openapi import DOCUMENT
from api.routes.verify import STEP_NAMES, StatusAnswer, StepAnswer, VerdictAnswer
from api.text.catalogue import say
from certificates.verdict import Facts, Standing, Step, Verdict
from tests.support.service import Service

BROWSER = {"accept": "text/html"}


def a_paper(service: Service) -> Path:
    return sorted(service.registry.settings.certificates.glob("*.pdf"))[0]


GIVEN: dict[str, Callable[[Service], bytes]] = {
    "pdf": lambda service: a_paper(service).read_bytes(),
    "altered": lambda service: a_paper(service).read_bytes() + b"x",
    "number": lambda service: a_paper(service).stem.encode(),
    "proof": lambda service: a_paper(service).with_suffix(".tlog-proof").read_bytes(),
    "serial": lambda _: b"BT-F-0001-20210901-20250831-01:1-2/0",
    "code": lambda _: b"https://example.org/VERIFY/TH-RT-2026-0000000-0#1",
    "unknown": lambda _: b"?",
}


@pytest.mark.parametrize("name", GIVEN)
def test_the_steps_are_numbered_alike_in_interface_page_and_command(
    demo: Service, tmp_path: Path, name: str
) -> None:
    data = GIVEN[name](demo)
    steps = demo.client.post("/v1/verify", content=data).json()["steps"]
    numbered = [(str(at), step["name"]) for at, step in enumerate(steps, start=1)]
    assert [(str(step["position"]), step["name"]) for step in steps] == numbered

    for language in ("zh", "en"):
        page = demo.client.post(
            f"/verify?lang={language}", files={"file": ("x", data)}, headers=BROWSER
        )
        shown = re.findall(r"<b>(\d+) (.*?) · .*?</b><span>(.*?)</span>", page.text)
        assert [(at, unescape(title), unescape(words)) for at, title, words in shown] == [
            (at, say(f"page.step_{step['name']}", language, {}), step[language])  # type: ignore[arg-type]  # one of two
            for (at, _), step in zip(numbered, steps, strict=True)
        ]

    file = tmp_path / "given"
    file.write_bytes(data)
    place = str(demo.registry.settings.data)
    told = CliRunner().invoke(app, ["verify", str(file), "--data", place], env={"COLUMNS": "200"})
    assert re.findall(r"^\s*(\d+)\s+[✓✗–]\s+(\w+)", told.output, re.MULTILINE) == numbered


def test_the_interface_describes_every_part_of_a_verdict() -> None:
    described = set(VerdictAnswer.model_fields)
    own = {one.name for one in fields(Verdict)} - {"facts", "standing"}
    assert described == own | {one.name for one in fields(Facts)} | {"ok", "status"}
    assert set(StatusAnswer.model_fields) == {one.name for one in fields(Standing)}
    assert set(StepAnswer.model_fields) == {one.name for one in fields(Step)} | {"position"}


def test_the_document_names_every_step_there_is() -> None:
    schema: Any = json.loads(DOCUMENT.read_text(encoding="utf-8"))["components"]["schemas"][
        "StepAnswer"
    ]
    assert schema["properties"]["name"]["enum"] == sorted(STEP_NAMES)
    assert schema["properties"]["state"]["enum"] == ["passed", "failed", "not_checked"]


def test_a_verdict_cannot_be_changed() -> None:
    step = Step(name="file", state="failed", zh="文", en="x")
    verdict = Verdict(steps=(step,), facts=Facts())
    for one, name in ((verdict, "steps"), (step, "state"), (verdict.facts, "number")):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, "passed")
