"""Drafting what opens a registry and its accounts: persons, keys, organisations."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.drafting.draft import Desk, Draft, draft_order
from contracts.check_digits import CROCKFORD
from contracts.values import Json
from ledger.log.canonical import canonical
from ledger.vault import commitment


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A private record with its salt and the commitment that the log holds instead of it."""

    kind: str
    record: Mapping[str, Json]
    salt: bytes
    digest: str

    def to_json(self) -> dict[str, Json]:
        """Return the record as it rides beside an order, into the vault."""
        return {
            "commitment": self.digest,
            "kind": self.kind,
            "record": dict(self.record),
            "salt": self.salt.hex(),
        }


def seal_record(origin: str, kind: str, record: Mapping[str, Json]) -> Sealed:
    """Commit to a private record with a fresh 32-byte salt."""
    salt = secrets.token_bytes(32)
    digest = commitment(origin, salt, canonical(dict(record)))
    return Sealed(kind=kind, record=record, salt=salt, digest=digest)


def new_person() -> str:
    """Return a random pseudonym for a person: 16 Crockford digits, 80 bits."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(16))


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPlan:
    """A person as an order introduces it: pseudonym, public key in hex, and a role or roles."""

    person: str
    key: str
    roles: tuple[str, ...]
    record: Sealed

    def representative(self) -> dict[str, Json]:
        """Return the person as `account.open` takes it."""
        return {
            "alg": "ed25519",
            "commitment": self.record.digest,
            "key": self.key,
            "person": self.person,
            "roles": [*sorted(self.roles)],
        }

    def officer(self) -> dict[str, Json]:
        """Return the person as `registry.open` takes it; the first role is the office."""
        return {
            "alg": "ed25519",
            "commitment": self.record.digest,
            "key": self.key,
            "person": self.person,
            "role": self.roles[0],
        }


def draft_account(
    desk: Desk, account: Mapping[str, Json], org: Sealed | str, people: Sequence[PersonPlan]
) -> Draft:
    """Draft `account.open`, for a new organisation or for one that is registered.

    Args:
        desk: The registry it is for.
        account: `type`, `ets_covered`, `affiliated`, `dual_control`.
        org: A new organisation's sealed record (name, uscc, kind), or the id of a known one.
        people: Its representatives.
    """
    new = org if isinstance(org, Sealed) else None
    body: dict[str, Json] = {
        **account,
        **({"commitment": new.digest} if new else {"commitment": None, "org": str(org)}),
        "representatives": [person.representative() for person in people],
    }
    draft = draft_order(desk, "account.open", "registrar", body)
    records = [new] if new else []
    records += [person.record for person in people]
    private = tuple(record.to_json() for record in records)
    return Draft(order=draft.order, private=private)
