"""Extended files (PAdES B-LTA): what they add, and who accepts them."""

import asyncio
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from certificates.extend import Evidence, ExtendError, extend
from certificates.pki_root import Root
from certificates.seal import Sealer
from certificates.trust import Trust
from certificates.verify import verify_pdf
from tests.support.blank_paper import blank_paper
from tests.support.extended_paper import DAY, dated, evidence, extended, refused, trust
from tests.support.sealed_paper import WHEN, registry, sealed
from tests.support.seals import make_seal
from tests.support.time_stamps import authority, time_root


def test_an_extended_file_begins_with_the_one_that_was_issued() -> None:
    assert extended(1).startswith(dated())
    assert extended(2).startswith(extended(1))


@pytest.mark.parametrize("times", [1, 2, 3])
def test_it_verifies_and_its_level_is_named(times: int) -> None:
    verdict = verify_pdf(extended(times), trust())
    assert verdict.ok
    assert verdict.facts.level == "B-LTA"
    assert verdict.facts.dated_at_us == int(WHEN.timestamp()) * 1_000_000
    assert f"then {times} archive timestamp" in verdict.step("file").en
    assert f"2026-11-{22 + times}" in verdict.step("time").en


def test_poppler_and_qpdf_read_a_dated_paper(tmp_path: Path) -> None:
    path = tmp_path / "dated.pdf"
    path.write_bytes(dated())
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in said.stdout
    assert "Total document signed" in said.stdout
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=True)
    assert checked.stderr == ""


def test_pyhanko_finds_a_dated_paper_valid_under_both_roots() -> None:
    seal_root = (registry().folder / "trust/seal-root.pem").read_bytes()
    seals, times = (
        ValidationContext(
            trust_roots=list(load_certs_from_pemder_data(pem)), allow_fetching=False, moment=WHEN
        )
        for pem in (seal_root, time_root(WHEN).public_bytes(Encoding.PEM))
    )
    [signature] = PdfFileReader(BytesIO(dated()), strict=True).embedded_signatures
    status = asyncio.run(
        async_validate_pdf_signature(signature, seals, ts_validation_context=times)
    )
    assert status.bottom_line
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted


def test_the_issued_file_stays_what_it_was() -> None:
    extended(1)
    assert verify_pdf(dated(), trust()).facts.level == "B-T"


def test_without_a_root_of_authorities_the_archive_is_not_checked() -> None:
    verdict = verify_pdf(extended(1), registry().trust)
    assert verdict.step("time").state == "not_checked"
    assert verdict.facts.level == "B-LTA"
    assert not verdict.has_failed


def test_pyhanko_finds_everything_for_later_years_inside(tmp_path: Path) -> None:
    """Strict: nothing is fetched, and revocation must be known of every certificate.

    pyHanko asks the clock of this machine, so this paper is of these days.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    make_seal(tmp_path, now=now - 3 * DAY)
    anchors, time = Trust.load(tmp_path / "trust"), authority(now - 3 * DAY)
    assert anchors.seal_root is not None
    assert anchors.revoked is not None
    roots = (x509.load_der_x509_certificate(anchors.seal_root), time.root)
    sealer = Sealer(tmp_path / "keys", time.at(now - 2 * DAY))
    data = extend(
        sealer.seal(blank_paper(), when=now - 2 * DAY),
        Evidence(roots=roots, lists=(anchors.revoked, time.revoked(now - 3 * DAY))),
        time.at(now - DAY),
    )
    [seal] = PdfFileReader(BytesIO(data), strict=True).embedded_regular_signatures
    found = asyncio.run(ades_lta_validation(seal, strict_policy(roots)))
    assert found.ades_subindic == AdESPassed.OK


def strict_policy(roots: tuple[x509.Certificate, ...]) -> PdfSignatureValidationSpec:
    pem = b"".join(root.public_bytes(Encoding.PEM) for root in roots)
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build(
                    trust_roots=list(load_certs_from_pemder_data(pem))
                ),
                revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
            ),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY,
                certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
            ),
        )
    )


def test_poppler_and_qpdf_read_an_extended_file(tmp_path: Path) -> None:
    path = tmp_path / "extended.pdf"
    path.write_bytes(extended(1))
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in said.stdout
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=True)
    assert checked.stderr == ""


def test_an_undated_seal_is_not_extended() -> None:
    with pytest.raises(ExtendError, match="no timestamp"):
        extend(sealed("RT"), evidence(), authority(WHEN).at(WHEN))


def test_what_is_missing_is_named() -> None:
    seal_only = replace(evidence(), lists=evidence().lists[:1])
    with pytest.raises(ExtendError, match=r"revocation information .* time-stamping"):
        extend(dated(), seal_only, authority(WHEN).at(WHEN))


def test_a_strangers_archive_timestamp_is_not_believed() -> None:
    other = authority(WHEN - DAY).at(WHEN + DAY)
    assert refused(extend(dated(), evidence(), other)) == "time"


def test_an_archive_timestamp_is_not_older_than_its_file() -> None:
    early = authority(WHEN).at(WHEN - timedelta(minutes=1))
    assert refused(extend(dated(), evidence(), early)) == "time"


def test_the_evidence_of_a_revoked_seal_is_still_collected() -> None:
    """It was revoked after this paper was dated, which is what the evidence is kept for."""
    root = Root.open(registry().folder / "root", None)
    [seal] = root.seals()
    late = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.certificate.subject)
        .last_update(WHEN + DAY)
        .next_update(WHEN + 9 * DAY)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key()),
            critical=False,
        )
        .add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(seal.serial_number)
            .revocation_date((WHEN + DAY).replace(tzinfo=None))
            .build()
        )
        .sign(root.key, seal.signature_hash_algorithm)
    )
    kept = replace(evidence(), lists=(late, evidence().lists[1]))
    data = extend(dated(), kept, authority(WHEN).at(WHEN + 2 * DAY))
    assert verify_pdf(data, replace(trust(), revoked=late)).ok
