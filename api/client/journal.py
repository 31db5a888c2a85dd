"""A client's own record of what it sent and what it was told, for the day its process is killed.

One JSON object a line, appended and made durable before anything is sent:

    {"sent": <envelope>}                        an order, signed, before its first attempt
    {"nonce": …, "seq": 17}                     it was recorded
    {"nonce": …, "refused": 4002}               it was refused
    {"nonce": …, "never": 18}                   it expired; after 18 entries it was not among them

Whatever was sent and not answered is sent again, byte for byte, by `Client.resume`. The file holds
no key; it holds the private records of orders that carry some, so it is the owner's alone (0600).
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.drafting.draft import Draft
from contracts.values import Json
from ledger.log.form import parse_signatures


class JournalError(Exception):
    """The journal cannot be read or written; nothing is sent without it."""


class Journal:
    """The journal in a file; one process at a time writes to it.

    Raises:
        JournalError: it cannot be opened, another process has it, or a line of it is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        try:
            self._file = os.open(path, flags, 0o600)
        except OSError as error:
            raise JournalError(f"{path}: {error.strerror}") from error
        try:
            # Cutting a torn line would cut what another process is writing just now.
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._cut_torn_line()
            _sync_folder(path.parent)
            self._open = self._read_open()
        except BlockingIOError as error:
            os.close(self._file)
            raise JournalError(f"{path}: another process writes to it") from error
        except OSError as error:
            os.close(self._file)
            raise JournalError(f"{path}: {error.strerror}") from error
        except JournalError:
            os.close(self._file)
            raise

    def sent(self, draft: Draft) -> None:
        """Write an order down before it is sent.

        Raises:
            JournalError: it cannot be made durable.
        """
        nonce = _nonce_of(draft)
        if self._open.get(nonce) != draft:
            self._append({"sent": json.loads(draft.envelope())})
            self._open[nonce] = draft

    def recorded(self, draft: Draft, seq: int) -> None:
        """Write down that an order was recorded."""
        self._end(draft, "seq", seq)

    def refused(self, draft: Draft, code: int) -> None:
        """Write down that an order was refused."""
        self._end(draft, "refused", code)

    def never(self, draft: Draft, size: int) -> None:
        """Write down that an order expired and is not among the first `size` entries."""
        self._end(draft, "never", size)

    def open_orders(self) -> list[Draft]:
        """Return the orders that were sent and never answered, oldest first."""
        return [*self._open.values()]

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _end(self, draft: Draft, outcome: str, number: int) -> None:
        nonce = _nonce_of(draft)
        if nonce in self._open:
            self._append({"nonce": nonce, outcome: number})
            del self._open[nonce]

    def _read_open(self) -> dict[str, Draft]:
        """Read which orders are open, by their nonces.

        Raises:
            JournalError: a line is damaged.
        """
        waiting: dict[str, Draft] = {}
        for line in self._lines():
            if "sent" in line:
                draft = _draft_of(line["sent"])
                waiting[_nonce_of(draft)] = draft
            else:
                waiting.pop(str(line.get("nonce")), None)
        return waiting

    def _append(self, line: Mapping[str, Json]) -> None:
        data = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        try:
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError as error:
            raise JournalError(f"{self._path}: {error.strerror}") from error

    def _lines(self) -> Iterator[dict[str, Any]]:
        for number, line in enumerate(self._path.read_bytes().splitlines(), start=1):
            try:
                value = json.loads(line)
            except ValueError as error:
                raise JournalError(f"{self._path}, line {number}: no JSON") from error
            if not isinstance(value, dict):
                raise JournalError(f"{self._path}, line {number}: no object")
            yield value

    def _cut_torn_line(self) -> None:
        """Drop a last line without its end: whatever it said, nothing was done upon it."""
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.ftruncate(self._file, whole)
            os.fsync(self._file)


def _nonce_of(draft: Draft) -> str:
    return str(draft.order["nonce"])


def _draft_of(envelope: Any) -> Draft:
    try:
        private = tuple(envelope.get("private", ()))
        sigs = parse_signatures(envelope["sigs"])
        return Draft(order=envelope["order"], sigs=sigs, private=private)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise JournalError(f"an order in the journal is damaged: {error}") from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
