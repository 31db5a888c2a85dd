"""Lists of revoked seals, by the shared registry's root."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from certificates.pki_root import Root
from tests.support.sealed_paper import WHEN, registry

DAY = timedelta(days=1)


def revoked(at: datetime) -> x509.CertificateRevocationList:
    """Return a list by the shared registry's root, as if its seal were revoked since then."""
    root = Root.open(registry().folder / "root", None)
    [seal] = root.seals()
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(seal.serial_number)
        .revocation_date(at.astimezone(UTC).replace(tzinfo=None))
        .build()
    )
    return listing(WHEN, root.certificate.not_valid_after_utc, entry)


def outdated() -> x509.CertificateRevocationList:
    """Return a list of nobody that a newer one should have followed long ago."""
    return listing(WHEN - 800 * DAY, WHEN - 400 * DAY)


def listing(
    made: datetime, until: datetime, *revocations: x509.RevokedCertificate
) -> x509.CertificateRevocationList:
    """Sign a list by the shared registry's root."""
    root = Root.open(registry().folder / "root", None)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.certificate.subject)
        .last_update(made)
        .next_update(until)
    )
    for one in revocations:
        builder = builder.add_revoked_certificate(one)
    return builder.sign(root.key, SHA256())
