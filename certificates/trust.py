"""Trust anchors: what a verifier believes before it opens any document.

They come from a folder that the reader has chosen, never from the document itself:

    policy          the log's public keys and its witnesses (c2sp.org/tlog-policy)
    seal-root.pem   the root certificate of the registry's seals
    seal-root.crl   the list of revoked seals that this root signed; optional
    tsa-root.pem    root certificates of the authorities that date seals; optional
    registry.json   the log's first entry, byte for byte; optional: without it the first entry
                    that a certificate brings is believed if it names the other two
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki_certificates import certificate_digest
from certificates.pki_root import REVOCATION_LIST, ROOT_CERTIFICATE
from ledger.log.policy import Policy, PolicyError, parse_policy

POLICY: Final = "policy"
LOG_OPENING: Final = "registry.json"
TIME_ROOTS: Final = "tsa-root.pem"


class TrustError(ValueError):
    """A file of the trust folder is damaged. A missing file is no error, a broken one is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the reader trusts; `None` where the folder is silent.

    Attributes:
        policy: The keys of the log, and how many of which witnesses must have cosigned.
        seal_root: DER of the seal's root certificate.
        revoked: The root's list of revoked seals.
        time_roots: Who may name authorities that date seals.
        opening: The log's first entry.
    """

    policy: Policy | None = None
    seal_root: bytes | None = None
    revoked: x509.CertificateRevocationList | None = None
    time_roots: tuple[x509.Certificate, ...] = ()
    opening: bytes | None = None

    def knows(self, origin: str) -> bool:
        """Say whether the policy speaks of this log."""
        return self.policy is not None and origin in self.policy.origins

    @property
    def seal_root_sha256(self) -> str | None:
        """SHA-256 of the root certificate's DER, hex."""
        if self.seal_root is None:
            return None
        return certificate_digest(x509.load_der_x509_certificate(self.seal_root))

    @classmethod
    def load(cls, folder: Path) -> "Trust":
        """Read a trust folder; absent files leave their anchor `None`.

        Raises:
            TrustError: a file is there and cannot be read as what it should be.
        """
        policy_path, root_path = folder / POLICY, folder / ROOT_CERTIFICATE
        opening_path = folder / LOG_OPENING
        root = _read_root(root_path) if root_path.exists() else None
        list_path, time_path = folder / REVOCATION_LIST, folder / TIME_ROOTS
        return cls(
            policy=_read_policy(policy_path) if policy_path.exists() else None,
            seal_root=root,
            revoked=_read_list(list_path, root) if root and list_path.exists() else None,
            time_roots=_read_certificates(time_path) if time_path.exists() else (),
            opening=opening_path.read_bytes() if opening_path.exists() else None,
        )


def _read_policy(path: Path) -> Policy:
    try:
        return parse_policy(path.read_text("utf-8", errors="surrogateescape"))
    except PolicyError as error:
        raise TrustError(f"{POLICY}: {error}") from error


def _read_root(path: Path) -> bytes:
    certificates = _read_certificates(path)
    if len(certificates) != 1:
        raise TrustError(f"{ROOT_CERTIFICATE}: more than one certificate")
    return certificates[0].public_bytes(Encoding.DER)


def _read_certificates(path: Path) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except ValueError as error:
        raise TrustError(f"{path.name}: no certificate") from error


def _read_list(path: Path, root: bytes) -> x509.CertificateRevocationList:
    """Read the list; one that the root did not sign is damage, not a list that names nobody."""
    key = x509.load_der_x509_certificate(root).public_key()
    try:
        listed = x509.load_der_x509_crl(path.read_bytes())
    except ValueError as error:
        raise TrustError(f"{path.name}: no list of revoked certificates") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not listed.is_signature_valid(key):
        raise TrustError(f"{path.name}: not signed by {ROOT_CERTIFICATE}")
    return listed
