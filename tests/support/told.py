"""A copy of the demonstration in which something became of a certificate, and who tells of it."""

import gzip
import os
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Any

from api.committing import commit_state
from certificates.data_integrity import unsecured
from certificates.number import certificate_number, parse_number
from certificates.service_key import service_key_of
from certificates.verdict import Verdict
from certificates.verify_any import Asking, verify
from contracts.lookup import integer_of, object_of
from ledger.log.canonical import parse_canonical
from ledger.publish.publisher import publish
from ledger.registry import Registry
from tests.support.life_bodies import certificate_correct, correction, loss_declare, standing
from tests.support.many_papers import now_us
from tests.support.office import act
from tests.support.service import Service

YEAR_US = 366 * 86_400_000_000


@dataclass(slots=True)
class Told:
    """A copy of the demonstration in which something became of a certificate."""

    registry: Registry
    service: Service
    number: str
    at_us: int

    def act(self, kind: str, body: dict[str, Any], *people: str, years: int = 0) -> str:
        self.at_us += 60_000_000 + years * YEAR_US
        signers = people or ("registrar", "supervisor")
        entry = act(self.registry, kind, body, signers, self.at_us)
        return str(entry.rows[0]["key"])

    def publish(self) -> None:
        self.at_us += 60_000_000
        commit_state(self.registry, self.at_us, on_demand=True)
        publish(self.registry)
        # The page calls a checkpoint recent by the time of its file.
        second = self.at_us // 1_000_000
        os.utime(self.registry.settings.log / "checkpoint", (second, second))
        self.service.now_us = self.at_us

    def bit(self, purpose: str) -> bool:
        content = self.service.client.get(f"/credentials/status/{purpose}/0").content
        document = parse_canonical(content)
        assert isinstance(document, dict)
        signed = unsecured(document, service_key_of(self.registry.entry(0)))
        encoded = str(object_of(signed, "credentialSubject")["encodedList"])[1:]
        bits = gzip.decompress(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
        at = parse_number(self.number).seq
        return bool(bits[at // 8] & 0x80 >> at % 8)

    def copy(self) -> Any:
        return self.service.client.get(f"/v1/certificates/{self.number}/status-copy")

    def judged(self, data: bytes, *, online: bool = False) -> Verdict:
        registry = self.registry if online else None
        return verify(data, Asking(trust_dir=self.registry.settings.trust, registry=registry))


def suspend(told: Told) -> None:
    told.act("certificate.suspend", standing(told.number, "complaint"))


def reinstate(told: Told) -> None:
    suspend(told)
    told.act("certificate.reinstate", standing(told.number, "no_error"))


def revoke(told: Told) -> None:
    suspend(told)
    told.act("certificate.revoke", standing(told.number, "false_statement"))


def correct(told: Told) -> None:
    row = told.registry.books().row(f"retire/{subject(told)}")
    assert row is not None
    name = object_of(object_of(object_of(row, "beneficiary"), "org"), "name")["zh"]
    text = correction("beneficiary", str(name), "更正后的名称")
    told.act("certificate.correct", certificate_correct(told.number, text))


def impair(told: Told) -> None:
    day = "2026-11-06"
    latest = told.registry.books().row("state/latest") or {}
    lost = integer_of(object_of(latest, "supply"), "buffer") + 200_000
    people = ("issuer", "supervisor")
    told.act("loss.declare", loss_declare(lost, day=day), *people)
    loss = told.registry.books().rows_under("loss/", limit=1)[0][0].removeprefix("loss/")
    told.act("loss.impair", {"loss": loss}, years=2)


def restore(told: Told) -> None:
    impair(told)
    key, loss = told.registry.books().rows_under("loss/", limit=1)[0]
    body = {
        "account": loss["account"],
        "loss": key.removeprefix("loss/"),
        "quantity_kg": integer_of(loss, "owed_kg"),
    }
    told.act("loss.replace", body, "farm-1", "farm-2")


def expire(told: Told) -> None:
    claims = told.registry.books().rows_under("claim/", limit=9)
    done = next(object_of(row, "completion") for _, row in claims if row["completion"])
    told.number = certificate_number("CL", integer_of(done, "seq"), integer_of(done, "at_us"))
    told.act("certificate.expire", {"number": told.number}, years=4)


def nothing(told: Told) -> None:
    del told


def subject(told: Told) -> str:
    return told.registry.books().rows_under("retire/", limit=1)[0][0].removeprefix("retire/")


def first_retirement(registry: Registry) -> Told:
    """Return the demonstration's first retirement, with a service on the registry."""
    (registry.settings.trust / "policy").write_bytes(registry.settings.policy.read_bytes())
    row = registry.books().rows_under("retire/", limit=1)[0][1]
    seq, at_us = integer_of(row, "retired_seq"), integer_of(row, "retired_at_us")
    number = certificate_number("RT", seq, at_us)
    return Told(registry, Service.on(registry, 0), number, now_us())
