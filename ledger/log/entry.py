"""The bytes of orders and entries, wire format v1.

    order  = {"actor","body","kind","log","nonce","rules","valid_until_us"}
    signed = "<origin>/order/v1", newline, canonical(order)
    entry  = {"at_us","order","outcome":{"movements","rows"},"prev","seq","sigs","v":1}

Here is decided what *is* an entry, never whether its order was allowed: that is the rules' part.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, TypedDict, Unpack, cast

from .canonical import (
    DEPTH_MAX,
    Json,
    JsonLike,
    NotCanonicalError,
    canonical,
    check_depth,
    check_value,
    encode_parsed,
    parse_canonical,
)
from .form import (
    ENTRY_SIZE_MAX,
    ORDER_DEPTH_MAX,
    ORDER_SIZE_MAX,
    OUTCOME_SIZE_MAX,
    EntryError,
    MovementJson,
    RowJson,
    check_signatures,
    parse_signatures,
    read_bytes,
    read_integer,
    read_movements,
    read_object,
    read_order,
    read_rows,
)
from .merkle import HASH_SIZE, leaf_hash
from .signature import ED25519, Signature

__all__ = [
    "ENTRY_SIZE_MAX",
    "ORDER_DOMAIN",
    "ORDER_SIZE_MAX",
    "OUTCOME_SIZE_MAX",
    "PREV_OF_FIRST",
    "Entry",
    "EntryError",
    "EntryParts",
    "MovementJson",
    "RowJson",
    "build_entry",
    "parse_entry",
    "parse_order",
    "parse_signatures",
    "signed_bytes",
]

ORDER_DOMAIN: Final = "/order/v1\n"
"""What stands between the log's origin and the canonical order in the bytes that people sign."""

PREV_OF_FIRST: Final = bytes(HASH_SIZE)
VERSION: Final = 1

_ENTRY_KEYS: Final = {"at_us", "order", "outcome", "prev", "seq", "sigs", "v"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as read from its bytes.

    Attributes:
        seq: Position in the log, from 0.
        prev: Leaf hash of the entry before; 32 zero bytes for the first.
        at_us: Microseconds since 1970-01-01T00:00:00Z.
        order: The order, plain JSON.
        order_bytes: Its canonical bytes, as they arrived.
        sigs: Sorted by key, each key once.
        movements: In the sequence that the rule gave them.
        rows: Sorted by key, each key once.
        content: The canonical bytes, which are the leaf of the tree.
    """

    seq: int
    prev: bytes
    at_us: int
    order: dict[str, Json]
    order_bytes: bytes
    sigs: tuple[Signature, ...]
    movements: tuple[MovementJson, ...]
    rows: tuple[RowJson, ...]
    content: bytes

    @property
    def leaf_hash(self) -> bytes:
        """RFC 6962 leaf hash: this entry's place in the tree and the next entry's `prev`."""
        return leaf_hash(self.content)


def signed_bytes(origin: str, order_bytes: bytes) -> bytes:
    """Return what every signer of an order signs: the origin, `ORDER_DOMAIN`, the order's bytes."""
    return f"{origin}{ORDER_DOMAIN}".encode() + order_bytes


def parse_order(order_bytes: bytes) -> dict[str, Json]:
    """Read an order: canonical, at most 32,768 bytes and 8 levels, its seven keys in their types.

    Raises:
        EntryError: it is not so.
    """
    try:
        value = parse_canonical(order_bytes, depth_max=ORDER_DEPTH_MAX, size_max=ORDER_SIZE_MAX)
    except NotCanonicalError as error:
        raise EntryError(f"order: {error}") from error
    return read_order(value)


class EntryParts(TypedDict):
    """What `build_entry` takes, by name.

    Attributes:
        seq: Position in the log, from 0.
        prev: Leaf hash of the entry before, 32 bytes; `PREV_OF_FIRST` for the first.
        at_us: Microseconds since 1970-01-01T00:00:00Z.
        order: Its canonical bytes, which are spliced in as they are and must have come through
            `parse_order`; or the order itself.
        sigs: 1 to 8, in any sequence; they are written sorted by key.
        movements: `MovementJson`, at most 128, kept in sequence.
        rows: `RowJson`, in any sequence; they are written sorted by key.
    """

    seq: int
    prev: bytes
    at_us: int
    order: bytes | Mapping[str, JsonLike]
    sigs: Iterable[Signature]
    movements: Iterable[Mapping[str, JsonLike] | MovementJson]
    rows: Iterable[Mapping[str, JsonLike] | RowJson]


def build_entry(**parts: Unpack[EntryParts]) -> bytes:
    """Return the canonical bytes of an entry, of at most 65,535 bytes.

    Raises:
        EntryError: a part or the whole has another form or is too large.
        NotCanonicalError: a value lies outside the canonical subset.
    """
    order, prev = parts["order"], parts["prev"]
    order_bytes = order if isinstance(order, bytes) else canonical(order)
    # Canonical parts joined in the sequence of their keys are canonical.
    content = b'{"at_us":%d,"order":%b,"outcome":%b,"prev":"%b","seq":%d,"sigs":%b,"v":%d}' % (
        read_integer(parts["at_us"], "at_us"),
        order_bytes,
        _outcome_bytes(parts["movements"], parts["rows"]),
        prev.hex().encode(),
        read_integer(parts["seq"], "seq"),
        _signature_bytes(parts["sigs"]),
        VERSION,
    )
    if len(prev) != HASH_SIZE:
        raise EntryError("prev: not 32 bytes")
    _check_sizes(content, order_bytes)
    return content


def parse_entry(content: bytes) -> Entry:
    """Read an entry from its bytes, refusing all that `build_entry` would not have written.

    Whether `seq` and `prev` continue a chain is for `verify.py` to say.

    Raises:
        EntryError: not canonical, other keys or types than the format's, a limit exceeded,
            signatures or rows out of sequence or doubled.
    """
    try:
        value = parse_canonical(content, size_max=ENTRY_SIZE_MAX)
        fields = read_object(value, _ENTRY_KEYS, "entry")
        order_bytes = encode_parsed(fields["order"])
        check_depth(order_bytes, ORDER_DEPTH_MAX)
    except NotCanonicalError as error:
        raise EntryError(f"entry: {error}") from error
    if read_integer(fields["v"], "v") != VERSION:
        raise EntryError(f"v: not {VERSION}")
    outcome = read_object(fields["outcome"], {"movements", "rows"}, "outcome")
    # A part is shorter than the whole, so most outcomes need not be measured.
    if len(content) > OUTCOME_SIZE_MAX:
        _check_outcome_size(encode_parsed(outcome))
    _check_sizes(content, order_bytes)
    return Entry(
        seq=read_integer(fields["seq"], "seq"),
        prev=read_bytes(fields["prev"], "prev", size_min=HASH_SIZE, size_max=HASH_SIZE),
        at_us=read_integer(fields["at_us"], "at_us"),
        order=read_order(fields["order"]),
        order_bytes=order_bytes,
        sigs=parse_signatures(fields["sigs"]),
        movements=read_movements(outcome["movements"]),
        rows=read_rows(outcome["rows"]),
        content=content,
    )


def _outcome_bytes(
    movements: Iterable[Mapping[str, JsonLike] | MovementJson],
    rows: Iterable[Mapping[str, JsonLike] | RowJson],
) -> bytes:
    moved = list(cast("Iterable[Json]", movements))
    written = sorted(cast("Iterable[Json]", rows), key=_row_key)
    # Reading them leaves a movement nothing but texts and numbers; a row may hold anything.
    read_movements(moved)
    if written:
        check_value(written, DEPTH_MAX - 1)
        read_rows(written)
    outcome_bytes = encode_parsed({"movements": moved, "rows": written})
    _check_outcome_size(outcome_bytes)
    return outcome_bytes


def _row_key(row: Json) -> str:
    # A row without a key is refused by `read_rows`; until then it must only be sortable.
    return str(row.get("key")) if isinstance(row, dict) else ""


def _signature_bytes(sigs: Iterable[Signature]) -> bytes:
    by_key = sorted(sigs, key=attrgetter("key"))
    check_signatures(by_key)
    written = []
    for one in by_key:
        if one.alg == ED25519:
            key, sig = one.key.hex().encode(), one.sig.hex().encode()
            written.append(b'{"alg":"ed25519","key":"%b","sig":"%b"}' % (key, sig))
        else:
            written.append(encode_parsed(one.to_json()))
    return b"[%b]" % b",".join(written)


def _check_outcome_size(outcome_bytes: bytes) -> None:
    if len(outcome_bytes) > OUTCOME_SIZE_MAX:
        raise EntryError(f"outcome: longer than {OUTCOME_SIZE_MAX} bytes")


def _check_sizes(content: bytes, order_bytes: bytes) -> None:
    if len(order_bytes) > ORDER_SIZE_MAX:
        raise EntryError(f"order: longer than {ORDER_SIZE_MAX} bytes")
    if len(content) > ENTRY_SIZE_MAX:
        raise EntryError(f"entry: longer than {ENTRY_SIZE_MAX} bytes")
