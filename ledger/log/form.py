"""The form of an entry's parts: which keys, which types, how many; nothing about their meaning."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypedDict, cast

from .canonical import INTEGER_MAX, Json
from .signature import (
    ED25519,
    KEY_SIZE,
    RIDER_SIZE_MAX,
    SIGNATURE_SIZE_MAX,
    WEBAUTHN_ES256,
    Signature,
)

ENTRY_SIZE_MAX: Final = 65_535
ORDER_SIZE_MAX: Final = 32_768
ORDER_DEPTH_MAX: Final = 8
OUTCOME_SIZE_MAX: Final = 24 * 1024
SIGNATURES_MAX: Final = 8
MOVEMENTS_MAX: Final = 128

_ORDER_TEXTS: Final = ("actor", "kind", "log", "nonce", "rules")
_ORDER_KEYS: Final = {*_ORDER_TEXTS, "body", "valid_until_us"}
_MOVEMENT_KEYS: Final = {"batch", "first", "end", "from", "to"}

MovementJson = TypedDict(
    "MovementJson", {"batch": str, "first": int, "end": int, "from": str, "to": str}
)
"""Units [first, end) of one batch go from one place to another."""


class RowJson(TypedDict):
    """A fact that is not a movement: the whole new value under its key."""

    key: str
    value: dict[str, Json]


class EntryError(ValueError):
    """Bytes or parts are no entry, order or signatures of this format; the text says why."""


def read_object(value: Json, keys: set[str], name: str) -> dict[str, Json]:
    """Return an object that has exactly these keys."""
    if not isinstance(value, dict):
        raise EntryError(f"{name}: not an object")
    if value.keys() != keys:
        raise EntryError(f"{name}: keys missing or unknown: {sorted(value.keys() ^ keys)}")
    return value


def read_text(value: Json, name: str) -> str:
    """Return a string that is not empty."""
    if not isinstance(value, str) or not value:
        raise EntryError(f"{name}: not a text")
    return value


def read_integer(value: Json, name: str) -> int:
    """Return an integer from 0 to 2^53 - 1 (a boolean is none)."""
    if type(value) is not int or not 0 <= value <= INTEGER_MAX:
        raise EntryError(f"{name}: not an integer from 0 to 2^53 - 1")
    return value


def read_bytes(value: Json, name: str, *, size_min: int, size_max: int) -> bytes:
    """Return the bytes of lowercase hex."""
    text = read_text(value, name)
    if not 2 * size_min <= len(text) <= 2 * size_max:
        raise EntryError(f"{name}: not {size_min} to {size_max} bytes")
    try:
        data = bytes.fromhex(text)
    except ValueError as error:
        raise EntryError(f"{name}: not hex") from error
    if data.hex() != text:
        raise EntryError(f"{name}: not lowercase hex without spaces")
    return data


def read_order(value: Json) -> dict[str, Json]:
    """Return an order whose seven keys have their types; its body is the rules' to read."""
    order = read_object(value, _ORDER_KEYS, "order")
    for name in _ORDER_TEXTS:
        read_text(order[name], f"order {name}")
    if not isinstance(order["body"], dict):
        raise EntryError("order body: not an object")
    read_integer(order["valid_until_us"], "order valid_until_us")
    return order


def read_movements(value: Json) -> tuple[MovementJson, ...]:
    """Return at most 128 movements, each of a range that is not empty."""
    if not isinstance(value, list) or len(value) > MOVEMENTS_MAX:
        raise EntryError(f"movements: not a list of at most {MOVEMENTS_MAX}")
    for item in value:
        movement = read_object(item, _MOVEMENT_KEYS, "movement")
        for name in ("batch", "from", "to"):
            read_text(movement[name], f"movement {name}")
        first = read_integer(movement["first"], "movement first")
        if first >= read_integer(movement["end"], "movement end"):
            raise EntryError("movement: first is not below end")
    return cast("tuple[MovementJson, ...]", tuple(value))


def read_rows(value: Json) -> tuple[RowJson, ...]:
    """Return rows sorted by key (by code point), each key once, each value an object."""
    if not isinstance(value, list):
        raise EntryError("rows: not a list")
    previous = ""
    for item in value:
        row = read_object(item, {"key", "value"}, "row")
        key = read_text(row["key"], "row key")
        if key <= previous:
            raise EntryError(f"rows: not sorted by key, or a key twice: {key}")
        if not isinstance(row["value"], dict):
            raise EntryError(f"row {key}: value is no object")
        previous = key
    return cast("tuple[RowJson, ...]", tuple(value))


def parse_signatures(value: Json) -> tuple[Signature, ...]:
    """Read [{"alg","key","sig"}] as it stands in an entry: 1 to 8, sorted by key, each key once.

    A passkey's signature also has "auth" and "client". Bytes are lowercase hex.

    Raises:
        EntryError: it is not so, or an algorithm is unknown.
    """
    if not isinstance(value, list) or not 1 <= len(value) <= SIGNATURES_MAX:
        raise EntryError(f"sigs: not a list of 1 to {SIGNATURES_MAX}")
    sigs = tuple([_read_signature(item) for item in value])
    _check_sequence(sigs)
    return sigs


def check_signatures(sigs: Sequence[Signature]) -> None:
    """Check signatures that are to stand in an entry, as `parse_signatures` would read them.

    Raises:
        EntryError: as `parse_signatures`.
    """
    if not 1 <= len(sigs) <= SIGNATURES_MAX:
        raise EntryError(f"sigs: not a list of 1 to {SIGNATURES_MAX}")
    for one in sigs:
        if one.alg == ED25519:
            if len(one.key) != KEY_SIZE[ED25519] or len(one.sig) != SIGNATURE_SIZE_MAX[ED25519]:
                raise EntryError("sigs: a key or signature of Ed25519 has another length")
        else:
            _read_signature(dict(one.to_json()))
    _check_sequence(sigs)


def _check_sequence(sigs: Sequence[Signature]) -> None:
    for one, other in pairwise(sigs):
        if one.key >= other.key:
            raise EntryError("sigs: not sorted by key, or a key twice")


def _read_signature(value: Json) -> Signature:
    alg = value.get("alg") if isinstance(value, dict) else None
    if not isinstance(alg, str) or alg not in KEY_SIZE:
        raise EntryError("sigs: unknown algorithm")
    is_passkey = alg == WEBAUTHN_ES256
    riders = {"auth", "client"} if is_passkey else set()
    fields = read_object(value, {"alg", "key", "sig"} | riders, "sigs")
    key_size, sig_size = KEY_SIZE[alg], SIGNATURE_SIZE_MAX[alg]
    sig_size_min = 1 if is_passkey else sig_size
    auth, client = (
        read_bytes(fields[name], f"sigs {name}", size_min=1, size_max=RIDER_SIZE_MAX)
        if is_passkey
        else b""
        for name in ("auth", "client")
    )
    return Signature(
        alg=alg,
        key=read_bytes(fields["key"], "sigs key", size_min=key_size, size_max=key_size),
        sig=read_bytes(fields["sig"], "sigs sig", size_min=sig_size_min, size_max=sig_size),
        auth=auth,
        client=client,
    )
