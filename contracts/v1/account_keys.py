"""`account.keys`: who signs for an account changes: keys, representatives, agents' mandates.

Actions: `add` a representative or another key of one; `revoke` a key at once; `recover` a lost
key, by two officers, only after a public delay of seven days in which any representative may
`object`; give an accredited agent (窗口代办) a `mandate`, or `end` it. A person who is known
already agrees to another key or role with an earlier key. Where nobody approves, who initiates
does.

Source: EU Regulation 2019/1122 art. 23 (changes take effect after days, removal at once); the
delay is written down once as a due time, so that no clock can shorten it.

Example:
    Entry 50 at T recovers key a1… into b2…: b2… is valid from T + 7 days, a1… until T + 7 days.
    An objection at T + 3 days, signed with a1…, makes b2… void before it was ever valid.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.authority import (
    ANY_ROLE,
    Need,
    officer,
    persons_of,
    possession,
    representative,
)
from contracts.books import Books
from contracts.dates import DAY_US
from contracts.form import HEX_KEY, ID, PERSON, SHA256, Form
from contracts.lookup import account as find_account
from contracts.lookup import object_of, texts_of
from contracts.orders import KIND, Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.people import (
    NewKey,
    Representative,
    check_able,
    check_new_keys,
    consents,
    person_rows,
    read_key,
    read_representative,
)
from contracts.values import Json, Moment, Outcome, Row, Value

ACTIONS: Final = ("add", "end", "mandate", "object", "recover", "revoke")
RECOVERY_DELAY_US: Final = 7 * DAY_US
MANDATE_KINDS: Final = (
    "claim.complete",
    "claim.measure",
    "claim.open",
    "units.retire",
    "units.transfer",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """What an account lets an agent sign: order kinds, until a date, on a paper's digest."""

    agent: str
    mandate_sha256: str
    kinds: tuple[str, ...]
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """The body: the action and what it needs; everything else is absent."""

    account: str
    action: str
    representative: Representative | None = None
    key: str | None = None
    lost_key: str | None = None
    new_key: NewKey | None = None
    person: str | None = None
    agent: str | None = None
    mandate: Mandate | None = None


def read(form: Form) -> AccountChange:
    """Read the body by its action."""
    account, action = form.text("account", ID), form.choice("action", ACTIONS)
    change = AccountChange(account=account, action=action)
    if action == "add":
        person = read_representative(form.form("representative"))
        change = AccountChange(account=account, action=action, representative=person)
    elif action in ("object", "revoke"):
        change = AccountChange(account=account, action=action, key=form.text("key", HEX_KEY))
    elif action == "recover":
        change = AccountChange(
            account=account,
            action=action,
            lost_key=form.text("lost_key", HEX_KEY),
            new_key=read_key(form),
            person=form.text("person", PERSON),
        )
    elif action == "mandate":
        change = AccountChange(account=account, action=action, mandate=_read_mandate(form))
    else:
        change = AccountChange(account=account, action=action, agent=form.text("agent", ID))
    form.done()
    return change


def _read_mandate(form: Form) -> Mandate:
    mandate = Mandate(
        agent=form.text("agent", ID),
        mandate_sha256=form.text("mandate_sha256", SHA256),
        kinds=form.texts("kinds", KIND, least=1),
        until=form.day("until"),
    )
    if any(kind not in MANDATE_KINDS for kind in mandate.kinds):
        raise Refused(RefusalCode.CHOICE_UNKNOWN, field="kinds", options=list(MANDATE_KINDS))
    return mandate


def needs(books: Books, order: Order, body: AccountChange) -> tuple[Need, ...]:
    """Who signs depends on the action and on who acts: the account, or the registrar."""
    people = persons_of(books.row(f"acct/{body.account}"))
    approvers = [item.get("person") for item in people if "approve" in texts_of(item, "roles")]
    approver = representative(body.account, "approve" if approvers else "initiate")
    own = order.actor == f"acct/{body.account}"
    if own and body.action == "add" and body.representative:
        known = consents(books, [body.representative.person])
        # One person fills one need: an approver who adds a key of their own has consented.
        first = () if known and body.representative.person in approvers else (approver,)
        return (*first, *known, officer("registrar"), possession(body.representative.key.key))
    if own and body.action == "mandate":
        return (approver, officer("registrar"))
    if own and body.action in ("end", "revoke"):
        return (approver,)
    if own and body.action == "object":
        return (representative(body.account, ANY_ROLE),)
    if order.actor == "registrar" and body.action == "revoke":
        return (officer("registrar"), officer("supervisor"))
    if order.actor == "registrar" and body.new_key:
        return (officer("registrar"), officer("supervisor"), possession(body.new_key.key))
    raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind, action=body.action)


def decide(books: Books, order: Order, body: AccountChange, moment: Moment) -> Outcome:
    """Change who signs.

    Raises:
        Refused: `KEY_UNKNOWN` (a key named in the body is not the account's);
            `ACCOUNT_UNKNOWN`, `ACCOUNT_TYPE_WRONG` (a mandate goes to an agent),
            `PERSON_UNKNOWN`, `RECOVERY_NOT_OPEN` (nothing to object to, or one
            is under way already), `KEY_ALREADY_USED`, `OFFICER_IN_HOLDER_ACCOUNT`,
            `PERSON_CONFLICT`, `REPRESENTATIVES_TOO_FEW`, `MANDATE_UNKNOWN`.
    """
    del order
    named = body.key or body.lost_key
    key = _key_of(books, body.account, named) if named else {}
    account = find_account(books, body.account)
    if body.representative:
        rows = _add(books, account, body.account, body.representative, moment)
    elif body.new_key:
        rows = _recover(books, key, body, body.new_key, moment)
    elif body.key:
        rows = _end_key(books, key, body, body.key, moment)
    else:
        rows = (_mandates(books, account, body),)
    return Outcome(rows=tuple(sorted(rows, key=lambda row: row.key)))


def _add(
    books: Books, account: Value, account_id: str, new: Representative, moment: Moment
) -> tuple[Row, ...]:
    check_new_keys(books, [new.key])
    people = person_rows(books, [(new.person, new.commitment, None)])
    listed: list[Json] = [item for item in persons_of(account) if item.get("person") != new.person]
    changed: dict[str, Json] = {**account, "representatives": [*listed, new.listed()]}
    check_able(persons_of(changed), dual_control=account["dual_control"] is True)
    key = new.key.row(valid_from_us=moment.at_us, person=new.person)
    return (*people, key, Row(f"acct/{account_id}", changed))


def _key_of(books: Books, account_id: str, key: str) -> Value:
    row = books.row(f"key/{key}")
    people = [item.get("person") for item in persons_of(books.row(f"acct/{account_id}"))]
    if row is None or row["person"] not in people:
        raise Refused(RefusalCode.KEY_UNKNOWN, key=key, account=account_id)
    return row


def _recover(
    books: Books, lost: Value, body: AccountChange, new: NewKey, moment: Moment
) -> tuple[Row, ...]:
    lost_key = body.lost_key
    if lost["person"] != body.person:
        raise Refused(RefusalCode.PERSON_UNKNOWN, person=body.person)
    due_us, ends_us = moment.at_us + RECOVERY_DELAY_US, lost["valid_until_us"]
    if isinstance(ends_us, int) and ends_us > moment.at_us:
        raise Refused(RefusalCode.RECOVERY_NOT_OPEN, key=lost_key, valid_until_us=ends_us)
    check_new_keys(books, [new])
    recovered = new.row(valid_from_us=due_us, person=body.person)
    # A key that was revoked stays revoked: recovery must not lend a thief seven more days.
    ending: dict[str, Json] = {**lost, "valid_until_us": due_us if ends_us is None else ends_us}
    pending: dict[str, Json] = {**recovered.value, "recovers": lost_key}
    return (Row(recovered.key, pending), Row(f"key/{lost_key}", ending))


def _end_key(
    books: Books, row: Value, body: AccountChange, key: str, moment: Moment
) -> tuple[Row, ...]:
    ends_us = row["valid_until_us"]
    if body.action == "revoke":
        earlier = isinstance(ends_us, int) and ends_us <= moment.at_us
        ended = {**row, "valid_until_us": ends_us if earlier else moment.at_us}
        return (Row(f"key/{key}", ended),)
    start_us, lost = row["valid_from_us"], books.row(f"key/{row.get('recovers')}")
    begun = not isinstance(start_us, int) or start_us <= moment.at_us
    if lost is None or begun or ends_us is not None:
        raise Refused(RefusalCode.RECOVERY_NOT_OPEN, key=key)
    voided = Row(f"key/{key}", {**row, "valid_until_us": start_us})
    if lost["valid_until_us"] != start_us:  # revoked before or meanwhile: it stays so
        return (voided,)
    return (voided, Row(f"key/{row['recovers']}", {**lost, "valid_until_us": None}))


def _mandates(books: Books, account: Value, body: AccountChange) -> Row:
    mandates = dict(object_of(account, "mandates"))
    if body.mandate:
        find_account(books, body.mandate.agent, "agent")
        kinds: list[Json] = [*sorted(body.mandate.kinds)]
        mandates[body.mandate.agent] = {
            "kinds": kinds,
            "mandate_sha256": body.mandate.mandate_sha256,
            "until": body.mandate.until.isoformat(),
        }
    elif mandates.pop(body.agent or "", None) is None:
        raise Refused(RefusalCode.MANDATE_UNKNOWN, agent=body.agent)
    return Row(f"acct/{body.account}", {**account, "mandates": mandates})


RULE: Final = Rule(kind="account.keys", read=read, needs=needs, decide=decide)
