"""What an audit finds, collected on the way."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

UNREADABLE: Final = (sqlite3.Error, SQLAlchemyError, OSError, UnicodeError)
"""What reading a damaged file raises; `UnicodeError` when SQLite quotes damaged text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        where: An entry, a table and key, or a file: "entry 17", "view_row acct/0000013D".
        what: What is wrong there.
    """

    where: str
    what: str

    def __str__(self) -> str:
        """Write the finding on one line."""
        return f"{self.where}: {self.what}"


@dataclass(slots=True)
class Findings:
    """The findings so far, and the first bad entry among them."""

    items: list[Finding] = field(default_factory=list)
    first_bad_entry: int | None = None

    def add(self, where: str, what: str) -> None:
        """Note that something is wrong."""
        self.items.append(Finding(where=where, what=what))

    def add_entry(self, seq: int, what: str) -> None:
        """Note that something is wrong with an entry."""
        if self.first_bad_entry is None or seq < self.first_bad_entry:
            self.first_bad_entry = seq
        self.add(f"entry {seq}", what)

    @contextmanager
    def reading(self, where: str) -> Iterator[None]:
        """Turn what a damaged file raises into a finding."""
        try:
            yield
        except UNREADABLE as error:
            cause = getattr(error, "orig", None) or error
            self.add(where, f"cannot be read: {cause}")
