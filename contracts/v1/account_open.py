"""`account.open`: an organisation gets an account, with the persons who may sign for it.

The organisation appears as a pseudonym: its record, with the 统一社会信用代码 checked at the door,
stays in a vault table, and the log holds a salted commitment to it. A registrar officer
countersigns, and every new key proves its possession by signing. A person who is known already
signs with an earlier key as well, and an organisation that is known already agrees through the
representatives of its first account. An organisation that validates or verifies holds no units.

Source: EU Regulation 2019/1122, accounts and authorised representatives (two persons, roles);
温室气体自愿减排交易管理办法(试行) art. 37 (registry and verifier staff may not trade).

Example:
    A state forest farm opens a holder account under dual control with two representatives, one
    initiate and one approve: the registrar and both new keys sign, 3 signatures in all.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, account_needs, officer, persons_of, possession, roles_of
from contracts.books import Books
from contracts.check_digits import encode_id
from contracts.form import ID, SHA256, Form
from contracts.lookup import text_of, texts_of
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.people import (
    Representative,
    check_able,
    check_new_keys,
    consents,
    person_rows,
    read_representative,
)
from contracts.values import Json, Moment, Outcome, Row

TYPES: Final = ("agent", "holder", "validator", "verifier")
ATTESTING: Final = ("validator", "verifier")
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
    """A registrar officer signs, every new key, known persons, and a known organisation's own."""
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    keys = tuple(possession(person.key.key) for person in body.representatives)
    known = consents(books, (person.person for person in body.representatives))
    agreeing = tuple(need.role for need in known)
    return (officer("registrar"), *keys, *known, *_org_needs(books, body, agreeing))


def _org_needs(books: Books, body: AccountOpening, agreeing: tuple[str, ...]) -> tuple[Need, ...]:
    """Return whose signatures a known organisation still owes for its further account.

    Without them anybody could open an account in the name of one that knows nothing of it. A
    person who signs as a representative of the new account as well signs once: that counts for
    the organisation too, first where nobody else of the first account could sign.
    """
    org = books.row(f"org/{body.org}") if body.org is not None else None
    if org is None:
        return ()
    first = text_of(org, "account")
    owed = account_needs(books, first)
    listed = [str(item["person"]) for item in persons_of(books.row(f"acct/{first}"))]
    roles = {person: roles_of(books, first, person) for person in listed}

    def others(need: Need) -> int:
        return sum(need.role in roles[person] for person in listed if person not in agreeing)

    free = [person for person in listed if person in agreeing]
    free.sort(key=lambda person: len(roles[person]))
    filled: list[Need] = []
    for need in sorted(owed, key=others):
        person = next((person for person in free if need.role in roles[person]), None)
        if person is not None:
            free.remove(person)
            filled.append(need)
    return tuple(need for need in owed if need not in filled)


def decide(books: Books, order: Order, body: AccountOpening, moment: Moment) -> Outcome:
    """Open the account; its id derives from this entry's position.

    Raises:
        Refused: `KEY_ALREADY_USED`, `PERSON_CONFLICT` (also a person listed twice),
            `REPRESENTATIVES_TOO_FEW` (dual control needs one who initiates and another who
            approves), `OFFICER_IN_HOLDER_ACCOUNT`, `ORG_UNKNOWN`, `NOT_INDEPENDENT`.
    """
    del order
    account = encode_id(moment.seq)
    check_new_keys(books, [person.key for person in body.representatives])
    names = [person.person for person in body.representatives]
    if len(set(names)) != len(names):
        raise Refused(RefusalCode.PERSON_CONFLICT, persons=len(names))
    listed: list[Json] = [person.listed() for person in body.representatives]
    check_able((person.listed() for person in body.representatives), dual_control=body.dual_control)
    people = ((person.person, person.commitment, None) for person in body.representatives)
    rows = [*person_rows(books, people)]
    rows.extend(
        person.key.row(valid_from_us=moment.at_us, person=person.person)
        for person in body.representatives
    )
    org, org_row = _org_row(books, body, account)
    rows.append(org_row)
    rows.append(
        Row(
            f"acct/{account}",
            {
                "affiliated": body.affiliated,
                "dual_control": body.dual_control,
                "ets_covered": body.ets_covered,
                "mandates": {},
                "opened_at_us": moment.at_us,
                "org": org,
                "representatives": listed,
                "type": body.type,
            },
        )
    )
    return Outcome(rows=tuple(sorted(rows, key=lambda row: row.key)))


def _org_row(books: Books, body: AccountOpening, account: str) -> tuple[str, Row]:
    """Return the organisation's id and its row: a new one, or with one more type of account.

    Raises:
        Refused: `ORG_UNKNOWN`, `NOT_INDEPENDENT` when one organisation would both attest
            (validator, verifier) and trade (holder, agent).
    """
    types: list[str] = [body.type]
    value: dict[str, Json] = {
        "account": account,
        "affiliated": body.affiliated,
        "commitment": body.commitment,
    }
    if body.org is not None:
        known = books.row(f"org/{body.org}")
        if known is None:
            raise Refused(RefusalCode.ORG_UNKNOWN, org=body.org)
        value = dict(known)
        types.extend(texts_of(known, "types"))
    name = body.org or account
    if any(one in ATTESTING for one in types) and any(one not in ATTESTING for one in types):
        raise Refused(RefusalCode.NOT_INDEPENDENT, org=name, types=[*sorted(set(types))])
    return name, Row(f"org/{name}", {**value, "types": [*sorted(set(types))]})


RULE: Final = Rule(kind="account.open", read=read, needs=needs, decide=decide)
