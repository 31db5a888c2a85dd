"""Broken ledgers, continued: what is written is not what happened, or not in its form or place."""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any, cast

from contracts.values import Json
from ledger.log.canonical import canonical
from ledger.log.merkle import leaf_hash
from tests.support.broken_ledgers import choose, ordered, put, yielded
from tests.support.people import hex_digest
from tests.support.random_ledger import Record, Registry, books_before, chained

Lines = list[bytes]
Breaking = Callable[[Random, Registry], Lines | None]
SUPPLY = ("buffer", "cancelled", "frozen", "gross", "held", "pledged", "reserved", "retired")


def _lines(records: Sequence[Record] | None) -> Lines | None:
    return None if records is None else chained(records)


def rechained(lines: Sequence[bytes], position: int, changed: dict[str, Any]) -> Lines:
    """Put another entry in the place of one and make the chain fit again behind it."""
    whole = [json.loads(line) for line in lines]
    whole[position] = changed
    fitting: Lines = []
    for at, entry in enumerate(whole):
        if at > position:
            entry["prev"] = leaf_hash(fitting[-1]).hex()
        fitting.append(canonical(entry) if at != position else _loose(entry))
    return fitting


def _loose(entry: dict[str, Any]) -> bytes:
    """Write JSON of any depth and any integers as canonical JSON would be."""
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode(errors="surrogatepass")


def _body(record: Record) -> dict[str, Json]:
    return deepcopy(cast("dict[str, Json]", record.order["body"]))


def nonce_again(rng: Random, registry: Registry) -> Lines | None:
    """An actor uses a nonce once more."""
    record = choose(rng, registry)
    earlier = [one for one in registry.records
               if record and one.seq < record.seq
               and one.order["actor"] == record.order["actor"]]  # fmt: skip
    if record is None or not earlier:
        return None
    used = rng.choice(earlier).order["nonce"]
    return chained(put(registry, ordered(record, nonce=used)))


def wrong_supply(rng: Random, registry: Registry) -> Lines | None:
    """A commitment states another supply."""
    record = choose(rng, registry, "state.commit")
    if record is None:
        return None
    body = _body(record)
    supply = cast("dict[str, int]", body["supply"])
    supply[rng.choice(SUPPLY)] += 1
    return _committed(registry, record, body)


def wrong_state_root(rng: Random, registry: Registry) -> Lines | None:
    """A commitment states another root."""
    record = choose(rng, registry, "state.commit")
    if record is None:
        return None
    return _committed(registry, record, {**_body(record), "root": hex_digest(f"{rng.random()}")})


def wrong_through(rng: Random, registry: Registry) -> Lines | None:
    """A commitment speaks of an entry before the last committed one, or of one yet to come."""
    record = choose(rng, registry, "state.commit")
    if record is None:
        return None
    through = rng.choice([record.seq, record.seq + 3, rng.randrange(record.seq)])
    return _committed(registry, record, {**_body(record), "through": through})


def _committed(registry: Registry, record: Record, body: dict[str, Json]) -> Lines | None:
    changed = ordered(record, body=body)
    (row,) = record.outcome.rows
    written = replace(row, value={**row.value, **body})
    outcome = replace(record.outcome, rows=(written,))
    return chained(put(registry, replace(changed, outcome=outcome)))


def order_out_of_time(rng: Random, registry: Registry) -> Lines | None:
    """An order that had expired, or that was valid for too long."""
    record = choose(rng, registry)
    if record is None:
        return None
    until = rng.choice([record.at_us - 1, record.at_us + 30 * 86_400_000_000 + 1])
    return chained(put(registry, ordered(record, valid_until_us=until)))


def other_rules(rng: Random, registry: Registry) -> Lines | None:
    """An order signed under another rule set, or for another log."""
    record = choose(rng, registry)
    if record is None:
        return None
    changed = rng.choice([{"rules": "0b" * 32}, {"log": "other.example/log"}])
    return chained(put(registry, ordered(record, **cast("dict[str, Json]", changed))))


def wrong_actor(rng: Random, registry: Registry) -> Lines | None:
    """Somebody else asks."""
    record = choose(rng, registry)
    if record is None:
        return None
    actor = rng.choice(
        ["registrar", "service/certificates", f"acct/{rng.choice(registry.holders)}"]
    )
    return chained(put(registry, ordered(record, actor=actor)))


def body_mutated(rng: Random, registry: Registry) -> Lines | None:
    """Something in a body is another, and whoever signed signs that as well."""
    record = choose(rng, registry)
    if record is None:
        return None
    body = _body(record)
    spoil(rng, body)
    try:
        changed = ordered(record, body=body)
        outcome = yielded(books_before(registry.records, record.seq), changed)
    except ValueError:
        return None
    return chained(put(registry, replace(changed, outcome=outcome or record.outcome)))


def outcome_mutated(rng: Random, registry: Registry) -> Lines | None:
    """What happened is written down otherwise."""
    record = choose(rng, registry)
    if record is None:
        return None
    lines = registry.lines()
    entry = json.loads(lines[record.seq])
    spoil(rng, entry["outcome"])
    return rechained(lines, record.seq, entry)


def entry_mutated(rng: Random, registry: Registry) -> Lines | None:
    """Something anywhere in an entry is another."""
    record = choose(rng, registry)
    if record is None:
        return None
    lines = registry.lines()
    entry = json.loads(lines[record.seq])
    spoil(rng, entry)
    return rechained(lines, record.seq, entry)


def out_of_form(rng: Random, registry: Registry) -> Lines | None:
    """A line is no canonical entry."""
    lines = registry.lines()
    at = rng.randrange(len(lines))
    line = lines[at]
    lines[at] = rng.choice(
        [
            line + b" ",
            line.replace(b'"v":1', b'"v":1.0'),
            line.replace(b'"v":1', b'"v":1,"v":1'),
            line[:-1],
            b"\xef\xbb\xbf" + line,
            line.replace("示".encode(), b"\\u793a", 1),
            line.replace(b'"rows":[', b'"rows":[ ', 1),
            line.replace(b'"at_us":', b'"at_us":-', 1),
            line.replace(b'"kind":"', b'"kind":"\\ud800', 1),
            b"",
        ]
    )
    return lines


def out_of_place(rng: Random, registry: Registry) -> Lines | None:
    """An entry is gone, stands twice, comes earlier in time or names another one before it."""
    lines, at = registry.lines(), rng.randrange(1, len(registry.records) - 1)
    what = rng.choice(["drop", "double", "swap", "time", "prev", "seq"])
    if what == "drop":
        return [*lines[:at], *lines[at + 1 :]]
    if what == "double":
        return [*lines[: at + 1], *lines[at:]]
    if what == "swap":
        return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
    entry = json.loads(lines[at])
    entry["at_us"] -= 3_600_000_000 if what == "time" else 0
    entry["seq"] += 1 if what == "seq" else 0
    entry["prev"] = hex_digest("another") if what == "prev" else entry["prev"]
    return rechained(lines, at, entry)


def cut_off(rng: Random, registry: Registry) -> Lines | None:
    """Not broken: a ledger may end anywhere."""
    return registry.lines()[: rng.randint(1, len(registry.records))]


ODD: tuple[Json, ...] = (
    None, True, 0, 1, -1, 2**53 - 1, 2**53, "", " ", "a", "0", "示例 ", "\u0085x", "\ufeffx", [],
    {}, [[]], {"10": 1, "9": 2}, {"__proto__": 1}, "00000044", "2026-02-29", "ab" * 32, "registrar",
    "𠮷" * 101, "x" * 201,
)  # fmt: skip


def spoil(rng: Random, value: Any) -> None:
    """Change one thing somewhere inside a JSON object."""
    places = list(_places(value))
    holder, name = rng.choice(places)
    fault = rng.choice(["drop", "odd", "nudge", "nudge", "move", "add", "double"])
    if fault == "drop":
        del holder[name]
    elif fault == "odd":
        holder[name] = deepcopy(rng.choice(ODD))
    elif fault == "move":
        other, of = rng.choice(places)
        holder[name] = deepcopy(other[of])
    elif fault == "add" and isinstance(holder, dict):
        extra = ["extra", "agent", "claim", "ranges", "on_behalf_of", "org", "predecessor", "10"]
        holder[rng.choice(extra)] = deepcopy(rng.choice(ODD))
    elif fault == "double" and isinstance(holder, list):
        holder.append(deepcopy(holder[name]))
    else:
        holder[name] = _nudged(rng, holder[name])


def _places(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, member in items:
        yield value, name
        if isinstance(member, dict | list):
            yield from _places(member)


def _nudged(rng: Random, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + rng.choice([-1000, -1, 1, 1000])
    if isinstance(value, str) and value:
        at = rng.randrange(len(value))
        return value[:at] + rng.choice("0aZ/-汇 ") + value[at + 1 :]
    return [value] if isinstance(value, dict) else {"a": 1}


BREAKINGS: dict[str, Breaking] = {
    "body-mutated": body_mutated,
    "cut-off": cut_off,
    "entry-mutated": entry_mutated,
    "nonce-again": nonce_again,
    "order-out-of-time": order_out_of_time,
    "other-rules": other_rules,
    "out-of-form": out_of_form,
    "out-of-place": out_of_place,
    "outcome-mutated": outcome_mutated,
    "wrong-actor": wrong_actor,
    "wrong-state-root": wrong_state_root,
    "wrong-supply": wrong_supply,
    "wrong-through": wrong_through,
}
