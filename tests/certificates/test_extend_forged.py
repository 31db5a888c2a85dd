"""What may not be appended. Any authority stamps any bytes, so each forgery is well stamped."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper

from certificates.seal import AppendingWriter
from certificates.verify import verify_pdf
from certificates.verify_extension import ARCHIVE_FIELD
from tests.support.extended_paper import DAY, dated, extended, refused, trust
from tests.support.sealed_paper import WHEN
from tests.support.time_stamps import authority


def appended(
    change: Callable[[AppendingWriter], None],
    *,
    name: str = f"{ARCHIVE_FIELD}1",
    paper: Callable[[], bytes] = dated,
    when: datetime = WHEN + DAY,
) -> bytes:
    """Append the right evidence, a change, and a good timestamp of a good authority."""
    writer = AppendingWriter(BytesIO(paper()))
    writer.root["/DSS"] = writer.add_object(evidence_in(writer))
    writer.update_root()
    change(writer)
    return stamped(writer, name, when)


def evidence_in(writer: AppendingWriter) -> generic.DictionaryObject:
    store = PdfFileReader(BytesIO(extended(1))).root["/DSS"]
    return generic.DictionaryObject(
        {
            pdf_name(key): generic.ArrayObject(
                writer.add_object(generic.StreamObject(stream_data=store[key][at].data))
                for at in range(len(store[key]))
            )
            for key in ("/Certs", "/CRLs")
        }
    )


def stamped(writer: AppendingWriter, name: str, when: datetime) -> bytes:
    output = BytesIO()
    stamper = PdfTimeStamper(authority(WHEN).at(when), field_name=name)
    asyncio.run(stamper.async_timestamp_pdf(writer, "sha256", bytes_reserved=24_576, output=output))
    return output.getvalue()


def page(writer: AppendingWriter) -> generic.DictionaryObject:
    found = writer.root["/Pages"]["/Kids"][0]
    assert isinstance(found, generic.DictionaryObject)
    writer.update_container(found)
    return found


def stream(writer: AppendingWriter, data: bytes, **names: str) -> generic.IndirectObject:
    entries = {pdf_name(f"/{key}"): pdf_name(value) for key, value in names.items()}
    found = generic.StreamObject(entries, stream_data=data)
    return writer.add_object(found)


def new_page_content(writer: AppendingWriter) -> None:
    page(writer)["/Contents"] = stream(writer, b"0 0 100 100 re f")


def changed_stream(writer: AppendingWriter) -> None:
    found = page(writer)["/Contents"][0]
    found._data = b"0 0 100 100 re f"
    found._encoded_data = None
    writer.update_container(found)


def new_annotation(writer: AppendingWriter) -> None:
    note = {"/Type": pdf_name("/Annot"), "/Subtype": pdf_name("/Square")}
    square = generic.DictionaryObject({pdf_name(key): value for key, value in note.items()})
    square["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 900, 900)))
    page(writer)["/Annots"].append(writer.add_object(square))


def open_action(writer: AppendingWriter) -> None:
    action = {pdf_name("/S"): pdf_name("/Named"), pdf_name("/N"): pdf_name("/Print")}
    writer.root["/OpenAction"] = generic.DictionaryObject(action)
    writer.update_root()


def other_language(writer: AppendingWriter) -> None:
    writer.root["/Lang"] = generic.pdf_string("en")
    writer.update_root()


def other_title(writer: AppendingWriter) -> None:
    writer.set_info(generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("x")}))


def other_metadata(writer: AppendingWriter) -> None:
    writer.root["/Metadata"] = stream(writer, b"<x/>", Type="/Metadata", Subtype="/XML")
    writer.update_root()


def hidden_object(writer: AppendingWriter) -> None:
    stream(writer, b"a file for later", Type="/EmbeddedFile")


def hidden_stream(writer: AppendingWriter) -> None:
    stream(writer, b"0 0 100 100 re f")


def evidence_that_draws(writer: AppendingWriter) -> None:
    writer.root["/DSS"]["/Certs"].append(
        stream(writer, b"0 0 9 9 re f", Type="/XObject", Subtype="/Form")
    )


def no_evidence(writer: AppendingWriter) -> None:
    del writer.root["/DSS"]


def other_field(writer: AppendingWriter) -> None:
    field = generic.DictionaryObject({pdf_name("/FT"): pdf_name("/Tx")})
    writer.root["/AcroForm"]["/Fields"].append(writer.add_object(field))


def other_look_of_fields(writer: AppendingWriter) -> None:
    writer.root["/AcroForm"]["/DA"] = generic.pdf_string("0 g")


def reversed_pages(writer: AppendingWriter) -> None:
    pages = writer.root["/Pages"]
    pages["/Kids"] = generic.ArrayObject([*pages["/Kids"], *pages["/Kids"]])
    writer.update_container(pages)


def page_as_evidence(writer: AppendingWriter) -> None:
    writer.root["/DSS"]["/Certs"].append(writer.root["/Pages"]["/Kids"][0].raw_get("/Contents"))


FORGERIES: list[Callable[[AppendingWriter], None]] = [
    new_page_content,
    changed_stream,
    new_annotation,
    open_action,
    other_language,
    other_title,
    other_metadata,
    hidden_object,
    hidden_stream,
    evidence_that_draws,
    page_as_evidence,
    no_evidence,
    other_field,
    other_look_of_fields,
    reversed_pages,
]


def test_the_forger_of_these_tests_can_also_do_it_right() -> None:
    assert verify_pdf(appended(lambda _: None), trust()).ok


@pytest.mark.parametrize("change", FORGERIES, ids=lambda change: change.__name__)
def test_nothing_but_evidence_is_appended(change: Callable[[AppendingWriter], None]) -> None:
    assert refused(appended(change)) == "file"


def fonts(writer: AppendingWriter) -> generic.Reference:
    place: generic.Reference = writer.root["/Pages"]["/Kids"][0]["/Resources"].raw_get("/Font")
    return getattr(place, "reference", place)


def resources(writer: AppendingWriter) -> generic.Reference:
    place: generic.Reference = writer.root["/Pages"]["/Kids"][0].raw_get("/Resources")
    return getattr(place, "reference", place)


def typeface(writer: AppendingWriter) -> generic.Reference:
    found = writer.root["/Pages"]["/Kids"][0]["/Resources"]["/Font"]
    place: generic.Reference = found.raw_get(sorted(found)[0])
    return getattr(place, "reference", place)


@pytest.mark.parametrize("place", [fonts, resources, typeface], ids=lambda place: place.__name__)
def test_evidence_is_not_written_over_what_the_page_is_drawn_by(
    place: Callable[[AppendingWriter], generic.Reference],
) -> None:
    writer = AppendingWriter(BytesIO(dated()))
    ref = place(writer)
    written_over = writer.get_object(ref)
    written_over.clear()
    written_over.update(evidence_in(writer))
    writer.mark_update(ref)
    writer.root["/DSS"] = generic.IndirectObject(ref.idnum, ref.generation, writer)
    writer.update_root()
    assert refused(stamped(writer, f"{ARCHIVE_FIELD}1", WHEN + DAY)) == "file"


def unstamped_update() -> bytes:
    writer, output = AppendingWriter(BytesIO(extended(1))), BytesIO()
    new_page_content(writer)
    writer.write(output)
    return output.getvalue()


def flipped(at: int) -> bytes:
    data = bytearray(extended(1))
    data[at] ^= 1
    return bytes(data)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: appended(lambda _: None, name="Other"), id="a-field-of-another-name"),
        pytest.param(unstamped_update, id="an-update-after-the-archive"),
        pytest.param(lambda: extended(1) + b"x", id="a-byte-after-the-end"),
        pytest.param(lambda: extended(1) + extended(1)[len(dated()) :], id="the-section-twice"),
        pytest.param(lambda: extended(1)[:-10], id="cut-short"),
        pytest.param(lambda: extended(2)[: len(extended(2)) - 200], id="cut-in-the-second"),
    ],
)
def test_another_form_is_refused(make: Callable[[], bytes]) -> None:
    assert refused(make()) == "file"


@pytest.mark.parametrize("permille", range(0, 1000, 83))
def test_one_flipped_bit_in_the_appended_section_is_refused(permille: int) -> None:
    section = len(extended(1)) - len(dated())
    assert refused(flipped(len(dated()) + section * permille // 1000)) in {"file", "seal", "time"}


@pytest.mark.parametrize("permille", range(0, 1000, 249))
def test_one_flipped_bit_in_the_issued_part_is_refused(permille: int) -> None:
    assert refused(flipped(len(dated()) * permille // 1000)) in {"file", "seal", "time"}
