"""Chromium for tests: one per process, offline, in a thread of its own.

Playwright's plain interface keeps an event loop running in the thread that uses it, and every
`asyncio.run` of a test beside it would fail there. So the browser lives in its own thread, and
`Elsewhere` passes each call on to it: `page.get_by_role("button").click()` reads as usual.
"""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from playwright.sync_api import expect, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PLAIN = (str, int, float, bytes, bool, list, dict, type(None))


PROGRAM = "chromium-headless-shell"
"""Chromium without its windows: the same pages and scripts for two thirds of the time."""


def chromium() -> str:
    """Return the path of the browser; `./run` installs it, so its absence is a failure."""
    found = shutil.which(PROGRAM)
    if found is None:
        raise FileNotFoundError(f"{PROGRAM}: ./run setup installs it")
    return found


class Elsewhere:
    """Something that lives in the browser's thread; calls and attributes are passed on."""

    def __init__(self, thing: Any, thread: ThreadPoolExecutor) -> None:
        self._thing = thing
        self._thread = thread

    def __getattr__(self, name: str) -> Any:
        return self._run(lambda: getattr(self._thing, name))

    def __call__(self, *positional: Any, **named: Any) -> Any:
        given = [_unwrapped(value) for value in positional]
        options = {name: _unwrapped(value) for name, value in named.items()}
        return self._run(lambda: self._thing(*given, **options))

    def _run(self, work: Callable[[], Any]) -> Any:
        result = self._thread.submit(work).result()
        if isinstance(result, PLAIN):
            return result
        return Elsewhere(result, self._thread)


def _unwrapped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _unwrapped(part) for name, part in value.items()}
    return value._thing if isinstance(value, Elsewhere) else value


def expecting(thing: Elsewhere) -> Any:
    """Return Playwright's `expect` about something in the browser."""
    return Elsewhere(expect, thing._thread)(thing)


class Chromium:
    """A browser in a thread of its own. `close` ends both."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="browser")
        self._playwright = self._thread.submit(lambda: sync_playwright().start()).result()
        self._browser = self._thread.submit(self._launch).result()

    def _launch(self) -> Any:
        return self._playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))

    def context(self, **options: Any) -> Any:
        """Return a new, empty browser profile."""
        return Elsewhere(self._browser, self._thread).new_context(**options)

    def close(self) -> None:
        """End the browser and its thread."""
        self._thread.submit(self._browser.close).result()
        self._thread.submit(self._playwright.stop).result()
        self._thread.shutdown()
