"""Attacks on a sealed file by somebody without its key: updates, wrapped and shadowed content."""

from collections.abc import Callable
from functools import cache
from io import BytesIO

from pikepdf import Dictionary, Name, Pdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.support import tampering
from tests.support.sealed_paper import registry, rendering, sealed
from tests.support.tampering import edited

KINDS: tuple[str, ...] = (
    "/Annot /Widget",
    "/Catalog",
    "/EmbeddedFile /application/json",
    "/EmbeddedFile /application/octet-stream",
    "/Filespec",
    "/Font /CIDFontType2",
    "/Font /Type0",
    "/FontDescriptor",
    "/Metadata /XML",
    "/Page",
    "/Pages",
    "/Sig",
    "/StructElem",
    "/StructTreeRoot",
    "/XObject /Form",
    "dictionary",
    "stream",
)
"""Every kind of object that a sealed file has; a test compares."""

_name = generic.pdf_name


def kind_of(value: object) -> str | None:
    """Name an object's kind by its type; containers of the file's own structure have none."""
    if not isinstance(value, generic.DictionaryObject):
        return None
    if value.get("/Type") in ("/XRef", "/ObjStm"):
        return None
    named = [str(value[key]) for key in ("/Type", "/Subtype") if key in value]
    if "/Type" in value:
        return " ".join(named)
    return "stream" if isinstance(value, generic.StreamObject) else "dictionary"


def objects(writer: IncrementalPdfFileWriter) -> list[tuple[generic.Reference, str]]:
    """List the file's objects with their kinds."""
    xrefs, found = writer.prev.xrefs, []
    for revision in range(xrefs.total_revisions):
        for ref in sorted(xrefs.explicit_refs_in_revision(revision), key=lambda one: one.idnum):
            kind = kind_of(writer.prev.get_object(ref))
            if kind is not None:
                found.append((ref, kind))
    return found


@cache
def first_of_each_kind(paper: bytes) -> dict[str, tuple[int, int]]:
    """Return one object of each kind: its number and generation."""
    listed = objects(IncrementalPdfFileWriter(BytesIO(paper)))
    return {kind: (ref.idnum, ref.generation) for ref, kind in reversed(listed)}


def rewritten(kind: str, paper: bytes | None = None) -> bytes:
    """Append a section that writes one object of a kind again, with one key more."""
    data = paper or sealed("RT")
    writer = IncrementalPdfFileWriter(BytesIO(data))
    ref = generic.Reference(*first_of_each_kind(data)[kind], writer)
    value = writer.get_object(ref)
    value[_name("/Attacked")] = generic.BooleanObject(value=True)
    writer.mark_update(ref)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def overlay(pdf: Pdf) -> None:
    """Lay a form over the page, which a later section can take away (shadow attack: hide)."""
    page = pdf.pages[0]
    form = pdf.make_stream(b"1 1 1 rg 0 0 300 300 re f")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, [0, 0, 300, 300]
    page.Resources.XObject.Shadow = form
    page.contents_add(pdf.make_stream(b"q /Shadow Do Q"))


def spare_page(pdf: Pdf) -> None:
    """Keep another page in the file that nothing refers to (shadow attack: hide and replace)."""
    spare = Dictionary(Type=Name.Page, MediaBox=[0, 0, 300, 300])
    pdf.Root.PieceInfo = Dictionary(Spare=pdf.make_indirect(spare))


def field_value(pdf: Pdf) -> None:
    """Put a field into the form whose value another font may show otherwise (replace)."""
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, Rect=[0, 0, 90, 9])
    field.T, field.V = "amount", "42"
    pdf.Root.AcroForm.Fields.append(pdf.make_indirect(field))


def shadowed(prepare: tampering.Edit, reveal: tampering.Append) -> bytes:
    """Prepare the page before it is sealed, and change what it shows afterwards."""
    data = registry().seal(edited(rendering("RT"), prepare))
    writer = IncrementalPdfFileWriter(BytesIO(data))
    reveal(writer)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def form_emptied(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    resources = page["/Resources"]["/XObject"]
    empty = generic.StreamObject(stream_data=b"q Q")
    resources[_name("/Shadow")] = writer.add_object(empty)
    writer.update_container(resources)


def field_refilled(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][-1]
    field[_name("/V")] = generic.pdf_string("999")
    writer.update_container(field)


def page_exchanged(writer: IncrementalPdfFileWriter) -> None:
    kids = writer.root["/Pages"]["/Kids"]
    kids[0] = writer.root["/PieceInfo"].raw_get("/Spare")
    writer.update_container(kids)


def with_range(change: Callable[[list[int]], str]) -> bytes:
    """Write another ByteRange of the same length into the sealed file (USF)."""
    data = sealed("RT")
    start = data.rindex(b"/ByteRange [") + len(b"/ByteRange [")
    end = data.index(b"]", start)
    room = data.index(b"/Type", end) - start - 1
    text = f"{change([int(part) for part in data[start:end].split()])}]".encode()
    return data[:start] + text.ljust(room) + data[start + room :]


def wrapped(*, filler: bytes) -> bytes:
    """Move the signed rest behind bytes of one's own (signature wrapping)."""
    data = sealed("RT")
    start = data.rindex(b"/ByteRange [") + len(b"/ByteRange [")
    end = data.index(b"]", start)
    room = data.index(b"/Type", end) - start - 1
    first, size, rest, length = (int(part) for part in data[start:end].split())
    moved = len(data) + len(filler)
    text = f"{first} {size} {moved} {length}]".encode().ljust(room)
    whole = data[:start] + text + data[start + room :]
    return whole + filler + data[rest : rest + length]


def saved_without_table(body: bytes) -> bytes:
    """Append objects without, or with a broken, table of contents (incremental saving)."""
    return sealed("RT") + body
