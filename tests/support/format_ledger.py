"""The ledger of the format's test vectors: three entries, decided by the real rules.

Entry 0 opens the registry, entry 1 publishes a factor, entry 2 opens an account whose
representative signs with a passkey.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, cast

from contracts.books import MemoryBooks
from contracts.check_digits import CROCKFORD
from contracts.invariants import check_outcome
from contracts.orders import read_order
from contracts.v1.ruleset import decide
from contracts.values import Json, Moment
from ledger.intake.envelope import PrivateRecord
from ledger.log.canonical import canonical
from ledger.log.entry import (
    PREV_OF_FIRST,
    Entry,
    MovementJson,
    RowJson,
    build_entry,
    parse_entry,
    signed_bytes,
)
from ledger.log.signature import Signature, sign_ed25519
from ledger.vault import commitment
from tests.support.format_keys import (
    LOG_KEY,
    ORIGIN,
    RP_ID,
    SALT,
    SEEDS,
    WEB_ORIGIN,
    ed25519_key,
    passkey,
    sign_with_passkey,
)

Body = dict[str, Json]

START_US: Final = 1_793_491_200_000_000
"""2026-11-01 08:00 Beijing time."""

HOUR_US: Final = 3_600_000_000
OFFICERS: Final = ("issuer", "registrar", "supervisor")
ORGANISATION: Final[Body] = {
    "name": {"en": "Example State Forest Farm", "zh": "示例国有林场"},
    "uscc": "91150200000000010A",
}


@dataclass(slots=True)
class TinyLedger:
    """Entries so far, the books that follow from them, and the envelope sent last."""

    rules: str
    entries: list[Entry] = field(default_factory=list)
    books: MemoryBooks = field(default_factory=MemoryBooks)
    envelope: bytes = b""

    def record(self, kind: str, body: Body, signers: list[str], private: list[Json]) -> None:
        """Decide an order of the registrar and add its entry."""
        seq = len(self.entries)
        at_us = START_US + seq * HOUR_US
        order: Body = {
            "actor": "registrar",
            "body": body,
            "kind": kind,
            "log": ORIGIN,
            "nonce": f"01KF{'0' * 21}{CROCKFORD[seq]}",
            "rules": self.rules,
            "valid_until_us": START_US + 24 * HOUR_US,
        }
        sigs = _sign(canonical(order), signers)
        keys = [(signature.key.hex(), signature.alg) for signature in sigs]
        outcome = decide(self.books, read_order(order), keys, Moment(seq=seq, at_us=at_us))
        check_outcome(self.books, outcome)
        self.books.apply(outcome.movements, outcome.rows)
        content = build_entry(
            seq=seq,
            prev=self.entries[-1].leaf_hash if self.entries else PREV_OF_FIRST,
            at_us=at_us,
            order=canonical(order),
            sigs=sigs,
            movements=[cast("MovementJson", movement.to_json()) for movement in outcome.movements],
            rows=[cast("RowJson", row.to_json()) for row in outcome.rows],
        )
        self.entries.append(parse_entry(content))
        sent: Body = {"order": order, "sigs": [dict(one.to_json()) for one in sigs]}
        self.envelope = canonical({**sent, "private": private} if private else sent)


def _sign(order: bytes, signers: list[str]) -> list[Signature]:
    message = signed_bytes(ORIGIN, order)
    sigs = [
        sign_with_passkey(message) if name == "passkey" else sign_ed25519(SEEDS[name], message)
        for name in signers
    ]
    return sorted(sigs, key=lambda signature: signature.key)


def organisation_record() -> PrivateRecord:
    """Return the organisation's private record, its salt and its commitment."""
    record = canonical(ORGANISATION)
    return PrivateRecord(
        kind="org",
        commitment=commitment(ORIGIN, SALT, record),
        salt=SALT,
        record=ORGANISATION,
        record_bytes=record,
    )


def tiny_ledger(rules: str) -> TinyLedger:
    """Return the ledger, its orders signed under this rule-set hash."""
    ledger = TinyLedger(rules)
    ledger.record("registry.open", _opening(), list(OFFICERS), [])
    ledger.record("parameters.publish", _parameters(), ["issuer"], [])
    record = organisation_record()
    private: Json = {
        "commitment": record.commitment,
        "kind": record.kind,
        "record": record.record,
        "salt": record.salt.hex(),
    }
    account = _account(record.commitment)
    ledger.record("account.open", account, ["registrar", "passkey"], [private])
    return ledger


def _person(name: str) -> str:
    salt = sha256(f"salt of {name}".encode()).digest()
    return commitment(ORIGIN, salt, canonical({"name": name}))


def _opening() -> Body:
    officers: list[Json] = [
        {
            "alg": "ed25519",
            "commitment": _person(role),
            "key": ed25519_key(role),
            "person": f"P0000000000{position}",
            "role": role,
        }
        for position, role in enumerate(OFFICERS)
    ]
    service: Body = {"alg": "ed25519", "key": ed25519_key("certificates")}
    return {
        "environment": "demo",
        "issuer": {"zh": "示例登记机构"},
        "log": {"vkeys": [{"vkey": LOG_KEY.vkey.to_text()}]},
        "name": {"en": "Format vectors", "zh": "格式示例"},
        "officers": officers,
        "origin": ORIGIN,
        "policy_basis": "示例·无效",
        "seal": {"root_sha256": "00" * 32},
        "services": [{**service, "kinds": ["certificate.record"], "name": "certificates"}],
        "webauthn": {"origins": [{"origin": WEB_ORIGIN}], "rp_id": RP_ID},
    }


def _parameters() -> Body:
    row: Body = {
        "applicability": "national",
        "confidence_permille": 980,
        "domain": "ORG_EVENT",
        "factor_id": "grid_example",
        "name_zh": "示例电力因子",
        "unit": "kgCO2/kWh",
        "valid_from": "2023-01-01",
        "value": "0.6479",
    }
    return {"rows": [row], "table": "event"}


def _account(committed: str) -> Body:
    representative: Body = {
        "alg": "webauthn-es256",
        "commitment": _person("representative"),
        "key": passkey().hex(),
        "person": "P00000000009",
        "roles": ["initiate"],
    }
    return {
        "affiliated": False,
        "commitment": committed,
        "dual_control": False,
        "ets_covered": False,
        "representatives": [representative],
        "type": "holder",
    }
