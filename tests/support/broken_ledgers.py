"""Broken ledgers: one violation, and everything around it as a lying registry would write it.

Each breakage takes a sound ledger and returns lines in which one entry is wrong: its order signed
by whoever signs, the chain made to fit again, so that nothing but the violation tells. `None`
means that the ledger has no place for it.

    `stale`     an order decided on the books of an earlier moment: units spent twice, a second
                certificate, a report verified twice, a key used after its end …
    `doctored`  an order decided on books that say something else than the log
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import cast

from contracts.books import MemoryBooks
from contracts.form import Form
from contracts.invariants import InvariantError
from contracts.orders import read_order
from contracts.refusal import Refused
from contracts.v1.ruleset import RULES
from contracts.values import Json, Moment, Movement, Outcome, Row
from ledger.log.canonical import canonical
from ledger.log.entry import signed_bytes
from ledger.log.signature import Signature
from tests.support.people import Key, hex_digest, key
from tests.support.random_ledger import OFFICERS, Record, Registry, books_before, signing
from tests.support.world import nonce

Breakage = Callable[[Random, Registry], list[Record] | None]


def put(registry: Registry, record: Record) -> list[Record]:
    """Return the ledger with another entry in the place of the one at its position, or behind."""
    records = list(registry.records)
    records[record.seq : record.seq + 1] = [record]
    return records


def ordered(record: Record, keys: Sequence[Key] | None = None, **changed: Json) -> Record:
    """Return a record whose order has other fields, signed anew by the same or by other keys."""
    order = {**record.order, **changed}
    signing = tuple(keys if keys is not None else record.keys)
    return replace(record, order=order, keys=signing, sigs=signatures(order, signing))


def signatures(order: Mapping[str, Json], keys: Sequence[Key]) -> tuple[Signature, ...]:
    """Sign an order with every key."""
    message = signed_bytes(str(order["log"]), canonical(order))
    return tuple(
        one.sign(message) for one in sorted(keys, key=lambda one: bytes.fromhex(one.public))
    )


def choose(rng: Random, registry: Registry, *kinds: str) -> Record | None:
    """Choose an entry of these kinds, or of any."""
    found = [one for one in registry.records if not kinds or one.order["kind"] in kinds]
    return rng.choice(found) if found else None


def choices_after(registry: Registry, record: Record | None) -> list[Record]:
    """Return the later entries of the same kind."""
    if record is None:
        return []
    kind = record.order["kind"]
    return [one for one in registry.records[record.seq + 1 :] if one.order["kind"] == kind]


def yielded(books: MemoryBooks, record: Record) -> Outcome | None:
    """Return what the rule of an order yields on these books, whoever signs it."""
    order, moment = read_order(record.order), Moment(seq=record.seq, at_us=record.at_us)
    rule = RULES[order.kind]
    try:
        return rule.decide(books, order, rule.read(Form(order.body)), moment)
    except (Refused, InvariantError, KeyError):
        return None


def doctored(
    registry: Registry, record: Record, rows: Mapping[str, Mapping[str, Json]]
) -> list[Record] | None:
    """Decide an order on books in which rows say something else, and write what they yield.

    The fields that were changed stand in the outcome as they were before.
    """
    books = books_before(registry.records, record.seq)
    true = {name: books.rows.get(name) for name in rows}
    for name, fields in rows.items():
        books.rows[name] = {**(books.rows.get(name) or {}), **fields}
    outcome = yielded(books, record)
    if outcome is None:
        return None
    written = []
    for row in outcome.rows:
        kept = {field: (true.get(row.key) or {})[field] for field in rows.get(row.key, {})
                if row.value.get(field) == rows[row.key][field] and true.get(row.key)}  # fmt: skip
        written.append(Row(row.key, {**row.value, **kept}))
    return put(registry, replace(record, outcome=replace(outcome, rows=tuple(written))))


# Who signs


def wrong_mover(rng: Random, registry: Registry) -> list[Record] | None:
    """A holder's units are moved by somebody else's signature."""
    record = choose(rng, registry, "units.transfer", "units.retire")
    other = choose(rng, registry, "units.transfer", "units.retire", "units.cancel", "claim.open")
    if record is None or other is None or {*other.keys} & {*record.keys}:
        return None
    return put(registry, ordered(record, keys=other.keys[: len(record.keys)]))


def wrong_role(rng: Random, registry: Registry) -> list[Record] | None:
    """An officer of another role signs."""
    record = choose(rng, registry)
    officers = list(OFFICERS.values())
    if record is None or record.seq == 0 or not {*record.keys} & {*officers}:
        return None
    swapped = [officers[(officers.index(one) + 1) % 3] if one in officers else one
               for one in record.keys]  # fmt: skip
    return put(registry, ordered(record, keys=swapped))


def one_person_twice(rng: Random, registry: Registry) -> list[Record] | None:
    """One person with two keys signs for two."""
    found = []
    for record in registry.records:
        books = books_before(registry.records, record.seq)
        persons = [_person_of(books, one) for one in record.keys]
        for at, who in enumerate(persons):
            spare = [one for one in registry.keys.get(who, []) if one not in record.keys
                     and f"key/{one.public}" in books.rows]  # fmt: skip
            others = [one for one in range(len(persons)) if one != at
                      and persons[one] in registry.keys]  # fmt: skip
            if spare and others and record.order["kind"] != "account.keys":
                found.append((record, others[0], spare[0]))
    if not found:
        return None
    record, position, second = rng.choice(found)
    keys = [*record.keys[:position], second, *record.keys[position + 1 :]]
    return put(registry, ordered(record, keys=keys))


def _person_of(books: MemoryBooks, one: Key) -> str:
    return str((books.row(f"key/{one.public}") or {}).get("person"))


def missing_signature(rng: Random, registry: Registry) -> list[Record] | None:
    """One signature of several is left out."""
    found = [one for one in registry.records if len(one.keys) > 1]
    record = rng.choice(found)
    gone = rng.choice(record.keys)
    return put(registry, ordered(record, keys=[one for one in record.keys if one is not gone]))


def surplus_signature(rng: Random, registry: Registry) -> list[Record] | None:
    """A signature that nobody needs is carried along."""
    record = choose(rng, registry)
    spare = [one for one in OFFICERS.values() if record and one not in record.keys]
    if record is None or not spare or record.seq == 0:
        return None
    return put(registry, ordered(record, keys=[*record.keys, rng.choice(spare)]))


def unknown_key(rng: Random, registry: Registry) -> list[Record] | None:
    """A key signs that the registry has never seen."""
    record = choose(rng, registry)
    if record is None:
        return None
    return put(registry, ordered(record, keys=[*record.keys[1:], key("nobody at all")]))


def bad_signature(rng: Random, registry: Registry) -> list[Record] | None:
    """One bit of a signature, or of a passkey's data, is another one."""
    record = choose(rng, registry)
    if record is None:
        return None
    at = rng.randrange(len(record.sigs))
    field = rng.choice(
        [name for name in ("sig", "auth", "client") if getattr(record.sigs[at], name)]
    )
    data = bytearray(getattr(record.sigs[at], field))
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    flipped = replace(record.sigs[at], **{field: bytes(data)})
    return put(registry, replace(record, sigs=(*record.sigs[:at], flipped, *record.sigs[at + 1 :])))


def ended_key(rng: Random, registry: Registry) -> list[Record] | None:
    """A key signs after its last moment."""
    seq, at_us = len(registry.records), registry.world.now_us
    books = books_before(registry.records, seq)
    found = [
        (account, one)
        for account in registry.holders
        for who in cast("list[dict[str, Json]]", books.rows[f"acct/{account}"]["representatives"])
        for one in registry.keys[str(who["person"])]
        if not books.rows[f"acct/{account}"]["dual_control"]
        and books.holdings(f"acct/{account}", 1)
        and (books.rows.get(f"key/{one.public}") or {}).get("valid_until_us") is not None
    ]
    if not found:
        return None
    account, ended = rng.choice(found)
    other = rng.choice([one for one in registry.holders if one != account])
    template = replace(registry.records[-1], seq=seq, at_us=at_us + 8 * 86_400_000_000)
    record = ordered(
        template,
        keys=[ended],
        actor=f"acct/{account}",
        body={"from": account, "quantity_kg": 1, "to": other},
        kind="units.transfer",
        nonce=nonce(40_000),
        valid_until_us=template.at_us,
    )
    outcome = yielded(books, record)
    return None if outcome is None else put(registry, replace(record, outcome=outcome))


# What happens


def stale(rng: Random, registry: Registry) -> list[Record] | None:
    """An order of an earlier moment is decided as if nothing had happened since."""
    record = choose(rng, registry)
    if record is None or record.seq == 0:
        return None
    seq = rng.randint(record.seq + 1, len(registry.records))
    last = registry.records[seq] if seq < len(registry.records) else registry.records[-1]
    later = ordered(
        replace(record, seq=seq, at_us=last.at_us),
        nonce=nonce(10_000 + rng.randrange(1000)),
        valid_until_us=last.at_us + 1_000_000,
    )
    outcome = yielded(books_before(registry.records, record.seq), later)
    return None if outcome is None else put(registry, replace(later, outcome=outcome))


def spent_twice(rng: Random, registry: Registry) -> list[Record] | None:
    """Units that were moved are moved once more from where they were."""
    kinds = ("units.transfer", "units.retire", "units.cancel")
    moved = choose(rng, registry, *kinds)
    later = choices_after(registry, moved)
    if moved is None or not later:
        return None
    record = replace(moved, seq=later[-1].seq, at_us=later[-1].at_us)
    body: dict[str, Json] = deepcopy(cast("dict[str, Json]", moved.order["body"]))
    body.pop("quantity_kg", None)
    body.pop("external_settlement", None)
    part = moved.outcome.movements[0]
    body["ranges"] = [{"batch": part.batch, "end": part.end, "first": part.first}]
    record = ordered(record, body=body, nonce=nonce(12_345), valid_until_us=record.at_us)
    outcome = yielded(books_before(registry.records, moved.seq), record)
    return None if outcome is None else put(registry, replace(record, outcome=outcome))


def retired_unit_moved(rng: Random, registry: Registry) -> list[Record] | None:
    """Units leave a terminal place, and the movement says so."""
    record = choose(rng, registry, "units.transfer")
    if record is None:
        return None
    books = books_before(registry.records, record.seq)
    gone = [
        one for one in books.all_blocks() if one.place.split("/")[0] in ("retired", "cancelled")
    ]
    if not gone:
        return None
    block = rng.choice(gone)
    target = record.outcome.movements[0].target
    moved = Movement(block.batch, block.first, block.end, block.place, target)
    body = deepcopy(cast("dict[str, Json]", record.order["body"]))
    body.pop("quantity_kg", None)
    body["ranges"] = [{"batch": block.batch, "end": block.end, "first": block.first}]
    outcome = replace(record.outcome, movements=(moved,))
    return put(registry, replace(ordered(record, body=body), outcome=outcome))


def younger_units_first(rng: Random, registry: Registry) -> list[Record] | None:
    """An order by amount takes the youngest units instead of the oldest."""
    record = choose(rng, registry, "units.transfer", "units.cancel")
    if record is None or not record.outcome.movements:
        return None
    source = record.outcome.movements[0]
    blocks = books_before(registry.records, record.seq).holdings(source.source, 10**12)
    kg = sum(one.quantity_kg for one in record.outcome.movements)
    last = blocks[-1]
    if last.quantity_kg < kg:
        return None
    moved = Movement(last.batch, last.end - kg, last.end, source.source, source.target)
    if record.outcome.movements == (moved,):
        return None
    return put(registry, replace(record, outcome=replace(record.outcome, movements=(moved,))))


def claim_short(rng: Random, registry: Registry) -> list[Record] | None:
    """A claim is completed with too few kilograms."""
    record = choose(rng, registry, "claim.complete")
    if record is None:
        return None
    claim = str(cast("dict[str, Json]", record.order["body"])["claim"])
    row = books_before(registry.records, record.seq).rows[f"claim/{claim}"]
    measured = dict(cast("dict[str, Json]", row["measurement"]))
    grams = int(str(measured["residual_g"])) + 1_000 * rng.randint(1, 10**6)
    groups = cast("list[dict[str, Json]]", deepcopy(measured["groups"]))
    groups[0]["emissions_g"] = (
        int(str(groups[0]["emissions_g"])) + grams - int(str(measured["residual_g"]))
    )
    # The measurement was larger; the entry that completes the claim pretends it was not.
    seq = int(str(measured["seq"]))
    measuring = registry.records[seq]
    body = deepcopy(cast("dict[str, Json]", measuring.order["body"]))
    body |= {"residual_g": grams, "total_g": grams}
    cast("dict[str, Json]", body["groups_g"])[str(groups[0]["group"])] = groups[0]["emissions_g"]
    return _remeasured(registry, ordered(measuring, body=body), record)


def _remeasured(registry: Registry, measuring: Record, completing: Record) -> list[Record] | None:
    """Write a ledger anew from a measurement on, so that only the completion is wrong."""
    records = registry.records[: measuring.seq]
    books = books_before(records, measuring.seq)
    for record in (measuring, *registry.records[measuring.seq + 1 : completing.seq]):
        outcome = yielded(books, record)
        if outcome is None or record.order["kind"] == "state.commit":
            return None
        books.apply(outcome.movements, outcome.rows)
        records = [*records, replace(record, outcome=outcome)]
    return [*records, _completed_short(books, completing)]


def _completed_short(books: MemoryBooks, completing: Record) -> Record:
    """Write the completion of a claim as if its coverage were no condition."""
    (row,) = completing.outcome.rows
    claim = books.rows[row.key]
    measurement = cast("dict[str, Json]", claim["measurement"])
    permille = int(str(claim["retired_kg"])) * 1_000_000 // int(str(measurement["residual_g"]))
    completion = {**cast("dict[str, Json]", row.value["completion"]), "coverage_permille": permille}
    value: dict[str, Json] = {**claim, "completion": completion}
    return replace(completing, outcome=Outcome(rows=(Row(row.key, value),)))


def issued_beyond_verified(rng: Random, registry: Registry) -> list[Record] | None:
    """More is issued than the verifier attested."""
    record = choose(rng, registry, "batch.issue")
    if record is None:
        return None
    body = deepcopy(cast("dict[str, Json]", record.order["body"]))
    report = f"report/{body['report']}"
    row = books_before(registry.records, record.seq).rows[report]
    verification = dict(cast("dict[str, Json]", row["verification"]))
    left = int(str(verification["verified_kg"])) - int(str(row["issued_kg"]))
    body["gross_kg"] = left + rng.randint(1, 1000)
    more = {**verification, "verified_kg": 10**12}
    return doctored(registry, ordered(record, body=body), {report: {"verification": more}})


def not_independent(rng: Random, registry: Registry) -> list[Record] | None:
    """A verifier or validator attests for an owner with whom it shares a person."""
    record = choose(rng, registry, "report.verify", "project.validate")
    if record is None:
        return None
    books, owner = books_before(registry.records, record.seq), registry.holders[0]
    attestor = str(record.order["actor"]).removeprefix("acct/")
    person = str(
        cast("list[dict[str, Json]]", books.rows[f"acct/{attestor}"]["representatives"])[0][
            "person"
        ]
    )
    new = key(f"another key of {person}")
    shared: Json = {
        "alg": new.alg, "commitment": books.rows[f"person/{person}"]["commitment"],
        "key": new.public, "person": person, "roles": ["read"],
    }  # fmt: skip
    adding = ordered(
        record,
        keys=[],
        actor=f"acct/{owner}",
        body={"account": owner, "action": "add", "representative": shared},
        kind="account.keys",
        nonce=nonce(30_000),
    )
    keys = signing(books, adding.order, registry.keys, [new], record.at_us)
    outcome = yielded(books, adding)
    if outcome is None:
        return None
    adding = replace(ordered(adding, keys=keys), outcome=outcome)
    attesting = ordered(replace(record, seq=record.seq + 1), nonce=nonce(30_001))
    attested = yielded(books, attesting)
    if attested is None:
        return None
    return [*registry.records[: record.seq], adding, replace(attesting, outcome=attested)]


def second_certificate(rng: Random, registry: Registry) -> list[Record] | None:
    """A second first copy of a certificate is recorded."""
    record = choose(rng, registry, "certificate.record")
    if record is None:
        return None
    body = {**cast("dict[str, Json]", record.order["body"]), "copy": 1,
            "sha256": hex_digest(f"another paper {rng.random()}")}  # fmt: skip
    seq = len(registry.records)
    later = ordered(
        replace(record, seq=seq, at_us=registry.records[-1].at_us),
        body=body,
        nonce=nonce(20_000 + seq),
        valid_until_us=registry.records[-1].at_us,
    )
    books = books_before(registry.records, seq)
    known = books.rows.pop(f"cert/{body['number']}")
    outcome = yielded(books, later)
    if outcome is None:
        return None
    listed = cast("list[Json]", known["copies"])
    rows = tuple(
        Row(row.key, {**row.value, "copies": [*listed, *cast("list[Json]", row.value["copies"])]})
        if row.key.startswith("cert/")
        else row
        for row in outcome.rows
    )
    return put(registry, replace(later, outcome=Outcome(rows=rows)))


BREAKAGES: dict[str, Breakage] = {
    "bad-signature": bad_signature,
    "claim-short": claim_short,
    "ended-key": ended_key,
    "issued-beyond-verified": issued_beyond_verified,
    "missing-signature": missing_signature,
    "not-independent": not_independent,
    "one-person-twice": one_person_twice,
    "retired-unit-moved": retired_unit_moved,
    "second-certificate": second_certificate,
    "spent-twice": spent_twice,
    "stale": stale,
    "surplus-signature": surplus_signature,
    "unknown-key": unknown_key,
    "wrong-mover": wrong_mover,
    "wrong-role": wrong_role,
    "younger-units-first": younger_units_first,
}
