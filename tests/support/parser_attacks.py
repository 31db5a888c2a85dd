"""Files that two readers of PDF may read differently, most of them sealed with the stolen key."""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from unittest import mock

import pikepdf
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, String
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from certificates import seal
from tests.support.sealed_paper import registry, rendering, sealed
from tests.support.tampering import Edit, attached

ROOM = 60
"""Bytes that are kept free in a dictionary, for what is written there without any tool's help."""

Make = Callable[[], bytes]


class _Careless(seal.AppendingWriter):
    """A writer that reads what ours refuses, as a thief's would."""

    def __init__(self, source: BytesIO) -> None:
        IncrementalPdfFileWriter.__init__(self, source, strict=False)


def stolen(page: bytes) -> bytes:
    """Seal whatever a careless program can read."""
    with mock.patch.object(seal, "AppendingWriter", _Careless):
        return registry().seal(page)


def plain(*edits: Edit) -> bytes:
    """Write the rendering with a table and without object streams."""
    with pikepdf.open(BytesIO(rendering("RT"))) as pdf:
        for edit in edits:
            edit(pdf)
        target = BytesIO()
        pdf.save(target, static_id=True, object_stream_mode=ObjectStreamMode.disable)
    return target.getvalue()


def written(where: Callable[[Pdf], Dictionary], text: bytes) -> bytes:
    """Write bytes of one's own into a dictionary, and seal."""

    def keep_room(pdf: Pdf) -> None:
        where(pdf)["/Room"] = String("r" * ROOM)

    page = plain(keep_room)
    kept = b"/Room (" + b"r" * ROOM + b")"
    assert page.count(kept) == 1
    return stolen(page.replace(kept, text.ljust(len(kept))))


def in_trailer(text: bytes) -> bytes:
    """Write bytes of one's own into the trailer, and seal."""
    head, mark, tail = plain().rpartition(b"trailer <<")
    assert mark
    return stolen(head + mark + text + tail)


def hybrid() -> bytes:
    """Let the table name a second one, a stream."""
    page = plain()
    at = page.rindex(b"\nxref\n") + 1
    body = b"<</Type/XRef/Size 1/W[1 1 1]/Length 3>>\nstream\n\x00\x00\x00\nendstream"
    stream = b"999 0 obj\n" + body + b"\nendobj\n"
    table, _, _ = page[at:].rpartition(b"startxref")
    table = table.replace(b"trailer <<", b"trailer <</XRefStm %d " % at)
    end = b"startxref\n%d\n%%%%EOF\n" % (at + len(stream))
    return stolen(page[:at] + stream + table + end)


def object_twice() -> bytes:
    """Write the page's object a second time, before the table, which names the first."""
    page = plain()
    at = page.rindex(b"\nxref\n") + 1
    head, table = page[:at], page[at:]
    body, _, _ = table.rpartition(b"startxref")
    more = b"1 0 obj\n<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(1)>>>>\nendobj\n"
    return stolen(head + more + body + b"startxref\n%d\n%%%%EOF\n" % (at + len(more)))


def pages_in_themselves(pdf: Pdf) -> None:
    """Let the tree of pages contain itself."""
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)


def attachments_in_a_tree(pdf: Pdf) -> None:
    """Move the list of attachments into a leaf of a tree."""
    leaf = pdf.make_indirect(Dictionary(Names=pdf.Root.Names.EmbeddedFiles.Names))
    pdf.Root.Names.EmbeddedFiles = Dictionary(Kids=Array([leaf]))


def attachments_beside_a_tree(pdf: Pdf) -> None:
    """Keep the list, and add a tree with another entry beside it."""
    first = pdf.Root.Names.EmbeddedFiles.Names[1]
    leaf = pdf.make_indirect(Dictionary(Names=Array([String("entry.json"), first])))
    pdf.Root.Names.EmbeddedFiles.Kids = Array([leaf])


def listed_by_another_name(pdf: Pdf) -> None:
    """List an attachment under a name that is not its own."""
    pdf.Root.Names.EmbeddedFiles.Names[0] = String("zz.json")


def two_names(pdf: Pdf) -> None:
    """Give one attachment a name for old readers and another for new ones."""
    pdf.Root.Names.EmbeddedFiles.Names[1].F = String("other.json")


def two_contents(pdf: Pdf) -> None:
    """Give one attachment a content for old readers and another for new ones."""
    file = pdf.Root.Names.EmbeddedFiles.Names[1].EF
    file.UF = pdf.make_stream(b"{}", Type=Name.EmbeddedFile)


def two_contents_unnamed(pdf: Pdf) -> None:
    """As above, and do not say what the second content is."""
    pdf.Root.Names.EmbeddedFiles.Names[1].EF.UF = pdf.make_stream(b"{}")


def associated_only(pdf: Pdf) -> None:
    """Associate a file with the document that the list of attachments does not have."""
    file = Dictionary(Type=Name.Filespec, F=String("x.json"), UF=String("x.json"))
    file.EF = Dictionary(F=pdf.make_stream(b"{}"))
    pdf.Root.AF.append(pdf.make_indirect(file))


def contents_swapped(one: str, other: str) -> Edit:
    """Exchange the bytes of two attachments."""

    def edit(pdf: Pdf) -> None:
        listed = pdf.Root.Names.EmbeddedFiles.Names
        files = {str(listed[at].UF): listed[at].EF.F for at in range(1, len(listed), 2)}
        first, second = files[one].read_bytes(), files[other].read_bytes()
        attached(one, second)(pdf)
        attached(other, first)(pdf)

    return edit


def hidden_layer(pdf: Pdf) -> None:
    """Declare a layer that some readers show and others hide."""
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("x")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(OFF=Array([group])))


def widget_that_acts(pdf: Pdf) -> None:
    """Let the seal's field act when the pointer comes near."""
    pdf.Root.AcroForm.Fields[0].AA = Dictionary(E=Dictionary(S=Name.Hide, T=String("x")))


def outline_that_acts(pdf: Pdf) -> None:
    """Let an entry of the outline open a file."""
    pdf.Root.Outlines.First.A = Dictionary(S=Name.GoToR, F=String("other.pdf"))


def letters_remapped(pdf: Pdf) -> None:
    """Let a typeface say other letters than it draws."""
    fonts = (one for one in pdf.objects if isinstance(one, Dictionary) and "/ToUnicode" in one)
    font = next(iter(fonts))
    font.ToUnicode.write(font.ToUnicode.read_bytes().replace(b"<", b"<0", 1))


def encrypted() -> bytes:
    """Encrypt the sealed file with an empty password: every reader opens it."""
    with pikepdf.open(BytesIO(sealed("RT"))) as pdf:
        target = BytesIO()
        pdf.save(target, encryption=pikepdf.Encryption(owner="o", user=""))
    return target.getvalue()


def at_the_end(old: bytes, new: bytes) -> bytes:
    """Replace bytes by as many others, in the seal's section."""
    data, start = sealed("RT"), len(rendering("RT"))
    assert len(old) == len(new)
    assert old in data[start:]
    head, _, tail = data.rpartition(old)
    return head + new + tail


@cache
def _numbers() -> tuple[bytes, bytes]:
    """Return where the rendering's table stands and where the seal's, as the file writes it."""
    parts = sealed("RT").split(b"startxref\n")
    return parts[1].split(b"\n")[0], parts[2].split(b"\n")[0]


def signature_spelt(change: Callable[[bytes], bytes]) -> bytes:
    """Spell the signature's hexadecimal characters otherwise, in as many bytes."""
    data = sealed("RT")
    start = data.rindex(b"/Contents <") + len(b"/Contents <")
    end = data.index(b">", start)
    spelt = change(data[start:end])
    assert len(spelt) == end - start
    return data[:start] + spelt + data[end:]


def page_of(pdf: Pdf) -> Dictionary:
    """Return the first page's dictionary."""
    return pdf.pages[0].obj


def root_of(pdf: Pdf) -> Dictionary:
    """Return the catalog."""
    return pdf.Root


def attachment_of(pdf: Pdf) -> Dictionary:
    """Return the first attachment's specification."""
    found = pdf.Root.Names.EmbeddedFiles.Names[1]
    assert isinstance(found, Dictionary)
    return found
