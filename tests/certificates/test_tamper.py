"""Changed certificates: each is refused, and by the step that is there for it.

In the first table the attacker has the file alone; in the second also the registry's seal; in the
third even the log's key, so only arithmetic is left to betray him; in the fourth the reader trusts
somebody else.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, String

from certificates.pki import make_pki
from certificates.seal import Sealer
from certificates.trust import Trust
from certificates.verdict import FAILED, Verdict
from certificates.verify import verify_pdf
from contracts.values import Json
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.key import Skey
from ledger.log.proof import TlogProof
from tests.support import tampering
from tests.support.certificates import LOG_KEY, demo_log
from tests.support.people import ORIGIN, digest
from tests.support.sealed_paper import ORGANISATION, registry, renderer, rendering, sealed
from tests.support.tampering import (
    appended,
    attached,
    content_replaced,
    edited,
    entry_changed,
    flipped,
    proof_changed,
    resealed,
    substituted,
)

Make = Callable[[], bytes]


def first_failed(verdict: Verdict) -> str:
    return next((step.name for step in verdict.steps if step.state == FAILED), "none")


def catalog_of(data: bytes) -> int:
    """Return where the sealed catalog lies."""
    return data.rindex(b"/Perms")


def seal_gap() -> bytes:
    """Return the sealed file with one of the zeros behind the signature made a 1."""
    data = sealed("RT")
    end = data.rindex(b"00>")
    return data[:end] + b"01>" + data[end + 3 :]


def seal_in_small_letters() -> bytes:
    data = sealed("RT")
    start = data.rindex(b"/Contents <") + len(b"/Contents <")
    return data[:start] + data[start : start + 200].lower() + data[start + 200 :]


def of_parts(kind: str) -> tuple[bytes, int]:
    data = sealed(kind)
    return data, len(rendering(kind))


def stripped(pdf: Pdf) -> None:
    del pdf.Root["/Perms"]
    del pdf.Root.AcroForm.Fields[0]["/V"]


def other_seal(organisation: str, folder: Path) -> bytes:
    make_pki(
        folder / "keys",
        folder / "trust",
        organisation=organisation,
        environment="demo",
        now=datetime(2026, 11, 22, tzinfo=UTC),
    )
    return Sealer(folder / "keys").seal(
        rendering("RT"), when=datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    )


WITHOUT_THE_SEAL: list[tuple[str, Make, str]] = [
    ("nothing", lambda: b"", "file"),
    ("noise", lambda: b"%PDF-1.7\n" + bytes(range(256)) + b"\n%%EOF\n", "file"),
    ("too-large", lambda: sealed("RT") + bytes(10_000_001), "file"),
    ("never-sealed", lambda: rendering("RT"), "file"),
    ("signature-stripped", lambda: edited(sealed("RT"), stripped), "file"),
    ("saved-again-by-another-program", lambda: edited(sealed("RT")), "file"),
    ("garbage-after-the-end", lambda: sealed("RT") + b"x", "file"),
    ("newline-after-the-end", lambda: sealed("RT") + b"\n", "file"),
    ("second-end-mark", lambda: sealed("RT") + b"%%EOF\n", "file"),
    ("bytes-before-the-header", lambda: b"\n" + sealed("RT"), "file"),
    ("last-bytes-cut", lambda: sealed("RT")[:-7], "file"),
    ("seal-cut", lambda: sealed("RT")[: len(rendering("RT")) + 500] + b"\n%%EOF\n", "file"),
    ("half-of-it", lambda: sealed("RT")[: len(sealed("RT")) // 2], "file"),
    ("page-blanked-in-a-new-section", lambda: appended(tampering.page_replaced), "file"),
    ("title-changed-in-a-new-section", lambda: appended(tampering.title_changed), "file"),
    ("action-in-a-new-section", lambda: appended(tampering.catalog_changed), "file"),
    ("note-in-a-new-section", lambda: appended(tampering.note_added), "file"),
    ("attachment-in-a-new-section", lambda: appended(tampering.attachment_replaced), "file"),
    (
        "page-appended",
        lambda: edited(sealed("RT"), lambda pdf: pdf.pages.append(pdf.pages[0])),
        "file",
    ),
    ("byte-range-renamed", lambda: substituted(b"/ByteRange", b"/ByteRongs"), "seal"),
    ("byte-range-from-one", lambda: substituted(b"/ByteRange [0 ", b"/ByteRange [1 "), "seal"),
    ("byte-range-negative", lambda: substituted(b"/ByteRange [0 ", b"/ByteRange [-1"), "seal"),
    ("contents-renamed", lambda: substituted(b"/Contents <30", b"/Contants <30"), "seal"),
    ("contents-no-signature", lambda: substituted(b"/Contents <30", b"/Contents <00"), "seal"),
    ("subfilter-changed", lambda: substituted(b"ETSI.CAdES", b"ETSI.XAdES"), "seal"),
    ("changes-allowed", lambda: substituted(b"/P 1\n", b"/P 2\n"), "seal"),
    ("other-time-claimed", lambda: substituted(b"/M (D", b"/M (E"), "seal"),
    ("permission-renamed", lambda: substituted(b"/DocMDP ", b"/DocMDQ "), "seal"),
    ("signature-padding-used", seal_gap, "seal"),
    ("signature-spelt-otherwise", seal_in_small_letters, "seal"),
]


@pytest.mark.parametrize(
    ("make", "step"), [pytest.param(make, step, id=name) for name, make, step in WITHOUT_THE_SEAL]
)
def test_a_change_without_the_seal_s_key_is_refused(make: Make, step: str) -> None:
    verdict = verify_pdf(make(), registry().trust)
    assert first_failed(verdict) == step
    assert not verdict.ok


@pytest.mark.parametrize(
    "permille", [pytest.param(value, id=f"at-{value}-permille") for value in range(0, 1000, 83)]
)
@pytest.mark.parametrize("kind", ["RT", "CL"])
def test_one_flipped_bit_is_refused(kind: str, permille: int) -> None:
    data = flipped(len(sealed(kind)) * permille // 1000, kind)
    assert first_failed(verify_pdf(data, registry().trust)) in {"file", "seal"}


@given(position=st.integers(min_value=0), bit=st.integers(0, 7))
@settings(max_examples=25)
def test_no_flipped_bit_anywhere_passes(position: int, bit: int) -> None:
    data = bytearray(sealed("RT"))
    data[position % len(data)] ^= 1 << bit
    assert first_failed(verify_pdf(bytes(data), registry().trust)) in {"file", "seal"}


@pytest.mark.parametrize(
    "organisation",
    [
        pytest.param(ORGANISATION, id="a-root-with-the-same-names"),
        pytest.param("另一机构", id="a-root-of-another-organisation"),
    ],
)
def test_another_root_s_seal_is_refused(tmp_path: Path, organisation: str) -> None:
    verdict = verify_pdf(other_seal(organisation, tmp_path), registry().trust)
    assert first_failed(verdict) == "seal"
    assert "trusted root" in verdict.step("seal").en


def test_a_changed_amount_under_another_seal_fails_both_steps(tmp_path: Path) -> None:
    other_seal(ORGANISATION, tmp_path)
    changed = edited(rendering("RT"), content_replaced(b" TJ", b" TJ ()Tj"))
    data = Sealer(tmp_path / "keys").seal(changed, when=datetime(2026, 11, 22, tzinfo=UTC))
    verdict = verify_pdf(data, registry().trust)
    assert (verdict.step("seal").state, verdict.step("text").state) == (FAILED, FAILED)


# --- The attacker has the registry's seal as well. ---


def code_of_another(pdf: Pdf) -> None:
    """Draw the other paper's operators, QR code included."""
    with pikepdf.open(BytesIO(rendering("CL"))) as other:
        page = other.pages[0]
        page.contents_coalesce()
        pdf.pages[0].Contents = pdf.make_stream(page.Contents.read_bytes())


def maker_renamed(pdf: Pdf) -> None:
    pdf.docinfo["/Creator"] = String("SinkLedger 99")


def page_twice(pdf: Pdf) -> None:
    pdf.pages.append(pdf.pages[0])


def link(pdf: Pdf) -> None:
    action = Dictionary(S=Name.URI, URI=String("https://evil.example"))
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].Annots.append(pdf.make_indirect(note))


def page_action(pdf: Pdf) -> None:
    pdf.pages[0].AA = Dictionary(O=Dictionary(S=Name.Named, N=Name.Print))


def named_script(pdf: Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    pdf.Root.Names.JavaScript = Dictionary(Names=Array([String("x"), script]))


def no_keywords(pdf: Pdf) -> None:
    del pdf.docinfo["/Keywords"]


def other_addresses(pdf: Pdf) -> None:
    pdf.docinfo["/Keywords"] = String("https://evil.example")


def statement_attached(kind: str, *names: str) -> tampering.Edit:
    """Attach another certificate's files."""
    statement = registry().log.statement(kind)
    content = {"entry.json": statement.entry, "entry.tlog-proof": statement.proof}

    def edit(pdf: Pdf) -> None:
        for name in names:
            attached(name, content[name])(pdf)

    return edit


def entry_of(seq: int) -> tampering.Edit:
    """Attach another entry with its own proof."""
    log = registry().log

    def edit(pdf: Pdf) -> None:
        attached("entry.json", log.entries[seq])(pdf)
        attached("entry.tlog-proof", log.proof(seq))(pdf)

    return edit


def proof() -> TlogProof:
    return TlogProof.parse(registry().log.statement("RT").proof)


def checkpoint(*, size: int = 32, root: bytes | None = None, key: Skey = LOG_KEY) -> bytes:
    lines = proof().checkpoint.decode().split("\n")
    known = Checkpoint(origin=key.name, size=size, root=root or digest("root"))
    assert lines[0] == ORIGIN
    return sign_checkpoint(known, [key])


def row_changed(value: dict[str, Json]) -> None:
    rows = value["outcome"]["rows"]  # type: ignore[index,call-overload] # an entry's own form
    rows[-1]["value"]["quantity_kg"] = 42_319  # type: ignore[index,call-overload] # see above


def movement_changed(value: dict[str, Json]) -> None:
    movements = value["outcome"]["movements"]  # type: ignore[index,call-overload] # see above
    movements[0]["end"] += 1  # type: ignore[index,call-overload,operator] # see above


def order_changed(value: dict[str, Json]) -> None:
    value["order"]["body"]["quantity_kg"] = 42_319  # type: ignore[index,call-overload] # see above


def signature_changed(value: dict[str, Json]) -> None:
    first = value["sigs"][0]  # type: ignore[index,call-overload] # an entry's own form
    first["sig"] = first["sig"][:-2] + "00"  # type: ignore[index,call-overload,operator] # see above


def other_environment(value: dict[str, Json]) -> None:
    for row in value["outcome"]["rows"]:  # type: ignore[index,call-overload,union-attr] # see above
        if row["key"] == "registry":  # type: ignore[index,call-overload] # see above
            row["value"]["environment"] = "production"  # type: ignore[index,call-overload] # see above


def anchor_changed(field: str, value: Json) -> Callable[[dict[str, Json]], None]:
    def change(entry: dict[str, Json]) -> None:
        for row in entry["outcome"]["rows"]:  # type: ignore[index,call-overload,union-attr] # see above
            if row["key"] == "registry":  # type: ignore[index,call-overload] # see above
                row["value"][field] = value  # type: ignore[index,call-overload] # see above

    return change


def spaced(name: str) -> tampering.Edit:
    statement = registry().log.statement("RT")
    content = statement.entry if name == "entry.json" else statement.registry_entry
    return attached(name, content.replace(b'{"at_us":', b'{"at_us": ', 1))


def in_registry(field: str, value: Json) -> tampering.Edit:
    return entry_changed(anchor_changed(field, value), "registry.json")


def unsigned_proof() -> bytes:
    note, _, _ = proof().checkpoint.partition(b"\n\n")
    return note + b"\n\n"


WITH_THE_SEAL: list[tuple[str, Callable[[], tampering.Edit], str]] = [
    ("attachment-removed", lambda: tampering.removed("entry.json"), "file"),
    ("proof-removed", lambda: tampering.removed("entry.tlog-proof"), "file"),
    ("attachment-renamed", lambda: tampering.renamed("entry.json", "entry2.json"), "file"),
    ("attachment-added", lambda: tampering.added("more.json", b"{}"), "file"),
    ("attachment-doubled", lambda: tampering.added("entry.json", b"{}"), "file"),
    ("attachment-hidden", lambda: tampering.added("x.json", b"{}", listed=False), "file"),
    ("attachment-huge", lambda: attached("entry.json", bytes(3_000_000)), "file"),
    (
        "script-on-opening",
        lambda: tampering.catalog("/OpenAction", {"/S": Name.JavaScript, "/JS": String("1")}),
        "file",
    ),
    (
        "program-launched",
        lambda: tampering.catalog("/OpenAction", {"/S": Name.Launch, "/F": String("a.exe")}),
        "file",
    ),
    ("script-by-name", lambda: named_script, "file"),
    ("link-to-elsewhere", lambda: link, "file"),
    ("page-that-acts", lambda: page_action, "file"),
    ("form-of-xml", lambda: _xfa, "file"),
    ("entry-with-a-space", lambda: spaced("entry.json"), "entry"),
    ("registry-with-a-space", lambda: spaced("registry.json"), "entry"),
    ("entry-emptied", lambda: attached("entry.json", b"{}"), "entry"),
    ("order-changed", lambda: entry_changed(order_changed), "entry"),
    ("order-signature-changed", lambda: entry_changed(signature_changed), "entry"),
    ("entry-of-another-kind", lambda: entry_of(26), "entry"),
    ("first-entry-as-the-entry", lambda: entry_of(0), "entry"),
    (
        "registry-is-another-entry",
        lambda: attached("registry.json", registry().log.entries[1]),
        "entry",
    ),
    ("registry-of-another-log", lambda: in_registry("origin", "other.example/log"), "entry"),
    ("registry-with-another-log-key", lambda: in_registry("log_vkeys", ["x"]), "entry"),
    ("registry-with-another-root", lambda: in_registry("seal_root_sha256", "00" * 32), "entry"),
    ("row-changed", lambda: entry_changed(row_changed), "proof"),
    ("movement-changed", lambda: entry_changed(movement_changed), "proof"),
    ("entry-of-another-paper", lambda: statement_attached("CL", "entry.json"), "proof"),
    ("proof-of-another-paper", lambda: statement_attached("CL", "entry.tlog-proof"), "proof"),
    ("proof-emptied", lambda: attached("entry.tlog-proof", b"\n"), "proof"),
    ("proof-index-changed", lambda: proof_changed(index=23), "proof"),
    ("proof-hash-changed", lambda: proof_changed(path=(bytes(32), *proof().path[1:])), "proof"),
    ("proof-hash-removed", lambda: proof_changed(path=proof().path[1:]), "proof"),
    ("proof-hash-added", lambda: proof_changed(path=(*proof().path, bytes(32))), "proof"),
    ("proof-hashes-swapped", lambda: proof_changed(path=proof().path[::-1]), "proof"),
    ("proof-with-extra-bytes", lambda: proof_changed(extra=b"999 t"), "proof"),
    ("checkpoint-size-changed", lambda: proof_changed(checkpoint=checkpoint(size=33)), "proof"),
    ("checkpoint-root-changed", lambda: proof_changed(checkpoint=checkpoint()), "proof"),
    ("checkpoint-unsigned", lambda: proof_changed(checkpoint=unsigned_proof()), "proof"),
    (
        "checkpoint-by-another-key",
        lambda: proof_changed(checkpoint=checkpoint(key=Skey(ORIGIN, digest("other")))),
        "proof",
    ),
    (
        "checkpoint-of-another-log",
        lambda: proof_changed(checkpoint=checkpoint(key=Skey("a.example/b", digest("log key")))),
        "proof",
    ),
    ("text-changed", lambda: content_replaced(b" Tm\n", b" Tm \n"), "text"),
    ("code-of-another-paper", lambda: code_of_another, "text"),
    ("page-added", lambda: page_twice, "text"),
    ("addresses-removed", lambda: no_keywords, "text"),
    ("addresses-changed", lambda: other_addresses, "text"),
    ("both-papers-mixed", lambda: entry_of(25), "text"),
    ("demonstration-no-more", lambda: entry_changed(other_environment, "registry.json"), "text"),
]


def _xfa(pdf: Pdf) -> None:
    pdf.Root.AcroForm.XFA = String("<xdp/>")


@pytest.mark.parametrize(
    ("edit", "step"), [pytest.param(edit, step, id=name) for name, edit, step in WITH_THE_SEAL]
)
def test_a_thief_of_the_seal_is_betrayed(edit: Callable[[], tampering.Edit], step: str) -> None:
    verdict = verify_pdf(resealed(edit()), registry().trust)
    assert first_failed(verdict) == step
    assert not verdict.ok


def test_an_old_version_is_no_excuse_for_a_missing_text() -> None:
    data = resealed(maker_renamed, code_of_another)
    assert first_failed(verify_pdf(data, registry().trust)) == "text"


def test_the_seal_s_own_section_may_not_change_the_page() -> None:
    from certificates.seal import _AppendingWriter

    def hidden(self: _AppendingWriter) -> None:
        tampering.page_replaced(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_AppendingWriter, "_update_meta", hidden)
        data = registry().seal(rendering("RT"))
    verdict = verify_pdf(data, registry().trust)
    assert data.startswith(rendering("RT"))
    assert first_failed(verdict) == "seal"


# --- The attacker has the log's key too. ---


def restated(kind: str, **fields: Json) -> bytes:
    """Return a paper whose entry the log's key vouches for, though no rule decided it."""
    log = registry().log.restated(kind, **fields)
    statement = log.statement(kind)
    entry = attached("entry.json", statement.entry)
    return resealed(entry, attached("entry.tlog-proof", statement.proof), kind=kind)


def batches(quantity_kg: int) -> Json:
    row = next(row for row in registry().log.stating("RT").rows if row["key"][:7] == "retire/")
    listed = row["value"]["batches"]
    return [{**one, "quantity_kg": quantity_kg} for one in listed]  # type: ignore[union-attr,dict-item] # its own form


def done(**fields: Json) -> Json:
    row = next(row for row in registry().log.stating("CL").rows if row["key"][:6] == "claim/")
    return {**row["value"]["completion"], **fields}  # type: ignore[dict-item] # its own form


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        pytest.param("RT", lambda: {"quantity_kg": 42_319}, id="one-kilogram-more"),
        pytest.param("RT", lambda: {"batches": batches(42_317)}, id="batches-do-not-add-up"),
        pytest.param("RT", lambda: {"retired_seq": 23}, id="row-of-another-entry"),
        pytest.param("RT", lambda: {"retired_at_us": 1}, id="row-of-another-time"),
        pytest.param("RT", lambda: {"from": "acct/00000044"}, id="from-another-account"),
        pytest.param("CL", lambda: {"retired_kg": 42_317}, id="less-than-was-emitted"),
        pytest.param("CL", lambda: {"retirements": []}, id="no-retirement"),
        pytest.param("CL", lambda: {"retired_kg": 50_000}, id="retirements-do-not-add-up"),
        pytest.param("CL", lambda: {"completion": done(coverage_permille=2000)}, id="coverage"),
        pytest.param("CL", lambda: {"completion": done(seq=1)}, id="completed-elsewhere"),
    ],
)
def test_a_thief_of_all_keys_is_betrayed_by_the_sums(
    kind: str, fields: Callable[[], dict[str, Json]]
) -> None:
    verdict = verify_pdf(restated(kind, **fields()), registry().trust)
    assert verdict.step("proof").state == "passed"
    assert verdict.step("units").state == FAILED
    assert not verdict.ok


# --- The reader trusts somebody else. ---


def other_root(tmp_path: Path) -> Trust:
    make_pki(
        tmp_path / "keys",
        tmp_path / "trust",
        organisation=ORGANISATION,
        environment="demo",
        now=datetime(2026, 11, 22, tzinfo=UTC),
    )
    return replace(registry().trust, seal_root=Trust.load(tmp_path / "trust").seal_root)


def other_key(tmp_path: Path) -> Trust:
    del tmp_path
    return replace(registry().trust, vkey=Skey(ORIGIN, digest("other")).vkey)


def other_log(tmp_path: Path) -> Trust:
    del tmp_path
    return replace(registry().trust, vkey=Skey("other.example/log", digest("log key")).vkey)


@pytest.mark.parametrize(
    ("trust", "step"),
    [
        pytest.param(other_root, "seal", id="another-root"),
        pytest.param(other_key, "entry", id="another-log-key"),
        pytest.param(other_log, "entry", id="another-log"),
    ],
)
def test_a_good_paper_of_a_stranger_is_refused(
    tmp_path: Path, trust: Callable[[Path], Trust], step: str
) -> None:
    verdict = verify_pdf(sealed("RT"), trust(tmp_path))
    assert first_failed(verdict) == step
    assert not verdict.ok


def test_another_registry_s_paper_is_refused() -> None:
    page = renderer().render(demo_log(seal_root_sha256="00" * 32).statement("RT"))
    assert first_failed(verify_pdf(registry().seal(page), registry().trust)) == "entry"
