"""The one way in: check orders, then decide, append and project them in a single transaction.

The first stage (`ledger.intake.checking`) needs no lock, the second (`submit_checked`) holds it;
who has many batches checks the next one while this one is decided. A batch is not atomic between
its orders: each sees its predecessors through one overlay of the books, and a refused order leaves
nothing behind. All accepted ones are committed together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import Connection, Engine

from contracts.invariants import check_outcome
from contracts.refusal import RefusalCode, Refused
from contracts.values import Moment, Outcome
from ledger import rulesets, store, vault
from ledger.books.hints import holdings_for, rows_for
from ledger.books.overlay import Overlay
from ledger.books.projection import StoredBooks
from ledger.books.writing import write_changes
from ledger.database.asked import recorded_under, values_of
from ledger.database.engine import is_postgres
from ledger.database.outcome import leave_trace, read_back, settled
from ledger.intake import door
from ledger.intake.checking import CheckedOrder, Checker
from ledger.intake.envelope import SignedOrder, passkey_scope_of
from ledger.log.entry import Entry, EntryError, MovementJson, RowJson, build_entry, parse_entry
from ledger.log.merkle import leaf_hash
from ledger.log.verify import PasskeyScope
from ledger.store import Head

BEHIND_US_MAX: Final = 30 * 1_000_000
AHEAD_US_MAX: Final = 7 * 86_400 * 1_000_000


class ClockError(Exception):
    """This machine's clock contradicts the log's time. Set the clock, or confirm it."""


@dataclass(slots=True)
class _Batch:
    """What is known while a batch is decided under the lock."""

    connection: Connection
    overlay: Overlay
    recorded: dict[tuple[str, str], Entry]
    entries: list[Entry]
    seq: int
    prev: bytes
    at_us: int


def submit(
    engine: Engine,
    signed_orders: Sequence[SignedOrder],
    *,
    now_us: int,
    clock_confirmed: bool = False,
) -> tuple[Entry | Refused, ...]:
    """Check and record each order that the rules allow; the others change nothing.

    Both stages, one after the other; arguments, answers and errors as `submit_checked`.
    """
    checked = Checker(lambda: passkey_scope(engine)).check(signed_orders)
    return submit_checked(engine, checked, now_us=now_us, clock_confirmed=clock_confirmed)


def submit_checked(
    engine: Engine,
    checked_orders: Sequence[CheckedOrder],
    *,
    now_us: int,
    clock_confirmed: bool = False,
) -> tuple[Entry | Refused, ...]:
    """Record each order that the rules allow; the others change nothing.

    Args:
        engine: The write engine of the registry.
        checked_orders: In the sequence in which they are decided.
        now_us: This machine's time, microseconds since 1970-01-01T00:00:00Z.
        clock_confirmed: An operator has confirmed a clock that is days ahead of the log.

    Returns:
        For each order its entry, already committed, or the refusal. An order that was recorded
        before is answered with the entry of that time.

    Raises:
        ClockError: the clock is 30 s behind the log, or 7 days ahead without confirmation.
        HeadMovedError: another writer was faster; nothing is recorded, submit again.
        StaleEpochError: another database server has taken over; nothing is recorded.
        OutcomeUnknownError: whether they were recorded cannot be said; submit the same again.
        TamperedError: what was written does not read back. Stop.
    """

    def decide(connection: Connection) -> tuple[list[Entry], tuple[Entry | Refused, ...]]:
        # The lock is held from here on: the head cannot move between decision and append.
        head = store.lock_head(connection)
        _check_clock(head, now_us, confirmed=clock_confirmed)
        batch = _begin_batch(connection, head, checked_orders, now_us)
        answers = tuple(_answer(batch, checked) for checked in checked_orders)
        if batch.entries:
            store.append(connection, batch.entries, after=head)
            write_changes(connection, batch.overlay, batch.entries)
        elif is_postgres(connection) and any(isinstance(answer, Entry) for answer in answers):
            leave_trace(connection)
        return batch.entries, answers

    # If we crash before the commit returns, nothing was promised: the journal rolls back, or the
    # whole batch is there and the same orders are answered with their entries.
    entries, answers = settled(engine, decide)
    if entries:
        read_back(engine, entries)
    return answers


def passkey_scope(engine: Engine) -> PasskeyScope:
    """Return where passkeys may sign, as entry 0 states it for the whole log."""
    with engine.begin() as connection:
        row = StoredBooks.inside(connection).row("registry")
    return passkey_scope_of(row["webauthn"] if row else None)


def _check_clock(head: Head, now_us: int, *, confirmed: bool) -> None:
    if head.size == 0:
        return
    if now_us < head.at_us - BEHIND_US_MAX:
        raise ClockError(f"the clock is {(head.at_us - now_us) // 1_000_000} s behind the log")
    if now_us > head.at_us + AHEAD_US_MAX and not confirmed:
        days = (now_us - head.at_us) // 86_400_000_000
        raise ClockError(f"the clock is {days} days ahead of the log; confirm it to go on")


def _begin_batch(
    connection: Connection, head: Head, checked_orders: Sequence[CheckedOrder], now_us: int
) -> _Batch:
    """Load in a few statements what the orders are likely to ask for."""
    signed_orders = [checked.signed for checked in checked_orders]
    overlay = Overlay(StoredBooks.inside(connection))
    overlay.prefetch_rows(rows_for(signed_orders))
    # Anybody can sign with a key of his own: units are not looked for on a stranger's word.
    wanted = holdings_for(
        checked.signed
        for checked in checked_orders
        if checked.refusal is None
        and all(overlay.row(f"key/{key}") for key, _ in checked.signed.keys)
    )
    overlay.prefetch_holdings(wanted.places)
    overlay.prefetch_units(wanted.units)
    return _Batch(
        connection=connection,
        overlay=overlay,
        recorded=_recorded(connection, signed_orders),
        entries=[],
        seq=head.size,
        prev=head.leaf_hash,
        at_us=max(now_us, head.at_us),
    )


def _recorded(
    connection: Connection, signed_orders: Sequence[SignedOrder]
) -> dict[tuple[str, str], Entry]:
    """Return the entries that were recorded earlier under the nonces of these orders."""
    nonces = [signed.order.nonce for signed in signed_orders]
    dialect = connection.dialect.name
    found = connection.execute(recorded_under(dialect), values_of(dialect, nonces))
    return {(actor, nonce): parse_entry(content) for actor, nonce, content in found}


def _answer(batch: _Batch, checked: CheckedOrder) -> Entry | Refused:
    signed, refusal = checked.signed, checked.refusal
    order = signed.order
    if refusal is not None and refusal.code is RefusalCode.SIGNATURE_INVALID:
        return refusal
    earlier = batch.recorded.get((order.actor, order.nonce))
    if earlier is not None:
        if earlier.order_bytes == signed.order_bytes:
            if refusal is None:
                vault.keep_again(batch.connection, signed.private, earlier)
            return earlier
        return Refused(RefusalCode.NONCE_REUSED, nonce=order.nonce, seq=earlier.seq)
    if refusal is not None:
        return refusal
    try:
        return _record(batch, signed, checked.body)
    except Refused as refused:
        return refused


def _record(batch: _Batch, signed: SignedOrder, read: rulesets.ReadBody | None) -> Entry:
    overlay, order = batch.overlay, signed.order
    moment = Moment(seq=batch.seq, at_us=batch.at_us)
    rule_set = _rules_in_force(overlay, signed)
    if read is None or read.rule_set != rule_set:
        read = rulesets.read_body(rule_set, order)
    outcome = rulesets.decide_read(read, overlay, order, signed.keys, moment)
    check_outcome(overlay, outcome)
    entry = _build(batch, signed, outcome)
    door.check_state(batch.connection, overlay, signed)
    # From here on nothing refuses: a refused order must leave nothing behind.
    if signed.private:
        vault.keep(batch.connection, signed.private, outcome.rows)
    overlay.apply(outcome.movements, outcome.rows, entry.seq)
    batch.entries.append(entry)
    batch.recorded[order.actor, order.nonce] = entry
    batch.seq, batch.prev = entry.seq + 1, leaf_hash(entry.content)
    return entry


def _rules_in_force(overlay: Overlay, signed: SignedOrder) -> str:
    active = overlay.row("rules/active")
    if active is not None:
        return str(active["hash"])
    # Entry 0 names the first rule set itself; it must be one that this node ships.
    if signed.order.rules not in rulesets.shipped():
        raise Refused(RefusalCode.RULES_UNKNOWN, rule_set=signed.order.rules)
    return signed.order.rules


def _build(batch: _Batch, signed: SignedOrder, outcome: Outcome) -> Entry:
    movements = tuple(cast("MovementJson", movement.to_json()) for movement in outcome.movements)
    rows = tuple(cast("RowJson", row.to_json()) for row in outcome.rows)
    try:
        content = build_entry(
            seq=batch.seq,
            prev=batch.prev,
            at_us=batch.at_us,
            order=signed.order_bytes,
            sigs=signed.sigs,
            movements=movements,
            rows=rows,
        )
    except EntryError as error:
        raise Refused(RefusalCode.TOO_LARGE, reason=str(error)) from error
    return Entry(
        seq=batch.seq,
        prev=batch.prev,
        at_us=batch.at_us,
        order=signed.order_json,
        order_bytes=signed.order_bytes,
        sigs=signed.sigs,
        movements=movements,
        rows=rows,
        content=content,
    )
