"""`units.transfer`: units go from one holder account to another, by serials or by amount.

An amount takes the oldest monitoring period first, then batch id, then lowest number. A sale that
was settled elsewhere is named by venue, trade number and date. Its price is absent, or a
commitment, or published, and then the buyer signs as well. One trade number settles one transfer.

Source: Baotou practice of 2025: the sale happens at the public-resources exchange, the bureau
records the transfer on its voucher (中新网 2025-02). Record is title: Measures art. 6.

Example:
    A holds [0, 30) of an older and [0, 100) of a younger batch. Transferring 50 kg moves [0, 30)
    of the older and [0, 20) of the younger batch.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from contracts.authority import Need, representative
from contracts.books import Books
from contracts.form import ID, SHA256, Form
from contracts.lookup import account as find_account
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.selection import read_units, take
from contracts.v1.agency import Agency, agency_needs, agent_of, read_agency
from contracts.values import Json, Moment, Movement, Outcome, Row, account_place


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A trade settled elsewhere; `key` is the SHA-256 that its venue and number hash to."""

    key: str
    named: dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """The body: from whom, to whom, which units, settled where."""

    source: str
    target: str
    quantity_kg: int | None
    ranges: tuple[Movement, ...]
    settlement: Settlement | None
    agency: Agency | None


def read(form: Form) -> Transfer:
    """Read the body."""
    quantity_kg, ranges = read_units(form)
    body = Transfer(
        source=form.text("from", ID),
        target=form.text("to", ID),
        quantity_kg=quantity_kg,
        ranges=ranges,
        settlement=_read_settlement(form),
        agency=read_agency(form),
    )
    form.done()
    return body


def _read_settlement(form: Form) -> Settlement | None:
    if not form.has("external_settlement"):
        return None
    inner = form.form("external_settlement")
    venue, trade = inner.text("venue"), inner.text("trade_no", most=100)
    named: dict[str, Json] = {
        "date": inner.day("date").isoformat(),
        "price_commitment": inner.optional_text("price_commitment", SHA256),
        "price_fen": inner.integer("price_fen") if inner.has("price_fen") else None,
        "trade_no": trade,
        "venue": venue,
    }
    inner.done()
    if named["price_fen"] is not None and named["price_commitment"] is not None:
        # A commitment next to the price in clear would commit to nothing, or to another price.
        raise Refused(RefusalCode.FIELD_FORMAT, field="body.external_settlement.price_fen")
    digest = sha256(f"{venue}\n{trade}".encode()).hexdigest()
    return Settlement(key=f"settlement/{digest}", named=named)


def needs(books: Books, order: Order, body: Transfer) -> tuple[Need, ...]:
    """The holder's representatives sign, or its agent's; a published price the buyer's as well."""
    own = agency_needs(books, order, body.source, body.agency)
    if body.settlement is None or body.settlement.named["price_fen"] is None:
        return own
    return (*own, representative(body.target, "initiate"))


def decide(books: Books, order: Order, body: Transfer, moment: Moment) -> Outcome:
    """Move the units.

    Raises:
        Refused: `MANDATE_MISSING`; `ACCOUNT_UNKNOWN`, `ACCOUNT_TYPE_WRONG`, `SAME_ACCOUNT`,
            `SETTLEMENT_ALREADY_USED`; then `BATCH_UNKNOWN`, `UNITS_NOT_HELD`,
            `BALANCE_TOO_LOW`, `TOO_MANY_RANGES`.
    """
    agent = agent_of(books, order, body.agency, moment)
    find_account(books, body.source, "holder")
    find_account(books, body.target, "holder")
    if body.source == body.target:
        raise Refused(RefusalCode.SAME_ACCOUNT, account=body.source)
    rows: list[Row] = []
    if body.settlement:
        if books.row(body.settlement.key) is not None:
            raise Refused(
                RefusalCode.SETTLEMENT_ALREADY_USED, trade_no=body.settlement.named["trade_no"]
            )
        named = {**body.settlement.named, "agent": agent, "seq": moment.seq}
        rows.append(Row(body.settlement.key, named))
    movements = take(
        books,
        account_place(body.source),
        account_place(body.target),
        body.quantity_kg,
        body.ranges,
    )
    return Outcome(movements=movements, rows=tuple(rows))


RULE: Final = Rule(kind="units.transfer", read=read, needs=needs, decide=decide)
