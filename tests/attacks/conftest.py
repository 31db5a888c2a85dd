"""The honest world that every attack starts from, and the browser that looks on."""

import pytest

from tests.browser.conftest import browser, heard, open_page, scripts
from tests.support.evil_log import World

__all__ = ["browser", "heard", "open_page", "scripts", "world"]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One for all tests: none of them changes it."""
    return World.made(tmp_path_factory.mktemp("world"))
