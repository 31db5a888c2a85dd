"""A certificate's page in a browser: a scanned code is checked and compared with the log."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from api.offline.build import CODE_FILE, code_script
from certificates.qr import qr_text
from tests.api.pages.conftest import DEMO_US
from tests.support.browser import Chromium, expecting
from tests.support.loopback import LoopbackService
from tests.support.pages import HOUR_US, published_at
from tests.support.service import Service


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    opened = Chromium()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def served(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackService]:
    opened = LoopbackService.on(played, tmp_path_factory.mktemp("served"), DEMO_US)
    yield opened
    opened.close()


@cache
def codes(played: Path) -> dict[str, bytes]:
    """The statements in the demonstration's codes, by certificate number."""
    found = {}
    for path in sorted(played.glob("certificates/TH-*.pdf")):
        with pikepdf.open(path) as pdf:
            found[path.stem] = pdf.attachments["statement.cose"].get_file().read_bytes()
    return found


@pytest.fixture
def opened(browser: Chromium, served: LoopbackService) -> Iterator[Any]:
    """Open what a camera has read, and collect what the page complains of."""
    complaints: list[str] = []
    context = browser.context(locale="zh-CN")

    def scan(number: str, code: bytes) -> Any:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(qr_text(served.address, number, code))
        return page

    yield scan
    context.close()
    assert complaints == []


def test_a_codes_statement_is_checked_against_the_log(opened: Any, played: Path) -> None:
    for number, code in codes(played).items():
        page = opened(number, code)
        place = page.locator("#code")
        expecting(place.locator("[data-outcome=good]")).to_be_visible()
        expecting(place.locator("[data-claim=number]")).to_have_text(number)
        expecting(place.locator(".differs")).to_have_count(0)
        expecting(place.locator("[data-outcome=other]")).to_be_hidden()


def test_a_code_of_another_paper_is_noticed(opened: Any, played: Path) -> None:
    (number, _), (other, code), *_ = codes(played).items()
    place = opened(number, code).locator("#code")
    expecting(place.locator("[data-outcome=other]")).to_be_visible()
    expecting(place.locator("[data-claim=number]")).to_have_text(other)
    assert place.locator(".differs").count() >= 2


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda code: code[:-1] + bytes([code[-1] ^ 1]), id="signature-changed"),
        pytest.param(lambda code: code.replace(b"TH-CL", b"TH-RT"), id="number-changed"),
        pytest.param(lambda _: b"\xd2\x84", id="cut"),
        pytest.param(lambda _: b"\x01", id="noise"),
    ],
)
def test_a_code_that_nobody_signed_is_noticed(opened: Any, played: Path, spoil: Any) -> None:
    number = next(name for name in codes(played) if "-CL-" in name)
    place = opened(number, spoil(codes(played)[number])).locator("#code")
    expecting(place.locator("[data-outcome=broken]")).to_be_visible()
    expecting(place.locator("dl")).to_be_hidden()


def test_without_a_code_the_page_is_as_before(
    browser: Chromium, served: LoopbackService, played: Path
) -> None:
    number = next(iter(codes(played)))
    context = browser.context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{served.address}/verify/{number}")
    expecting(page.locator("#code")).to_be_hidden()
    context.close()


def test_the_script_is_what_its_sources_give(fresh_demo: Service) -> None:
    answer = fresh_demo.client.get("/static/code.js")
    assert answer.text == code_script() == CODE_FILE.read_text(encoding="utf-8")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def test_only_this_page_may_run_the_servers_own_script(fresh_demo: Service, played: Path) -> None:
    number = next(iter(codes(played)))
    published_at(fresh_demo, DEMO_US - HOUR_US)
    [policy] = fresh_demo.client.get(f"/verify/{number}").headers.get_list(
        "content-security-policy"
    )
    assert "script-src 'self'" in policy
    assert "unsafe" not in json.dumps(policy)
    [other] = fresh_demo.client.get("/").headers.get_list("content-security-policy")
    assert "script-src" not in other
