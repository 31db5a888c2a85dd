"""Anchors: dated words of somebody else over published checkpoints, kept beside the log.

    DATA/log/anchors/rfc3161/<size>-<first 16 digits of its SHA-256>.tsr       the whole answer
    DATA/log/anchors/rfc3161/<size>-<the same>.checkpoint                      the note it stamps

Stamped is the checkpoint's text (origin, size, root: three lines with their newlines), not the
note with its signatures: whoever knows size and root can write that text down, so the date holds
even when keys and signatures of today mean nothing any more. An order `anchor.record` puts the
file's digest into the log, so that it can be neither slipped in nor left out later.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509

from contracts.lookup import integer_of, text_of
from contracts.values import Json, Value
from ledger.anchors.time_stamps import TimeStamp, TimeStampError, check_time_stamp
from ledger.books.projection import StoredBooks
from ledger.files import write_atomically
from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.note import NoteError, parse_note

FORM: Final = "rfc3161"
FOLDER: Final = Path("anchors") / FORM
ROWS: Final = f"anchor/{FORM}/"
DAY_US: Final = 86_400_000_000
_DIGITS: Final = 16


class AnchorError(Exception):
    """An anchor is not what its record says; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What an entry records of an anchor: who dated which tree when, and the file's digest."""

    authority: str
    gen_time_us: int
    root: str
    sha256: str
    size: int

    @property
    def token(self) -> Path:
        """Where the authority's answer lies below the folder of the log."""
        return FOLDER / f"{self.size}-{self.sha256[:_DIGITS]}.tsr"

    @property
    def checkpoint(self) -> Path:
        """Where the stamped note lies below the folder of the log."""
        return self.token.with_suffix(".checkpoint")

    def body(self) -> dict[str, Json]:
        """Return the body of the order that records it."""
        return {
            "authority": self.authority,
            "form": FORM,
            "gen_time_us": self.gen_time_us,
            "root": self.root,
            "sha256": self.sha256,
            "size": self.size,
        }


def read_anchor(row: Value) -> Anchor:
    """Read the row that `anchor.record` wrote."""
    return Anchor(
        authority=text_of(row, "authority"),
        gen_time_us=integer_of(row, "gen_time_us"),
        root=text_of(row, "root"),
        sha256=text_of(row, "sha256"),
        size=integer_of(row, "size"),
    )


def anchors_among(rows: Mapping[str, Value]) -> Iterator[Anchor]:
    """Yield the anchors that rows of a replay record, by key."""
    for key in sorted(key for key in rows if key.startswith(ROWS)):
        yield read_anchor(rows[key])


def recorded(books: StoredBooks) -> Iterator[Anchor]:
    """Yield the anchors that are recorded, the smallest tree first."""
    after = ""
    while page := books.rows_under(ROWS, after=after):
        yield from (read_anchor(row) for _, row in page)
        after = page[-1][0]


def is_due(anchors: Iterable[Anchor], now_us: int) -> bool:
    """Return whether the newest anchor is a day old, or there is none."""
    newest_us = max((anchor.gen_time_us for anchor in anchors), default=-DAY_US)
    return now_us - newest_us >= DAY_US


def stamped_text(note: bytes) -> tuple[bytes, Checkpoint]:
    """Return what is stamped of a signed note, and what it states.

    Raises:
        AnchorError: it is no checkpoint.
    """
    try:
        text = parse_note(note).text
        return text.encode(), parse_checkpoint(text)
    except NoteError as error:
        raise AnchorError(f"no checkpoint: {error}") from error


def keep(log: Path, note: bytes, authority: str, stamp: TimeStamp) -> Anchor:
    """Store an answer and the note it stamps, both durable, and return what is to be recorded.

    If we crash before the order is recorded, two files lie there that nothing refers to.
    """
    _, checkpoint = stamped_text(note)
    anchor = Anchor(
        authority=authority,
        gen_time_us=stamp.gen_time_us,
        root=checkpoint.root.hex(),
        sha256=sha256(stamp.answer).hexdigest(),
        size=checkpoint.size,
    )
    (log / FOLDER).mkdir(parents=True, exist_ok=True)
    write_atomically(log / anchor.checkpoint, note)
    write_atomically(log / anchor.token, stamp.answer)
    return anchor


def check_anchor(log: Path, anchor: Anchor, roots: tuple[x509.Certificate, ...]) -> bool:
    """Check an anchor's files against its record; return whether its date is trusted.

    Args:
        log: The folder of the log.
        anchor: What the log records.
        roots: Who is trusted to name authorities; without any, no signature is checked.

    Returns:
        Whether the stamp was checked against roots and holds. False means not checked.

    Raises:
        AnchorError: a file is missing, the token has another digest or time or does not hold, or
            the note is of another tree.
    """
    try:
        answer, note = (log / anchor.token).read_bytes(), (log / anchor.checkpoint).read_bytes()
    except OSError as error:
        raise AnchorError(f"cannot be read: {error.strerror}") from error
    if sha256(answer).hexdigest() != anchor.sha256:
        raise AnchorError("is another file than the one recorded")
    text, checkpoint = stamped_text(note)
    if (checkpoint.size, checkpoint.root.hex()) != (anchor.size, anchor.root):
        raise AnchorError("the checkpoint beside it is of another tree than the one recorded")
    try:
        stamp = check_time_stamp(answer, text, roots)
    except TimeStampError as error:
        raise AnchorError(str(error)) from error
    if stamp.gen_time_us != anchor.gen_time_us:
        raise AnchorError("states another time than the one recorded")
    return stamp.trusted


def sizes_anchored(log: Path) -> Iterator[int]:
    """Yield the sizes that the files' names state, before anything is checked."""
    for path in (log / FOLDER).glob("*.tsr"):
        size = path.name.partition("-")[0]
        if size.isascii() and size.isdecimal():
            yield int(size)
