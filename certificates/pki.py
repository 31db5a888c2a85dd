"""The registry's own small PKI: a root that people trust, and the key that seals certificates.

No certificate names a revocation list: a reader without a network would then call every seal
untrusted. A seal key that is lost is answered by a new root in the trust folder and an order in
the log; and since every issued file's digest is recorded in the log, a thief's papers are unknown
there.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

ROOT_KEY: Final = "seal-root.key"
SEAL_KEY: Final = "seal.key"
SEAL_CHAIN: Final = "seal-chain.pem"
ROOT_CERTIFICATE: Final = "seal-root.pem"

ROOT_YEARS: Final = 30
SEAL_YEARS: Final = 10

_YEAR: Final = timedelta(days=365)
_CLOCK_SKEW: Final = timedelta(hours=1)
_COMMON_NAME_MAX: Final = 64
"""Of X.520; organisations may be longer than a name in a certificate may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PkiAnchors:
    """What the log's first entry must name: SHA-256 of the root certificate's DER, hex."""

    root_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Issuer:
    name: x509.Name
    key: ec.EllipticCurvePrivateKey


def make_pki(
    keys: Path, trust: Path, *, organisation: str, environment: str, now: datetime
) -> PkiAnchors:
    """Make the registry's root and its seal, once.

    Writes KEYS/seal-root.key and KEYS/seal.key (0600), KEYS/seal-chain.pem (the seal's certificate
    first, then the root) and TRUST/seal-root.pem. The root's key is needed again only for the next
    seal and belongs off the machine.

    Args:
        keys: Folder for the secret keys; made with mode 0700.
        trust: Folder that verifiers are given.
        organisation: Who seals; at most 64 characters of it enter the names.
        environment: "demo" or "production"; a demonstration says so in every name.
        now: Start of validity, with its time zone.

    Raises:
        FileExistsError: a key is there already; nothing is ever overwritten.
        ValueError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now needs its time zone")
    for folder in (keys, trust):
        folder.mkdir(mode=0o700 if folder == keys else 0o755, parents=True, exist_ok=True)
    root = _Issuer(
        name=_name(organisation, environment, "Carbon Sink Registry Root"),
        key=_new_key(keys / ROOT_KEY),
    )
    root_certificate = _root_certificate(root, now)
    seal_certificate = _seal_certificate(
        root,
        _name(organisation, environment, "Carbon Sink Registry Seal"),
        _new_key(keys / SEAL_KEY).public_key(),
        now,
    )
    chain = _pem(seal_certificate) + _pem(root_certificate)
    (keys / SEAL_CHAIN).write_bytes(chain)
    (trust / ROOT_CERTIFICATE).write_bytes(_pem(root_certificate))
    return PkiAnchors(root_sha256=root_digest(root_certificate))


def root_digest(certificate: x509.Certificate) -> str:
    """Return SHA-256 of a certificate's DER, hex: the fingerprint that people compare."""
    return sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _new_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # The mode is given at creation: between a write and a chmod others could read.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return key


def _name(organisation: str, environment: str, role: str) -> x509.Name:
    mark = "" if environment == "production" else f" ({environment.upper()})"
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:_COMMON_NAME_MAX]),
            x509.NameAttribute(NameOID.COMMON_NAME, role + mark),
        ]
    )


def _root_certificate(root: _Issuer, now: datetime) -> x509.Certificate:
    public = root.key.public_key()
    builder = _builder(root, root.name, public, now, ROOT_YEARS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.add_extension(_key_usage("key_cert_sign", "crl_sign"), critical=True).sign(
        root.key, SHA256()
    )


def _seal_certificate(
    root: _Issuer, name: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime
) -> x509.Certificate:
    builder = _builder(root, name, public, now, SEAL_YEARS)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    # PAdES readers look for contentCommitment (once called nonRepudiation).
    return builder.add_extension(
        _key_usage("digital_signature", "content_commitment"), critical=True
    ).sign(root.key, SHA256())


def _builder(
    root: _Issuer, name: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime, years: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(root.name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + years * _YEAR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key()),
            critical=False,
        )
    )


def _key_usage(*granted: str) -> x509.KeyUsage:
    usages = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{usage: usage in granted for usage in usages})


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
