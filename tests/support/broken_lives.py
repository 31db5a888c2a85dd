"""Broken ledgers about losses and certificates: too early, in another order, without a warning."""

from dataclasses import replace
from random import Random
from typing import cast

from contracts.v1.certificate_status import status
from contracts.values import Json
from tests.support.broken_ledgers import Breakage, choose, doctored, ordered, put, yielded
from tests.support.random_ledger import Record, Registry, books_before


def _loss_of(record: Record) -> str:
    return f"loss/{cast('dict[str, Json]', record.order['body'])['loss']}"


def impaired_too_early(rng: Random, registry: Registry) -> list[Record] | None:
    """Certificates are impaired although the owner may still replace the loss."""
    record = choose(rng, registry, "loss.impair")
    if record is None:
        return None
    key, at_us = _loss_of(record), registry.records[record.seq - 1].at_us
    books = books_before(registry.records, record.seq)
    if at_us >= int(str(books.rows[key]["due_at_us"])):
        return None
    early = ordered(replace(record, at_us=at_us), valid_until_us=at_us)
    return doctored(registry, early, {key: {"due_at_us": 0}})


def impaired_out_of_order(rng: Random, registry: Registry) -> list[Record] | None:
    """The walk begins somewhere else, and other certificates than the published ones bear it."""
    record = choose(rng, registry, "loss.impair")
    if record is None:
        return None
    key = _loss_of(record)
    books = books_before(registry.records, record.seq)
    project = books.rows[f"project/{books.rows[key]['project']}"]
    batch = str(cast("list[Json]", project["batches"])[0])
    gross = int(str(books.rows[f"batch/{batch}"]["gross_kg"]))
    cursor: Json = {"batch": batch, "below": rng.randint(1, gross)}
    books.rows[key] = {**books.rows[key], "cursor": cursor}
    outcome = yielded(books, record)
    if outcome is None or outcome == record.outcome:
        return None
    return put(registry, replace(record, outcome=outcome))


def revoked_unwarned(rng: Random, registry: Registry) -> list[Record] | None:
    """A certificate is revoked that nobody has suspended."""
    record = choose(rng, registry, "certificate.suspend")
    if record is None:
        return None
    body: Json = {
        **cast("dict[str, Json]", record.order["body"]),
        "reason": "false_statement",
    }
    number = str(cast("dict[str, Json]", record.order["body"])["number"])
    revoking = ordered(record, kind="certificate.revoke", body=body)
    known = status(books_before(registry.records, record.seq), number)
    suspended: dict[str, Json] = {**known, "standing": "suspended", "standing_before": "valid"}
    return doctored(registry, revoking, {f"status/{number}": suspended})


BREAKAGES: dict[str, Breakage] = {
    "impaired-out-of-order": impaired_out_of_order,
    "impaired-too-early": impaired_too_early,
    "revoked-unwarned": revoked_unwarned,
}
