"""The offline pages: what is committed is what the sources give, and they load nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.offline import build as building
from api.offline.build import FOLDER, PAGES, SOURCES, PageError, Trust, build, declared_policy

LINES_MAX = 250


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_committed_page_is_a_fresh_build(page: building.OfflinePage) -> None:
    assert (FOLDER / page.name).read_text(encoding="utf-8") == build(page)


def test_every_source_belongs_to_a_page() -> None:
    used = {name for page in PAGES for name in (page.template, *page.styles, *page.scripts)}
    used |= set(building.CODE_SCRIPT)
    assert {path.name for path in SOURCES.iterdir()} == used


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.js")), ids=lambda path: path.name)
def test_scripts_are_as_short_as_other_files(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_MAX


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_no_other_file(page: building.OfflinePage) -> None:
    html = build(page)
    assert not [mark for mark in (" src=", "@import", "url(", "<link") if mark in html]


def test_refuses_one_name_in_two_scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one.js", "two.js"):
        (tmp_path / name).write_text("function twice() {}\n", encoding="utf-8")
    monkeypatch.setattr(building, "SOURCES", tmp_path)
    bad = building.OfflinePage(name="x", template="x", styles=(), scripts=("one.js", "two.js"))
    with pytest.raises(PageError, match="twice is declared twice"):
        build(bad)


def test_an_operators_trust_cannot_end_its_element() -> None:
    html = build(PAGES[0], Trust(policy="</script><script>alert(1)</script>"))
    assert "<script>alert" not in html
    assert declared_policy(html) == declared_policy(build(PAGES[0]))


def test_the_page_opens_from_a_file_without_a_complaint(page: Any) -> None:
    assert page.evaluate("sha256Hex(utf8('abc'))") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_a_request_is_refused_and_heard(
    open_page: Callable[..., Any], tmp_path: Path, heard: list[str]
) -> None:
    telling = tmp_path / "telling.html"
    telling.write_text("<img src='http://127.0.0.1:9/x.png'>", encoding="utf-8")
    open_page(telling)
    assert heard[0] == "request: http://127.0.0.1:9/x.png"
    heard.clear()


def test_its_own_policy_stops_a_request(page: Any, heard: list[str]) -> None:
    tried = "fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'stopped')"
    assert page.evaluate(tried) == "stopped"
    assert [line for line in heard if line.startswith("request:")] == []
    heard.clear()
