"""The worked values in docs/LEDGER_FORMAT.md: read from it, and written into it.

    python -m tests.support.format_document       refreshes every block marked vector=PATH

A path leads into tests/vectors/ledger-format.json: names and positions joined by dots.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from tests.support import format_vectors
from tests.support.architecture import ROOT

DOCUMENT: Final = ROOT / "docs" / "LEDGER_FORMAT.md"

_BLOCK: Final = re.compile(r"^```(\w+) vector=(\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HEX: Final = re.compile(r"\b[0-9a-f]{16,}\b")
_ROW: Final = re.compile(r"^#### `([a-z]+)\b[^`]*`\n(.*?)(?=^#|\Z)", re.DOTALL | re.MULTILINE)
_FIELD: Final = re.compile(r"`(\w+)`(\??)")
COMMIT_DIGITS: Final = 40


def at(vectors: Any, path: str) -> Any:
    """Return the value at a path."""
    for step in path.split("."):
        vectors = vectors[int(step) if isinstance(vectors, list) else step]
    return vectors


def shown(value: Any) -> str:
    """Return a value as the document shows it: a text as it is, else one item a line."""
    if isinstance(value, str):
        return value.removesuffix("\n") + "\n"
    if isinstance(value, list):
        return "".join(f"{item if isinstance(item, str) else _compact(item)}\n" for item in value)
    return "".join(f"{_compact(name)}: {_compact(value[name])}\n" for name in sorted(value))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def filled(document: str, vectors: Any) -> str:
    """Return the document with every block as the vectors have it."""
    return _BLOCK.sub(
        lambda found: f"```{found[1]} vector={found[2]}\n{shown(at(vectors, found[2]))}```",
        document,
    )


def block_paths(document: str) -> list[str]:
    """Return the paths of the document's blocks."""
    return [found[2] for found in _BLOCK.finditer(document)]


def hex_shown(document: str) -> set[str]:
    """Return the hex that the document shows anywhere, but for the names of commits."""
    return {text for text in _HEX.findall(document) if len(text) != COMMIT_DIGITS}


def row_fields(document: str) -> dict[str, tuple[set[str], set[str]]]:
    """Return, by the first part of a row's key, the fields it always has and those it may have."""
    return {found[1]: _fields(found[2]) for found in _ROW.finditer(document)}


def _fields(table: str) -> tuple[set[str], set[str]]:
    always: set[str] = set()
    maybe: set[str] = set()
    for name, optional in _cells(table):
        (maybe if optional else always).add(name)
    return always, maybe


def _cells(table: str) -> Iterator[tuple[str, str]]:
    for line in table.splitlines():
        if line.startswith("| `"):
            yield from _FIELD.findall(line.split("|")[1])


def write() -> None:
    """Refresh the document."""
    text = filled(DOCUMENT.read_text(encoding="utf-8"), format_vectors.vectors())
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
