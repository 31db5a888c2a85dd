"""What two readers of PDF could read differently is refused, at its step and within the limits."""

import pytest
from pikepdf import Array, Dictionary, Name, String

from certificates.children import forker
from certificates.verify import verify_pdf
from contracts.values import Json
from tests.support import parser_attacks as attacks
from tests.support.late_attacks import with_range
from tests.support.parser_attacks import (
    Make,
    at_the_end,
    attachment_of,
    in_trailer,
    page_of,
    root_of,
    signature_spelt,
    stolen,
    written,
)
from tests.support.sealed_paper import first_failed, registry, rendering, sealed
from tests.support.tampering import added, catalog, renamed, resealed

SECONDS_MAX = 10
MEMORY_KB_MAX = 512 * 1024

CASES: tuple[tuple[str, Make, str], ...] = (
    # One key twice: some readers take the first, others the last.
    ("key-twice-in-page", lambda: written(page_of, b"/Contents 1 0 R"), "file"),
    ("key-twice-in-catalog", lambda: written(root_of, b"/Names <<>>"), "file"),
    ("key-twice-in-attachment", lambda: written(attachment_of, b"/UF (a.json)"), "file"),
    ("key-spelt-twice", lambda: written(page_of, b"/Cont#65nts 1 0 R"), "file"),
    ("root-twice-in-trailer", lambda: in_trailer(b"/Root 1 0 R "), "file"),
    # Tables of contents.
    ("table-for-a-stream", lambda: stolen(attacks.plain()), "text"),
    ("table-and-stream", attacks.hybrid, "file"),
    ("object-twice", attacks.object_twice, "text"),
    ("table-before-itself", lambda: at_the_end(*_prev(0, 1)), "file"),
    ("table-of-the-page-last", lambda: at_the_end(*_start(1, 0)), "file"),
    ("table-nowhere", lambda: at_the_end(b"startxref\n", b"startxreg\n"), "file"),
    ("encrypted", attacks.encrypted, "file"),
    # Where a file begins and ends.
    ("end-mark-twice", lambda: stolen(rendering("RT") + rendering("RT")[-23:]), "file"),
    ("end-mark-in-a-comment", lambda: in_trailer(b"% x\n%%EOF\n"), "file"),
    ("end-in-another-line-end", lambda: sealed("RT")[:-1] + b"\r\n", "file"),
    ("another-version", lambda: b"%PDF-1.4" + sealed("RT")[8:], "seal"),
    ("version-two", lambda: b"%PDF-2.0" + sealed("RT")[8:], "file"),
    # The seal's own bytes.
    ("signature-with-a-space", lambda: signature_spelt(lambda s: s[:-2] + b" 0"), "seal"),
    ("signature-with-line-ends", lambda: signature_spelt(lambda s: s[:-4] + b"\n\n\n\n"), "seal"),
    ("signature-of-odd-length", lambda: signature_spelt(lambda s: s[:-1] + b" "), "seal"),
    ("signature-ended-early", lambda: signature_spelt(lambda s: s[:-9] + b">" + b" " * 8), "file"),
    ("signature-shifted", lambda: signature_spelt(lambda s: b" " + s[:-1]), "seal"),
    ("range-of-fractions", lambda: with_range(lambda r: f"0 {r[1]}. {r[2]} {r[3]}"), "seal"),
    ("range-with-a-sign", lambda: with_range(lambda r: f"0 +{r[1]} {r[2]} {r[3]}"), "seal"),
    ("range-with-a-zero-before", lambda: with_range(lambda r: f"0 0{r[1]} {r[2]} {r[3]}"), "seal"),
    ("range-by-reference", lambda: with_range(lambda r: f"0 1 0 R {r[3]}"), "seal"),
    ("range-negative", lambda: with_range(lambda r: f"0 {r[1]} -{r[2]} {r[3]}"), "seal"),
    ("range-backwards", lambda: with_range(lambda r: f"{r[2]} {r[3]} 0 {r[1]}"), "seal"),
    ("range-short-of-the-end", lambda: with_range(lambda r: f"0 {r[1]} {r[2]} 9"), "seal"),
    # Pages, and what acts.
    ("pages-in-themselves", lambda: resealed(attacks.pages_in_themselves), "file"),
    ("hidden-layer", lambda: resealed(attacks.hidden_layer), "text"),
    ("letters-remapped", lambda: resealed(attacks.letters_remapped), "text"),
    ("portfolio", lambda: resealed(catalog("/Collection", {"/View": Name.H})), "text"),
    ("field-that-acts", lambda: resealed(attacks.widget_that_acts), "file"),
    ("outline-that-acts", lambda: resealed(attacks.outline_that_acts), "file"),
    ("address-of-the-document", lambda: resealed(catalog("/URI", {"/Base": String("x:")})), "file"),
    ("script-spelt-otherwise", lambda: written(root_of, b"/Op#65nAction <<>>"), "file"),
    ("viewer-that-prints", lambda: resealed(catalog("/AA", {"/WC": Dictionary()})), "file"),
    ("form-of-two-kinds", lambda: resealed(_two_forms), "file"),
    # Attachments.
    ("name-in-capitals", lambda: resealed(renamed("entry.json", "ENTRY.JSON")), "file"),
    ("name-in-other-letters", lambda: resealed(renamed("entry.json", "еntry.json")), "file"),
    ("name-cut-by-a-nul", lambda: resealed(renamed("entry.json", "entry.json\0.exe")), "file"),
    ("name-added-in-capitals", lambda: resealed(added("Entry.json", b"{}")), "file"),
    ("listed-in-a-tree", lambda: resealed(attacks.attachments_in_a_tree), "file"),
    ("listed-beside-a-tree", lambda: resealed(attacks.attachments_beside_a_tree), "file"),
    ("listed-by-another-name", lambda: resealed(attacks.listed_by_another_name), "text"),
    ("two-names", lambda: resealed(attacks.two_names), "text"),
    ("two-contents", lambda: resealed(attacks.two_contents), "file"),
    ("two-contents-unnamed", lambda: resealed(attacks.two_contents_unnamed), "text"),
    ("associated-only", lambda: resealed(attacks.associated_only), "text"),
    ("entry-for-registry", lambda: resealed(_swapped("entry.json", "registry.json")), "entry"),
    ("entry-for-credential", lambda: resealed(_swapped("entry.json", "credential.json")), "entry"),
    (
        "proofs-swapped",
        lambda: resealed(_swapped("entry.tlog-proof", "status.state-proof")),
        "proof",
    ),
)

_swapped = attacks.contents_swapped


def _prev(old: int, new: int) -> tuple[bytes, bytes]:
    at = attacks._numbers()
    return b"/Prev " + at[old], b"/Prev " + at[new]


def _start(old: int, new: int) -> tuple[bytes, bytes]:
    at = attacks._numbers()
    return b"startxref\n" + at[old], b"startxref\n" + at[new]


def _two_forms(pdf: object) -> None:
    form = pdf.Root.AcroForm  # type: ignore[attr-defined]  # a pikepdf.Pdf
    form.XFA = Array([])


@pytest.mark.parametrize(
    ("make", "step"), [pytest.param(make, step, id=name) for name, make, step in CASES]
)
def test_what_readers_read_differently_is_refused(make: Make, step: str) -> None:
    verdict = verify_pdf(make(), registry().trust)
    assert first_failed(verdict) == step, verdict.step(step)
    assert not verdict.ok


@pytest.mark.parametrize(
    "make", [pytest.param(make, id=name) for name, make, step in CASES if step == "file"]
)
def test_whatever_breaks_a_parser_breaks_it_within_the_limits(make: Make) -> None:
    request: dict[str, Json] = {"note": None, "offered": "pdf", "state": None}
    request |= {"trust": str(registry().folder / "trust"), "witnessed_after": None}
    answer = forker().ask(request, make())
    # Beside many others even a quick child may be late.
    assert answer.is_late if answer.found is None else not answer.found["ok"]
    assert answer.seconds < SECONDS_MAX
    assert answer.memory_kb < MEMORY_KB_MAX
