"""Acting for another account: `on_behalf_of` names the account and the mandate's digest."""

from dataclasses import dataclass
from datetime import date

from contracts.authority import Need, holder_needs
from contracts.books import Books
from contracts.dates import date_at
from contracts.form import ID, SHA256, Form
from contracts.lookup import account as find_account
from contracts.lookup import object_of
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json, Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """The account that an agent signs for, and the digest of the paper that lets it."""

    account: str
    mandate_sha256: str


def read_agency(form: Form) -> Agency | None:
    """Read the optional `on_behalf_of` {"account", "mandate_sha256"}."""
    if not form.has("on_behalf_of"):
        return None
    inner = form.form("on_behalf_of")
    agency = Agency(
        account=inner.text("account", ID), mandate_sha256=inner.text("mandate_sha256", SHA256)
    )
    inner.done()
    return agency


def agency_needs(
    books: Books, order: Order, account: str, agency: Agency | None
) -> tuple[Need, ...]:
    """Return who signs: the account's representatives, or those of its agent.

    Raises:
        Refused: `ACTOR_WRONG`; `MANDATE_MISSING` when the account gave the actor no mandate with
            this digest for this kind.
    """
    if agency is None:
        return holder_needs(books, order, account)
    agent = order.actor.removeprefix("acct/")
    row = books.row(f"acct/{account}")
    given = object_of(row, "mandates").get(agent) if row else None
    fits = (
        isinstance(given, dict)
        and agency.account == account
        and given["mandate_sha256"] == agency.mandate_sha256
        and isinstance(given["kinds"], list)
        and order.kind in given["kinds"]
    )
    if not fits:
        raise Refused(RefusalCode.MANDATE_MISSING, account=account, agent=agent, kind=order.kind)
    return holder_needs(books, order, account, mandate=agency.mandate_sha256)


def agent_of(books: Books, order: Order, agency: Agency | None, moment: Moment) -> Json:
    """Return how a row names the agent (papers print 由…代办), or null.

    Raises:
        Refused: `MANDATE_MISSING` when the mandate has run out.
    """
    if agency is None:
        return None
    agent_id = order.actor.removeprefix("acct/")
    agent = find_account(books, agent_id, "agent")
    mandates = object_of(find_account(books, agency.account), "mandates")
    given = mandates.get(agent_id)
    until = given["until"] if isinstance(given, dict) else None
    if not isinstance(until, str) or date.fromisoformat(until) < date_at(moment.at_us):
        raise Refused(RefusalCode.MANDATE_MISSING, account=agency.account, agent=agent_id)
    return {
        "account": agent_id,
        "mandate_sha256": agency.mandate_sha256,
        "org": agent["org"],
    }
