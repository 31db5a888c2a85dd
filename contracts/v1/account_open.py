"""`account.open`: an organisation gets an account, with the persons who may sign for it.

The organisation appears as a pseudonym: its record, with the 统一社会信用代码 checked at the door,
stays in a vault table, and the log holds a salted commitment to it. A registrar officer
countersigns, and every new key proves its possession by signing.

Source: EU Regulation 2019/1122, accounts and authorised representatives (two persons, roles);
温室气体自愿减排交易管理办法(试行) art. 37 (registry and verifier staff may not trade).

Example:
    A state forest farm opens a holder account under dual control with two representatives, one
    initiate and one approve: the registrar and both new keys sign, 3 signatures in all.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, officer, possession
from contracts.books import Books
from contracts.check_digits import encode_id
from contracts.form import ID, SHA256, Form
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.people import (
    Representative,
    check_new_keys,
    person_rows,
    read_representative,
)
from contracts.values import Json, Moment, Outcome, Row

TYPES: Final = ("agent", "holder", "validator", "verifier")
REPRESENTATIVES_MAX: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpening:
    """The body: what kind of account, for which organisation, signed for by whom."""

    type: str
    org: str | None
    commitment: str | None
    ets_covered: bool
    affiliated: bool
    dual_control: bool
    representatives: tuple[Representative, ...]


def read(form: Form) -> AccountOpening:
    """Read the body: either `commitment` (a new organisation) or `org` (one that is known)."""
    body = AccountOpening(
        type=form.choice("type", TYPES),
        org=form.optional_text("org", ID),
        commitment=form.optional_text("commitment", SHA256),
        ets_covered=form.flag("ets_covered"),
        affiliated=form.flag("affiliated"),
        dual_control=form.flag("dual_control"),
        representatives=tuple(
            read_representative(item)
            for item in form.forms("representatives", least=1, most=REPRESENTATIVES_MAX)
        ),
    )
    form.done()
    if (body.org is None) == (body.commitment is None):
        raise Refused(RefusalCode.FIELD_MISSING, field="body.commitment or body.org")
    return body


def needs(books: Books, order: Order, body: AccountOpening) -> tuple[Need, ...]:
    """A registrar officer signs, and every new key."""
    del books
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    keys = tuple(possession(person.key.key) for person in body.representatives)
    return (officer("registrar"), *keys)


def decide(books: Books, order: Order, body: AccountOpening, moment: Moment) -> Outcome:
    """Open the account; its id derives from this entry's position.

    Raises:
        Refused: `ORG_UNKNOWN`, `KEY_ALREADY_USED`, `PERSON_CONFLICT`,
            `OFFICER_IN_HOLDER_ACCOUNT`, `REPRESENTATIVES_TOO_FEW` (dual control needs one who
            initiates and another who approves).
    """
    del order
    account = encode_id(moment.seq)
    if body.org is not None and books.row(f"org/{body.org}") is None:
        raise Refused(RefusalCode.ORG_UNKNOWN, org=body.org)
    check_new_keys(books, [person.key for person in body.representatives])
    check_representatives(body.representatives, dual_control=body.dual_control)
    people = ((person.person, person.commitment, None) for person in body.representatives)
    rows = [*person_rows(books, people)]
    rows.extend(
        person.key.row(valid_from_us=moment.at_us, person=person.person)
        for person in body.representatives
    )
    if body.org is None:
        org: dict[str, Json] = {
            "account": account,
            "affiliated": body.affiliated,
            "commitment": body.commitment,
        }
        rows.append(Row(f"org/{account}", org))
    rows.append(
        Row(
            f"acct/{account}",
            {
                "affiliated": body.affiliated,
                "dual_control": body.dual_control,
                "ets_covered": body.ets_covered,
                "mandates": {},
                "opened_at_us": moment.at_us,
                "org": body.org or account,
                "representatives": [person.listed() for person in body.representatives],
                "type": body.type,
            },
        )
    )
    return Outcome(rows=tuple(sorted(rows, key=lambda row: row.key)))


def check_representatives(people: tuple[Representative, ...], *, dual_control: bool) -> None:
    """Refuse an account for which nobody could sign.

    Raises:
        Refused: `PERSON_CONFLICT` when a person is listed twice, `REPRESENTATIVES_TOO_FEW`.
    """
    names = [person.person for person in people]
    if len(set(names)) != len(names):
        raise Refused(RefusalCode.PERSON_CONFLICT, persons=len(names))
    initiates = {person.person for person in people if "initiate" in person.roles}
    approves = {person.person for person in people if "approve" in person.roles}
    able = bool(initiates)
    if dual_control:
        able = any(one != other for one in sorted(initiates) for other in sorted(approves))
    if not able:
        raise Refused(
            RefusalCode.REPRESENTATIVES_TOO_FEW,
            initiate=len(initiates),
            approve=len(approves),
        )


RULE: Final = Rule(kind="account.open", read=read, needs=needs, decide=decide)
