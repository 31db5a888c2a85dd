"""What a state proof claims of the state after entry `through`, and how it follows from the root.

    presence  a row or block stands under this key with this value
    absence   nothing stands under this key
    prefix    these are all rows and blocks whose keys begin so, perhaps none
    unit      this unit of a batch is in this place, or does not exist

A unit's block is the one with the highest first number that is not above the unit's. So a proof
names the last key of the state up to `block/<batch>/<unit, 16 digits>` and the key after it, and
that there is none between: for one root no two proofs can name two places.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol, TypeAlias

from .canonical import Json, NotCanonicalError, parse_canonical
from .form import EntryError, read_bytes, read_integer, read_object, read_text
from .state_proof import (
    StateProofError,
    verify_absence,
    verify_neighbours,
    verify_prefix,
    verify_presence,
)

PATH_SIZE_MAX: Final = 65_536
ROWS_MAX: Final = 100_000
UNIT_DIGITS: Final = 16

Claimed: TypeAlias = tuple[str, dict[str, Json]]
"""A key of the state and the value that stands under it."""


class Claim(Protocol):
    """One of the four."""

    @property
    def kind(self) -> str:
        """presence, absence, prefix or unit."""
        ...

    def to_json(self) -> dict[str, Json]:
        """Return the claim's own fields in a file."""
        ...

    def check(self, root: bytes) -> tuple[Claimed, ...]:
        """Return what is proven to stand in the state; nothing for an absence.

        Raises:
            StateProofError: it does not follow from this root.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """`value` (canonical text) stands under `key`."""

    key: str
    value: str
    path: bytes
    kind: str = "presence"

    def to_json(self) -> dict[str, Json]:
        """Return the claim's own fields."""
        return {"key": self.key, "path": self.path.hex(), "value": self.value}

    def check(self, root: bytes) -> tuple[Claimed, ...]:
        """Check the claim."""
        verify_presence(root, self.key.encode(), _digest(self.value), self.path)
        return ((self.key, _parsed(self.value)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Nothing stands under `key`."""

    key: str
    path: bytes
    kind: str = "absence"

    def to_json(self) -> dict[str, Json]:
        """Return the claim's own fields."""
        return {"key": self.key, "path": self.path.hex()}

    def check(self, root: bytes) -> tuple[Claimed, ...]:
        """Check the claim."""
        verify_absence(root, self.key.encode(), self.path)
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """`rows`, key and value (canonical text) each, are all whose keys begin with `prefix`."""

    prefix: str
    rows: tuple[tuple[str, str], ...]
    path: bytes
    kind: str = "prefix"

    def to_json(self) -> dict[str, Json]:
        """Return the claim's own fields."""
        rows: list[Json] = [{"key": key, "value": value} for key, value in self.rows]
        return {"path": self.path.hex(), "prefix": self.prefix, "rows": rows}

    def check(self, root: bytes) -> tuple[Claimed, ...]:
        """Check the claim."""
        pairs = [(key.encode(), _digest(value)) for key, value in self.rows]
        verify_prefix(root, self.prefix.encode(), pairs, self.path)
        return tuple((key, _parsed(value)) for key, value in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Where unit `number` of `batch` is, by the last key up to its own and the key after it.

    Attributes:
        batch: The batch's id.
        number: The unit, from 0.
        before: The last key up to block/<batch>/<number>, with its value.
        after_key: The key after that, with the digest of its value and the way to it.
    """

    batch: str
    number: int
    before: Presence
    after_key: str
    after_digest: bytes
    after_path: bytes
    kind: str = "unit"

    def to_json(self) -> dict[str, Json]:
        """Return the claim's own fields."""
        after: dict[str, Json] = {
            "digest": self.after_digest.hex(),
            "key": self.after_key,
            "path": self.after_path.hex(),
        }
        before = self.before.to_json()
        return {"after": after, "batch": self.batch, "before": before, "number": self.number}

    def check(self, root: bytes) -> tuple[Claimed, ...]:
        """Check the claim; what comes back is the block that holds the unit, or nothing."""
        sought = f"block/{self.batch}/{self.number:0{UNIT_DIGITS}d}".encode()
        before, after = self.before.key.encode(), self.after_key.encode()
        if b"\0" in before + after or not before <= sought < after:
            raise StateProofError("the unit does not lie between the two keys")
        verify_neighbours(
            root,
            (before, _digest(self.before.value)),
            (after, self.after_digest),
            (self.before.path, self.after_path),
        )
        block = _parsed(self.before.value)
        if not self.before.key.startswith(f"block/{self.batch}/"):
            return ()
        end, place = block.get("end"), block.get("place")
        if not isinstance(end, int) or not isinstance(place, str):
            raise StateProofError("a block without an end or a place")
        return ((self.before.key, block),) if self.number < end else ()


def read_claim(kind: Json, fields: dict[str, Json]) -> Claim:
    """Read a claim's own fields.

    Raises:
        StateProofError: the kind is unknown or a field is missing, unknown or malformed.
    """
    try:
        if kind == "presence":
            return _read_presence(fields)
        if kind == "absence":
            read_object(fields, {"key", "path"}, "absence")
            return Absence(key=read_text(fields["key"], "key"), path=_path(fields["path"]))
        if kind == "prefix":
            return _read_prefix(fields)
        if kind == "unit":
            return _read_unit(fields)
    except EntryError as error:
        raise StateProofError(str(error)) from error
    raise StateProofError(f"unknown kind of claim: {kind}")


def _read_presence(value: Json) -> Presence:
    fields = read_object(value, {"key", "path", "value"}, "presence")
    return Presence(
        key=read_text(fields["key"], "key"),
        value=read_text(fields["value"], "value"),
        path=_path(fields["path"]),
    )


def _read_prefix(fields: dict[str, Json]) -> Prefix:
    read_object(fields, {"path", "prefix", "rows"}, "prefix")
    rows = fields["rows"]
    if not isinstance(rows, list) or len(rows) > ROWS_MAX:
        raise StateProofError(f"rows: not a list of at most {ROWS_MAX}")
    read = [read_object(row, {"key", "value"}, "row") for row in rows]
    return Prefix(
        prefix=read_text(fields["prefix"], "prefix"),
        rows=tuple(
            (read_text(row["key"], "key"), read_text(row["value"], "value")) for row in read
        ),
        path=_path(fields["path"]),
    )


def _read_unit(fields: dict[str, Json]) -> Unit:
    read_object(fields, {"after", "batch", "before", "number"}, "unit")
    after = read_object(fields["after"], {"digest", "key", "path"}, "after")
    return Unit(
        batch=read_text(fields["batch"], "batch"),
        number=read_integer(fields["number"], "number"),
        before=_read_presence(fields["before"]),
        after_key=read_text(after["key"], "key"),
        after_digest=read_bytes(after["digest"], "digest", size_min=32, size_max=32),
        after_path=_path(after["path"]),
    )


def _path(value: Json) -> bytes:
    if value == "":
        return b""
    return read_bytes(value, "path", size_min=1, size_max=PATH_SIZE_MAX)


def _digest(value: str) -> bytes:
    return sha256(value.encode()).digest()


def _parsed(value: str) -> dict[str, Json]:
    try:
        parsed = parse_canonical(value.encode())
    except NotCanonicalError as error:
        raise StateProofError(f"a value is not canonical: {error}") from error
    if not isinstance(parsed, dict):
        raise StateProofError("a value is no object")
    return parsed
