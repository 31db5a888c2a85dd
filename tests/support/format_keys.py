"""Keys of the format's test vectors: seeds and scalars that anyone can type in again.

Never use them for anything else; they are printed in docs/LEDGER_FORMAT.md.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.log.canonical import canonical
from ledger.log.key import Skey
from ledger.log.signature import Signature, public_key

ORIGIN: Final = "vectors.sinkledger.example/log"
RP_ID: Final = "vectors.sinkledger.example"
WEB_ORIGIN: Final = "https://vectors.sinkledger.example"

SEEDS: Final = {
    "registrar": bytes([1]) * 32,
    "issuer": bytes([2]) * 32,
    "supervisor": bytes([3]) * 32,
    "certificates": bytes([4]) * 32,
}
LOG_KEY: Final = Skey(ORIGIN, bytes([5]) * 32)
PASSKEY_SCALAR: Final = bytes([6]) * 32
SALT: Final = bytes([7]) * 32

USER_PRESENT_AND_VERIFIED: Final = 0x05
_PASSKEY: Final = ec.derive_private_key(int.from_bytes(PASSKEY_SCALAR, "big"), ec.SECP256R1())


def ed25519_key(name: str) -> str:
    """Return a public key in hex."""
    return public_key(SEEDS[name]).hex()


def passkey() -> bytes:
    """Return the passkey's public key: 33 bytes, compressed."""
    return _PASSKEY.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def challenge_of(signed: bytes) -> str:
    """Return the challenge that a page hands to the browser: base64url without padding."""
    return urlsafe_b64encode(sha256(signed).digest()).rstrip(b"=").decode()


def sign_with_passkey(signed: bytes) -> Signature:
    """Sign as browser and authenticator do together, with a nonce by RFC 6979.

    Real authenticators draw their nonce at random; a vector must be the same each time.
    """
    client = canonical(
        {
            "challenge": challenge_of(signed),
            "crossOrigin": False,
            "origin": WEB_ORIGIN,
            "type": "webauthn.get",
        }
    )
    auth = sha256(RP_ID.encode()).digest() + bytes([USER_PRESENT_AND_VERIFIED]) + bytes(4)
    message = auth + sha256(client).digest()
    sig = _PASSKEY.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))
    return Signature(alg="webauthn-es256", key=passkey(), sig=sig, auth=auth, client=client)
