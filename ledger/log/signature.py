"""Signatures under orders: which algorithms there are, which keys are fit, what verifies.

The verdict on a signature is that of `cryptography`, for which RFC 8032 and WebCrypto agree on all
of the C2SP/CCTV edge cases. Whether a key is fit to be registered at all is `check_key`'s question:
under a key of small order a signature can be made for any message without a secret.
"""

from base64 import urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from .canonical import NotCanonicalError, parse

ED25519: Final = "ed25519"
WEBAUTHN_ES256: Final = "webauthn-es256"
ALGORITHMS: Final = (ED25519, WEBAUTHN_ES256)

KEY_SIZE: Final = {ED25519: 32, WEBAUTHN_ES256: 33}
"""Length of a public key in bytes; P-256 points are compressed (SEC 1, clause 2.3.3)."""

SIGNATURE_SIZE_MAX: Final = {ED25519: 64, WEBAUTHN_ES256: 72}
"""Length in bytes: Ed25519 exactly 64, which its verification demands; P-256 in DER at most 72."""

KEYS_KEPT: Final = 4096
"""So many Ed25519 keys are kept as `cryptography` has read them; the same sign again and again."""

RIDER_SIZE_MAX: Final = 1024
"""Longest `auth` and `client` of a passkey signature, in bytes."""

# Curve constants of RFC 8032, clause 5.1: p, and d of -x^2 + y^2 = 1 + d x^2 y^2.
_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P

# The y of all points whose order divides 8: 1 (the identity), -1, 0 and the two of order 8.
_Y_ORDER_8: Final = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL_ORDER_Y: Final = (0, 1, _P - 1, _Y_ORDER_8, _P - _Y_ORDER_8)

# Flags of authenticator data, WebAuthn Level 2, clause 6.1.
_USER_PRESENT: Final = 0x01
_USER_VERIFIED: Final = 0x04
_AUTH_SIZE_MIN: Final = 37


class SignatureError(ValueError):
    """A key is unfit or a signature does not hold; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature under an order.

    Attributes:
        alg: One of `ALGORITHMS`.
        key: The public key itself: 32 bytes (Ed25519) or 33 (P-256, compressed).
        sig: 64 bytes (Ed25519) or DER (WebAuthn).
        auth: WebAuthn authenticator data, at most 1 KiB, else empty.
        client: WebAuthn client data, the browser's own JSON bytes, at most 1 KiB, else empty.
    """

    alg: str
    key: bytes
    sig: bytes
    auth: bytes = b""
    client: bytes = b""

    def to_json(self) -> dict[str, str]:
        """Return {"alg", "key", "sig"}, for WebAuthn also {"auth", "client"}; lowercase hex."""
        members = {"alg": self.alg, "key": self.key.hex(), "sig": self.sig.hex()}
        if self.alg == WEBAUTHN_ES256:
            members |= {"auth": self.auth.hex(), "client": self.client.hex()}
        return members


def public_key(seed: bytes) -> bytes:
    """Return the 32-byte Ed25519 public key of a 32-byte seed (RFC 8032)."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign_ed25519(seed: bytes, signed_bytes: bytes) -> Signature:
    """Sign with a 32-byte Ed25519 seed."""
    private_key = Ed25519PrivateKey.from_private_bytes(seed)
    return Signature(
        alg=ED25519,
        key=private_key.public_key().public_bytes_raw(),
        sig=private_key.sign(signed_bytes),
    )


def check_key(alg: str, key: bytes) -> None:
    """Refuse a public key that must never be registered.

    Raises:
        SignatureError: unknown algorithm, wrong length, for Ed25519 a coordinate not below p, a
            point of small order or off the curve, for P-256 a point off the curve.
    """
    if alg not in KEY_SIZE:
        raise SignatureError(f"unknown algorithm: {alg}")
    if len(key) != KEY_SIZE[alg]:
        raise SignatureError(f"a key of {alg} has {KEY_SIZE[alg]} bytes, not {len(key)}")
    if alg == ED25519:
        _check_ed25519_key(key)
    else:
        _load_p256(key)


def verify_signature(
    signature: Signature,
    signed_bytes: bytes,
    *,
    rp_id: str | None = None,
    origins: Collection[str] = (),
) -> None:
    """Check one signature; returning at all means that it holds.

    Args:
        signature: What came with the order.
        signed_bytes: `signed_bytes(origin, order)` of `entry.py`.
        rp_id: The registry's WebAuthn relying party id; needed for passkeys only.
        origins: Web origins from which passkeys may sign; needed for passkeys only.

    Raises:
        SignatureError: unknown algorithm, unfit lengths, a passkey used in another ceremony, for
            another message, site or party, without presence or verification of the user, or the
            signature itself is wrong.
    """
    if signature.alg == ED25519:
        verify_ed25519(signature.key, signature.sig, signed_bytes)
    elif signature.alg == WEBAUTHN_ES256:
        _check_client(signature.client, signed_bytes, origins)
        _check_authenticator(signature.auth, rp_id)
        _verify_p256(signature)
    else:
        raise SignatureError(f"unknown algorithm: {signature.alg}")


def verify_ed25519(key: bytes, sig: bytes, message: bytes) -> None:
    """Check one Ed25519 signature; returning at all means that it holds.

    Raises:
        SignatureError: the key is none, or the signature does not verify.
    """
    try:
        _load_ed25519(key).verify(sig, message)
    except InvalidSignature as error:
        raise SignatureError("Ed25519 signature does not verify") from error
    except ValueError as error:
        raise SignatureError("not an Ed25519 public key") from error


@lru_cache(maxsize=KEYS_KEPT)
def _load_ed25519(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)


def _check_client(client: bytes, signed_bytes: bytes, origins: Collection[str]) -> None:
    """Check client data by WebAuthn Level 2, clause 7.2, steps 11 to 13."""
    try:
        fields = parse(client, size_max=RIDER_SIZE_MAX)
    except NotCanonicalError as error:
        raise SignatureError(f"client data: {error}") from error
    if not isinstance(fields, dict):
        raise SignatureError("client data is no object")
    challenge = urlsafe_b64encode(sha256(signed_bytes).digest()).rstrip(b"=").decode()
    if fields.get("type") != "webauthn.get":
        raise SignatureError("client data is not of an assertion (webauthn.get)")
    if fields.get("challenge") != challenge:
        raise SignatureError("client data holds the challenge of another message")
    if (origin := fields.get("origin")) is None or origin not in list(origins):
        raise SignatureError("client data names a web origin that is not allowed")
    if fields.get("crossOrigin", False) is not False:
        raise SignatureError("passkey was used inside another site's frame")


def _check_authenticator(auth: bytes, rp_id: str | None) -> None:
    """Check authenticator data by WebAuthn Level 2, clause 7.2, steps 15 to 17."""
    if not _AUTH_SIZE_MIN <= len(auth) <= RIDER_SIZE_MAX:
        raise SignatureError("authenticator data has an impossible length")
    if rp_id is None or auth[:32] != sha256(rp_id.encode()).digest():
        raise SignatureError("passkey belongs to another relying party")
    if not auth[32] & _USER_PRESENT:
        raise SignatureError("user was not present")
    if not auth[32] & _USER_VERIFIED:
        raise SignatureError("user was not verified")


def _verify_p256(signature: Signature) -> None:
    message = signature.auth + sha256(signature.client).digest()
    try:
        _load_p256(signature.key).verify(signature.sig, message, ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise SignatureError("P-256 signature does not verify") from error


def _load_p256(key: bytes) -> ec.EllipticCurvePublicKey:
    if len(key) != KEY_SIZE[WEBAUTHN_ES256]:
        raise SignatureError("not a compressed P-256 point")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    except ValueError as error:
        raise SignatureError("not a point of P-256") from error


def _check_ed25519_key(key: bytes) -> None:
    y = int.from_bytes(key, "little") & (2**255 - 1)  # the top bit is the sign of x
    if y >= _P:
        raise SignatureError("Ed25519 key is not canonical")
    if y in _SMALL_ORDER_Y:
        raise SignatureError("Ed25519 key is of small order")
    # x^2 = (y^2 - 1) / (d y^2 + 1); by Euler's criterion u/v is a square if u*v is.
    square = (y * y - 1) * (_D * y * y + 1) % _P
    if pow(square, (_P - 1) // 2, _P) != 1:
        raise SignatureError("Ed25519 key is not on the curve")
