"""Bodies of orders from files and from the command line, and an example body of every kind."""

import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

from contracts.values import Json
from ledger.log.canonical import NotCanonicalError, canonical

EXAMPLES = "order_bodies.json"


class BodyError(ValueError):
    """A body cannot be read; the text says where and what to do."""


def example_body(kind: str) -> Json:
    """Return an example body of an order kind; ids in it belong to the example.

    Raises:
        KeyError: there is no such kind.
    """
    text = files("api").joinpath("data", EXAMPLES).read_text(encoding="utf-8")
    bodies: dict[str, Json] = json.loads(text)
    return bodies[kind]


def body_from(path: Path | None, fields: Sequence[str]) -> dict[str, Json]:
    """Read a body from a JSON file (or '-'), then set single fields.

    Args:
        path: The file, `-` for standard input, or nothing for an empty body.
        fields: "a.b=VALUE" each; VALUE is JSON, or else taken as text.

    Raises:
        BodyError: no JSON object, a number with a fraction, or a field that cannot be set.
    """
    body: dict[str, Json] = {}
    if path is not None:
        text = sys.stdin.read() if str(path) == "-" else _read(path)
        loaded = _loads(text, str(path))
        if not isinstance(loaded, dict):
            raise BodyError(f"{path}: a body is a JSON object")
        body = loaded
    for field in fields:
        name, sign, value = field.partition("=")
        if not sign:
            raise BodyError(f"--set {field}: write FIELD=VALUE")
        _set(body, name.split("."), _value(value))
    try:
        canonical(body)
    except NotCanonicalError as error:
        raise BodyError(f"{path or '--set'}: {error}") from error
    return body


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "no text in UTF-8"
        raise BodyError(f"{path}: {why}; name a JSON file") from error


def _loads(text: str, name: str) -> Json:
    try:
        loaded: Json = json.loads(text, parse_float=Decimal)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BodyError(f"{name}: no JSON: {error}; mend the file") from error
    return loaded


def _value(text: str) -> Json:
    try:
        loaded: Json = json.loads(text)
    except json.JSONDecodeError:
        return text
    return text if isinstance(loaded, float) else loaded


def _set(body: dict[str, Json], path: Sequence[str], value: Json) -> None:
    *above, last = path
    target = body
    for name in above:
        inner = target.setdefault(name, {})
        if not isinstance(inner, dict):
            raise BodyError(f"--set {'.'.join(path)}: {name} is no object")
        target = inner
    target[last] = value
