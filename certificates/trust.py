"""Trust anchors: what a verifier believes before it opens any document.

They come from a folder that the reader has chosen, never from the document itself:

    policy          the log's public keys and its witnesses (c2sp.org/tlog-policy)
    seal-root.pem   the root certificate of the registry's seal
    registry.json   the log's first entry, byte for byte; optional: without it the first entry
                    that a certificate brings is believed if it names the other two
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki_certificates import certificate_digest
from certificates.pki_root import ROOT_CERTIFICATE
from ledger.log.policy import Policy, PolicyError, parse_policy

POLICY: Final = "policy"
LOG_OPENING: Final = "registry.json"


class TrustError(ValueError):
    """A file of the trust folder is damaged. A missing file is no error, a broken one is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the reader trusts; `None` where the folder is silent.

    Attributes:
        policy: The keys of the log, and how many of which witnesses must have cosigned.
        seal_root: DER of the seal's root certificate.
        opening: The log's first entry.
    """

    policy: Policy | None = None
    seal_root: bytes | None = None
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
        return cls(
            policy=_read_policy(policy_path) if policy_path.exists() else None,
            seal_root=_read_root(root_path) if root_path.exists() else None,
            opening=opening_path.read_bytes() if opening_path.exists() else None,
        )


def _read_policy(path: Path) -> Policy:
    try:
        return parse_policy(path.read_text("utf-8", errors="surrogateescape"))
    except PolicyError as error:
        raise TrustError(f"{POLICY}: {error}") from error


def _read_root(path: Path) -> bytes:
    try:
        certificates = x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError as error:
        raise TrustError(f"{ROOT_CERTIFICATE}: no certificate") from error
    if len(certificates) != 1:
        raise TrustError(f"{ROOT_CERTIFICATE}: more than one certificate")
    return certificates[0].public_bytes(Encoding.DER)
