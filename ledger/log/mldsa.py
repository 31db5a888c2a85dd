"""ML-DSA-44 (FIPS 204, pure mode, empty context), from 32-byte seeds, as `cryptography` has it.

Signing is hedged: each call gives other bytes, all of which verify.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from .signature import SignatureError

KEY_SIZE: Final = 1312
SIGNATURE_SIZE: Final = 2420


def public_key(seed: bytes) -> bytes:
    """Return the public key (1,312 bytes) of a 32-byte seed."""
    return MLDSA44PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """Return a signature (2,420 bytes); never twice the same."""
    return MLDSA44PrivateKey.from_seed_bytes(seed).sign(message)


def verify(key: bytes, message: bytes, signature: bytes) -> None:
    """Check a signature; returning at all means that it holds.

    Raises:
        SignatureError: a key or signature of another length, or the signature is wrong.
    """
    if len(key) != KEY_SIZE or len(signature) != SIGNATURE_SIZE:
        raise SignatureError("key or signature of another length than ML-DSA-44 has")
    try:
        MLDSA44PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature as error:
        raise SignatureError("ML-DSA-44 signature does not verify") from error
