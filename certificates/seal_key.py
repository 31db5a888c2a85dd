"""The key that seals: a file of the issuing machine, or a key in a token that it never leaves.

Either is found by the subject key identifier of its certificate, so which key is in use is said
in one place, the chain beside it. A token is reached by PKCS#11; its PIN comes from a file of
mode 0600, so it stands in no command line, no environment and no log.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_private_key
from pkcs11.types import SignMixin
from pkcs11.util.ec import (
    encode_ec_public_key,
    encode_ecdsa_signature,
    encode_named_curve_parameters,
)

from certificates.pki_root import RootError, write_key

LABEL: Final = "sinkledger seal"
_FILE_DIGITS: Final = 16
_OTHERS: Final = 0o077


class SealKeyError(Exception):
    """The seal's key cannot be reached or used; the text says why, and never holds a PIN."""


class SealKey(Protocol):
    """What sealing needs of a key."""

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        """The public half."""

    def sign(self, content: bytes) -> bytes:
        """Return the ECDSA signature (DER) over SHA-256 of the content."""


class KeyPlace(Protocol):
    """Where keys of seals are made and found."""

    def make(self) -> ec.EllipticCurvePublicKey:
        """Make a P-256 key pair and return its public half."""

    def find(self, certificate: x509.Certificate) -> SealKey:
        """Return the key that a certificate names."""


def key_identifier(public: ec.EllipticCurvePublicKey) -> bytes:
    """Return a key's identifier, as its certificate states it (RFC 5280, clause 4.2.1.2)."""
    return x509.SubjectKeyIdentifier.from_public_key(public).digest


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFolder:
    """Keys as files KEYS/seal-IDENTIFIER.key, mode 0600."""

    folder: Path

    def path(self, public: ec.EllipticCurvePublicKey) -> Path:
        """Return the file of a key."""
        return self.folder / f"seal-{key_identifier(public).hex()[:_FILE_DIGITS]}.key"

    def make(self) -> ec.EllipticCurvePublicKey:
        """Make a key file."""
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key()
        try:
            write_key(self.path(public), key, None)
        except RootError as error:
            raise SealKeyError(str(error)) from error
        return public

    def find(self, certificate: x509.Certificate) -> SealKey:
        """Read the key file once; reading it for every signature would cost more than signing.

        Raises:
            SealKeyError: no such file, readable by others, or no P-256 key of this certificate.
        """
        path = self.path(public_of(certificate))
        try:
            mode, pem = path.stat().st_mode, path.read_bytes()
        except OSError as error:
            raise SealKeyError(f"{path}: {error.strerror}") from error
        if mode & _OTHERS:
            raise SealKeyError(f"{path} can be read by others; run: chmod 600 {path}")
        try:
            key = load_pem_private_key(pem, password=None)
        except (TypeError, ValueError) as error:
            raise SealKeyError(f"{path} is no key file") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise SealKeyError(f"{path} is no elliptic-curve key")
        return _FileKey(key)


@dataclass(frozen=True, slots=True)
class _FileKey:
    key: ec.EllipticCurvePrivateKey

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        return self.key.public_key()

    def sign(self, content: bytes) -> bytes:
        return self.key.sign(content, ec.ECDSA(SHA256()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token behind a PKCS#11 library, found by its label."""

    module: Path
    label: str
    pin_file: Path

    def make(self) -> ec.EllipticCurvePublicKey:
        """Make a key pair in the token, whose private half cannot be read.

        Raises:
            SealKeyError: the token cannot be reached, or makes no such key.
        """
        try:
            with self._session(rw=True) as session:
                curve = {
                    pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1"),
                }
                domain = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
                public, private = domain.generate_keypair(store=True, label=LABEL)
                found = load_der_public_key(encode_ec_public_key(public))
                if not isinstance(found, ec.EllipticCurvePublicKey):
                    raise SealKeyError("the token made another kind of key")
                for half in (public, private):
                    half[pkcs11.Attribute.ID] = key_identifier(found)
                return found
        except pkcs11.PKCS11Error as error:
            raise SealKeyError(f"the token {self.label} made no key: {_said(error)}") from error

    def find(self, certificate: x509.Certificate) -> SealKey:
        """Log in once and keep the session: a process opens its own.

        Raises:
            SealKeyError: the token cannot be reached, or has no such key.
        """
        public = public_of(certificate)
        try:
            session = self._session()
            private = session.get_key(
                object_class=pkcs11.ObjectClass.PRIVATE_KEY,
                key_type=pkcs11.KeyType.EC,
                id=key_identifier(public),
            )
        except pkcs11.PKCS11Error as error:
            raise SealKeyError(
                f"the token {self.label} has no key for this seal: {_said(error)}"
            ) from error
        if not isinstance(private, SignMixin):
            raise SealKeyError(f"the token {self.label} does not let this key sign")
        return _TokenKey(public, private)

    def _session(self, *, rw: bool = False) -> pkcs11.Session:
        try:
            mode, pin = self.pin_file.stat().st_mode, self.pin_file.read_text(encoding="utf-8")
        except OSError as error:
            raise SealKeyError(f"{self.pin_file}: {error.strerror}") from error
        if mode & _OTHERS:
            raise SealKeyError(
                f"{self.pin_file} can be read by others; run: chmod 600 {self.pin_file}"
            )
        try:
            token = pkcs11.lib(str(self.module)).get_token(token_label=self.label)
            try:
                return token.open(rw=rw, user_pin=pin.strip())
            except pkcs11.UserAlreadyLoggedIn:
                # A login holds for all sessions of a process.
                return token.open(rw=rw)
        except (pkcs11.PKCS11Error, OSError, RuntimeError) as error:
            message = f"the token {self.label} cannot be reached: {_said(error)}"
            raise SealKeyError(message) from error


@dataclass(frozen=True, slots=True)
class _TokenKey:
    public: ec.EllipticCurvePublicKey
    private: SignMixin

    def sign(self, content: bytes) -> bytes:
        # Tokens commonly sign a digest, few hash themselves; the digest is ours to make.
        digest = sha256(content).digest()
        try:
            raw = self.private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
        except pkcs11.PKCS11Error as error:
            raise SealKeyError(f"the token did not sign: {_said(error)}") from error
        signature: bytes = encode_ecdsa_signature(raw)
        return signature


def public_of(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    """Return the key that a seal's certificate names.

    Raises:
        SealKeyError: it is no elliptic-curve key.
    """
    public = certificate.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise SealKeyError("the seal's certificate names no elliptic-curve key")
    return public


def _said(error: Exception) -> str:
    """Name an error; tokens often give it no text."""
    return f"{type(error).__name__} {error}".strip()
