"""Passkeys made from names, which sign the same bytes in the same way each time."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.log.signature import Signature
from tests.support.people import Key, digest

RP_ID = "demo.sinkledger.example"
WEB_ORIGIN = f"https://{RP_ID}"


@dataclass(frozen=True, slots=True)
class Passkey(Key):
    """A P-256 key that signs as a browser and an authenticator do, for the tests' registry."""

    alg: str = "webauthn-es256"

    def sign(self, signed_bytes: bytes) -> Signature:
        challenge = urlsafe_b64encode(sha256(signed_bytes).digest()).rstrip(b"=").decode()
        client = json.dumps(
            {"type": "webauthn.get", "challenge": challenge, "origin": WEB_ORIGIN}
        ).encode()
        auth = sha256(RP_ID.encode()).digest() + bytes([5, 0, 0, 0, 1])
        message = auth + sha256(client).digest()
        return Signature(
            alg=self.alg,
            key=bytes.fromhex(self.public),
            sig=_private(self.seed).sign(message, ec.ECDSA(SHA256(), deterministic_signing=True)),
            auth=auth,
            client=client,
        )


def _private(seed: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(seed, "big") >> 8 or 1, ec.SECP256R1())


@cache
def passkey(name: str) -> Passkey:
    """Return the passkey of that name."""
    seed = digest(f"passkey {name}")
    point = _private(seed).public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return Passkey(seed, point.hex())
