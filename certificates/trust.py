"""Trust anchors: what a verifier believes before it opens any document.

They come from a folder that the reader has chosen, never from the document itself:

    log.vkey        the log's public key; its name is the log's origin
    seal-root.pem   the root certificate of the registry's seal
    registry.json   the log's first entry, byte for byte; optional: without it the first entry
                    that a certificate brings is believed if it names the other two
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki import ROOT_CERTIFICATE, root_digest
from ledger.log.note import NoteError, Vkey, parse_vkey

LOG_KEY: Final = "log.vkey"
LOG_OPENING: Final = "registry.json"


class TrustError(ValueError):
    """A file of the trust folder is damaged. A missing file is no error, a broken one is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the reader trusts; `None` where the folder is silent.

    Attributes:
        vkey: The log's key.
        seal_root: DER of the seal's root certificate.
        opening: The log's first entry.
    """

    vkey: Vkey | None = None
    seal_root: bytes | None = None
    opening: bytes | None = None

    @property
    def origin(self) -> str | None:
        """The log that is expected: the name of its key."""
        return None if self.vkey is None else self.vkey.name

    @property
    def seal_root_sha256(self) -> str | None:
        """SHA-256 of the root certificate's DER, hex."""
        if self.seal_root is None:
            return None
        return root_digest(x509.load_der_x509_certificate(self.seal_root))

    @classmethod
    def load(cls, folder: Path) -> "Trust":
        """Read a trust folder; absent files leave their anchor `None`.

        Raises:
            TrustError: a file is there and cannot be read as what it should be.
        """
        vkey_path, root_path = folder / LOG_KEY, folder / ROOT_CERTIFICATE
        opening_path = folder / LOG_OPENING
        try:
            vkey = parse_vkey(vkey_path.read_text("utf-8")) if vkey_path.exists() else None
        except (NoteError, UnicodeDecodeError) as error:
            raise TrustError(f"{LOG_KEY}: {error}") from error
        return cls(
            vkey=vkey,
            seal_root=_read_root(root_path) if root_path.exists() else None,
            opening=opening_path.read_bytes() if opening_path.exists() else None,
        )


def _read_root(path: Path) -> bytes:
    try:
        certificates = x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError as error:
        raise TrustError(f"{ROOT_CERTIFICATE}: no certificate") from error
    if len(certificates) != 1:
        raise TrustError(f"{ROOT_CERTIFICATE}: more than one certificate")
    return certificates[0].public_bytes(Encoding.DER)
