"""The certificates of the registry's PKI: what a root and a seal may do, and how they are named.

No certificate names a revocation list: a reader without a network would then call every seal
untrusted. The list is a file of the trust folder instead.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

ROOT_YEARS: Final = 30
SEAL_YEARS: Final = 10

_YEAR: Final = timedelta(days=365)
_CLOCK_SKEW: Final = timedelta(hours=1)
_NAME_MAX: Final = 64
"""Of X.520; organisations may be longer than a name in a certificate may be."""

_ROOT_ROLE: Final = "Carbon Sink Registry Root"
_SEAL_ROLE: Final = "Carbon Sink Registry Seal"
_USAGES: Final = (
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who seals; a demonstration says so in every name."""

    organisation: str
    environment: str


def root_certificate(
    key: ec.EllipticCurvePrivateKey, holder: Holder, now: datetime
) -> x509.Certificate:
    """Make the root's own certificate; it issues seals and nothing below them."""
    name = _name(holder)
    return (
        _builder(name, name, key.public_key())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + ROOT_YEARS * _YEAR)
        .add_extension(authority_of(key), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage("key_cert_sign", "crl_sign"), critical=True)
        .sign(key, SHA256())
    )


def seal_certificate(
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    public: ec.EllipticCurvePublicKey,
    now: datetime,
) -> x509.Certificate:
    """Make a seal's certificate; it never outlives the root's."""
    return (
        _builder(root.subject, _seal_name(root.subject), public)
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(min(now + SEAL_YEARS * _YEAR, root.not_valid_after_utc))
        .add_extension(authority_of(root_key), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        # PAdES readers look for contentCommitment (once called nonRepudiation).
        .add_extension(_key_usage("digital_signature", "content_commitment"), critical=True)
        .sign(root_key, SHA256())
    )


def authority_of(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    """Return how certificates and lists name the key that signed them."""
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def certificate_digest(certificate: x509.Certificate) -> str:
    """Return SHA-256 of a certificate's DER, hex: the fingerprint that people compare."""
    return sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def serial_text(serial: int) -> str:
    """Write a certificate's serial number as people and files name it."""
    return f"{serial:040x}"


def _name(holder: Holder) -> x509.Name:
    demo = holder.environment != "production"
    mark = f" ({holder.environment.upper()})" if demo else ""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, holder.organisation[:_NAME_MAX]),
            x509.NameAttribute(NameOID.COMMON_NAME, _ROOT_ROLE + mark),
        ]
    )


def _seal_name(root: x509.Name) -> x509.Name:
    """Return the name of the same holder's seals."""
    return x509.Name(
        x509.NameAttribute(one.oid, str(one.value).replace(_ROOT_ROLE, _SEAL_ROLE))
        if one.oid == NameOID.COMMON_NAME
        else one
        for one in root
    )


def _builder(
    issuer: x509.Name, subject: x509.Name, public: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _key_usage(*granted: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in granted for usage in _USAGES})
