"""The attack table: what is done to a certificate, and the step that must fail."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from certificates.trust import Trust
from certificates.verdict import FAILED, FOREIGN
from certificates.verify import verify_pdf
from certificates.verify_log import Newer
from tests.support import late_attacks, tampering
from tests.support.certificates import STATING
from tests.support.corrected_paper import corrected, status_row
from tests.support.extended_paper import extended, trust
from tests.support.late_attacks import (
    KINDS,
    field_refilled,
    field_value,
    first_of_each_kind,
    form_emptied,
    overlay,
    page_exchanged,
    rewritten,
    saved_without_table,
    shadowed,
    spare_page,
    with_range,
    wrapped,
)
from tests.support.revoked import revoked
from tests.support.sealed_paper import WHEN, first_failed, registry, sealed
from tests.support.tampering import resealed

Attack = tuple[str, Callable[[], bytes], str]
FLIPS = 96


def ended(body: bytes) -> bytes:
    return body + b"\nstartxref\n0\n%%EOF\n"


OBJECT = b"9 0 obj\n<</Type/Page>>\nendobj"
TABLE = b"\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1/Root 1 0 R>>"

LATE: tuple[Attack, ...] = (
    ("shadow-hide", lambda: shadowed(overlay, form_emptied), "file"),
    ("shadow-replace", lambda: shadowed(field_value, field_refilled), "file"),
    ("shadow-hide-and-replace", lambda: shadowed(spare_page, page_exchanged), "file"),
    ("shadow-hide-prepared", lambda: resealed(overlay), "text"),
    ("shadow-replace-prepared", lambda: resealed(field_value), "text"),
    ("shadow-hide-and-replace-prepared", lambda: resealed(spare_page), "text"),
    ("usf-range-empty", lambda: with_range(lambda _: ""), "seal"),
    ("usf-range-null", lambda: with_range(lambda _: "null null null null"), "seal"),
    ("usf-range-of-three", lambda: with_range(lambda r: f"{r[0]} {r[1]} {r[2]}"), "seal"),
    ("usf-range-of-six", lambda: with_range(lambda r: f"{r[0]} 1 1 1 {r[2]} {r[3]}"), "seal"),
    ("usf-range-zeros", lambda: with_range(lambda _: "0 0 0 0"), "seal"),
    ("usf-range-overlapping", lambda: with_range(lambda r: f"0 {r[2]} {r[1]} {r[3]}"), "seal"),
    ("usf-range-beyond", lambda: with_range(lambda r: f"0 {r[1]} {r[2]} 99999999"), "seal"),
    ("usf-range-huge", lambda: with_range(lambda r: f"0 {r[1]} {10**15} {r[3]}"), "seal"),
    ("usf-range-words", lambda: with_range(lambda _: "/a /b /c /d"), "seal"),
    ("usf-contents-name", lambda: tampering.substituted(b"/Contents <", b"/Content  <"), "seal"),
    ("usf-filter", lambda: tampering.substituted(b"/Adobe.PPKLite", b"/Adobe.PPKNone"), "seal"),
    ("usf-type", lambda: tampering.substituted(b"/Type /Sig\n", b"/Type /Gis\n"), "seal"),
    ("swa-zeros", lambda: wrapped(filler=bytes(64)), "file"),
    ("swa-object", lambda: wrapped(filler=OBJECT), "file"),
    ("swa-page", lambda: wrapped(filler=ended(OBJECT + TABLE)), "file"),
    ("isa-objects-alone", lambda: saved_without_table(OBJECT), "file"),
    ("isa-no-table", lambda: saved_without_table(ended(OBJECT)), "file"),
    ("isa-empty-trailer", lambda: saved_without_table(ended(TABLE)), "file"),
    ("isa-copied-signature", lambda: sealed("RT") + sealed("RT")[-7000:], "file"),
    ("isa-whole-file-again", lambda: sealed("RT") + sealed("RT"), "file"),
    ("isa-another-paper-behind", lambda: sealed("RT") + sealed("CL"), "file"),
    ("isa-comment", lambda: sealed("RT") + b"% a comment\n%%EOF\n", "file"),
    ("a-zero-behind-the-end", lambda: sealed("RT") + b"\0", "file"),
    ("a-zip-behind-the-end", lambda: sealed("RT") + b"PK\x03\x04" + bytes(30), "file"),
    ("a-page-before-the-header", lambda: b"<html></html>\n" + sealed("RT"), "file"),
)


@pytest.mark.parametrize(
    ("make", "step"), [pytest.param(make, step, id=name) for name, make, step in LATE]
)
def test_an_attack_is_refused_at_its_step(make: Callable[[], bytes], step: str) -> None:
    verdict = verify_pdf(make(), registry().trust)
    assert first_failed(verdict) == step
    assert not verdict.ok
    if step in ("file", "seal"):
        assert verdict.identity == FOREIGN


PAPERS: dict[str, Callable[[], bytes]] = {
    **{kind: lambda kind=kind: sealed(kind) for kind in STATING},  # type: ignore[misc]  # the loop's own kind
    "corrected": corrected,
    "extended": lambda: extended(1),
}


@pytest.mark.parametrize("paper", PAPERS)
def test_every_kind_of_object_of_every_paper_may_not_be_written_again(paper: str) -> None:
    data = PAPERS[paper]()
    kinds = first_of_each_kind(data)
    assert kinds.keys() == {*KINDS, *(["/DocTimeStamp"] if paper == "extended" else [])}
    for kind in kinds:
        verdict = verify_pdf(rewritten(kind, data), trust())
        assert (kind, first_failed(verdict)) == (kind, "file")
        assert verdict.identity == FOREIGN


@pytest.mark.parametrize(
    ("paper", "parts"), [(paper, FLIPS // 2 if paper == "RT" else FLIPS // 12) for paper in PAPERS]
)
def test_a_flipped_byte_is_refused_wherever_it_stands(paper: str, parts: int) -> None:
    for part in range(parts):
        data = bytearray(PAPERS[paper]())
        data[len(data) * part // parts] ^= 0xFF
        failed = first_failed(verify_pdf(bytes(data), trust()))
        assert (part, failed in {"file", "seal", "time"}) == (part, True)


def newer_state(state: str, event: str, commits: int = 1) -> bytes:
    row, log = status_row(state, event), registry().log
    for _ in range(commits):
        log = log.committed([row])
    return log.state_proof(str(row["key"]))


def later() -> Iterator[object]:
    """Yield what time does to a good paper: the reader's newer knowledge, and the step it fails."""
    for state in ("suspended", "impaired", "superseded", "revoked", "expired"):
        yield pytest.param(
            lambda state=state: (registry().trust, Newer(state=newer_state(state, state))),
            "state",
            id=f"certificate-{state}",
        )
    hour = timedelta(hours=1)
    seal = "revoked-seal"
    yield pytest.param(
        lambda: (replace(registry().trust, revoked=revoked(WHEN - hour)), Newer()), "seal", id=seal
    )
    old = "stale-checkpoint"
    yield pytest.param(lambda: (registry().trust, Newer(witnessed_after=2**40)), "status", id=old)
    forged = "newer-checkpoint-forged"
    yield pytest.param(lambda: (registry().trust, Newer(note=b"a\n1\n\n")), "status", id=forged)
    other = "newer-state-of-another"
    yield pytest.param(
        lambda: (registry().trust, Newer(state=registry().log.statement("CL").state_proof)),
        "state",
        id=other,
    )
    yield pytest.param(lambda: (registry().trust, Newer(state=b"{}")), "state", id="newer-noise")


@pytest.mark.parametrize(("known", "step"), list(later()))
def test_what_the_reader_knows_besides_fails_its_step(
    known: Callable[[], tuple[Trust, Newer]], step: str
) -> None:
    trust, newer = known()
    verdict = verify_pdf(sealed("RT"), trust, newer=newer)
    assert first_failed(verdict) == step
    assert not verdict.ok


def test_a_certificate_that_was_reinstated_is_good_and_says_so() -> None:
    newer = Newer(state=newer_state("valid", "reinstated"))
    verdict = verify_pdf(sealed("RT"), registry().trust, newer=newer)
    assert verdict.ok
    assert verdict.standing is not None
    assert verdict.standing.event == "reinstated"
    assert "reinstated" in verdict.step("state").en


# One saboteur a class: a verifier that lacks the check lets the attack through its step.
SABOTEURS: tuple[tuple[str, str, object, Callable[[], bytes], str], ...] = (
    (
        "sections",
        "certificates.verify_case.is_extended certificates.verify_file._check_sections",
        lambda *_: None,
        lambda: rewritten("/Page"),
        "file",
    ),
    ("end-mark", "certificates.verify_file.END_MARK", b"", lambda: sealed("RT") + b"\n", "file"),
    (
        "what-acts",
        "certificates.verify_file.check_still",
        lambda *_: None,
        lambda: resealed(
            tampering.catalog("/OpenAction", {"/S": late_attacks.Name.JavaScript, "/JS": "1"})
        ),
        "file",
    ),
    (
        "gap",
        "certificates.verify_seal.fills_its_gap",
        lambda *_: True,
        lambda: with_zero_used(),
        "seal",
    ),
    (
        "trusted-root",
        "certificates.verify_seal._check_status",
        lambda *_: None,
        lambda: flipped_page(),
        "seal",
    ),
    (
        "claims-of-the-code",
        "certificates.verify_credential.claims_of",
        lambda *_: code_claims(),
        lambda: resealed(attached_code()),
        "code",
    ),
)


def with_zero_used() -> bytes:
    data = sealed("RT")
    end = data.rindex(b"00>")
    return data[:end] + b"01>" + data[end + 3 :]


def flipped_page() -> bytes:
    data = bytearray(sealed("RT"))
    data[len(data) // 3] ^= 1
    return bytes(data)


def attached_code() -> tampering.Edit:
    return tampering.attached("statement.cose", registry().log.statement("CL").code)


def code_claims() -> object:
    from certificates.compact import read_code
    from tests.support.certificates import SERVICE_KEY

    return read_code(registry().log.statement("CL").code, SERVICE_KEY.public)


@pytest.mark.parametrize(
    ("place", "sabotaged", "make", "step"),
    [pytest.param(*rest, id=name) for name, *rest in SABOTEURS],
)
def test_a_verifier_without_the_check_lets_the_attack_through_its_step(
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    sabotaged: object,
    make: Callable[[], bytes],
    step: str,
) -> None:
    data = make()
    assert verify_pdf(data, registry().trust).step(step).state == FAILED
    for one in place.split():
        monkeypatch.setattr(one, sabotaged)
    assert verify_pdf(data, registry().trust).step(step).state != FAILED
