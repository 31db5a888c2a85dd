"""Lists of revoked seals, by the shared registry's root."""

from datetime import UTC, datetime, timedelta

from cryptography import x509

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
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.certificate.subject)
        .last_update(WHEN)
        .next_update(WHEN + DAY)
        .add_revoked_certificate(entry)
        .sign(root.key, seal.signature_hash_algorithm)
    )
