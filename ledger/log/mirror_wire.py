"""What is said to a mirror beyond a witness's words, by c2sp.org/tlog-mirror: the entries.

    u16 length || origin || u64 start || u64 end || u16 length || ticket || package …
    package = (u16 length || entry) … || u8 count || count hashes of 32 bytes

Integers are big-endian. Packages part [start, end) at multiples of 256, and each proves that its
entries, with those before them in the same 256, are a subtree of the tree of `end` entries. A
request may hold fewer packages than `end` would need: the first ones, in sequence.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .key import NoteError, decode_base64
from .merkle import HASH_SIZE, Subtree, leaf_hash, root
from .subtree import subtree_consistency_path, verify_subtree_consistency
from .tiles import TILE_WIDTH, encode_entries
from .tree_head import SIZE_MAX, Checkpoint
from .witness_wire import PATH_MAX, WireError

PACKAGES_MAX: Final = 32
"""Packages that a client sends in one request at most; a server takes more."""

INFO_TYPE: Final = "text/x.tlog.mirror-info"
TICKET_SIZE_MAX: Final = 65_535
INFO_SIZE_MAX: Final = 100_000

_INFO: Final = re.compile(rb"(0|[1-9][0-9]{0,18})\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]*={0,2})\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands before the packages.

    Attributes:
        origin: The log.
        start: Number of the first entry that is sent, at most the mirror's next one.
        end: Size of a checkpoint that the mirror holds as pending.
        ticket: What the mirror gave to be handed back; may be empty.

    Raises:
        WireError: the numbers are out of order, or a text is too long.
    """

    origin: str
    start: int
    end: int
    ticket: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end <= SIZE_MAX:
            raise WireError(f"no entries from {self.start} to {self.end}")
        if max(len(self.origin.encode()), len(self.ticket)) > TICKET_SIZE_MAX:
            raise WireError("origin or ticket too long")

    def to_bytes(self) -> bytes:
        """Return the beginning of a request's body."""
        bounds = self.start.to_bytes(8, "big") + self.end.to_bytes(8, "big")
        return _counted(self.origin.encode()) + bounds + _counted(self.ticket)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """What one package covers: it carries [start, end) and proves [base, end)."""

    base: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Entries [span.start, span.end), and the proof for the subtree [span.base, span.end)."""

    span: Span
    entries: tuple[bytes, ...]
    path: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Return the package as it is sent."""
        return encode_entries(self.entries) + bytes([len(self.path)]) + b"".join(self.path)

    def check(self, before: Iterable[bytes], checkpoint: Checkpoint) -> None:
        """Check that these entries stand at their place in the tree of a checkpoint.

        Args:
            before: Leaf hashes of the entries [span.base, span.start), which the mirror holds.
            checkpoint: The pending one of size `end`.

        Raises:
            merkle.ProofError: they do not.
        """
        digest = root([*before, *map(leaf_hash, self.entries)])
        bounds = (self.span.base, self.span.end)
        verify_subtree_consistency(bounds, checkpoint.size, self.path, digest, checkpoint.root)


def spans(start: int, end: int) -> Iterator[Span]:
    """Yield what each package of the entries [start, end) covers."""
    for base in range(start - start % TILE_WIDTH, end if start < end else 0, TILE_WIDTH):
        yield Span(base, max(start, base), min(end, base + TILE_WIDTH))


def requests(
    head: Head, entries: Callable[[int, int], Iterable[bytes]], subtree: Subtree
) -> Iterator[bytes]:
    """Yield a request's body in parts: the head and up to 32 packages.

    Args:
        head: Which entries of which log.
        entries: Returns the entries [first, end), such as `TileReader.entries`.
        subtree: Hashes of the tree of `head.end` entries.
    """
    yield head.to_bytes()
    for span, _ in zip(spans(head.start, head.end), range(PACKAGES_MAX), strict=False):
        path = subtree_consistency_path(span.base, span.end, head.end, subtree)
        content = tuple(entries(span.start, span.end))
        yield Package(span=span, entries=content, path=path).to_bytes()


class Reader:
    """Reads a request's body as it arrives, and never holds more than one package of it.

    `head` is there as soon as it has arrived. What follows the last whole package is dropped; what
    follows the last package there can be is an error.
    """

    def __init__(self) -> None:
        self.head: Head | None = None
        self._buffer = bytearray()
        self._at = 0
        self._spans: Iterator[Span] = iter(())
        self._span: Span | None = None
        self._entries: list[bytes] = []

    @property
    def is_complete(self) -> bool:
        """Whether the packages up to the end have all arrived."""
        return self.head is not None and self._span is None

    def feed(self, data: bytes) -> Sequence[Package]:
        """Take the next bytes, and return the packages that are now whole.

        Raises:
            WireError: the head is malformed, a package has more than 63 hashes, or bytes follow
                the last package.
        """
        self._buffer += data
        packages = []
        if self.head is None:
            self._read_head()
        while self._span is not None and (package := self._read_package(self._span)):
            packages.append(package)
            self._entries = []
            self._span = next(self._spans, None)
        del self._buffer[: self._at]
        self._at = 0
        if self.is_complete and self._buffer:
            raise WireError("bytes after the last package")
        return packages

    def _read_head(self) -> None:
        at = self._at
        origin, bounds = self._take_counted(), self._take(16)
        ticket = self._take_counted()
        if origin is None or bounds is None or ticket is None:
            self._at = at
            return
        start, end = int.from_bytes(bounds[:8], "big"), int.from_bytes(bounds[8:], "big")
        try:
            self.head = Head(origin=origin.decode(), start=start, end=end, ticket=ticket)
        except UnicodeDecodeError as error:
            raise WireError("origin is not UTF-8") from error
        self._spans = spans(start, end)
        self._span = next(self._spans, None)

    def _read_package(self, span: Span) -> Package | None:
        while len(self._entries) < span.end - span.start:
            entry = self._take_counted()
            if entry is None:
                return None
            self._entries.append(entry)
        at = self._at
        if (count := self._take(1)) is None:
            return None
        if count[0] > PATH_MAX:
            raise WireError(f"a package with more than {PATH_MAX} hashes")
        hashes = self._take(count[0] * HASH_SIZE)
        if hashes is None:
            self._at = at
            return None
        path = tuple(hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE))
        return Package(span=span, entries=tuple(self._entries), path=path)

    def _take_counted(self) -> bytes | None:
        at = self._at
        length = self._take(2)
        data = None if length is None else self._take(int.from_bytes(length, "big"))
        if data is None:
            self._at = at
        return data

    def _take(self, count: int) -> bytes | None:
        if len(self._buffer) - self._at < count:
            return None
        self._at += count
        return bytes(self._buffer[self._at - count : self._at])


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorInfo:
    """What a mirror answers with 202 and 409.

    Attributes:
        size: Size of a pending checkpoint; the client's own, if that was valid.
        next_entry: Number of the first entry that the mirror lacks.
        ticket: To be handed back; may be empty.
    """

    size: int
    next_entry: int
    ticket: bytes = b""

    def to_bytes(self) -> bytes:
        """Return the answer's body."""
        return b"%d\n%d\n%b\n" % (self.size, self.next_entry, b64encode(self.ticket))

    @classmethod
    def parse(cls, data: bytes) -> "MirrorInfo":
        """Read an answer's body.

        Raises:
            WireError: not three such lines, or a number beyond 2^63 - 1.
        """
        found = _INFO.fullmatch(data) if len(data) <= INFO_SIZE_MAX else None
        if found is None or max(int(found[1]), int(found[2])) > SIZE_MAX:
            raise WireError("not a size, a next entry and a ticket")
        try:
            ticket = decode_base64(found[3].decode())
        except NoteError as error:
            raise WireError(f"ticket: {error}") from error
        return cls(size=int(found[1]), next_entry=int(found[2]), ticket=ticket)


def _counted(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data
