"""The one verification, as the interface and the page give it: every input, every answer."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pypdfium2
import pytest

from api.verifying import BusyError, Gate, begin_verifying
from certificates.children import ForkerError
from certificates.seal import Sealer
from certificates.trust import Trust
from certificates.verify_any import Asking
from certificates.verify_file import END_MARK, SIZE_MAX
from certificates.verify_ledger import Answering
from certificates.verify_text import verify_code, verify_photo
from contracts.lookup import integer_of, objects_of
from contracts.ranges import Range, serial_text
from contracts.v1.certificate_record import certificate_number
from tests.support.service import Service, is_problem

VERIFY = "/v1/verify"


def papers(service: Service) -> list[Path]:
    return sorted(service.registry.settings.certificates.glob("*.pdf"))


def posted(service: Service, data: bytes, **headers: str) -> Any:
    answer = service.client.post(VERIFY, content=data, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def failed(verdict: Any) -> list[str]:
    return [step["name"] for step in verdict["steps"] if step["state"] == "failed"]


def picture(paper: Path, kind: str) -> bytes:
    """Return the paper's first page as a camera might see it."""
    page = pypdfium2.PdfDocument(paper).get_page(0)
    target = BytesIO()
    page.render(scale=200 / 72).to_pil().convert("RGB").save(target, kind)
    return target.getvalue()


def test_an_issued_file_is_identical_and_passes_every_step(demo: Service) -> None:
    verdict = posted(demo, papers(demo)[0].read_bytes())

    assert verdict["ok"], verdict
    assert (verdict["offered"], verdict["identity"]) == ("pdf", "identical")
    assert [step["position"] for step in verdict["steps"]] == list(range(1, 14))
    assert verdict["status"]["state"] == "valid"
    assert verdict["status"]["source"] == "ledger"


def test_every_issued_paper_is_found_by_its_number_and_its_serials(demo: Service) -> None:
    kinds = set()
    for key, row in demo.registry.books().rows_under("cert/"):
        number = key.removeprefix("cert/")
        verdict = posted(demo, number.lower().encode())
        assert verdict["ok"], verdict
        assert (verdict["number"], verdict["kind"]) == (number, row["kind"])
        kinds.add(verdict["kind"])
    assert kinds == {"CL", "HD", "RG", "RT"}

    ((_, held),) = demo.registry.books().rows_under("holding/")
    (first, *_) = objects_of(held, "ranges")
    part = Range(integer_of(first, "first"), integer_of(first, "end"))
    verdict = posted(demo, serial_text(str(first["batch"]), part).encode())
    assert verdict["ok"], verdict
    assert "其余" in verdict["steps"][1]["zh"]


def test_a_file_that_goes_on_after_an_issued_one_is_other_bytes(demo: Service) -> None:
    verdict = posted(demo, papers(demo)[0].read_bytes() + b"%%EOF\n")

    assert (verdict["identity"], failed(verdict)) == ("other_bytes", ["file"])


def test_a_file_of_another_registry_is_foreign(demo: Service) -> None:
    from tests.support.sealed_paper import sealed

    verdict = posted(demo, sealed("RT"))

    assert verdict["identity"] == "foreign"
    assert "seal" in failed(verdict)
    assert not verdict["ok"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_of_the_code_is_read_and_verified(demo: Service, kind: str) -> None:
    paper = papers(demo)[0]
    verdict = posted(demo, picture(paper, kind))

    assert verdict["ok"], verdict
    assert (verdict["offered"], verdict["number"]) == ("photo", paper.stem)


def test_a_picture_without_a_code_is_said_to_have_none(demo: Service) -> None:
    from PIL import Image

    target = BytesIO()
    Image.new("L", (300, 300), 255).save(target, "PNG")
    assert failed(posted(demo, target.getvalue())) == ["photo"]


def test_every_paper_of_the_demonstration_passes_as_a_file_and_as_a_number(demo: Service) -> None:
    for paper in papers(demo):
        assert posted(demo, paper.read_bytes())["ok"], paper
        assert posted(demo, paper.stem.encode())["ok"], paper


def test_a_number_is_verified_by_get_and_by_post(demo: Service) -> None:
    number = papers(demo)[0].stem

    asked = demo.get(VERIFY, params={"text": number.lower()})
    assert asked == posted(demo, number.encode())
    assert asked["ok"], asked
    assert asked["quantity_kg"] > 0


def test_a_miscopied_number_fails_its_own_step(demo: Service) -> None:
    number = papers(demo)[0].stem
    other = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert failed(demo.get(VERIFY, params={"text": other})) == ["number"]


def test_a_number_that_no_entry_bears_fails_at_the_entry(demo: Service) -> None:
    number = certificate_number("RT", 999, 1_800_000_000_000_000)
    assert failed(demo.get(VERIFY, params={"text": number})) == ["entry"]


def serial_of(service: Service) -> str:
    retirement = service.get("/v1/retirements")[0]["id"]
    return str(service.get(f"/v1/retirements/{retirement}")["units"][0]["serial"])


def test_a_serial_leads_to_the_certificate_that_retired_it(demo: Service) -> None:
    verdict = demo.get(VERIFY, params={"text": serial_of(demo)})

    assert verdict["ok"], verdict
    assert verdict["offered"] == "serial"
    assert verdict["number"].startswith("TH-RT-")


def test_a_miscopied_serial_fails_its_own_step(demo: Service) -> None:
    serial = serial_of(demo)
    wrong = serial[:-1] + ("0" if serial[-1] != "0" else "1")
    assert failed(demo.get(VERIFY, params={"text": wrong})) == ["serial"]


def code_of(paper: Path) -> str:
    from certificates.photo import read_photo

    return read_photo(picture(paper, "PNG"))


def test_a_codes_text_is_verified(demo: Service) -> None:
    verdict = demo.get(VERIFY, params={"text": code_of(papers(demo)[0])})

    assert verdict["ok"], verdict
    assert [step["name"] for step in verdict["steps"]][:3] == ["number", "address", "code"]


def test_a_code_copied_onto_another_address_is_refused(demo: Service) -> None:
    text = re.sub(r"//[^/]*/", "//EVIL.EXAMPLE/", code_of(papers(demo)[0]))
    assert failed(demo.get(VERIFY, params={"text": text})) == ["address"]


@pytest.mark.parametrize(
    ("found", "put"),
    [
        pytest.param("HTTP", "X-HTTP", id="another-scheme"),
        pytest.param("/VERIFY/", "/EVIL/VERIFY/", id="another-path-before"),
        pytest.param("/VERIFY/", "/VERIFY/VERIFY/", id="the-path-twice"),
        pytest.param("/VERIFY/", ":444/VERIFY/", id="another-port"),
        pytest.param("//", "//EVIL@", id="a-name-before-the-host"),
        pytest.param("/VERIFY/", "/OUT?NEXT=//EVIL.EXAMPLE/VERIFY/", id="a-query"),
    ],
)
def test_a_code_whose_address_is_not_letter_for_letter_ours_is_refused(
    demo: Service, found: str, put: str
) -> None:
    text = code_of(papers(demo)[0]).replace(found, put, 1)
    answering = Answering(registry=demo.registry, trust=Trust.load(demo.registry.settings.trust))

    for verdict in (verify_code(text, answering), verify_photo(lambda: text, answering)):
        assert failed(verdict.to_json()) == ["address"]


def test_a_code_of_ours_without_tls_or_with_a_query_behind_its_number_leads_elsewhere(
    demo: Service,
) -> None:
    settings, trust = demo.registry.settings, Trust.load(demo.registry.settings.trust)
    secure = settings.model_copy(update={"base_url": "https://demo.example"})
    answering = Answering(registry=replace(demo.registry, settings=secure), trust=trust)
    ours = "HTTPS://DEMO.EXAMPLE/VERIFY/" + code_of(papers(demo)[0]).partition("/VERIFY/")[2]
    open_line = ours.replace("HTTPS", "HTTP")

    assert verify_code(ours, answering).ok
    assert failed(verify_code(open_line, answering).to_json()) == ["address"]
    behind = verify_code(ours.replace("#", "?NEXT=//EVIL.EXAMPLE#"), answering)
    assert "address" in failed(behind.to_json())


def test_a_code_with_a_zero_before_its_number_is_none_that_we_make(demo: Service) -> None:
    text = code_of(papers(demo)[0]).replace("#", "#0", 1)
    assert failed(demo.get(VERIFY, params={"text": text})) == ["code"]


def test_the_mirrors_address_and_a_browsers_spelling_are_ours(demo: Service) -> None:
    text, trust = code_of(papers(demo)[0]), Trust.load(demo.registry.settings.trust)
    ours, _, rest = text.partition("/VERIFY/")
    mirror = "https://mirror.example/sub/"
    settings = demo.registry.settings.model_copy(update={"mirror_url": mirror})
    answering = Answering(registry=replace(demo.registry, settings=settings), trust=trust)

    for spelt in (f"{ours.lower()}/VERIFY/{rest}", f"{mirror}verify/{rest}"):
        assert verify_code(spelt, answering).ok, spelt


def test_a_code_of_another_certificate_is_refused(demo: Service) -> None:
    one, other = (code_of(paper) for paper in papers(demo)[:2])
    mixed = f"{one.partition('#')[0]}#{other.partition('#')[2]}"
    assert "code" in failed(demo.get(VERIFY, params={"text": mixed}))


def test_a_code_with_a_changed_digit_is_refused(demo: Service) -> None:
    text = code_of(papers(demo)[0])
    changed = text[:-1] + ("0" if text[-1] != "0" else "1")
    assert "code" in failed(demo.get(VERIFY, params={"text": changed}))


def test_a_proof_file_is_verified_with_the_ledgers_entry(demo: Service) -> None:
    proof = papers(demo)[0].with_suffix(".tlog-proof").read_bytes()
    verdict = posted(demo, proof)

    assert verdict["ok"], verdict
    assert [step["name"] for step in verdict["steps"]] == ["checkpoint", "entry", "proof", "status"]


def test_a_state_proof_tells_a_certificates_status(demo: Service) -> None:
    number = papers(demo)[0].stem
    proof = demo.client.get("/v1/state/proof", params={"key": f"status/{number}"})
    verdict = posted(demo, proof.content)

    assert verdict["ok"], verdict
    assert (verdict["number"], verdict["status"]["source"]) == (number, "proof")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"hello", id="a-word"),
        pytest.param(b"GIF89a" + bytes(20), id="another-picture"),
        pytest.param(b"\xff\xfe" * 3000, id="noise"),
        pytest.param(b"http://[", id="no-address"),
    ],
)
def test_what_is_not_recognised_is_refused(demo: Service, data: bytes) -> None:
    assert not posted(demo, data)["ok"]


def test_the_name_and_the_type_of_an_upload_count_for_nothing(demo: Service) -> None:
    data = papers(demo)[0].stem.encode()
    assert posted(demo, data, **{"content-type": "application/pdf"})["offered"] == "number"


def test_an_upload_over_ten_megabytes_is_refused_before_it_is_read(demo: Service) -> None:
    answer = demo.client.post(VERIFY, content=bytes(SIZE_MAX + 1))
    assert answer.status_code == 413
    assert is_problem(answer)


def test_whoever_comes_when_all_places_are_taken_is_told_to_come_again(demo: Service) -> None:
    app: Any = demo.client.app
    kept, app.state.gate = app.state.gate, Gate(admitted_max=1)
    try:
        with app.state.gate.admitted():
            answer = demo.client.post(VERIFY, content=b"x")
            page = demo.client.post("/verify", data={"text": "x"})
    finally:
        app.state.gate = kept
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert is_problem(answer)
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")


def test_only_so_many_run_at_once_and_the_next_waits_no_longer_than_its_turn(
    monkeypatch: pytest.MonkeyPatch, demo: Service
) -> None:
    began, go_on = Event(), Event()

    def slow(*_: object) -> None:
        began.set()
        go_on.wait(5)

    monkeypatch.setattr("api.verifying.verify", slow)
    gate = Gate(running_max=1, turn_seconds=0.05)
    asking = Asking(trust_dir=demo.registry.settings.trust)
    first = Thread(target=gate.verify, args=(b"", asking))
    first.start()
    began.wait(5)
    with pytest.raises(BusyError):
        gate.verify(b"", asking)
    go_on.set()
    first.join()


def test_a_file_sealed_with_the_registrys_own_key_but_never_recorded_is_other_bytes(
    demo: Service,
) -> None:
    data = papers(demo)[0].read_bytes()
    rendering = data[: data.index(END_MARK) + len(END_MARK)]
    stolen = Sealer(demo.registry.settings.keys)
    verdict = posted(demo, stolen.seal(rendering, when=datetime(2026, 11, 9, tzinfo=UTC)))

    assert (verdict["identity"], failed(verdict)) == ("other_bytes", ["record"])


@pytest.mark.parametrize("path", [VERIFY, "/verify"])
def test_whoever_sends_too_slowly_gives_up_the_place(
    demo: Service, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("api.verifying.UPLOAD_SECONDS", 0.05)
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.sleep(5)

    async def send(message: Any) -> None:
        sent.append(message)

    kind = (b"content-type", b"multipart/form-data; boundary=x")
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b""}
    scope |= {"headers": [kind], "http_version": "1.1"}
    asyncio.run(demo.client.app(scope, receive, send))

    assert sent[0]["status"] in (408, 503)
    with demo.held.gate.admitted():
        pass


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_every_step_of_an_upload_without_a_script(
    demo: Service, language: str
) -> None:
    paper = papers(demo)[0]
    answer = demo.client.post(
        f"/verify?lang={language}", files={"file": ("a.exe", paper.read_bytes())}
    )

    assert answer.status_code == 200
    assert answer.text.count('<li class="yes">') == 13
    assert "<script" not in answer.text
    assert ("各步核验全部通过" if language == "zh" else "Every step passed") in answer.text


def test_the_page_names_the_failed_step(demo: Service) -> None:
    data = papers(demo)[0].read_bytes() + b"x"
    answer = demo.client.post("/verify", files={"file": ("a.pdf", data)})

    assert '<li class="no"><b>1 文件结构' in answer.text
    assert "带有本登记处的签章，但不是已签发的文件" in answer.text


def test_the_page_takes_a_text_and_says_when_nothing_came(demo: Service) -> None:
    number = papers(demo)[0].stem
    found = demo.client.post("/verify", data={"text": f" {number} "})
    nothing = demo.client.post("/verify", data={"text": " "})

    assert number in found.text
    assert nothing.status_code == 422
    assert "没有收到" in nothing.text


def test_the_entrance_holds_the_form(demo: Service) -> None:
    page = demo.client.get("/verify").text
    assert 'action="/verify?lang=zh" method="post" enctype="multipart/form-data"' in page


@pytest.mark.parametrize("starts", [True, False])
def test_the_service_lets_its_verifier_get_ready_and_outlives_one_that_does_not(
    monkeypatch: pytest.MonkeyPatch, *, starts: bool
) -> None:
    asked = Event()

    class Verifier:
        def start(self) -> None:
            asked.set()
            if not starts:
                raise ForkerError

    monkeypatch.setattr("api.verifying.forker", Verifier)
    begin_verifying()
    assert asked.wait(5)
