"""The key of the registry's service `certificates`: it signs credentials and codes beside records.

Entry 0 names it, so whoever trusts the log needs no further trust to check what it has signed.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contracts.v1.certificate_record import SERVICE
from contracts.values import Json
from ledger.log.entry import Entry

_KEY_ROW: Final = "key/"


class ServiceKeyError(ValueError):
    """Entry 0 does not name exactly one Ed25519 key of the service."""


@dataclass(frozen=True, kw_only=True)
class ServiceKey:
    """The private key."""

    seed: bytes = field(repr=False)

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign; the same message gives the same signature."""
        return self._private.sign(message)


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether a signature holds."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def service_key_of(registry_entry: Entry) -> bytes:
    """Return the public key of the service that entry 0 names.

    Raises:
        ServiceKeyError: it names none, more than one, or one of another algorithm.
    """
    keys = [
        row["key"].removeprefix(_KEY_ROW)
        for row in registry_entry.rows
        if row["key"].startswith(_KEY_ROW) and _is_of_service(row["value"])
    ]
    if len(keys) != 1:
        raise ServiceKeyError(f"entry 0 names {len(keys)} keys of service/{SERVICE}")
    return bytes.fromhex(keys[0])


def _is_of_service(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and value.get("service") == SERVICE
        and value.get("alg") == "ed25519"
    )
