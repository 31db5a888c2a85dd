"""A small sign for each kind of paper, as filled and stroked paths about the origin, 8 mm high."""

from typing import Final

from certificates.art import circle, polygon

_LEAF: Final = (
    "0 -4.1 m 2.7 -2.2 3.2 0.7 0.16 3.2 c 0.16 4.3 l "
    "-0.16 4.3 l -0.16 3.2 l -3.2 0.7 -2.7 -2.2 0 -4.1 c h f"
)
_SPROUT: Final = (
    "-.2 4.2 m -.2 .6 l .2 .6 l .2 4.2 l h f 0 1 m -.6 -2.6 -2.8 -3.2 -4 -3 c -3.9 -.6 -2.4 1.2 "
    "0 1 c f 0 0 m .4 -2.8 2.2 -4 4 -4 c 4 -1.6 2.6 .4 0 0 c f"
)
_TREE: Final = "-.22 4.2 m -.22 2.6 l .22 2.6 l .22 4.2 l h f"


def emblem(name: str) -> str:
    """Return a sign's operators; the caller sets the colours of areas and lines.

    Raises:
        KeyError: there is no such sign.
    """
    return _EMBLEMS[name]


def _tree(x: float, scale: float) -> str:
    crown = polygon([(-2.1, 2.7), (0, -0.4), (2.1, 2.7)]) + " f "
    crown += polygon([(-1.6, 0.7), (0, -2.1), (1.6, 0.7)]) + " f "
    crown += polygon([(-1.1, -1.2), (0, -3.6), (1.1, -1.2)]) + " f"
    return f"q {scale:g} 0 0 {scale:g} {x:g} {4.2 * (1 - scale):g} cm {crown} {_TREE} Q"


def _zero() -> str:
    return f"{circle(0, 0, 3.9)} {circle(0, 0, 2.7)} f* {_scaled(_LEAF, 0.5)}"


def _scaled(path: str, scale: float) -> str:
    return f"q {scale:g} 0 0 {scale:g} 0 0 cm {path} Q"


def _table() -> str:
    seats = (f"{circle(x, y, 0.8)} f" for x in (-2.6, 0, 2.6) for y in (-2.9, 2.9))
    return f"-4 -1.3 8 2.6 re f {' '.join(seats)}"


def _house() -> str:
    columns = " ".join(f"{x:g} -.9 1 3.4 re f" for x in (-3.2, -1.4, 0.4, 2.2))
    return f"{polygon([(-4.2, -1.5), (0, -4), (4.2, -1.5)])} f {columns} -4.2 2.9 8.4 1.1 re f"


def _box() -> str:
    top = polygon([(0, -4), (3.6, -2.2), (0, -0.4), (-3.6, -2.2)])
    left = polygon([(-3.6, -1.5), (-0.3, 0.15), (-0.3, 4), (-3.6, 2.3)])
    right = polygon([(3.6, -1.5), (0.3, 0.15), (0.3, 4), (3.6, 2.3)])
    return f"{top} f {left} f {right} f"


def _parcel() -> str:
    outer = [(-3.8, -1.6), (-0.6, -3.6), (3.6, -2.4), (3.9, 1.8), (0.4, 3.8), (-3.4, 2.6)]
    inner = [(x * 0.74, y * 0.74) for x, y in outer]
    return f"{polygon(outer)} {polygon(inner)} f* {_scaled(_LEAF, 0.42)}"


def _blocks() -> str:
    return " ".join(f"{x:g} {y:g} 2.3 2.3 re f" for x in (-3.9, -1.15, 1.6) for y in (-2.6, 0.3))


_EMBLEMS: Final = {
    "blocks": _blocks(),
    "box": _box(),
    "house": _house(),
    "leaf": _LEAF,
    "parcel": _parcel(),
    "sprout": _SPROUT,
    "table": _table(),
    "trees": f"{_tree(-2.1, 0.72)} {_tree(2.1, 0.72)} {_tree(0, 1.0)}",
    "zero": _zero(),
}
