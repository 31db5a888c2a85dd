"""Contrast: every text colour of the offline pages on its ground reaches WCAG 2.2 AA."""

import pytest

from api.offline.build import SOURCES
from tests.api.pages.test_contrast import AA, ratio, tokens

COLOURS = tokens((SOURCES / "tokens.css").read_text(encoding="utf-8"))
PAIRS = [
    *(
        (ink, ground)
        for ink in ("ink", "ink-2", "ink-3")
        for ground in ("paper", "surface", "sunk")
    ),
    *((ink, "pine-50") for ink in ("ink", "ink-2", "ink-3")),
    ("ochre-700", "ochre-100"),
    ("ochre-700", "surface"),
    ("rust-700", "rust-100"),
    ("pine-700", "surface"),
    ("pine-700", "paper"),
    *(("surface", ground) for ground in ("pine-700", "rust-700", "ochre-700")),
]


@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_is_legible(ink: str, ground: str) -> None:
    assert ratio(COLOURS[ink], COLOURS[ground]) >= AA


@pytest.mark.parametrize("colour", ["#f4faf6", "#d8eade"])
def test_words_on_the_head_are_legible(colour: str) -> None:
    assert ratio(colour, COLOURS["pine-900"]) >= AA
