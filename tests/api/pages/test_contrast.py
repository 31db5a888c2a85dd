"""Contrast: every text colour on its ground reaches WCAG 2.2 AA, by day and by night."""

import re

import pytest

from tests.support.architecture import ROOT

CSS = (ROOT / "api" / "static" / "site.css").read_text(encoding="utf-8")
AA = 4.5
LIGHT, DARK = CSS.split("@media (prefers-color-scheme: dark)")[:2]
DARK = DARK.split(":root:lang(en)")[0]
INKS = ("ink", "ink-2", "ink-3", "accent", "link", "warn")
GROUNDS = ("paper", "surface", "sunk")
HERO = {
    "pine-900": ("#f4faf6", "#d8eade"),
    "ochre-900": ("#f4faf6", "#f5e3c8"),
    "rust-900": ("#f4faf6", "#f7dcd6"),
    "slate-900": ("#f4faf6", "#dbe3df"),
    "pine-950": ("#eef6f1", "#d3e6db", "#c3d8cc", "#d9ece1"),
    "ochre-100": ("#4a2a08", "#84480b"),
}


def tokens(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})\b", text))


DAY = tokens(LIGHT)
NIGHT = {**DAY, **tokens(DARK)}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_21_to_1() -> None:
    assert ratio("#000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") < AA


@pytest.mark.parametrize("theme", [pytest.param(DAY, id="day"), pytest.param(NIGHT, id="night")])
def test_inks_can_be_read_on_every_ground(theme: dict[str, str]) -> None:
    found = {(ink, on): ratio(theme[ink], theme[on]) for ink in INKS for on in GROUNDS}
    found["button", "accent"] = ratio(theme["accent-ink"], theme["accent"])
    found["quiet button", "ink-2"] = ratio(theme["accent-ink"], theme["ink-2"])

    assert {pair: value for pair, value in found.items() if value < AA} == {}


@pytest.mark.parametrize(("ground", "inks"), HERO.items(), ids=HERO)
def test_fixed_grounds_keep_their_inks(ground: str, inks: tuple[str, ...]) -> None:
    assert all(ink in CSS for ink in inks)
    assert [ink for ink in inks if ratio(ink, DAY[ground]) < AA] == []


def test_a_long_checkpoint_scrolls_in_its_own_box() -> None:
    box, on_paper = (line for line in CSS.splitlines() if line.strip().startswith("pre {"))

    assert "max-height" in box
    assert "overflow-y: auto" in box
    assert "max-height: none" in on_paper
