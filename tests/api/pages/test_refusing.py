"""What goes wrong before a page is reached is told to a person by a page, in their language."""

import asyncio
from typing import Any

import pytest

from api import limits
from certificates.verify_file import SIZE_MAX
from tests.support.service import Service, is_problem

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
TOO_LARGE = {"file": ("a.pdf", bytes(SIZE_MAX + 200_000))}
BROKEN = {"content-type": "multipart/form-data; boundary=x"}


def answers(service: Service) -> dict[str, Any]:
    """Return what a browser is answered for each mistake."""
    client = service.client
    return {
        "large": client.post("/verify?lang=en", files=TOO_LARGE, headers=BROWSER),
        "unread": client.post("/verify?lang=en", content=b"--y", headers={**BROWSER, **BROKEN}),
        "long": client.post("/verify?lang=en", data={"text": "x" * 9_000}, headers=BROWSER),
        "files": client.post(
            "/verify?lang=en",
            files=[("file", ("a", b"1")), ("more", ("b", b"2"))],
            headers=BROWSER,
        ),
        "nowhere": client.get("/nowhere?lang=en", headers=BROWSER),
        "method": client.post("/?lang=en", headers=BROWSER),
        "nothing": client.post("/verify?lang=en", headers=BROWSER),
    }


def test_every_mistake_of_a_person_is_answered_by_a_page(demo: Service) -> None:
    found = answers(demo)
    assert {name: answer.status_code for name, answer in found.items()} == {
        "large": 413,
        "unread": 400,
        "long": 400,
        "files": 400,
        "nowhere": 404,
        "method": 405,
        "nothing": 422,
    }
    for answer in found.values():
        assert answer.headers["content-type"].startswith("text/html")
        assert 'lang="en"' in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "The file is too large" in found["large"].text
    assert "could not be read" in found["long"].text


@pytest.mark.parametrize(
    ("language", "said"), [("zh-CN,zh", "文件太大"), ("en-GB,en", "The file is too large")]
)
def test_the_page_is_in_the_language_of_the_browser(
    demo: Service, language: str, said: str
) -> None:
    headers = {**BROWSER, "accept-language": language}
    answer = demo.client.post("/verify", files=TOO_LARGE, headers=headers)
    assert said in answer.text
    assert "示例" in answer.text or "sample" in answer.text.lower()


def test_programs_are_told_by_a_problem(demo: Service) -> None:
    too_large = demo.client.post("/v1/verify", content=bytes(SIZE_MAX + 1), headers=BROWSER)
    assert too_large.status_code == 413
    assert is_problem(too_large)
    assert is_problem(demo.client.post("/verify", files=TOO_LARGE))
    assert is_problem(demo.client.post("/"))


def test_a_browser_may_finish_sending_before_it_is_told(
    demo: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "DRAIN_BYTES_MAX", 3 * SIZE_MAX)
    order: list[str] = []

    async def receive() -> Any:
        order.append("read")
        return {"type": "http.request", "body": bytes(SIZE_MAX), "more_body": True}

    async def send(message: Any) -> None:
        order.append(message["type"])

    scope = {"type": "http", "method": "POST", "path": "/verify", "query_string": b""}
    scope |= {"http_version": "1.1", "headers": [(b"accept", b"text/html")]}
    headers = [*scope["headers"], (b"content-length", b"99999999999")]  # type: ignore[misc]  # a list
    asyncio.run(demo.client.app({**scope, "headers": headers}, receive, send))
    assert order == ["read"] * 3 + ["http.response.start", "http.response.body"]


def test_our_own_fault_is_told_by_a_page_and_not_shown(
    demo: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("api.pages.routes.find", broken)
    answer = demo.client.get("/verify/TH-RT-1?lang=en", headers=BROWSER)
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")
    assert "a secret" not in answer.text
