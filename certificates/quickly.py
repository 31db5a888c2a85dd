"""Shortcuts through WeasyPrint's layout, taken while a paper is made and at no other time.

WeasyPrint asks for some ninety properties of every style, each alone and in Python. Most are
initial values or the parent's, so they are copied here as whole tables; what the style sheet sets,
and what depends on something else, is still computed there. It also throws a line's shaping away
after layout to spare memory, and shapes again to paint; a paper has few lines, so they are kept.

The pages are the same bytes either way, which a test holds.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from weasyprint import css
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES
from weasyprint.layout import percent
from weasyprint.text import line_break

# What the style sheet sets of these says something about the others.
_DEPENDENT: Final = frozenset({"display", "float", "position", *INITIAL_NOT_COMPUTED})

# As good as inherited where nothing is set.
_PASSED_ON: Final = frozenset(
    {"page", *(name for name in INITIAL_VALUES if name.startswith("text_decoration_"))}
)
_INHERITED: Final = tuple((INHERITED & set(INITIAL_VALUES)) - _DEPENDENT | _PASSED_ON)
_INITIAL: Final = {
    name: value
    for name, value in INITIAL_VALUES.items()
    if name not in INHERITED and name not in _DEPENDENT and name not in _PASSED_ON
}
_NO_LINES: Final = {
    f"{name}_style": f"{name}_width"
    for name in ("border_top", "border_right", "border_bottom", "border_left", "outline")
}
"""Without a style, a line has no width."""

_UNPLACED: Final = {name: INITIAL_VALUES[name] for name in ("float", "position")}


class _FilledStyle(css.ComputedStyle):  # type: ignore[misc]  # WeasyPrint publishes no types
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        if self.parent_style is not None:
            self.update(_INITIAL)
            self.update(_handed_down(self.parent_style))
            for style, width in _NO_LINES.items():
                if style not in self.cascaded:
                    self[width] = 0
            for name in self.cascaded:
                self.pop(name, None)


class _FilledAnonymousStyle(css.AnonymousStyle):  # type: ignore[misc]  # as above
    def __init__(self, parent_style: Any) -> None:
        super().__init__(parent_style)
        own = dict(self)
        self.update(_INITIAL)
        self.update(_UNPLACED)
        self.update(_handed_down(parent_style))
        self.update(own)


def _handed_down(parent: Any) -> dict[str, Any]:
    """Return what a style's children inherit; made once for all of them."""
    made: dict[str, Any] | None = parent.__dict__.get("handed_down")
    if made is None:
        made = parent.handed_down = {name: parent[name] for name in _INHERITED}
    return made


def _keep(layout: Any) -> None:
    """Keep a shaped line until it is painted."""
    del layout


def _take_up(layout: Any, style: Any) -> None:
    """Go on with a kept line, unless it was not kept or its words are to be spread."""
    if layout.justification_spacing or not hasattr(layout, "layout"):
        _REACTIVATE(layout, style)


def _resolve(box: Any, name: str, refer_to: Any) -> None:
    """Set a used length, as WeasyPrint does in three calls."""
    value = box.style[name]
    unit = getattr(value, "unit", None)
    if unit == "px":
        setattr(box, name, value.value)
    elif value == "auto" and name not in {"min_width", "min_height"}:
        setattr(box, name, value)
    else:
        _RESOLVE(box, name, refer_to)


_REACTIVATE: Final = line_break.Layout.reactivate
_RESOLVE: Final = percent.resolve_one_percentage
_SHORTCUTS: Final = (
    (css, "ComputedStyle", _FilledStyle),
    (css, "AnonymousStyle", _FilledAnonymousStyle),
    (line_break.Layout, "deactivate", _keep),
    (line_break.Layout, "reactivate", _take_up),
    (percent, "resolve_one_percentage", _resolve),
)
_ORIGINALS: Final = tuple((place, name, getattr(place, name)) for place, name, _ in _SHORTCUTS)


@contextmanager
def quickly() -> Iterator[None]:
    """Let WeasyPrint take the shortcuts meanwhile, and let the collector of garbage wait.

    It would walk the page's boxes again and again while they grow; afterwards it finds them once.
    """
    collects = gc.isenabled()
    gc.disable()
    for place, name, ours in _SHORTCUTS:
        setattr(place, name, ours)
    try:
        yield
    finally:
        for place, name, theirs in _ORIGINALS:
            setattr(place, name, theirs)
        if collects:
            gc.enable()
