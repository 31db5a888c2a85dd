"""The house's colours are named once; pages give them meanings and never spell them again."""

import re
from pathlib import Path

import pytest

import api
from api.offline.build import PAGES, SOURCES

STYLES = sorted(path.name for path in SOURCES.glob("*.css") if path.name != "tokens.css")
SITE = Path(api.__file__).parent / "static" / "site.css"


def named_in(css: str) -> dict[str, str]:
    """Return the names of the first `:root` rule with what they stand for."""
    return dict(
        re.findall(r"(--[a-z0-9-]+): ([^;]+);", css.partition(":root {")[2].partition("}")[0])
    )


TOKENS = named_in((SOURCES / "tokens.css").read_text(encoding="utf-8"))


def test_every_offline_page_begins_with_them() -> None:
    assert len(TOKENS) > 20
    assert {page.styles[0] for page in PAGES} == {"tokens.css"}


@pytest.mark.parametrize("name", STYLES)
def test_no_page_spells_a_colour_of_the_house_as_its_own(name: str) -> None:
    named = named_in((SOURCES / name).read_text(encoding="utf-8"))
    assert {key: value for key, value in named.items() if value in TOKENS.values()} == {}


def test_the_site_has_the_same_colours() -> None:
    site = named_in(SITE.read_text(encoding="utf-8"))
    shared = TOKENS.keys() & site.keys()
    assert len(shared) > 20
    assert {key: site[key] for key in shared} == {key: TOKENS[key] for key in shared}
