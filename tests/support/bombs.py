"""Small files that cost a careless reader all its time or memory."""

import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from tests.support.sealed_paper import sealed
from tests.support.tampering import Edit, resealed

_MB: Final = 1024 * 1024


def zeros(size_mb: int) -> bytes:
    """Return so many megabytes of zeros, packed a thousandfold."""
    packer, block = zlib.compressobj(9), bytes(_MB)
    return b"".join(packer.compress(block) for _ in range(size_mb)) + packer.flush()


def attachment(size_mb: int) -> bytes:
    """Let an attachment unfold to much more than any attachment has."""

    def edit(pdf: Pdf) -> None:
        stream = pdf.Root.Names.EmbeddedFiles.Names[1].EF.F
        stream.write(zeros(size_mb), filter=Name.FlateDecode)

    return resealed(edit)


def content(size_mb: int) -> bytes:
    """Let the page's operators unfold."""

    def edit(pdf: Pdf) -> None:
        stream = pikepdf.Stream(pdf, b"")
        stream.write(zeros(size_mb), filter=Name.FlateDecode)
        pdf.pages[0].Contents = pdf.make_indirect(stream)

    return resealed(edit)


def operators(count: int) -> bytes:
    """Draw the same word again and again."""

    def edit(pdf: Pdf) -> None:
        pdf.pages[0].contents_add(pdf.make_stream(b"q Q " * count))

    return resealed(edit)


def filters(count: int) -> bytes:
    """Pack a stream many times over."""

    def edit(pdf: Pdf) -> None:
        data = bytes(_MB)
        for _ in range(count):
            data = zlib.compress(data)
        stream = pikepdf.Stream(pdf, b"")
        stream.write(data, filter=Array([Name.FlateDecode] * count))
        pdf.pages[0].Contents = pdf.make_indirect(stream)

    return resealed(edit)


def forms(depth: int, width: int) -> bytes:
    """Let forms draw forms: width to the power of depth drawings."""

    def edit(pdf: Pdf) -> None:
        below = pdf.make_stream(b"q Q")
        below.Type, below.Subtype, below.BBox = Name.XObject, Name.Form, [0, 0, 1, 1]
        for _ in range(depth):
            above = pdf.make_stream(b"/F Do " * width)
            above.Type, above.Subtype, above.BBox = Name.XObject, Name.Form, [0, 0, 1, 1]
            above.Resources = Dictionary(XObject=Dictionary(F=below))
            below = above
        pdf.pages[0].Resources.XObject.F = below
        pdf.pages[0].contents_add(pdf.make_stream(b"/F Do"))

    return resealed(edit)


def form_in_itself(pdf: Pdf) -> None:
    form = pdf.make_stream(b"/F Do")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, [0, 0, 1, 1]
    form.Resources = Dictionary(XObject=Dictionary(F=form))
    pdf.pages[0].Resources.XObject.F = form
    pdf.pages[0].contents_add(pdf.make_stream(b"/F Do"))


def many_objects(count: int) -> Edit:
    """Keep many small objects in the file."""

    def edit(pdf: Pdf) -> None:
        kept = [pdf.make_indirect(Dictionary(N=at)) for at in range(count)]
        pdf.Root.PieceInfo = Dictionary(All=Array(kept))

    return edit


def paper(body: bytes, trailer: bytes = b"/Root 1 0 R", *, table_at: int | None = None) -> bytes:
    """Write a bare file: one object, its table, its trailer."""
    head = b"%PDF-1.7\n1 0 obj\n" + body + b"\nendobj\n"
    table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<</Size 2 "
    at = len(head) if table_at is None else table_at
    return head + table + trailer + f">>\nstartxref\n{at}\n%%EOF\n".encode()


def prev_chain(count: int) -> bytes:
    """Chain many tables, each naming the one before."""
    data = bytearray(b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n")
    previous = b""
    for _ in range(count):
        at = len(data)
        data += b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 2/Root 1 0 R" + previous
        data += f">>\nstartxref\n{at}\n%%EOF\n".encode()
        previous = f"/Prev {at}".encode()
    return bytes(data)


def stream_table(dictionary: bytes, packed: bytes) -> bytes:
    """Write a file whose table of contents is a stream."""
    head = b"%PDF-1.7\n"
    body = b"1 0 obj\n<</Type/XRef/Filter/FlateDecode/Root 1 0 R" + dictionary
    body += f"/Length {len(packed)}>>\nstream\n".encode() + packed + b"\nendstream\nendobj\n"
    return head + body + f"startxref\n{len(head)}\n%%EOF\n".encode()


def picture(kind: str, side: int) -> bytes:
    """Return an empty picture of many pixels and few bytes."""
    target = BytesIO()
    Image.new("1" if kind == "PNG" else "L", (side, side)).save(target, kind)
    return target.getvalue()


def marks(count: int) -> bytes:
    """Repeat the mark before a table in a file that is long enough to hurt."""
    return b"%PDF-1.7\n" + b"\nstartxref\n0\n%%EOF\n" * count


BOMBS: Final[tuple[tuple[str, Callable[[], bytes]], ...]] = (
    ("arrays-deep", lambda: paper(b"[" * 200_000 + b"]" * 200_000)),
    ("arrays-deeper", lambda: paper(b"[" * 4_000_000)),
    ("dictionaries-deep", lambda: paper(b"<</A" * 200_000 + b">>" * 200_000)),
    ("trailer-deep", lambda: paper(b"<<>>", b"/Root " + b"[" * 100_000 + b"]" * 100_000)),
    ("number-long", lambda: paper(b"9" * 5_000_000)),
    ("name-long", lambda: paper(b"/" + b"a" * 5_000_000)),
    ("string-open", lambda: paper(b"(" * 3_000_000)),
    ("table-names-itself", lambda: paper(b"<<>>", b"/Root 1 0 R/Prev 31")),
    ("table-beyond-the-file", lambda: paper(b"<<>>", table_at=10**12)),
    ("tables-chained", lambda: prev_chain(20_000)),
    ("table-of-a-billion", lambda: stream_table(b"/Size 1000000000/W[1 0 0]", zeros(300))),
    ("table-with-wide-fields", lambda: stream_table(b"/Size 9/W[1 99999999 1]", zeros(1))),
    ("table-index-huge", lambda: stream_table(b"/Size 9/Index[0 999999999]/W[1 2 1]", zeros(90))),
    ("end-marks", lambda: marks(400_000)),
    ("attachment-unfolds", lambda: attachment(600)),
    ("content-unfolds", lambda: content(600)),
    ("content-of-a-million-operators", lambda: operators(1_500_000)),
    ("filters-nested", lambda: filters(60)),
    ("forms-multiply", lambda: forms(9, 9)),
    ("form-in-itself", lambda: resealed(form_in_itself)),
    ("objects-many", lambda: resealed(many_objects(120_000))),
    ("ten-megabytes-of-noise", lambda: sealed("RT") + bytes(range(256)) * 38_000),
)
PICTURES: Final[tuple[tuple[str, Callable[[], bytes]], ...]] = (
    ("png-of-900-million-pixels", lambda: picture("PNG", 30_000)),
    ("png-at-the-limit", lambda: picture("PNG", 6_000)),
    ("jpeg-of-900-million-pixels", lambda: picture("JPEG", 30_000)),
    ("jpeg-at-the-limit", lambda: picture("JPEG", 8_000)),
    ("png-cut", lambda: picture("PNG", 3_000)[:900]),
)
