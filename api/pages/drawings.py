"""Drawings as SVG: growth rings made from an entry's hash, the supply as one bar.

Colours come from the style sheet by class; nothing here needs a script or a style attribute.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final

from contracts.values import SUPPLY_NAMES

RINGS: Final = 10
RING_POINTS: Final = 48
RING_MAX: Final = 74.0
BAR_WIDTH: Final = 1000


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the bar: its name, kilograms, where it begins and how wide it is."""

    name: str
    quantity_kg: int
    left: int
    width: int


def rings(leaf_hash: str) -> tuple[str, ...]:
    """Return the outlines of growth rings around (0, 0), the innermost first.

    Each ring's width and bends come from three bytes of the hash, so the same entry gives the same
    pattern on every screen, and people can compare two by eye.

    Args:
        leaf_hash: 64 hex digits.
    """
    digest = bytes.fromhex(leaf_hash)
    widths = [3 + digest[ring * 3] / 64 for ring in range(RINGS)]
    scale = (RING_MAX - 26) / sum(widths)
    outlines, radius = [], 26.0
    for ring, width in enumerate(widths):
        radius += width * scale
        turn, bend = digest[ring * 3 + 1] / 256 * 2 * pi, digest[ring * 3 + 2] / 256
        outlines.append(_ring(radius, turn, bend))
    return tuple(outlines)


def _ring(radius: float, turn: float, bend: float) -> str:
    points = []
    for index in range(RING_POINTS):
        angle = 2 * pi * index / RING_POINTS
        reach = radius * (1 + 0.012 * sin(2 * angle + turn) + 0.02 * bend * sin(5 * angle - turn))
        points.append(f"{reach * cos(angle):.1f} {reach * sin(angle):.1f}")
    return f"M{' '.join(points)}Z"


def supply_bar(supply: Mapping[str, int]) -> tuple[Segment, ...]:
    """Return the parts of the supply identity that are not empty, as parts of one bar.

    The parts tile the bar exactly, as they tile the units issued; a part too small to be seen is
    still one wide.
    """
    parts = [(name, supply.get(name, 0)) for name in SUPPLY_NAMES.values()]
    shown = [(name, quantity_kg) for name, quantity_kg in parts if quantity_kg > 0]
    total_kg = sum(quantity_kg for _, quantity_kg in shown)
    widths = [max(1, quantity_kg * BAR_WIDTH // total_kg) for _, quantity_kg in shown]
    if widths:
        # The largest takes what rounding left over.
        largest = widths.index(max(widths))
        widths[largest] += BAR_WIDTH - sum(widths)
    segments, left = [], 0
    for (name, quantity_kg), width in zip(shown, widths, strict=True):
        segments.append(Segment(name, quantity_kg, left, width))
        left += width
    return tuple(segments)
