"""Certificates in the offline verifier: what Python refuses is refused here, at the right step."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.verify import verify_pdf
from tests.certificates.test_tamper import WITHOUT_THE_SEAL, Make, other_seal
from tests.certificates.test_tamper_stolen_seal import SIGNED_PARTS, WITH_THE_SEAL
from tests.certificates.test_tamper_trust import batches, done, restated
from tests.support.certificates import LOG_KEY
from tests.support.extended_paper import dated, extended
from tests.support.offline import OfflineVerdict, check_offline, export_of
from tests.support.revoked import outdated, revoked
from tests.support.sealed_paper import WHEN, first_failed, registry, sealed
from tests.support.seals import ORGANISATION, make_seal
from tests.support.tampering import Edit, flipped, resealed

PROOF_STEPS = {"proof", "checkpoint", "inclusion"}
OTHER_STEPS = {
    # Such an entry is in the log as its proof says; it only states no certificate.
    "entry-of-another-kind": {"units"},
    "first-entry-as-the-entry": {"units"},
    # Another paper's words, and the other paper's whole page.
    "code-of-another-paper": {"page"},
    # A well-formed entry 0, but not the one that the reader trusts.
    "registry-with-another-log-key": {"registry"},
    "registry-with-another-root": {"registry"},
    "demonstration-no-more": {"registry"},
}
STEPS = {"file": {"file"}, "entry": {"entry"}, "proof": PROOF_STEPS, "text": {"page", "record"}}


@cache
def trust() -> tuple[bytes, ...]:
    """The reader's own files."""
    case = registry()
    policy = f"log {LOG_KEY.vkey.to_text()}\nquorum none\n"
    return (
        policy.encode(),
        case.log.entries[0],
        (case.folder / "trust/seal-root.pem").read_bytes(),
    )


def verified(scripts: Any, pdf: bytes, *more: bytes) -> OfflineVerdict:
    """Check a certificate with the reader's trust; bytes that are no PDF fail the step "file"."""
    found = check_offline(scripts, *trust(), *more, pdf)
    if found.refused:
        return OfflineVerdict(
            kind="certificate", verdict="invalid", states={"file": "failed"}, codes={}
        )
    return found.of("certificate")


@pytest.mark.parametrize("kind", ["RT", "CL", "RG", "HD"])
def test_a_certificate_is_valid(scripts: Any, kind: str) -> None:
    verdict = verified(scripts, sealed(kind))
    assert verdict.verdict == "valid"
    assert verdict.first_failed == "none"
    assert [name for name, state in verdict.states.items() if state != "passed"] == ["record"]


@pytest.mark.parametrize(
    ("make", "step"), [pytest.param(make, step, id=name) for name, make, step in WITHOUT_THE_SEAL]
)
def test_a_change_without_the_seals_key_is_refused(scripts: Any, make: Make, step: str) -> None:
    verdict = verified(scripts, make())
    assert verdict.first_failed in {step, "file"}
    assert verdict.verdict == "invalid"


@pytest.mark.parametrize(
    ("name", "edit", "step"), [pytest.param(*case, id=case[0]) for case in WITH_THE_SEAL]
)
def test_a_thief_of_the_seal_is_betrayed(
    scripts: Any, name: str, edit: Callable[[], Edit], step: str
) -> None:
    pdf = resealed(edit())
    # What is drawn is not drawn again here; the log, which knows every paper, does not know this.
    more = [export_of(registry().log.entries)] if step == "text" else []
    verdict = verified(scripts, pdf, *more)
    assert verdict.first_failed in OTHER_STEPS.get(name, STEPS[step])
    assert verdict.verdict == "invalid"


@pytest.mark.parametrize(
    ("edit", "step"), [pytest.param(edit, step, id=name) for name, edit, step in SIGNED_PARTS]
)
def test_what_the_service_signed_cannot_be_exchanged(
    scripts: Any, edit: Callable[[], Edit], step: str
) -> None:
    verdict = verified(scripts, resealed(edit()))
    assert verdict.first_failed in {step, "page"}
    assert verdict.states[step] == "failed"
    assert verdict.verdict == "invalid"


def test_a_dated_certificate_is_valid_and_an_extended_one_is_left_open(scripts: Any) -> None:
    assert verified(scripts, dated()).verdict == "valid"
    verdict = verified(scripts, extended(1))
    assert verdict.verdict == "unchecked"
    assert verdict.codes["file"] == "pdf_extended"


def listed(at: datetime | None) -> bytes:
    """Return the trust folder's own list, or one that revokes the seal since then."""
    if at is None:
        return (registry().folder / "trust/seal-root.crl").read_bytes()
    return revoked(at).public_bytes(Encoding.DER)


def test_a_seal_that_the_roots_list_does_not_name_is_good(scripts: Any) -> None:
    verdict = verified(scripts, sealed("RT"), listed(None))
    assert (verdict.verdict, verdict.codes["seal"]) == ("valid", "seal_listed")
    assert verified(scripts, sealed("RT")).codes["seal"] == "seal_ok"


@pytest.mark.parametrize("apart", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_revoked_seal_is_left_to_those_who_check_timestamps(
    scripts: Any, apart: timedelta
) -> None:
    verdict = verified(scripts, dated(), listed(WHEN + apart))
    assert (verdict.verdict, verdict.codes["seal"]) == ("unchecked", "seal_revoked")


@pytest.mark.parametrize("apart", [timedelta(hours=1), timedelta(hours=-1)])
def test_an_undated_paper_of_a_revoked_seal_fails_as_it_does_in_python(
    scripts: Any, apart: timedelta
) -> None:
    listing = revoked(WHEN + apart)
    verdict = verified(scripts, sealed("RT"), listing.public_bytes(Encoding.DER))
    assert (verdict.verdict, verdict.codes["seal"]) == ("invalid", "seal_revoked_undated")
    assert first_failed(verify_pdf(sealed("RT"), replace(registry().trust, revoked=listing))) == (
        "seal"
    )


def test_an_outdated_list_says_nothing(scripts: Any) -> None:
    verdict = verified(scripts, sealed("RT"), outdated().public_bytes(Encoding.DER))
    assert (verdict.verdict, verdict.codes["seal"]) == ("unchecked", "list_outdated")


def test_a_strangers_list_of_revoked_seals_is_refused(scripts: Any, tmp_path: Path) -> None:
    make_seal(tmp_path)
    strange = (tmp_path / "trust/seal-root.crl").read_bytes()
    verdict = verified(scripts, sealed("RT"), strange)
    assert (verdict.verdict, verdict.codes["seal"]) == ("invalid", "revocations_root")


@pytest.mark.parametrize("permille", range(0, 1000, 37))
def test_one_flipped_bit_is_refused(scripts: Any, permille: int) -> None:
    verdict = verified(scripts, flipped(len(sealed("RT")) * permille // 1000))
    assert verdict.first_failed in {"file", "seal"}


@pytest.mark.parametrize("organisation", [ORGANISATION, "另一机构"])
def test_another_roots_seal_is_refused(scripts: Any, tmp_path: Path, organisation: str) -> None:
    assert verified(scripts, other_seal(organisation, tmp_path)).codes["seal"] == "seal_root"


def test_another_root_is_not_the_registrys(scripts: Any, tmp_path: Path) -> None:
    other_seal(ORGANISATION, tmp_path)
    other = (tmp_path / "trust/seal-root.pem").read_bytes()
    found = check_offline(scripts, *trust()[:2], other, sealed("RT")).of("certificate")
    assert found.codes["seal"] == "seal_root_other"
    assert found.verdict == "invalid"


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
    scripts: Any, kind: str, fields: Callable[[], dict[str, Any]]
) -> None:
    verdict = verified(scripts, restated(kind, **fields()))
    assert verdict.states["inclusion"] == "passed"
    assert verdict.first_failed == "units"


@pytest.mark.parametrize(
    ("given", "not_checked"),
    [
        pytest.param((1, 2), {"checkpoint", "witnesses", "state"}, id="no-policy"),
        pytest.param((0, 2), {"seal", "registry"}, id="no-registry"),
        pytest.param((0, 1), {"seal"}, id="no-root"),
        pytest.param((), {"seal", "registry", "checkpoint", "witnesses", "state"}, id="nothing"),
    ],
)
def test_without_its_anchor_a_step_is_not_checked(
    scripts: Any, given: tuple[int, ...], not_checked: set[str]
) -> None:
    anchors = [trust()[at] for at in given]
    verdict = check_offline(scripts, *anchors, sealed("RT")).of("certificate")
    found = {name for name, state in verdict.states.items() if state == "not_checked"}
    assert found == not_checked | {"record"}
    assert verdict.verdict == "unchecked"
