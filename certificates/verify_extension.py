"""Sections after the seal: evidence for later years and an archive timestamp, and nothing else.

An extended file begins with the sealed one. Whatever a certificate says is read from that part
alone, so nothing that comes after it is ever believed; but people see the whole file, so each
later section is held to the one form that `extend` writes: evidence, a field with its invisible
widget, and a timestamp over everything before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from certificates.trust import Trust
from certificates.verdict import StepFailed
from certificates.verify_file import END_MARK, SECTIONS, check_still, dictionaries, read_strictly
from certificates.verify_seal import fills_its_gap
from certificates.verify_time import Dated, read_stamp

ARCHIVE_FIELD: Final = "ArchiveTime"
EXTENSIONS_MAX: Final = 16
"""One every few years outlasts any archive."""

_TABLE_MARK: Final = b"\nstartxref\n"
_SUBFILTER: Final = "/ETSI.RFC3161"
_EVIDENCE: Final = ("/Certs", "/CRLs", "/OCSPs")
_STREAM_KEYS: Final = {"/Length", "/Filter", "/DecodeParms"}
_STAMP_KEYS: Final = {"/Contents", "/ByteRange", "/Type", "/Filter", "/SubFilter"}
_WIDGET: Final = {
    "/FT": "/Sig",
    "/Type": "/Annot",
    "/Subtype": "/Widget",
    "/F": "132",
    "/Rect": "[0, 0, 0, 0]",
}
"""What the field of an archive timestamp is: nothing that can be seen. /T, /P, /TU, /V vary."""

Reference = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """A file that was extended.

    Attributes:
        data: The whole file.
        original: The sealed file that it begins with.
        seal: The registry's seal, as the whole file shows it.
        archives: The archive timestamps, the oldest first.
    """

    data: bytes
    original: bytes
    seal: EmbeddedPdfSignature
    archives: tuple[EmbeddedPdfSignature, ...]


def is_extended(data: bytes) -> bool:
    """Say whether a file has more sections than a page and its seal."""
    return data.count(_TABLE_MARK) > SECTIONS


def open_sections(data: bytes) -> Sections:
    """Open a sealed file that was extended or not, and check what was appended to it.

    Raises:
        StepFailed: an appended section is another than `extend` writes.
        Exception: whatever the parser finds wrong; the caller answers for all of them at once.
    """
    reader = read_strictly(data)
    seal, *archives = reader.embedded_signatures
    sections = reader.xrefs.total_revisions
    ends = [_end(one) for one in (seal, *archives)]
    whole = (
        len(archives) <= EXTENSIONS_MAX
        and sections == SECTIONS + len(archives) == data.count(_TABLE_MARK)
        and not reader.xrefs.hybrid_xrefs_present
        and ends == sorted(set(ends))
        and ends[-1] == len(data)
        and all(data[:end].endswith(END_MARK) for end in ends)
    )
    if not whole:
        raise _another_form()
    for position, stamp in enumerate(archives):
        _check_stamp(data[: ends[position + 1]], stamp, SECTIONS + position)
        _check_section(reader, stamp, SECTIONS + position)
    check_still(tuple(dictionaries(reader)))
    return Sections(data=data, original=data[: ends[0]], seal=seal, archives=tuple(archives))


def stamped_digest(data: bytes, stamp: EmbeddedPdfSignature) -> bytes:
    """Return SHA-256 over what an archive timestamp covers."""
    _, gap, rest, length = (int(value) for value in stamp.byte_range)
    return sha256(data[:gap] + data[rest : rest + length]).digest()


def with_archives(dated: Dated, sections: Sections, trust: Trust) -> Dated:
    """Add what the archive timestamps state; the result is trusted only if all of them are.

    Raises:
        StepFailed: one does not hold, or is older than what it covers.
    """
    if dated.stamped is None:
        raise StepFailed("签章没有时间戳", "a seal without a timestamp cannot be archived")
    times, trusted = [dated.stamped], dated.trusted
    for stamp in sections.archives:
        token = cms.ContentInfo.load(stamp.pkcs7_content)
        when, is_trusted = read_stamp(token, stamped_digest(sections.data, stamp), trust)
        times.append(when)
        trusted = trusted and is_trusted
    if times != sorted(times):
        raise StepFailed("存档时间戳的先后不对", "an archive timestamp is older than its file")
    return replace(dated, archived=tuple(times[1:]), trusted=trusted)


def _another_form() -> StepFailed:
    return StepFailed(
        "文件在签章之后被追加了内容", "something other than evidence was appended after the seal"
    )


def _end(signature: EmbeddedPdfSignature) -> int:
    start, _, rest, length = (int(value) for value in signature.byte_range)
    if start != 0:
        raise _another_form()
    return rest + length


def _check_stamp(data: bytes, stamp: EmbeddedPdfSignature, section: int) -> None:
    value, field = stamp.sig_object, stamp.sig_field
    widget = {key: repr(field.raw_get(key)).strip("'") for key in _WIDGET if key in field}
    proper = (
        stamp.signed_revision == section
        and set(value) == _STAMP_KEYS
        and value["/Type"] == "/DocTimeStamp"
        and value["/SubFilter"] == _SUBFILTER
        and fills_its_gap(data, stamp)
        and widget == _WIDGET
        and set(field) == {*_WIDGET, "/T", "/P", "/TU", "/V"}
        and field["/T"] == f"{ARCHIVE_FIELD}{section - SECTIONS + 1}"
    )
    if not proper:
        raise _another_form()


def _check_section(reader: PdfFileReader, stamp: EmbeddedPdfSignature, section: int) -> None:
    """Hold one section to its form: what it changes, and what it brings."""
    xrefs = reader.xrefs
    now, before = (
        reader.get_historical_resolver(section),
        reader.get_historical_resolver(section - 1),
    )
    older = {
        _key(ref)
        for revision in range(section)
        for ref in xrefs.explicit_refs_in_revision(revision)
    }
    here = {_key(ref): ref for ref in xrefs.explicit_refs_in_revision(section)}
    field = _key(now.root["/AcroForm"]["/Fields"].raw_get(-1).reference)
    page_ref, page = _first_page(now)
    old_page_ref, old_page = _first_page(before)
    evidence, streams = _evidence(now)
    kept = set[Reference]().union(*_evidence(before)) if "/DSS" in before.root else set()
    changed = {_key(now.root_ref), _key(page_ref), *evidence}
    brought = {field, _key(stamp.sig_field.raw_get("/V").reference), *evidence, *streams}
    same = (
        older & set(here) <= changed
        and older & (evidence | streams) <= kept
        and all(_is_fit(now, here[key], brought) for key in set(here) - older)
        and not xrefs.refs_freed_in_revision(section)
        and _same_trailer(now, before)
        and _key(page_ref) == _key(old_page_ref)
        and _raw(now.root, {"/DSS", "/AcroForm"}) == _raw(before.root, {"/DSS", "/AcroForm"})
        and _raw(now.root["/AcroForm"], {"/Fields"}) == _raw(before.root["/AcroForm"], {"/Fields"})
        and _one_more(now.root["/AcroForm"], before.root["/AcroForm"], "/Fields", field)
        and _raw(page, {"/Annots"}) == _raw(old_page, {"/Annots"})
        and _one_more(page, old_page, "/Annots", field)
    )
    if not same:
        raise _another_form()


def _evidence(now: HistoricalResolver) -> tuple[set[Reference], set[Reference]]:
    """Return the objects of /DSS: the dictionary and its lists, and the streams in them."""
    store = now.root["/DSS"]
    lists = [key for key in _EVIDENCE if key in store]
    if not set(store) <= {"/Type", *_EVIDENCE} or not {"/Certs", "/CRLs"} & set(lists):
        raise _another_form()
    holders = [now.root.raw_get("/DSS"), *(store.raw_get(key) for key in lists)]
    found = {_key(one.reference) for one in holders if isinstance(one, generic.IndirectObject)}
    streams = set()
    for key in lists:
        for at in range(len(store[key])):
            stream = store[key][at]
            if not isinstance(stream, generic.StreamObject) or not set(stream) <= _STREAM_KEYS:
                raise _another_form()
            streams.add(_key(store[key].raw_get(at).reference))
    return found, streams


def _is_fit(now: HistoricalResolver, ref: generic.Reference, brought: set[Reference]) -> bool:
    if _key(ref) in brought:
        return True
    value = now.get_object(ref)
    return isinstance(value, generic.StreamObject) and value.get("/Type") in {"/XRef", "/ObjStm"}


def _first_page(
    resolver: HistoricalResolver,
) -> tuple[generic.Reference, generic.DictionaryObject]:
    node = resolver.root["/Pages"]
    while True:
        ref: generic.Reference = node["/Kids"].raw_get(0).reference
        node = resolver.get_object(ref)
        if node["/Type"] == "/Page":
            return ref, node


def _same_trailer(now: HistoricalResolver, before: HistoricalResolver) -> bool:
    return all(
        repr(now.trailer_view.raw_get(key)) == repr(before.trailer_view.raw_get(key))
        for key in ("/Root", "/Info")
    )


def _one_more(
    now: generic.DictionaryObject, before: generic.DictionaryObject, key: str, added: Reference
) -> bool:
    old = list(_raw_items(before[key]))
    return list(_raw_items(now[key])) == [*old, added]


def _raw_items(values: generic.ArrayObject) -> Iterator[Reference]:
    for at in range(len(values)):
        yield _key(values.raw_get(at).reference)


def _raw(dictionary: generic.DictionaryObject, without: set[str]) -> dict[str, str]:
    return {key: repr(dictionary.raw_get(key)) for key in dictionary if key not in without}


def _key(ref: generic.Reference) -> Reference:
    return ref.idnum, ref.generation
