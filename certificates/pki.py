"""The registry's own small PKI: founding it, rotating its seal, revoking one, showing it.

The root lies in a folder of its own that the operator names and keeps off the machine; nothing
but these acts ever reads it. The key in use is the one that the first certificate of
KEYS/seal-chain.pem names. So a rotation replaces one file, and the readers' trust folder stays as
it is.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki_certificates import Holder, certificate_digest
from certificates.pki_root import (
    REVOCATION_LIST,
    ROOT_CERTIFICATE,
    ROOT_KEY,
    Root,
    RootError,
)
from certificates.seal_key import KeyFolder, KeyPlace
from ledger.files import write_atomically

__all__ = ["Holder", "PkiFolders", "chain_of", "make_pki", "publish_list", "rotate"]

SEAL_CHAIN: Final = "seal-chain.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class PkiFolders:
    """Where a registry's PKI lies.

    Attributes:
        root: The offline folder of the root.
        keys: The issuing machine's keys, and the chain of the seal in use.
        trust: What readers are given: the root's certificate and the list of revoked seals.
    """

    root: Path
    keys: Path
    trust: Path


def make_pki(
    folders: PkiFolders,
    holder: Holder,
    *,
    now: datetime,
    passphrase: bytes | None = None,
    place: KeyPlace | None = None,
) -> str:
    """Make the registry's root, its first list and its first seal, once.

    If we crash in between, the root's folder holds what is needed: `rotate` makes the seal.

    Args:
        folders: Where to; made if missing, those with keys with mode 0700.
        holder: Who seals.
        now: Start of validity, with its time zone.
        passphrase: Encrypts the root's key; without one it is plain.
        place: Where the seal's key is made; by default a file in the folder of keys.

    Returns:
        The root's fingerprint, which the log's first entry must name.

    Raises:
        RootError: there is a root already; nothing is ever overwritten.
        SealKeyError: the seal's key cannot be made.
        ValueError: `now` has no time zone.
    """
    _require_zone(now)
    for path in (folders.root / ROOT_KEY, folders.trust / ROOT_CERTIFICATE):
        if path.exists():
            raise RootError(f"{path} exists; a root is made once")
    for folder in (folders.root, folders.keys):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folders.trust.mkdir(parents=True, exist_ok=True)
    # The seal's key comes first: a token that does not answer must not leave a root behind.
    public = (place or KeyFolder(folder=folders.keys)).make()
    root = Root.found(folders.root, holder, passphrase=passphrase, now=now)
    (folders.trust / ROOT_CERTIFICATE).write_bytes(root.certificate.public_bytes(Encoding.PEM))
    publish_list(root, folders.trust)
    _put_to_use(root, public, folders.keys, now)
    return certificate_digest(root.certificate)


def rotate(
    root: Root, folders: PkiFolders, *, now: datetime, place: KeyPlace | None = None
) -> x509.Certificate:
    """Make a new seal under the same root; papers under the old one stay valid.

    The new key is there before the chain names it: if we crash before that, the old seal is still
    in use, and the new one was never used.

    Raises:
        SealKeyError: the key cannot be made.
        ValueError: `now` has no time zone.
    """
    _require_zone(now)
    public = (place or KeyFolder(folder=folders.keys)).make()
    return _put_to_use(root, public, folders.keys, now)


def chain_of(keys: Path) -> tuple[x509.Certificate, ...]:
    """Return the seal in use and the root above it.

    Raises:
        RootError: there is no chain.
    """
    path = keys / SEAL_CHAIN
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise RootError(f"{path} holds no seal; make one with: sinkledger pki init") from error


def publish_list(root: Root, trust: Path) -> x509.CertificateRevocationList:
    """Put the root's newest list into the folder that readers are given."""
    content = (root.folder / REVOCATION_LIST).read_bytes()
    write_atomically(trust / REVOCATION_LIST, content)
    return x509.load_der_x509_crl(content)


def _put_to_use(
    root: Root, public: ec.EllipticCurvePublicKey, keys: Path, now: datetime
) -> x509.Certificate:
    certificate = root.issue_seal(public, now)
    chain = (certificate, root.certificate)
    content = b"".join(one.public_bytes(Encoding.PEM) for one in chain)
    write_atomically(keys / SEAL_CHAIN, content)
    return certificate


def _require_zone(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError("a time needs its time zone")
