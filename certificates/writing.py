"""A finished document as bytes: every stream compressed once, its identifier a digest of all.

pydyf's own `write` makes all objects twice when a file has an identifier, as PDF/A wants it, and
compresses every stream each time: a third of a paper's time.
"""

import zlib
from hashlib import sha256
from typing import Any, BinaryIO, Final, TypeAlias

import pydyf

# pydyf publishes no types.
Pdf: TypeAlias = Any

_HEAD: Final = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
_LEVEL: Final = 7
_ID_DIGITS: Final = 32
_OFFSET_BYTES: Final = 3


def write_paper(pdf: Pdf, output: BinaryIO, *_: object) -> None:
    """Write a document as PDF 1.7 with an object stream and a cross-reference stream.

    The same objects give the same bytes (ISO 32000-1, 7.5.7 and 7.5.8).
    """
    pdf.add_object(pdf.info)
    parts, position, places = [_HEAD], len(_HEAD), {}
    inner: list[tuple[int, bytes]] = []
    for item in pdf.objects[1:]:
        if isinstance(item, pydyf.Stream):
            places[item.number] = position
            parts.append(_stream(item.number, dict(item.extra), _raw(item), item.compress))
            position += len(parts[-1])
        else:
            inner.append((item.number, item.data))
    holder, table = len(pdf.objects), len(pdf.objects) + 1
    places[holder] = position
    parts.append(_object_stream(holder, inner))
    position += len(parts[-1])
    places[table] = position
    order = {number: index for index, (number, _) in enumerate(inner)}
    rows = (_row(number, places, order, holder) for number in range(table + 1))
    digest = b"<%b>" % sha256(b"".join(parts)).hexdigest()[:_ID_DIGITS].encode()
    extra = {
        "Type": b"/XRef",
        "Size": table + 1,
        "W": b"[1 %d 2]" % _OFFSET_BYTES,
        "Root": pdf.catalog.reference,
        "Info": pdf.info.reference,
        "ID": b"[%b %b]" % (digest, digest),
    }
    parts.append(_stream(table, extra, b"".join(rows), compress=True))
    parts.append(b"startxref\n%d\n%%%%EOF\n" % position)
    output.write(b"".join(parts))


def _raw(item: Any) -> bytes:
    return b"\n".join(one if isinstance(one, bytes) else _told(one) for one in item.stream)


def _told(operator: Any) -> bytes:
    # Property lists of marked content are dictionaries, the rest is text.
    told: bytes = operator.data if isinstance(operator, pydyf.Object) else operator.encode("ascii")
    return told


def _stream(number: int, extra: dict[str, Any], data: bytes, compress: bool) -> bytes:  # noqa: FBT001  # told by name or by pydyf
    if compress:
        data = zlib.compress(data, _LEVEL)
        extra["Filter"] = b"/FlateDecode"
    extra["Length"] = len(data)
    head = pydyf.Dictionary(extra).data
    return b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, head, data)


def _object_stream(number: int, inner: list[tuple[int, bytes]]) -> bytes:
    """Return the stream that holds all objects which are no streams themselves."""
    places, position = [], 0
    for one, data in inner:
        places.append(b"%d %d" % (one, position))
        position += len(data) + 1
    head = b" ".join(places) + b"\n"
    body = b"\n".join(data for _, data in inner)
    extra = {"Type": b"/ObjStm", "N": len(inner), "First": len(head)}
    return _stream(number, extra, head + body, compress=True)


def _row(number: int, places: dict[int, int], order: dict[int, int], holder: int) -> bytes:
    if number == 0:
        return b"\0" + bytes(_OFFSET_BYTES) + b"\xff\xff"
    if number in order:
        return b"\2" + holder.to_bytes(_OFFSET_BYTES) + order[number].to_bytes(2)
    return b"\1" + places[number].to_bytes(_OFFSET_BYTES) + b"\0\0"
