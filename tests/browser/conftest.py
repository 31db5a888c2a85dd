"""Pages in a real browser: opened from a file, offline, and watched.

`page` is `verify.html`; `open_page("sign.html")` opens another. Scripts of a page share one
global scope, so that a test calls them: `scripts.evaluate("sha256Hex(utf8('abc'))")`, where
`scripts` is one page for all tests that call functions and touch nothing on it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.offline.build import FOLDER
from tests.support.browser import Chromium

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    """One browser for all tests of this process."""
    opened = Chromium()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def scripts(browser: Chromium) -> Iterator[Any]:
    """The verifier's functions, in one page for all tests that change nothing on it."""
    complaints: list[str] = []
    context = browser.context(offline=True)
    opened = _watched(context, FOLDER / "verify.html", complaints)
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def heard() -> list[str]:
    """What a page asked of the network or complained of; must stay empty."""
    return []


@pytest.fixture
def open_page(browser: Chromium, heard: list[str]) -> Iterator[Callable[..., Any]]:
    """Open an offline page by its name; afterwards nothing may have been asked or complained."""
    contexts = []

    def open_named(name: str | Path, **options: Any) -> Any:
        context = browser.context(**{"offline": True, "locale": "zh-CN", **options})
        contexts.append(context)
        return _watched(context, FOLDER / name, heard)

    yield open_named
    for context in contexts:
        context.close()
    assert heard == []


def _watched(context: Any, path: Path, heard: list[str]) -> Any:
    page = context.new_page()
    page.on("request", lambda request: _hear_request(heard, request.url, path.as_uri()))
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.goto(path.as_uri())
    return page


def _hear_request(heard: list[str], url: str, own: str) -> None:
    if url.split("#")[0] != own and not url.startswith(("data:", "blob:")):
        heard.append(f"request: {url}")


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """The verifier, opened from its file in a wide window."""
    return open_page("verify.html", viewport=DESKTOP)
