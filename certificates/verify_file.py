"""Step 1, the file: a rendering, one seal over it, its attachments, and nothing that acts.

Our file has two sections: the rendering, and the seal appended to it. Any third one, and any byte
after the last end mark, is a change after the seal, however harmless it looks; so no list of
harmless changes is kept. A corrected copy has one attachment more than others, its errata;
a right whose outline is published has that.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from certificates.page_text import page_text
from certificates.verdict import StepFailed

SIZE_MAX: Final = 10_000_000
ATTACHMENT_SIZE_MAX: Final = 2_000_000
SECTIONS: Final = 2
OBJECTS_MAX: Final = 10_000
"""A paper has some five hundred; each costs time to read."""

ENTRY: Final = "entry.json"
PROOF: Final = "entry.tlog-proof"
REGISTRY: Final = "registry.json"
STATE_PROOF: Final = "status.state-proof"
CREDENTIAL: Final = "credential.json"
CODE: Final = "statement.cose"
ERRATA: Final = "errata.state-proof"
OUTLINE: Final = "outline.state-proof"
ATTACHMENTS: Final = (ENTRY, PROOF, REGISTRY, STATE_PROOF, CREDENTIAL, CODE)

END_MARK: Final = b"\n%%EOF\n"
_ACTIVE: Final = {"/AA", "/JS", "/JavaScript", "/OpenAction", "/PA", "/RichMedia", "/URI", "/XFA"}
"""Keys of dictionaries that make a reader act; a page of ours has none, not even a link."""

_ACTIONS: Final = {
    "/GoTo",
    "/GoTo3DView",
    "/GoToE",
    "/GoToR",
    "/Hide",
    "/ImportData",
    "/JavaScript",
    "/Launch",
    "/Movie",
    "/Named",
    "/Rendition",
    "/ResetForm",
    "/RichMediaExecute",
    "/SetOCGState",
    "/Sound",
    "/SubmitForm",
    "/Thread",
    "/Trans",
    "/URI",
}
"""Types of actions (ISO 32000-2, table 201). /A alone says nothing: structure elements have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An opened file; everything in it is still only what the file says.

    Attributes:
        data: The whole file.
        reader: The file as it stands, seal included.
        rendering: The file before the seal.
        attachments: The bytes of each of the six attachments, and of the errata if there are any.
        text: What the page draws, without spaces.
    """

    data: bytes
    reader: PdfFileReader
    rendering: HistoricalResolver
    attachments: dict[str, bytes]
    text: str

    @property
    def sha256(self) -> str:
        """Digest of the whole file, hex."""
        return sha256(self.data).hexdigest()


def open_document(data: bytes) -> Document:
    """Open a file and check its outer form.

    Raises:
        StepFailed: too large, no PDF, encrypted, sections or bytes after the seal, something that
            acts, other attachments than ours.
        Exception: whatever the parser finds wrong; the caller answers for all of them at once.
    """
    _check_size(data)
    if not data.startswith(b"%PDF-1."):
        raise StepFailed("不是本登记处的PDF文件", "the file does not begin as our PDF files do")
    if not data.endswith(END_MARK):
        raise StepFailed(
            "文件被截断，或结束标记之后还有内容", "cut short, or bytes after its end mark"
        )
    reader = read_strictly(data)
    _check_sections(data, reader)
    found = tuple(dictionaries(reader))
    check_still(found)
    rendering = reader.get_historical_resolver(0)
    return Document(
        data=data,
        reader=reader,
        rendering=rendering,
        attachments=attached(reader, found, set(ATTACHMENTS), {ERRATA, OUTLINE}),
        text=page_text(reader),
    )


def read_strictly(data: bytes) -> PdfFileReader:
    """Read a file's tables, of no larger file and no more objects than any certificate's.

    Raises:
        StepFailed: it is larger, has more, or is encrypted.
        Exception: whatever the parser finds wrong; the caller answers for all of them at once.
    """
    _check_size(data)
    reader = PdfFileReader(BytesIO(data), strict=True)
    if reader.encrypted:
        raise StepFailed("文件已加密", "the file is encrypted")
    sections = range(reader.xrefs.total_revisions)
    count = sum(len(reader.xrefs.explicit_refs_in_revision(one)) for one in sections)
    if count > OBJECTS_MAX:
        raise StepFailed("文件的对象过多", "the file has too many objects")
    return reader


def _check_size(data: bytes) -> None:
    if len(data) > SIZE_MAX:
        raise StepFailed("文件大于10 MB", "the file is larger than 10 MB")


def _check_sections(data: bytes, reader: PdfFileReader) -> None:
    if reader.xrefs.total_revisions != SECTIONS:
        raise StepFailed(
            f"文件应有{SECTIONS}个部分（页面与签章），实有{reader.xrefs.total_revisions}个",
            f"the file has {reader.xrefs.total_revisions} sections, not the page and its seal",
        )
    if reader.xrefs.hybrid_xrefs_present:
        raise StepFailed("文件有两套目录", "the file has two tables of contents")
    # Marks inside compressed streams are no marks: only a line of its own counts.
    if data.count(b"\nstartxref\n") != SECTIONS or data.count(b"\n%%EOF") != SECTIONS:
        raise StepFailed("文件的结束标记数目不对", "the file has another number of end marks")


def check_still(found: Iterable[generic.DictionaryObject]) -> None:
    """Refuse whatever makes a reader act.

    Raises:
        StepFailed: something does.
    """
    for dictionary in found:
        active = sorted(_ACTIVE & dictionary.keys())
        if dictionary.get("/S") in _ACTIONS or dictionary.get("/Type") == "/Action":
            active.append(str(dictionary.get("/S")))
        if active:
            raise StepFailed(
                f"文件含有会自行动作的内容：{active[0]}", f"the file holds what acts: {active[0]}"
            )


def dictionaries(reader: PdfFileReader) -> Iterator[generic.DictionaryObject]:
    """Yield every dictionary of every section, also of objects that nothing refers to."""
    pending = list(_objects(reader))
    while pending:
        value = pending.pop()
        if isinstance(value, generic.DictionaryObject):
            yield value
            pending.extend(value.raw_get(key) for key in value)
        elif isinstance(value, generic.ArrayObject):
            pending.extend(value.raw_get(at) for at in range(len(value)))


def _objects(reader: PdfFileReader) -> Iterator[generic.PdfObject]:
    for revision in range(reader.xrefs.total_revisions):
        resolver = reader.get_historical_resolver(revision)
        for ref in reader.xrefs.explicit_refs_in_revision(revision):
            if isinstance(reader.xrefs.get_historical_ref(ref, revision), int):
                value = resolver.get_object(ref)
                yield value
                if isinstance(value, generic.StreamObject) and value.get("/Type") == "/ObjStm":
                    yield from _packed(value, ref)


def _packed(stream: generic.StreamObject, ref: generic.Reference) -> Iterator[generic.PdfObject]:
    """Read all objects of an object stream in one go; one by one, the reader takes a second."""
    first, data = int(stream["/First"]), stream.data
    source = BytesIO(data)
    for offset in data[:first].split()[1::2]:
        source.seek(first + int(offset))
        yield generic.read_object(source, ref)


def attached(
    reader: PdfFileReader,
    found_dictionaries: Iterable[generic.DictionaryObject],
    required: set[str],
    allowed: set[str],
) -> dict[str, bytes]:
    """Read the attachments that the catalog names; files elsewhere in the document are refused.

    Raises:
        StepFailed: one is missing, strange, too large or hidden.
    """
    names = reader.root["/Names"]
    if not set(names) <= {"/Dests", "/EmbeddedFiles"} or list(names["/EmbeddedFiles"]) != [
        "/Names"
    ]:
        raise StepFailed("附件目录的形式不对", "the list of attachments has another form")
    listed = names["/EmbeddedFiles"]["/Names"]
    found: dict[str, bytes] = {}
    for at in range(0, len(listed), 2):
        specification = listed[at + 1]
        name = str(specification.get("/UF", specification["/F"]))
        content = specification["/EF"]["/F"].data
        if len(content) > ATTACHMENT_SIZE_MAX:
            raise StepFailed(f"附件{name}过大", f"attachment {name} is too large")
        found[name] = content
    if len(listed) != 2 * len(found) or found.keys() - allowed != required:
        names_wanted = sorted(required)
        raise StepFailed(
            f"附件应为{'、'.join(names_wanted)}",
            f"the attachments are not {', '.join(names_wanted)}",
        )
    embedded = sum(1 for one in found_dictionaries if one.get("/Type") == "/EmbeddedFile")
    if embedded != len(found):
        raise StepFailed("文件藏有其他附件", "the file hides other attachments")
    return found
