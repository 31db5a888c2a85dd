"""Persons, organisations and their keys for tests: made from names, the same in every run."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from stdnum.cn import uscc

from contracts.check_digits import CROCKFORD
from contracts.values import Json
from ledger.log.canonical import canonical
from ledger.log.signature import Signature, public_key, sign_ed25519

ORIGIN = "demo.sinkledger.example/baotou"


@dataclass(frozen=True, slots=True)
class Key:
    """An Ed25519 key made from a name."""

    seed: bytes
    public: str
    alg: str = "ed25519"

    def sign(self, signed_bytes: bytes) -> Signature:
        """Return the signature of these bytes."""
        return sign_ed25519(self.seed, signed_bytes)


@dataclass(frozen=True, slots=True)
class Private:
    """A record that the log commits to but never holds, and its salt."""

    kind: str
    record: Mapping[str, Json]
    salt: bytes

    @property
    def commitment(self) -> str:
        """SHA-256("<origin>/commit/v1" newline salt canonical record), hex."""
        body = f"{ORIGIN}/commit/v1\n".encode() + self.salt + canonical(self.record)
        return sha256(body).hexdigest()

    def to_json(self) -> dict[str, Json]:
        """Return {"commitment", "kind", "record", "salt"} as it rides along with an order."""
        return {
            "commitment": self.commitment,
            "kind": self.kind,
            "record": dict(self.record),
            "salt": self.salt.hex(),
        }


@dataclass(frozen=True, slots=True)
class Person:
    """A person: pseudonym, first key, and the private record behind the commitment."""

    name: str
    id: str
    key: Key
    private: Private

    def listed(self, *roles: str) -> dict[str, Json]:
        """Return the person as an order that introduces them lists them."""
        return {
            "alg": self.key.alg,
            "commitment": self.private.commitment,
            "key": self.key.public,
            "person": self.id,
            "roles": list(roles),
        }


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation named in clear, and its private record."""

    zh: str
    en: str
    uscc: str
    private: Private

    def named(self) -> dict[str, Json]:
        """Return {"name": {zh, en}, "uscc"}."""
        return {"name": {"en": self.en, "zh": self.zh}, "uscc": self.uscc}


def digest(text: str) -> bytes:
    """Return 32 bytes that stand for a secret, a salt or a file in tests."""
    return sha256(f"sinkledger test {text}".encode()).digest()


def hex_digest(text: str) -> str:
    """Return 64 hex characters that stand for the digest of a file in tests."""
    return digest(text).hex()


@cache
def key(name: str) -> Key:
    """Return the key of that name."""
    seed = digest(f"key {name}")
    return Key(seed, public_key(seed).hex())


@cache
def person(name: str) -> Person:
    """Return the person of that name; the pseudonym has 26 characters."""
    number = int.from_bytes(digest(f"person {name}"), "big")
    pseudonym = "".join(CROCKFORD[number >> shift & 31] for shift in range(0, 130, 5))
    private = Private("person", {"name": f"示例 {name}"}, digest(f"salt person {name}"))
    return Person(name, pseudonym, key(name), private)


@cache
def organisation(zh: str, en: str) -> Organisation:
    """Return an organisation with a well-formed, invented 统一社会信用代码 of Baotou."""
    code = f"91150200{int.from_bytes(digest(f'org {zh}')[:3], 'big') % 10**8:08d}X"
    code += uscc.calc_check_digit(code)
    record: dict[str, Json] = {"name": {"en": en, "zh": zh}, "uscc": code}
    return Organisation(zh, en, code, Private("org", record, digest(f"salt org {zh}")))
