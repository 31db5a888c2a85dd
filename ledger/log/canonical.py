"""Canonical bytes: RFC 8785 JSON of an I-JSON subset in which every value has one spelling.

The subset: objects with ASCII keys, arrays, strings, booleans, null and integers |n| <= 2^53 - 1.
Inside it the standard library's C encoder already writes RFC 8785: it escapes exactly the control
characters, quote and backslash in the form of RFC 8785 clause 3.2.2.2, and for ASCII keys the
order of code points is the order of UTF-16 units (clause 3.2.3). Numbers, the hard part of the
RFC, are plain integers here. The tests hold both claims.

Nothing is normalised: NFC and NFD are different strings, as RFC 8785 clause 3.1 demands.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from json import JSONDecodeError, JSONDecoder, JSONEncoder
from typing import Final, NoReturn, TypeAlias

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
"""What `parse` returns."""

JsonLike: TypeAlias = "bool | int | str | Sequence[JsonLike] | Mapping[str, JsonLike] | None"
"""What `canonical` takes: the same, and tuples; read-only, so a dict[str, str] is one as well."""

INTEGER_MAX: Final = 2**53 - 1

DEPTH_MAX: Final = 12
"""Levels of objects and arrays: a row's value may have 8 of its own, 4 deep inside an entry."""

SIZE_MAX: Final = 65_535
"""The longest entry a tlog-tiles bundle can hold, in bytes."""

_INTEGER_TEXT_MAX: Final = len(str(-INTEGER_MAX))
_BOM: Final = b"\xef\xbb\xbf"

# The closing quote is optional so that an unterminated string is one match and the scan stays
# linear; the parser refuses such a text afterwards.
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_TO_SQUARE: Final = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


class NotCanonicalError(ValueError):
    """The bytes or the value lie outside the subset; the text says why."""


def canonical(value: JsonLike, *, depth_max: int = DEPTH_MAX) -> bytes:
    """Return the one spelling of a value: UTF-8, no spaces, keys sorted.

    Args:
        value: dict, list, tuple, str, bool, int or None, nested; subclasses (an `IntEnum`, a
            `StrEnum`) are written as the plain value they are.
        depth_max: Levels of nesting allowed.

    Raises:
        NotCanonicalError: nesting too deep (or endless), a key that is no ASCII string, an integer
            beyond 2^53 - 1, a float or another type, a lone surrogate.

    Example:
        canonical({"b": [1, None], "a": "汇"}) == '{"a":"汇","b":[1,null]}'.encode()
    """
    check_value(value, depth_max)
    return encode_parsed(value)


def parse(data: bytes, *, depth_max: int = DEPTH_MAX, size_max: int = SIZE_MAX) -> Json:
    """Read JSON of the subset in any spelling: spaces, escapes and key order are free.

    Args:
        data: One JSON text in UTF-8.
        depth_max: Levels of objects and arrays allowed; checked before anything is parsed.
        size_max: Longest text read, in bytes.

    Returns:
        Plain dict, list, str, int, bool and None.

    Raises:
        NotCanonicalError: too long, a byte order mark, nested too deep, not UTF-8, not JSON, a
            duplicate or non-ASCII key, a fraction or exponent, NaN or Infinity, an integer beyond
            2^53 - 1, a lone surrogate.
    """
    value = _parse(data, depth_max, size_max)
    # UTF-8 cannot hold a surrogate, so a lone one can only come from an escape.
    if b"\\u" in data:
        encode_parsed(value)
    return value


def parse_canonical(data: bytes, *, depth_max: int = DEPTH_MAX, size_max: int = SIZE_MAX) -> Json:
    """Read JSON that already is in its canonical spelling.

    Raises:
        NotCanonicalError: as `parse`, or `data` is not canonical(parse(data)).
    """
    value = _parse(data, depth_max, size_max)
    if encode_parsed(value) != data:
        raise NotCanonicalError("not in canonical form (RFC 8785)")
    return value


def encode_parsed(value: JsonLike) -> bytes:
    """Write a value that `parse` has returned, or a part of one: as `canonical`, unchecked.

    Raises:
        NotCanonicalError: a lone surrogate.
    """
    try:
        return _write(value).encode()
    except UnicodeEncodeError as error:
        raise NotCanonicalError("lone surrogate in a string") from error


def check_depth(data: bytes, depth_max: int) -> None:
    """Refuse deep nesting before the recursive parser sees it.

    Each round takes away every innermost pair, so what is left after `depth_max` rounds is deeper
    than that or never closed; the parser would refuse the latter as well.

    Raises:
        NotCanonicalError: more than `depth_max` levels of objects and arrays.
    """
    if data.count(b"[") + data.count(b"{") <= depth_max:
        return
    # Without escapes every second piece between quotes lies outside strings: quick and usual.
    outside = _STRING.sub(b"", data) if b"\\" in data else b"".join(data.split(b'"')[::2])
    brackets = outside.translate(_TO_SQUARE, _NOT_BRACKETS)
    for _ in range(depth_max):
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return
    raise NotCanonicalError(f"nested deeper than {depth_max} levels, or brackets do not match")


def _parse(data: bytes, depth_max: int, size_max: int) -> Json:
    if len(data) > size_max:
        raise NotCanonicalError(f"longer than {size_max} bytes")
    if data.startswith(_BOM):
        raise NotCanonicalError("begins with a byte order mark")
    check_depth(data, depth_max)
    try:
        value: Json = _decode(data.decode())
    except UnicodeDecodeError as error:
        raise NotCanonicalError(f"not UTF-8 at byte {error.start}") from error
    except JSONDecodeError as error:
        raise NotCanonicalError(f"not JSON: {error.msg} at character {error.pos}") from error
    return value


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        [(twice, _)] = Counter(key for key, _ in pairs).most_common(1)
        raise NotCanonicalError(f"duplicate key: {twice[:40]!r}")
    if not "".join(members).isascii():
        raise NotCanonicalError("key with a character outside ASCII")
    return members


def _integer(text: str) -> int:
    # The length goes first: reading a million digits would cost far more than refusing them.
    if len(text) > _INTEGER_TEXT_MAX or not -INTEGER_MAX <= (number := int(text)) <= INTEGER_MAX:
        raise NotCanonicalError("integer beyond 2^53 - 1")
    return number


def _no_float(text: str) -> NoReturn:
    raise NotCanonicalError(f"not an integer: {text[:40]}")


def check_value(value: JsonLike, depth_left: int) -> None:
    """Refuse a value that `canonical` would refuse, but for lone surrogates.

    Raises:
        NotCanonicalError: as `canonical`.
    """
    if value is None or isinstance(value, str):
        return
    if isinstance(value, int):
        if not -INTEGER_MAX <= value <= INTEGER_MAX:
            raise NotCanonicalError("integer beyond 2^53 - 1")
        return
    if depth_left == 0:
        raise NotCanonicalError("nested too deep")
    if isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotCanonicalError(f"key is not an ASCII string: {key!r}")
            check_value(member, depth_left - 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            check_value(item, depth_left - 1)
    else:
        raise NotCanonicalError(f"type outside the subset: {type(value).__name__}")


_write: Final[Callable[[JsonLike], str]] = JSONEncoder(
    ensure_ascii=False,
    check_circular=False,
    allow_nan=False,
    sort_keys=True,
    separators=(",", ":"),
).encode

_decode: Final[Callable[[str], Json]] = JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_no_float,
    parse_constant=_no_float,
    strict=True,
).decode
