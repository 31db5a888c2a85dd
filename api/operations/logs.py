"""Logs: one JSON object a line, with the request it belongs to, and nothing that a person sent.

Of an exception stand its kind and the places it went through, never its text: texts quote what was
being worked on, such as a name or a statement's values. Of other people's modules stand warnings,
by the first line of their template, for the same reason.
"""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

OURS: Final = ("api", "ledger", "certificates", "contracts")
FIELDS: Final = ("method", "milliseconds", "route", "status")
"""What a line may have beside its text, if its caller gives it."""

request_id: Final[ContextVar[str]] = ContextVar("request_id", default="")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "said": _said(record),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if identity := request_id.get():
            line["request"] = identity
        if record.exc_info and record.exc_info[1] is not None:
            line["fault"] = fault_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def fault_of(error: BaseException) -> dict[str, Any]:
    """Return an exception's kind, where it went through, and what it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames]
    fault: dict[str, Any] = {"kind": type(error).__name__, "places": places}
    if error.__cause__ is not None:
        fault["cause"] = fault_of(error.__cause__)
    return fault


def configure(level: str, stream: TextIO | None = None) -> logging.Handler:
    """Send the log of this process to a stream, standard error by default; return what does it."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    return handler


def _said(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in OURS:
        return record.getMessage()
    return str(record.msg).partition("\n")[0]
