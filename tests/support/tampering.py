"""Ways to change a certificate: with the seal's key (`edited` and sealed again) or without it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from ledger.log.canonical import Json, canonical, parse_canonical
from ledger.log.proof import TlogProof
from tests.support.sealed_paper import registry, rendering, sealed

Edit = Callable[[Pdf], None]
Append = Callable[[IncrementalPdfFileWriter], None]


def edited(pdf: bytes, *edits: Edit) -> bytes:
    """Change a document and write it anew."""
    with pikepdf.open(BytesIO(pdf)) as document:
        for edit in edits:
            edit(document)
        target = BytesIO()
        document.save(target, static_id=True)
        return target.getvalue()


def resealed(*edits: Edit, kind: str = "RT") -> bytes:
    """Change the page and seal it with the registry's own, stolen key."""
    return registry().seal(edited(rendering(kind), *edits))


def appended(change: Append, kind: str = "RT") -> bytes:
    """Append a section to the sealed file, which leaves every sealed byte in its place."""
    writer = IncrementalPdfFileWriter(BytesIO(sealed(kind)))
    change(writer)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def substituted(old: bytes, new: bytes, kind: str = "RT") -> bytes:
    """Replace bytes of the same length in the sealed file, at their last occurrence."""
    data = sealed(kind)
    assert len(old) == len(new)
    assert old in data
    head, _, tail = data.rpartition(old)
    return head + new + tail


def flipped(position: int, kind: str = "RT") -> bytes:
    """Flip one bit of one byte; a negative position counts from the end."""
    data = bytearray(sealed(kind))
    data[position] ^= 1
    return bytes(data)


def content_replaced(old: bytes, new: bytes) -> Edit:
    """Change the first page's operators."""

    def edit(pdf: Pdf) -> None:
        page = pdf.pages[0]
        page.contents_coalesce()
        operators = page.Contents.read_bytes()
        assert old in operators
        page.Contents = pdf.make_stream(operators.replace(old, new, 1))

    return edit


def attached(name: str, content: bytes) -> Edit:
    """Replace an attachment's bytes."""

    def edit(pdf: Pdf) -> None:
        _specification(pdf, name).EF.F.write(content)

    return edit


def renamed(name: str, other: str) -> Edit:
    """Give an attachment another name."""

    def edit(pdf: Pdf) -> None:
        specification = _specification(pdf, name)
        specification.UF = specification.F = String(other)

    return edit


def removed(name: str) -> Edit:
    """Remove an attachment from the list."""

    def edit(pdf: Pdf) -> None:
        listed = pdf.Root.Names.EmbeddedFiles.Names
        kept = [
            (listed[at], listed[at + 1])
            for at in range(0, len(listed), 2)
            if str(listed[at + 1].UF) != name
        ]
        pdf.Root.Names.EmbeddedFiles.Names = Array([part for pair in kept for part in pair])

    return edit


def added(name: str, content: bytes, *, listed: bool = True) -> Edit:
    """Add an attachment, in the list or as an annotation."""

    def edit(pdf: Pdf) -> None:
        stream = Stream(pdf, content)
        stream.Type = Name.EmbeddedFile
        specification = pdf.make_indirect(
            Dictionary(
                Type=Name.Filespec,
                F=String(name),
                UF=String(name),
                EF=Dictionary(F=pdf.make_indirect(stream)),
            )
        )
        if listed:
            pdf.Root.Names.EmbeddedFiles.Names.extend([String(name), specification])
        else:
            note = Dictionary(
                Type=Name.Annot, Subtype=Name.FileAttachment, FS=specification, Rect=[0, 0, 9, 9]
            )
            pdf.pages[0].Annots.append(pdf.make_indirect(note))

    return edit


def catalog(name: str, value: Mapping[str, object]) -> Edit:
    """Put a dictionary into the catalog."""

    def edit(pdf: Pdf) -> None:
        pdf.Root[name] = Dictionary(value)

    return edit


def proof_changed(**fields: object) -> Edit:
    """Change fields of the attached proof."""
    statement = registry().log.statement("RT")
    proof = replace(TlogProof.parse(statement.proof), **fields)  # type: ignore[arg-type] # any field
    return attached("entry.tlog-proof", proof.to_bytes())


def entry_changed(change: Callable[[dict[str, Json]], None], name: str = "entry.json") -> Edit:
    """Change the attached entry and write it canonically again."""
    statement = registry().log.statement("RT")
    before = statement.entry if name == "entry.json" else statement.registry_entry
    value = parse_canonical(before)
    assert isinstance(value, dict)
    change(value)
    return attached(name, canonical(value))


def page_replaced(writer: IncrementalPdfFileWriter) -> None:
    """Blank the page, in an appended section."""
    page = writer.root["/Pages"]["/Kids"][0]
    blank = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    page[generic.pdf_name("/Contents")] = blank
    writer.update_container(page)


def title_changed(writer: IncrementalPdfFileWriter) -> None:
    """Change the document's title, in an appended section."""
    info = writer.trailer["/Info"]
    info[generic.pdf_name("/Title")] = generic.pdf_string("Certificate of 999 t")
    writer.update_container(info)


def catalog_changed(writer: IncrementalPdfFileWriter) -> None:
    """Let the document act when it is opened, in an appended section."""
    action = generic.DictionaryObject({generic.pdf_name("/S"): generic.pdf_name("/JavaScript")})
    writer.root[generic.pdf_name("/OpenAction")] = action
    writer.update_root()


def note_added(writer: IncrementalPdfFileWriter) -> None:
    """Lay an annotation over the page, in an appended section."""
    page = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Contents"): generic.pdf_string("999 t"),
            generic.pdf_name("/Rect"): generic.ArrayObject(
                [generic.NumberObject(value) for value in (0, 0, 300, 300)]
            ),
        }
    )
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page["/Annots"])


def attachment_replaced(writer: IncrementalPdfFileWriter) -> None:
    """Replace an attachment's bytes, in an appended section."""
    specification = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]
    stream = writer.add_object(generic.StreamObject(stream_data=b"{}"))
    specification["/EF"][generic.pdf_name("/F")] = stream
    writer.update_container(specification["/EF"])


def _specification(pdf: Pdf, name: str) -> Dictionary:
    listed = pdf.Root.Names.EmbeddedFiles.Names
    for at in range(0, len(listed), 2):
        if str(listed[at + 1].UF) == name:
            return listed[at + 1]
    raise AssertionError(f"no attachment {name}")
