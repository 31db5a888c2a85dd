"""Who must sign: each rule names its needs, and signatures and needs must match one to one.

Persons are compared, never keys: one person with two keys fills one need. Every need is filled
by a different person, and a signature that no need asks for is refused, so nobody's signature
can be carried along for a show.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from contracts.books import Books
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json, Moment, Value

ANY_ROLE: Final = "any"


class Signer(NamedTuple):
    """A signature's key, its algorithm, and the person or service behind it (if known)."""

    key: str
    alg: str
    person: str | None
    service: str | None


class Need(NamedTuple):
    """One signature that an order needs.

    `what` is one of: officer (`role` registrar, issuer or supervisor), representative (`account`
    and `role` initiate, approve or any), person (`role` is the pseudonym), service (`role` is its
    name), key (`role` is the key itself: proof of possession by a key that the order introduces).
    """

    what: str
    role: str
    account: str = ""

    def to_json(self) -> dict[str, Json]:
        """Return the need as a fact of a refusal."""
        return {"account": self.account, "role": self.role, "what": self.what}


def officer(role: str) -> Need:
    """Return the need for an officer of the registrar in that role."""
    return Need(what="officer", role=role)


def representative(account: str, role: str) -> Need:
    """Return the need for a representative of an account with that role."""
    return Need(what="representative", account=account, role=role)


def consent(person: str) -> Need:
    """Return the need for a known person's own signature, with a key registered before."""
    return Need(what="person", role=person)


def possession(key: str) -> Need:
    """Return the need for a signature by a key that the order itself introduces."""
    return Need(what="key", role=key)


def service(name: str) -> Need:
    """Return the need for a service of the registry."""
    return Need(what="service", role=name)


def identify(
    books: Books, keys: Sequence[tuple[str, str]], moment: Moment, introduced: Sequence[Need]
) -> tuple[Signer, ...]:
    """Name the person or service behind each (key, algorithm) at this moment.

    Raises:
        Refused: `KEY_UNKNOWN`, `KEY_NOT_VALID`.
    """
    signers = []
    for key, alg in keys:
        row = books.row(f"key/{key}")
        if row is None:
            if not any(need.what == "key" and need.role == key for need in introduced):
                raise Refused(RefusalCode.KEY_UNKNOWN, key=key)
            signers.append(Signer(key=key, alg=alg, person=None, service=None))
            continue
        check_key_time(row, key, moment)
        if row["alg"] != alg:
            raise Refused(RefusalCode.KEY_NOT_VALID, key=key, alg=row["alg"])
        signers.append(
            Signer(key=key, alg=alg, person=_text(row, "person"), service=_text(row, "service"))
        )
    return tuple(signers)


def check_key_time(row: Value, key: str, moment: Moment) -> None:
    """Refuse a key before its first or from its last moment on.

    Raises:
        Refused: `KEY_NOT_VALID`.
    """
    start, end = row["valid_from_us"], row["valid_until_us"]
    begun = isinstance(start, int) and start <= moment.at_us
    over = isinstance(end, int) and end <= moment.at_us
    if not begun or over:
        raise Refused(RefusalCode.KEY_NOT_VALID, key=key, valid_from_us=start, valid_until_us=end)


def _text(row: Value, name: str) -> str | None:
    value = row.get(name)
    return value if isinstance(value, str) else None


def check(books: Books, order: Order, signers: Sequence[Signer], needs: Sequence[Need]) -> None:
    """Match signatures and needs one to one, by different persons.

    Raises:
        Refused: `SIGNATURE_MISSING` naming the first need that nobody fills,
            `SIGNATURE_SURPLUS` when a signature is left over.
    """
    if not needs:
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    if len(needs) == len(signers) == 1 and _fits(books, order, signers[0], needs[0]):
        return  # the usual order, of which there is nothing to match
    fits = [[_fits(books, order, signer, need) for signer in signers] for need in needs]
    unfilled = _match(signers, fits)
    if unfilled is not None:
        raise Refused(RefusalCode.SIGNATURE_MISSING, need=needs[unfilled].to_json())
    if len(signers) > len(needs):
        raise Refused(RefusalCode.SIGNATURE_SURPLUS, signatures=len(signers), needed=len(needs))


def _match(signers: Sequence[Signer], fits: list[list[bool]]) -> int | None:
    """Return the first need that cannot be filled, by trying every assignment (at most 8)."""
    deepest = 0

    def fill(need: int, used: frozenset[int], persons: frozenset[str]) -> bool:
        nonlocal deepest
        deepest = max(deepest, need)
        if need == len(fits):
            return True
        for index, signer in enumerate(signers):
            if index in used or not fits[need][index] or signer.person in persons:
                continue
            named = persons | {signer.person} if signer.person else persons
            if fill(need + 1, used | {index}, named):
                return True
        return False

    return None if fill(0, frozenset(), frozenset()) else min(deepest, len(fits) - 1)


def _fits(books: Books, order: Order, signer: Signer, need: Need) -> bool:
    if need.what == "key":
        return signer.key == need.role
    if need.what == "service":
        row = books.row(f"service/{need.role}")
        kinds = row["kinds"] if row else []
        return signer.service == need.role and isinstance(kinds, list) and order.kind in kinds
    if signer.person is None:
        return False
    if need.what == "person":
        return signer.person == need.role
    if need.what == "officer":
        row = books.row(f"person/{signer.person}")
        return row is not None and row["officer"] == need.role
    roles = roles_of(books, need.account, signer.person)
    return bool(roles) if need.role == ANY_ROLE else need.role in roles


def roles_of(books: Books, account: str, person: str) -> tuple[str, ...]:
    """Return the roles that a person holds in an account: initiate, approve, read."""
    row = books.row(f"acct/{account}")
    found: list[str] = []
    for item in persons_of(row):
        if item.get("person") == person and isinstance(item["roles"], list):
            found += [role for role in item["roles"] if isinstance(role, str)]
    return tuple(found)


def persons_of(account: Value | None) -> tuple[dict[str, Json], ...]:
    """Return the representatives of an account row: {"person", "roles"} each."""
    listed = account["representatives"] if account else []
    if not isinstance(listed, list):
        return ()
    return tuple([item for item in listed if isinstance(item, dict)])


def holder_needs(
    books: Books, order: Order, account: str, *, mandate: str | None = None
) -> tuple[Need, ...]:
    """Return who signs for an account: its own representatives, or its agent's.

    One signature (initiate), and a second person's (approve) when the account is under dual
    control. With `mandate` (the SHA-256 of a mandate) the actor is an accredited agent
    (窗口代办) which signs with its own key; the rule checks the mandate itself.

    Raises:
        Refused: `ACTOR_WRONG` when the actor is neither the account nor an agent with a mandate.
    """
    signing = account
    if mandate is not None:
        signing = order.actor.removeprefix("acct/")
    if order.actor != f"acct/{signing}":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return account_needs(books, signing)


def account_needs(books: Books, account: str) -> tuple[Need, ...]:
    """Return who signs for an account: initiate, and approve when it is under dual control."""
    row = books.row(f"acct/{account}")
    dual = row is not None and row["dual_control"] is True
    needs = (representative(account, "initiate"),)
    return (*needs, representative(account, "approve")) if dual else needs
