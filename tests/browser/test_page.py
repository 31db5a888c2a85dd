"""The page in people's hands: files, pasted texts, both languages, keyboard, phone, served."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from api.offline.build import FOLDER, SOURCES, VERIFY, Trust, build
from api.pages.offline import offline_page
from certificates.qr import qr_text
from tests.browser.conftest import DESKTOP, PHONE
from tests.support.browser import Chromium, expecting
from tests.support.certificates import BASE_URL, LOG_KEY
from tests.support.offline import export_of
from tests.support.sealed_paper import registry, sealed


@cache
def files(folder: Path) -> dict[str, str]:
    """Write what a reader could drop, and return the paths by name."""
    case = registry()
    content = {
        "policy": f"log {LOG_KEY.vkey.to_text()}\nquorum none\n".encode(),
        "registry.json": case.log.entries[0],
        "seal-root.pem": (case.folder / "trust/seal-root.pem").read_bytes(),
        "certificate.pdf": sealed("RT"),
        "broken.pdf": sealed("RT")[:-1],
        "ledger.jsonl": export_of(case.log.entries),
        "notes.txt": b"nothing of ours",
    }
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return {name: str(folder / name) for name in content}


@pytest.fixture(scope="session")
def dropped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return files(tmp_path_factory.mktemp("dropped"))


TRUST = ("policy", "registry.json", "seal-root.pem")


def give(page: Any, dropped: dict[str, str], *names: str) -> None:
    page.locator("#files").set_input_files([dropped[name] for name in names])


def test_a_certificate_is_found_valid_in_chinese(page: Any, dropped: dict[str, str]) -> None:
    give(page, dropped, *TRUST, "certificate.pdf")
    verdict = page.locator("article.result")
    expecting(verdict).to_have_class(re.compile("valid"))
    expecting(verdict.locator(".word")).to_have_text("有效")
    expecting(page.get_by_role("status").first).to_contain_text("有效")
    expecting(verdict.locator(".says")).to_contain_text("永久注销")
    expecting(verdict.locator(".says")).to_contain_text("Retired for good")
    expecting(verdict.locator("[data-compared].passed")).to_have_count(3)
    assert verdict.locator("li.step").count() == 14
    assert verdict.locator("li.failed").count() == 0


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param("CL", ["示例大会2026", "已注销", "42.318"], id="claim"),
        pytest.param("RG", ["地块 000000BB", "1,869,126"], id="right"),
        pytest.param(
            "HD", ["00000044", "持有总量（非注销）", "726.225", "222276-948500"], id="held"
        ),
    ],
)
def test_every_kind_says_what_its_entry_states(
    page: Any, dropped: dict[str, str], tmp_path: Path, kind: str, said: list[str]
) -> None:
    path = tmp_path / f"{kind}.pdf"
    path.write_bytes(sealed(kind))
    give(page, {**dropped, kind: str(path)}, *TRUST, kind)
    found = page.locator("article.result")
    expecting(found.locator(".word")).to_have_text("有效")
    for text in said:
        expecting(found.locator(".says")).to_contain_text(text)


def test_in_english_it_speaks_english(
    open_page: Callable[..., Any], dropped: dict[str, str]
) -> None:
    page = open_page("verify.html", locale="en-GB", viewport=DESKTOP)
    give(page, dropped, *TRUST, "broken.pdf")
    verdict = page.locator("article.result")
    expecting(verdict.locator(".word")).to_have_text("Not valid")
    expecting(verdict.locator("li.failed .state")).to_have_text("failed")
    expecting(page.locator("html")).to_have_attribute("lang", "en")


def test_the_language_changes_without_a_new_check(page: Any, dropped: dict[str, str]) -> None:
    give(page, dropped, "certificate.pdf")
    expecting(page.locator(".word")).to_have_text("未能核验")
    page.get_by_role("button", name="English").click()
    expecting(page.locator(".word")).to_have_text("Not verified")
    expecting(page.get_by_role("button", name="English")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="中文").click()
    expecting(page.locator("h1")).to_have_text("离线核验")


def test_a_dropped_file_is_taken(page: Any, dropped: dict[str, str]) -> None:
    data = list(Path(dropped["certificate.pdf"]).read_bytes())
    handle = page.evaluate_handle(
        """(data) => {
          const carried = new DataTransfer();
          carried.items.add(new File([Uint8Array.from(data)], 'certificate.pdf'));
          return carried;
        }""",
        data,
    )
    page.locator("#zone").dispatch_event("drop", {"dataTransfer": handle})
    expecting(page.locator(".word")).to_have_text("未能核验")


def code_text(kind: str = "RT", number: str | None = None) -> str:
    log = registry().log
    return qr_text(BASE_URL, number or log.content(kind).number, log.statement(kind).code)


def last_digit_changed(text: str) -> str:
    return text[:-1] + str((int(text[-1]) + 1) % 10)


def paste(page: Any, text: str) -> None:
    page.locator("#pasted").fill(text)
    page.get_by_role("button", name="核验所粘贴的内容").click()


def test_a_qr_code_alone_proves_nothing(page: Any) -> None:
    paste(page, code_text())
    expecting(page.locator(".word")).to_have_text("未能核验")
    expecting(page.locator("article")).to_contain_text(registry().log.content("RT").number)


def test_a_qr_codes_statement_is_checked_and_shown(page: Any, dropped: dict[str, str]) -> None:
    give(page, dropped, "registry.json")
    paste(page, code_text())
    found = page.locator("article.result")
    expecting(found.locator("li[data-step=code]")).to_have_class(re.compile("passed"))
    expecting(found.locator(".says")).to_contain_text("42.318")
    expecting(found.locator(".word")).to_have_text("未能核验")


def test_a_qr_code_agrees_with_the_ledger(page: Any, dropped: dict[str, str]) -> None:
    give(page, dropped, *TRUST, "ledger.jsonl")
    paste(page, code_text("CL"))
    found = page.locator("article.result").last
    expecting(found.locator("li.passed")).to_have_count(3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(lambda: code_text(number=registry().log.content("CL").number), "code_number"),
        pytest.param(lambda: last_digit_changed(code_text()), "code_signature"),
        pytest.param(lambda: code_text()[:-40], "code_form"),
    ],
)
def test_a_wrong_code_is_named(
    page: Any, dropped: dict[str, str], text: Callable[[], str], code: str
) -> None:
    give(page, dropped, "registry.json")
    paste(page, text())
    step = page.locator("li[data-step=code]")
    expecting(step).to_have_attribute("data-code", code)
    expecting(page.locator(".word")).to_have_text("无效")


def test_a_number_is_found_in_a_ledger(page: Any, dropped: dict[str, str]) -> None:
    give(page, dropped, "ledger.jsonl")
    paste(page, registry().log.content("RT").number)
    found = page.locator("article").nth(1)
    expecting(found.locator("li.passed")).to_have_count(5)
    # No checkpoint and no policy were given, so the ledger itself is not verified.
    expecting(found.locator(".word")).to_have_text("未能核验")


def test_a_miscopied_number_is_explained_and_a_foreign_file_is_named(
    page: Any, dropped: dict[str, str]
) -> None:
    paste(page, "TH-RT-2026-0000014-A")
    found = page.locator("article.result")
    expecting(found.locator("li[data-step=check]")).to_contain_text("至少有一个字符抄错")
    expecting(found.locator(".says")).to_contain_text(
        "碳汇注销证书，2026 年，依据登记簿第 36 号记录"
    )
    expecting(found.locator(".word")).to_have_text("抄写有误")
    give(page, dropped, "notes.txt")
    expecting(page.locator(".rejected")).to_contain_text("认不出")


def test_serials_typed_from_paper_are_explained_and_found(
    page: Any, dropped: dict[str, str]
) -> None:
    serials = registry().log.content("RT").serials
    paste(page, "\n".join([serials[0].lower(), registry().log.content("HD").serials[0]]))
    found = page.locator("article.result")
    expecting(found).to_have_count(2)
    expecting(found.nth(0).locator(".says")).to_contain_text("森林项目 0001")
    expecting(found.nth(0).locator("li[data-step=units]")).to_contain_text("/verify")
    give(page, dropped, "ledger.jsonl")
    expecting(found.nth(1).locator(".says")).to_contain_text(
        "已注销（第 24 号记录，证书 TH-RT-2026-"
    )
    expecting(found.nth(2).locator(".says")).to_contain_text("账户 00000044 持有")


def test_clear_forgets_everything(page: Any, dropped: dict[str, str]) -> None:
    give(page, dropped, *TRUST, "certificate.pdf")
    expecting(page.locator("article")).to_have_count(1)
    page.get_by_role("button", name="全部清除").click()
    expecting(page.locator("article")).to_have_count(0)
    expecting(page.locator(".trusted .there")).to_have_count(0)


def test_the_file_button_is_reached_by_keyboard(page: Any) -> None:
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "files"


def test_the_page_knows_its_own_digest(page: Any) -> None:
    page.get_by_role("button", name="显示本页的 SHA-256").click()
    expected = sha256((FOLDER / "verify.html").read_bytes()).hexdigest()
    expecting(page.locator("#digest code")).to_have_text(expected)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_is_wider_than_the_window(
    open_page: Callable[..., Any], dropped: dict[str, str], viewport: dict[str, int]
) -> None:
    page = open_page("verify.html", viewport=viewport)
    give(page, dropped, *TRUST, "certificate.pdf", "ledger.jsonl")
    expecting(page.locator("article")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize("selector", ["button", "input", "textarea"])
def test_every_control_has_a_name_and_room_for_a_finger(page: Any, selector: str) -> None:
    script = """(selector) => Array.from(document.querySelectorAll(selector))
      .filter((one) => !(one.labels?.length || one.textContent.trim()))
      .map((one) => one.id)"""
    assert page.evaluate(script, selector) == []
    heights = """() => Array.from(document.querySelectorAll('button, .button'))
      .map((one) => one.getBoundingClientRect().height)"""
    assert min(page.evaluate(heights)) >= 44


def test_every_reason_has_a_sentence_in_both_languages(scripts: Any) -> None:
    source = "".join((SOURCES / name).read_text("utf-8") for name in VERIFY.scripts)
    thrown = {
        code
        for pattern in (
            r"(?:CheckError|NotChecked)\('([a-z0-9_]+)'",
            r"require_\([^;]*?, '([a-z0-9_]+)'(?:\);|, \{)",
            r"return \['([a-z0-9_]+)'",
        )
        for code in re.findall(pattern, source)
    }
    assert len(thrown) > 60
    reasons: dict[str, list[str]] = scripts.evaluate("REASONS")
    assert thrown - reasons.keys() == set()
    for zh, en in reasons.values():
        assert re.search("[一-鿿]", zh)
        assert not re.search("[一-鿿]", en)
        assert set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en))


class _Serving(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answer = offline_page("verify.html")
        self.send_response(200)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(bytes(answer.body))

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Serving) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/verify.html"
        server.shutdown()


def test_served_under_its_policy_it_works_as_from_a_file(
    browser: Chromium, address: str, dropped: dict[str, str]
) -> None:
    context = browser.context(locale="zh-CN")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    give(page, dropped, *TRUST, "certificate.pdf")
    expecting(page.locator(".word")).to_have_text("有效")
    context.close()
    assert [url for url in asked if url != address] == []


def test_an_operators_trust_is_used_and_shown(
    browser: Chromium, dropped: dict[str, str], tmp_path: Path
) -> None:
    policy, registry_json, seal_root = (Path(dropped[name]).read_text("utf-8") for name in TRUST)
    trust = Trust(policy=policy, registry=registry_json, seal_root=seal_root)
    (tmp_path / "verify.html").write_text(build(VERIFY, trust), encoding="utf-8")
    context = browser.context(offline=True, locale="zh-CN")
    page = context.new_page()
    page.goto((tmp_path / "verify.html").as_uri())
    expecting(page.locator(".trusted .there")).to_have_count(3)
    give(page, dropped, "certificate.pdf")
    expecting(page.locator(".word")).to_have_text("有效")
    page.get_by_role("button", name="显示本页的 SHA-256").click()
    digest = sha256((tmp_path / "verify.html").read_bytes()).hexdigest()
    expecting(page.locator("#digest code")).to_have_text(digest)
    context.close()
