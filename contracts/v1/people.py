"""Persons and their keys, as account and registry orders introduce them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, consent
from contracts.books import Books
from contracts.form import HEX_KEY, NAME, PERSON, SHA256, Form
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json, Row

ALGORITHMS: Final = ("ed25519", "webauthn-es256")
ROLES: Final = ("initiate", "approve", "read")
KEY_LENGTHS: Final = {"ed25519": 64, "webauthn-es256": 66}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A public key (hex) and its signature algorithm."""

    alg: str
    key: str

    def row(self, *, valid_from_us: int, person: str | None, service: str | None = None) -> Row:
        """Return the row of this key, valid from that moment on."""
        value: dict[str, Json] = {
            "alg": self.alg,
            "person": person,
            "service": service,
            "valid_from_us": valid_from_us,
            "valid_until_us": None,
        }
        return Row(f"key/{self.key}", value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative:
    """A person (pseudonym) with a key, a salted commitment to who it is, and roles."""

    person: str
    key: NewKey
    commitment: str
    roles: tuple[str, ...]

    def listed(self) -> dict[str, Json]:
        """Return the person as an account row lists it."""
        return {"person": self.person, "roles": list(self.roles)}


def read_key(form: Form) -> NewKey:
    """Read `alg` and `key`; the key's length must fit the algorithm.

    Raises:
        Refused: `CHOICE_UNKNOWN`, `FIELD_FORMAT`.
    """
    alg, key = form.choice("alg", ALGORITHMS), form.text("key", HEX_KEY)
    if len(key) != KEY_LENGTHS[alg]:
        raise Refused(RefusalCode.FIELD_FORMAT, field="key", alg=alg)
    return NewKey(alg=alg, key=key)


def read_representative(form: Form) -> Representative:
    """Read {"person", "alg", "key", "commitment", "roles"}."""
    roles = form.texts("roles", NAME, least=1, most=len(ROLES))
    unknown = [role for role in roles if role not in ROLES]
    if unknown:
        raise Refused(RefusalCode.CHOICE_UNKNOWN, field="roles", options=list(ROLES))
    person = Representative(
        person=form.text("person", PERSON),
        key=read_key(form),
        commitment=form.text("commitment", SHA256),
        roles=tuple(sorted(roles)),
    )
    form.done()
    return person


def check_new_keys(books: Books, keys: Sequence[NewKey]) -> None:
    """Refuse a key that is or ever was registered, or that stands twice in the order.

    Raises:
        Refused: `KEY_ALREADY_USED`.
    """
    for position, new in enumerate(keys):
        earlier = any(other.key == new.key for other in keys[:position])
        if earlier or books.row(f"key/{new.key}") is not None:
            raise Refused(RefusalCode.KEY_ALREADY_USED, key=new.key)


def consents(books: Books, people: Iterable[str]) -> tuple[Need, ...]:
    """Return the needs that known persons sign themselves, with a key registered before.

    A pseudonym and its commitment are public, so without this anyone could bring a key of their
    own for somebody else's name and then sign wherever that person may.
    """
    return tuple(consent(person) for person in people if books.row(f"person/{person}") is not None)


def check_able(listed: Iterable[Mapping[str, Json]], *, dual_control: bool) -> None:
    """Refuse representatives {"person", "roles"} of whom none, or no second one, could sign.

    Raises:
        Refused: `REPRESENTATIVES_TOO_FEW`: somebody initiates; under dual control another person
            approves.
    """
    initiates, approves = set(), set()
    for item in listed:
        roles = item["roles"] if isinstance(item["roles"], list) else []
        if "initiate" in roles:
            initiates.add(item["person"])
        if "approve" in roles:
            approves.add(item["person"])
    # Two different persons exist if both roles are filled, and not by one and the same alone.
    able = bool(approves) and len(initiates | approves) > 1 if dual_control else True
    if not initiates or not able:
        raise Refused(
            RefusalCode.REPRESENTATIVES_TOO_FEW,
            initiate=len(initiates),
            approve=len(approves),
        )


def person_rows(books: Books, people: Iterable[tuple[str, str, str | None]]) -> tuple[Row, ...]:
    """Return rows for (person, commitment, officer role), leaving known persons as they are.

    Raises:
        Refused: `PERSON_CONFLICT` when a known pseudonym comes with another commitment;
            `OFFICER_IN_HOLDER_ACCOUNT` when it is an officer of the registrar.
    """
    rows = []
    for person, commitment, officer in people:
        known = books.row(f"person/{person}")
        if known is None:
            rows.append(Row(f"person/{person}", {"commitment": commitment, "officer": officer}))
        elif known["officer"] is not None:
            raise Refused(RefusalCode.OFFICER_IN_HOLDER_ACCOUNT, person=person)
        elif known["commitment"] != commitment:
            raise Refused(RefusalCode.PERSON_CONFLICT, person=person)
    return tuple(rows)
