"""Everything that can be handed in, by the interface, the page and the command: one answer."""

import json
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from typer.testing import CliRunner

from api.cli.app import app
from certificates.photo import read_photo
from certificates.verify_file import SIZE_MAX
from tests.support.offered_inputs import TABLE, Given, Paper, saved
from tests.support.service import Service, is_problem

BROWSER = {"accept": "text/html"}


def photo_of(paper: Path) -> Image.Image:
    page = pypdfium2.PdfDocument(paper).get_page(0)
    side = page.render(scale=200 / 72).to_pil().convert("L")
    assert isinstance(side, Image.Image)
    return side.crop((side.width * 3 // 4, side.height // 2, side.width, side.height))


@pytest.fixture(scope="module")
def paper(demo: Service) -> Paper:
    papers = sorted(demo.registry.settings.certificates.glob("TH-RT-*.pdf"))
    one, other = papers[0], papers[1]
    retired = demo.get("/v1/retirements")[0]["id"]
    photo = photo_of(one)
    return Paper(
        number=one.stem,
        serial=str(demo.get(f"/v1/retirements/{retired}")["units"][0]["serial"]),
        code=read_photo(saved(photo, "PNG")),
        proof=one.with_suffix(".tlog-proof").read_bytes(),
        photo=photo,
        other_photo=photo_of(other),
    )


def check(given: Given, verdict: Any) -> None:
    failed = [step["name"] for step in verdict["steps"] if step["state"] == "failed"]
    assert failed[:1] == ([given.step] if given.step else []), verdict["steps"]
    assert verdict["ok"] == (given.step is None)
    said = [step for step in verdict["steps"] if given.zh in step["zh"] and given.en in step["en"]]
    assert said, verdict["steps"]
    words = "".join(step["en"] for step in verdict["steps"])
    assert "Error" not in words
    assert "<" not in words


@pytest.mark.parametrize("given", TABLE, ids=lambda given: given.name)
def test_each_input_has_one_answer_in_every_place(
    demo: Service, paper: Paper, tmp_path: Path, given: Given
) -> None:
    data = given.make(paper)

    posted = demo.client.post("/v1/verify", content=data)
    assert posted.status_code == 200
    verdict = posted.json()
    check(given, verdict)

    for language, lang in (("zh", "zh"), ("en", "en")):
        path = f"/verify?lang={lang}"
        page = demo.client.post(path, files={"file": ("x", data)}, headers=BROWSER)
        assert page.status_code == (200 if data else 422)
        shown = unescape(page.text)
        if data:
            assert all(step[language] in shown for step in verdict["steps"])

    file = tmp_path / "given"
    file.write_bytes(data)
    place = demo.registry.settings.data
    told = CliRunner().invoke(app, ["verify", str(file), "--data", str(place), "--json"])
    assert json.loads(told.stdout)["results"][0]["steps"] == verdict["steps"]
    assert told.exit_code == (0 if verdict["ok"] else 1 if given.step else 2)


@pytest.mark.parametrize(
    "given",
    [one for one in TABLE if one.name.partition("-")[0] in {"number", "serial", "code", "address"}],
    ids=lambda given: given.name,
)
def test_a_text_is_answered_alike_as_a_question_and_as_a_form(
    demo: Service, paper: Paper, given: Given
) -> None:
    text = given.make(paper).decode()
    posted = demo.client.post("/v1/verify", content=text.encode()).json()
    assert demo.get("/v1/verify", params={"text": text}) == posted
    page = demo.client.post("/verify?lang=en", data={"text": text}, headers=BROWSER)
    assert page.status_code == 200
    assert all(step["en"] in unescape(page.text) for step in posted["steps"])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda p: saved(p.photo, "PNG") + bytes(50_000_000), id="picture-of-50-mb"),
        pytest.param(lambda _: b"%PDF-1.7\n" + bytes(SIZE_MAX), id="pdf-of-10-mb"),
    ],
)
def test_what_is_too_large_is_refused_everywhere(
    demo: Service, paper: Paper, tmp_path: Path, data: Any
) -> None:
    content = data(paper)
    posted = demo.client.post("/v1/verify", content=content)
    assert (posted.status_code, is_problem(posted)) == (413, True)
    assert posted.json()["detail_zh"]
    page = demo.client.post("/verify", files={"file": ("x", BytesIO(content))}, headers=BROWSER)
    assert page.status_code == (413 if len(content) > 2 * SIZE_MAX else 200)
    file = tmp_path / "given"
    file.write_bytes(content)
    told = CliRunner().invoke(
        app, ["verify", str(file), "--data", str(demo.registry.settings.data)]
    )
    assert told.exit_code == 1
    assert "10 MB" in told.output


@pytest.mark.parametrize("text", ["", "x" * 1_501, "\0", "\ud800".encode("utf-8", "surrogatepass")])
def test_a_question_without_sense_is_no_fault_of_ours(demo: Service, text: str) -> None:
    assert demo.client.get("/v1/verify", params={"text": text}).status_code in (200, 422)
