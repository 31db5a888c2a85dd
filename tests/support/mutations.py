"""Spoilt JSON: a valid body with something dropped, added, retyped, enlarged or moved elsewhere."""

from collections.abc import Iterator
from copy import deepcopy

from hypothesis import strategies as st

from contracts.values import INTEGER_MAX, Json

Path = tuple[str | int, ...]

DEEP: Json = []
for _ in range(60):
    DEEP = [DEEP, {"x": DEEP}] if len(str(DEEP)) < 500 else [DEEP]

ATOMS: tuple[Json, ...] = (
    *(None, True, False, 0, 1, -1, 2, 1000, INTEGER_MAX, -INTEGER_MAX, 2**53, 10**30),
    *(
        "",
        " ",
        "a",
        "A",
        "0",
        "-1",
        "１",
        "碳" * 300,
        "\u202e示例\u200b",
        "a\nb",
        "\x00",
        "𠮷",
        "é",
    ),
    *("0000-00-00", "0001-01-01", "1900-01-01", "2199-12-31", "9999-12-31", "2026-02-29"),
    *("00000044", "0000ZZZZ", "ab" * 32, "AB" * 32, "acct/00000044", "registrar", "LOCAL", "0001"),
    *([], {}, [[]], [{}], {"": 1}, {"zh": "示例"}, DEEP),
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
values = st.sampled_from(ATOMS) | st.integers(-INTEGER_MAX, INTEGER_MAX) | texts


def paths(value: Json, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value inside a JSON value."""
    members: Iterator[tuple[str | int, Json]] = iter(())
    if isinstance(value, dict):
        members = iter(value.items())
    elif isinstance(value, list):
        members = iter(enumerate(value))
    for name, member in members:
        yield (*path, name)
        yield from paths(member, (*path, name))


def at(value: Json, path: Path) -> Json:
    """Return the value at a path."""
    for name in path:
        value = value[name]  # type: ignore[index, call-overload]  # the path was made from it
    return value


@st.composite
def mutated(draw: st.DrawFn, body: dict[str, Json]) -> dict[str, Json]:
    """Draw a body with one to three faults."""
    changed = deepcopy(body)
    for _ in range(draw(st.integers(1, 3))):
        found = sorted(paths(changed), key=str)
        if not found:
            return changed
        path = draw(st.sampled_from(found))
        holder, name = at(changed, path[:-1]), path[-1]
        fault = draw(st.sampled_from(["drop", "replace", "nudge", "move", "add", "double"]))
        _spoil(draw, changed, (holder, name), fault)
    return changed


def _spoil(draw: st.DrawFn, body: Json, place: tuple[Json, str | int], fault: str) -> None:
    holder, name = place
    if isinstance(holder, dict) and isinstance(name, str):
        value = holder[name]
        if fault == "drop":
            del holder[name]
        elif fault == "add":
            extra = draw(st.sampled_from(["extra", "agent", "claim", "ranges", "on_behalf_of"]))
            holder[extra] = deepcopy(draw(values))
        else:
            holder[name] = _other(draw, body, value, fault)
    elif isinstance(holder, list) and isinstance(name, int):
        if fault == "drop":
            del holder[name]
        elif fault == "double":
            holder.append(deepcopy(holder[name]))
        else:
            holder[name] = _other(draw, body, holder[name], fault)


def _other(draw: st.DrawFn, body: Json, value: Json, fault: str) -> Json:
    if fault == "nudge" and isinstance(value, int):
        return value + draw(st.integers(-2, 2))
    if fault == "nudge" and isinstance(value, str) and value:
        place = draw(st.integers(0, len(value) - 1))
        return value[:place] + draw(texts) + value[place + 1 :]
    if fault == "move":
        return deepcopy(at(body, draw(st.sampled_from(sorted(paths(body), key=str)))))
    return deepcopy(draw(values))
