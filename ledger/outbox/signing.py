"""Signing what is sent: Standard Webhooks 1.0, section "Signature scheme".

Signed is `id.timestamp.body`. A secret of a receiver is `whsec_` (HMAC-SHA256, signatures `v1`), a
key of ours `whsk_` (Ed25519, signatures `v1a`; the receiver gets `whpk_`). With several secrets a
message carries several signatures, so that one can be replaced without a gap.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.files import write_atomically

HMAC_PREFIX: Final = "whsec_"
KEY_PREFIX: Final = "whsk_"
PUBLIC_PREFIX: Final = "whpk_"
SECRET_BYTES: Final = 32
SECRETS_MAX: Final = 4
_HMAC_BYTES: Final = range(24, 65)


class SecretError(ValueError):
    """A file of secrets is missing, readable by others, or no such file; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One secret; `seed` is of an Ed25519 key if `is_key`, otherwise the HMAC's."""

    is_key: bool
    seed: bytes

    def sign(self, content: bytes) -> str:
        """Return one signature as it stands in the header."""
        if self.is_key:
            signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(content)
            return f"v1a,{base64.b64encode(signature).decode()}"
        digest = hmac.new(self.seed, content, sha256).digest()
        return f"v1,{base64.b64encode(digest).decode()}"

    @property
    def text(self) -> str:
        """As it stands in its file."""
        prefix = KEY_PREFIX if self.is_key else HMAC_PREFIX
        return prefix + base64.b64encode(self.seed).decode()

    @property
    def for_receiver(self) -> str:
        """What the receiver is given: the HMAC's secret, or the public key."""
        if not self.is_key:
            return self.text
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return PUBLIC_PREFIX + base64.b64encode(public.public_bytes_raw()).decode()


def new_secret(*, is_key: bool) -> Secret:
    """Make a secret of 32 random bytes."""
    return Secret(is_key=is_key, seed=secrets.token_bytes(SECRET_BYTES))


def parse_secret(text: str) -> Secret:
    """Read a secret.

    Raises:
        SecretError: it is none.
    """
    is_key = text.startswith(KEY_PREFIX)
    prefix = KEY_PREFIX if is_key else HMAC_PREFIX
    if not text.startswith(prefix):
        raise SecretError(f"a secret begins with {HMAC_PREFIX} or {KEY_PREFIX}")
    try:
        seed = base64.b64decode(text.removeprefix(prefix), validate=True)
    except binascii.Error as error:
        raise SecretError("a secret is base64 after its prefix") from error
    if len(seed) != SECRET_BYTES if is_key else len(seed) not in _HMAC_BYTES:
        raise SecretError(f"a secret of {len(seed)} bytes")
    return Secret(is_key=is_key, seed=seed)


def headers(name: str, timestamp_s: int, body: bytes, known: Sequence[Secret]) -> dict[str, str]:
    """Return the three headers of a message, signed with every secret."""
    content = f"{name}.{timestamp_s}.".encode() + body
    return {
        "webhook-id": name,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": " ".join(secret.sign(content) for secret in known),
    }


def secret_file(keys: Path, subscriber: str) -> Path:
    """Return where the secrets of a subscriber lie, below the folder of keys."""
    return keys / "webhooks" / f"{subscriber}.secret"


def read_secrets(path: Path) -> tuple[Secret, ...]:
    """Read a file of secrets, the newest first.

    Raises:
        SecretError: missing, readable by others, empty, or no such file.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise SecretError(f"{path.name} can be read by others; run chmod 600 on it")
        lines = path.read_text(encoding="ascii").split()
    except OSError as error:
        raise SecretError(f"{path.name}: {error.strerror}") from error
    if not 0 < len(lines) <= SECRETS_MAX:
        raise SecretError(f"{path.name} has one to {SECRETS_MAX} secrets, one a line")
    return tuple(parse_secret(line) for line in lines)


def write_secrets(path: Path, known: Sequence[Secret]) -> None:
    """Write a file of secrets (0600), replacing what is there."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(path, "".join(f"{one.text}\n" for one in known).encode(), mode=0o600)
