"""The root of the registry's seals: a folder that belongs off the machine.

seal-root.key       the root's key, encrypted by a passphrase
seal-root.pem       its certificate, which readers trust
seal-root.crl       the newest list of revoked seals; it is also the memory of what was revoked
seals/SERIAL.pem    every seal's certificate that the root has made
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from certificates.pki_certificates import (
    Holder,
    authority_of,
    root_certificate,
    seal_certificate,
    serial_text,
)
from ledger.files import write_atomically

ROOT_KEY: Final = "seal-root.key"
ROOT_CERTIFICATE: Final = "seal-root.pem"
REVOCATION_LIST: Final = "seal-root.crl"
SEALS: Final = "seals"

LIST_DAYS: Final = 400
"""A list is signed at least once a year; a few weeks are left for fetching the root."""

REASONS: Final = ("key_compromise", "superseded", "cessation_of_operation", "affiliation_changed")


class RootError(ValueError):
    """The root's folder cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """An opened root; it signs certificates of seals and lists of revoked ones, and no more."""

    folder: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def found(
        cls, folder: Path, holder: Holder, *, passphrase: bytes | None, now: datetime
    ) -> "Root":
        """Make a root and its first, empty list.

        Raises:
            RootError: the folder has a root already; nothing is ever overwritten.
        """
        (folder / SEALS).mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = root_certificate(key, holder, now)
        write_key(folder / ROOT_KEY, key, passphrase)
        write_atomically(folder / ROOT_CERTIFICATE, certificate.public_bytes(Encoding.PEM))
        root = cls(folder=folder, certificate=certificate, key=key)
        # Nobody keeps a demonstration's list up: it lasts as long as its root.
        is_kept = holder.environment == "production"
        root.sign_list((), now, None if is_kept else certificate.not_valid_after_utc)
        return root

    @classmethod
    def open(cls, folder: Path, passphrase: bytes | None) -> "Root":
        """Open a root's folder.

        Raises:
            RootError: no root there, or not with this passphrase.
        """
        try:
            pem = (folder / ROOT_KEY).read_bytes()
            certificate = x509.load_pem_x509_certificate((folder / ROOT_CERTIFICATE).read_bytes())
        except (OSError, ValueError) as error:
            raise RootError(f"{folder} holds no root of seals: {error}") from error
        try:
            key = load_pem_private_key(pem, passphrase)
        except (TypeError, ValueError) as error:
            raise RootError(f"{folder / ROOT_KEY}: the passphrase is wrong or missing") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or (
            key.public_key() != certificate.public_key()
        ):
            raise RootError(f"{folder / ROOT_KEY} is not the key of {ROOT_CERTIFICATE}")
        return cls(folder=folder, certificate=certificate, key=key)

    def issue_seal(self, public: ec.EllipticCurvePublicKey, now: datetime) -> x509.Certificate:
        """Certify a seal's key, and keep the certificate in the folder."""
        certificate = seal_certificate(self.certificate, self.key, public, now)
        kept = self.folder / SEALS / f"{serial_text(certificate.serial_number)}.pem"
        write_atomically(kept, certificate.public_bytes(Encoding.PEM))
        return certificate

    def seals(self) -> tuple[x509.Certificate, ...]:
        """Return every certificate of a seal that this root has made, the oldest first."""
        made = (
            x509.load_pem_x509_certificate(path.read_bytes())
            for path in (self.folder / SEALS).glob("*.pem")
        )
        return tuple(sorted(made, key=lambda one: one.not_valid_before_utc))

    def revocations(self) -> tuple[x509.RevokedCertificate, ...]:
        """Return what the newest list holds."""
        return tuple(self._list())

    def revoke(
        self, serial: int, *, at: datetime, reason: str, now: datetime
    ) -> x509.CertificateRevocationList:
        """Add a seal to the list; what it sealed before `at`, by a trusted clock, stays good.

        The true start of a theft is often found later: the date can be brought forward, but never
        put off, as what was refused once must not become good.

        Raises:
            RootError: not a seal of this root; `at` is in the future, before the seal, or not
                earlier than what the list says; or another reason than `REASONS`.
        """
        text = serial_text(serial)
        seal = next((one for one in self.seals() if one.serial_number == serial), None)
        if seal is None:
            raise RootError(f"no seal of this root has the serial number {text}")
        if at > now:
            raise RootError(f"a seal is not revoked ahead of time: {at} is in the future")
        if at < seal.not_valid_before_utc:
            raise RootError(f"the seal {text} is not older than {seal.not_valid_before_utc}")
        known = self._list().get_revoked_certificate_by_serial_number(serial)
        if known is not None and at.replace(microsecond=0) >= known.revocation_date_utc:
            raise RootError(
                f"the seal {text} is revoked already, since {known.revocation_date_utc}; "
                "that can be brought forward, not put off"
            )
        if reason not in REASONS:
            raise RootError(f"a reason is one of {', '.join(REASONS)}")
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(at.astimezone(UTC).replace(tzinfo=None, microsecond=0))
            .add_extension(x509.CRLReason(x509.ReasonFlags[reason]), critical=False)
            .build()
        )
        others = (one for one in self.revocations() if one.serial_number != serial)
        return self.sign_list((*others, entry), now)

    def sign_list(
        self,
        revoked: tuple[x509.RevokedCertificate, ...],
        now: datetime,
        until: datetime | None = None,
    ) -> x509.CertificateRevocationList:
        """Sign the next list and keep it in the folder; its number grows by one.

        Args:
            revoked: All that it names.
            now: When it is made.
            until: When readers take it for outdated, `LIST_DAYS` later if not said.
        """
        path = self.folder / REVOCATION_LIST
        number = list_number(self._list()) + 1 if path.exists() else 1
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now.replace(microsecond=0))
            .next_update((until or now + timedelta(days=LIST_DAYS)).replace(microsecond=0))
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(authority_of(self.key), critical=False)
        )
        for one in revoked:
            builder = builder.add_revoked_certificate(one)
        signed = builder.sign(self.key, SHA256())
        write_atomically(path, signed.public_bytes(Encoding.DER))
        return signed

    def _list(self) -> x509.CertificateRevocationList:
        return x509.load_der_x509_crl((self.folder / REVOCATION_LIST).read_bytes())


def list_number(listed: x509.CertificateRevocationList) -> int:
    """Return the number of a list, which grows with each."""
    return listed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def write_key(path: Path, key: ec.EllipticCurvePrivateKey, passphrase: bytes | None) -> None:
    """Write a new private key that its owner alone can read.

    Raises:
        RootError: the file exists; keys are not replaced.
    """
    encryption: KeySerializationEncryption = NoEncryption()
    if passphrase:
        encryption = BestAvailableEncryption(passphrase)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    # The mode is given at creation: between a write and a chmod others could read.
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise RootError(f"{path} exists; keys are not replaced") from None
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
