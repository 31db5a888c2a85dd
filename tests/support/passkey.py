"""A passkey in software: signs as a browser and an authenticator do together, or wrongly."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.log.signature import Signature

PASSKEY = ec.derive_private_key(0x5EED, ec.SECP256R1())
RP_ID = "registry.example"
ORIGIN = "https://registry.example"


def passkey_signature(
    message: bytes,
    *,
    client: dict[str, Any] | bytes | None = None,
    rp_id: str = RP_ID,
    flags: int = 0x05,
    auth_tail: bytes = bytes(4),
) -> Signature:
    challenge = urlsafe_b64encode(sha256(message).digest()).rstrip(b"=").decode()
    made = {"type": "webauthn.get", "challenge": challenge, "origin": ORIGIN}
    if not isinstance(client, bytes):
        client = json.dumps({**made, "crossOrigin": False, **(client or {})}).encode()
    auth = sha256(rp_id.encode()).digest() + bytes([flags]) + auth_tail
    return Signature(
        alg="webauthn-es256",
        key=PASSKEY.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint),
        sig=PASSKEY.sign(auth + sha256(client).digest(), ec.ECDSA(SHA256())),
        auth=auth,
        client=client,
    )
