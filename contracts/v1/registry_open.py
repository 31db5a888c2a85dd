"""`registry.open`: entry 0 founds the registry; every trust anchor of the log stands in it.

It names the log's origin, whether this is a demonstration or production, the policy basis,
the officers as persons with keys and disjoint roles, the services with their keys and the kinds
they may sign, the log's and the seal's anchors, and the first rule set. A registry that goes on
from a frozen log also holds that log's last signed checkpoint.

Source: 包府发〔2021〕43号 (2021-10-08), part five: the leading group's office in the forestry and
grassland bureau operates the registry. Disjoint roles (三员分离): GB/T 22239-2019, level 3.

Example:
    Three officers, one registrar, one issuer and one supervisor, sign with the three keys in the
    body. Rows: registry, rules/active, org/registrar, 3 × person, 3 × key and 2 rows a service,
    so 15 with the three services.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, possession
from contracts.books import Books
from contracts.form import NAME, PERSON, SHA256, Form
from contracts.orders import KIND, ORIGIN, Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.people import NewKey, check_new_keys, person_rows, read_key
from contracts.v1.predecessor import Predecessor, read_predecessor
from contracts.values import SIGNATURES_MAX, Json, Moment, Outcome, Row

OFFICER_ROLES: Final = ("issuer", "registrar", "supervisor")
SERVICE_KINDS: Final = (
    "anchor.record",
    "certificate.expire",
    "certificate.record",
    "loss.impair",
    "state.commit",
)
ENVIRONMENTS: Final = ("demo", "production")
_VKEY_CHARACTERS: Final = 2500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Officer:
    person: str
    commitment: str
    role: str
    key: NewKey


@dataclass(frozen=True, slots=True, kw_only=True)
class _Service:
    name: str
    kinds: tuple[str, ...]
    key: NewKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryOpening:
    """The body: `described` is the registry's row but for the time of opening."""

    described: dict[str, Json]
    predecessor: Predecessor | None
    officers: tuple[_Officer, ...]
    services: tuple[_Service, ...]


def read(form: Form) -> RegistryOpening:
    """Read the body."""
    log_form, seal, webauthn = form.form("log"), form.form("seal"), form.form("webauthn")
    vkeys: list[Json] = [
        item.text("vkey", most=_VKEY_CHARACTERS) for item in log_form.forms("vkeys", least=1)
    ]
    origins: list[Json] = [item.text("origin") for item in webauthn.forms("origins")]
    predecessor = read_predecessor(form)
    described: dict[str, Json] = {
        "environment": form.choice("environment", ENVIRONMENTS),
        "issuer": form.words("issuer"),
        "log_vkeys": vkeys,
        "name": form.words("name"),
        "origin": form.text("origin", ORIGIN),
        "policy_basis": form.text("policy_basis", most=400),
        "predecessor": predecessor.to_json() if predecessor is not None else None,
        "seal_root_sha256": seal.text("root_sha256", SHA256),
        "webauthn": {"origins": origins, "rp_id": webauthn.text("rp_id")},
    }
    opening = RegistryOpening(
        described=described,
        predecessor=predecessor,
        officers=tuple(
            _read_officer(item)
            for item in form.forms("officers", least=len(OFFICER_ROLES), most=SIGNATURES_MAX)
        ),
        services=tuple(_read_service(item) for item in form.forms("services", most=8)),
    )
    for part in (log_form, seal, webauthn, form):
        part.done()
    names = [service.name for service in opening.services]
    if len(set(names)) != len(names):
        raise Refused(RefusalCode.DUPLICATE_ITEM, field="services")
    return opening


def _read_officer(form: Form) -> _Officer:
    officer = _Officer(
        person=form.text("person", PERSON),
        commitment=form.text("commitment", SHA256),
        role=form.choice("role", OFFICER_ROLES),
        key=read_key(form),
    )
    form.done()
    return officer


def _read_service(form: Form) -> _Service:
    service = _Service(
        name=form.text("name", NAME), kinds=form.texts("kinds", KIND, least=1), key=read_key(form)
    )
    if any(kind not in SERVICE_KINDS for kind in service.kinds):
        raise Refused(RefusalCode.CHOICE_UNKNOWN, field="kinds", options=list(SERVICE_KINDS))
    form.done()
    return service


def needs(books: Books, order: Order, body: RegistryOpening) -> tuple[Need, ...]:
    """Every officer signs, with the key that the body gives."""
    del books
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    if order.log != body.described["origin"]:
        raise Refused(RefusalCode.WRONG_LOG, log=order.log, origin=body.described["origin"])
    return tuple(possession(officer.key.key) for officer in body.officers)


def decide(books: Books, order: Order, body: RegistryOpening, moment: Moment) -> Outcome:
    """Found the registry.

    Raises:
        Refused: `REGISTRY_ALREADY_OPEN`, `LOG_NOT_ANOTHER` (the predecessor),
            `OFFICER_ROLES_MISSING` (each role at least once, each person once),
            `KEY_ALREADY_USED`.
    """
    if moment.seq != 0 or books.row("registry") is not None:
        raise Refused(RefusalCode.REGISTRY_ALREADY_OPEN, seq=moment.seq)
    if body.predecessor is not None and body.predecessor.origin == order.log:
        raise Refused(RefusalCode.LOG_NOT_ANOTHER, field="body.predecessor", origin=order.log)
    persons = [officer.person for officer in body.officers]
    roles = {officer.role for officer in body.officers}
    if len(set(persons)) != len(persons) or roles != set(OFFICER_ROLES):
        raise Refused(RefusalCode.OFFICER_ROLES_MISSING, roles=list(OFFICER_ROLES))
    everyone = [officer.key for officer in body.officers]
    check_new_keys(books, everyone + [service.key for service in body.services])
    rows = [
        Row("registry", {**body.described, "opened_at_us": moment.at_us}),
        Row("rules/active", {"hash": order.rules, "since_seq": moment.seq}),
        Row("org/registrar", {"account": None, "affiliated": True, "commitment": None}),
    ]
    people = ((officer.person, officer.commitment, officer.role) for officer in body.officers)
    rows.extend(person_rows(books, people))
    rows.extend(
        officer.key.row(valid_from_us=moment.at_us, person=officer.person)
        for officer in body.officers
    )
    for service in body.services:
        rows.append(Row(f"service/{service.name}", {"kinds": list(service.kinds)}))
        key = service.key.row(valid_from_us=moment.at_us, person=None, service=service.name)
        rows.append(key)
    return Outcome(rows=tuple(sorted(rows, key=lambda row: row.key)))


RULE: Final = Rule(kind="registry.open", read=read, needs=needs, decide=decide)
