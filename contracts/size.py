"""How many bytes a value takes in the log: the length of its canonical JSON (RFC 8785)."""

import re
from collections.abc import Mapping
from typing import Final

from contracts.values import Json, Outcome

_ESCAPED: Final = re.compile(r'["\\\x00-\x1f]')
MOVEMENT_BYTES_MAX: Final = 210
_SHORT_ESCAPES: Final = '"\\\b\t\n\f\r'


def json_bytes(value: Json | Mapping[str, Json]) -> int:
    """Return the length of a value's canonical JSON in bytes."""
    if isinstance(value, str):
        return _text_bytes(value)
    if value is None or value is True:
        return 4
    if value is False:
        return 5
    if isinstance(value, int):
        return len(str(value))
    if isinstance(value, list):
        return 2 + sum(json_bytes(item) for item in value) + max(len(value) - 1, 0)
    members = sum(_text_bytes(name) + 1 + json_bytes(item) for name, item in value.items())
    return 2 + members + max(len(value) - 1, 0)


def _text_bytes(text: str) -> int:
    size = len(text.encode()) + 2
    for escaped in _ESCAPED.findall(text):
        size += 1 if escaped in _SHORT_ESCAPES else 5
    return size


def outcome_fits(outcome: Outcome, bytes_max: int) -> bool:
    """Say whether an outcome surely or by count fits into that many bytes.

    A movement takes at most 210 bytes (a batch id of 31 characters, two numbers of 16 digits,
    two places of 22), so the usual few need no counting.
    """
    sure = not outcome.rows and len(outcome.movements) * MOVEMENT_BYTES_MAX <= bytes_max - 64
    return sure or outcome_bytes(outcome) <= bytes_max


def outcome_bytes(outcome: Outcome) -> int:
    """Return the length of an outcome as an entry holds it, in bytes."""
    movements: list[Json] = [movement.to_json() for movement in outcome.movements]
    rows: list[Json] = [row.to_json() for row in outcome.rows]
    return json_bytes({"movements": movements, "rows": rows})
