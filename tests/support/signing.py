"""People who sign in tests: keys made from names, so that every run yields the same bytes."""

from dataclasses import dataclass
from hashlib import sha256

from contracts.check_digits import CROCKFORD
from contracts.values import Json
from ledger.intake.envelope import PrivateRecord, SignedOrder, signed_order
from ledger.log.canonical import canonical
from ledger.log.entry import signed_bytes
from ledger.log.signature import public_key, sign_ed25519
from ledger.vault import commitment


@dataclass(frozen=True, slots=True)
class Signer:
    """A person (or service) with one Ed25519 key."""

    name: str

    @property
    def seed(self) -> bytes:
        return sha256(f"seed of {self.name}".encode()).digest()

    @property
    def key(self) -> str:
        """The public key in hex."""
        return public_key(self.seed).hex()

    @property
    def person(self) -> str:
        """The person's pseudonym."""
        return "".join(CROCKFORD[byte % 32] for byte in sha256(self.name.encode()).digest()[:12])

    def key_json(self) -> dict[str, Json]:
        """Return the key as bodies introduce it."""
        return {"alg": "ed25519", "key": self.key}


def nonce(number: int) -> str:
    """Return a ULID that counts."""
    digits = ""
    for _ in range(25):
        number, digit = divmod(number, 32)
        digits = CROCKFORD[digit] + digits
    return "0" + digits


def sign(
    order: dict[str, Json], signers: list[Signer], private: tuple[PrivateRecord, ...] = ()
) -> SignedOrder:
    """Return an order signed by everyone named."""
    message = signed_bytes(str(order["log"]), canonical(order))
    signatures = sorted((sign_ed25519(one.seed, message) for one in signers), key=lambda s: s.key)
    sigs: list[Json] = [dict(signature.to_json()) for signature in signatures]
    return signed_order(order, sigs, private)


def private(origin: str, kind: str, record: Json) -> PrivateRecord:
    """Return a private record with its commitment; the salt follows from the record."""
    record_bytes = canonical(record)
    salt = sha256(b"salt" + record_bytes).digest()
    return PrivateRecord(
        kind=kind,
        commitment=commitment(origin, salt, record_bytes),
        salt=salt,
        record=record,
        record_bytes=record_bytes,
    )
