"""`project.register`: parcels of one right holder become a project on one track.

A parcel belongs to one track in all periods: LOCAL, CCER_RESERVE or EXTERNAL exclude each other
for the whole parcel. Registering for LOCAL warns that 可能永久丧失CCER资格, and the holder must
accept it. Any LOCAL issuance bars a parcel from CCER_RESERVE until two officers sign a legal basis.

Source: Measures art. 10 and 48 (uniqueness); the plan's seven activities (四(二)); 以水定绿
(precipitation and irrigation are stated).

Example:
    Project 0001, LOCAL, afforestation on 3 forest parcels of together 1,500,000 m², crediting
    period 2021-09-01 to 2041-08-31, precipitation 310 mm, no irrigation.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.authority import Need, holder_needs, officer
from contracts.books import Books
from contracts.dates import years_after
from contracts.form import ID, SHA256, Form
from contracts.lookup import account as find_account
from contracts.lookup import integer_of, list_of, period_of, text_of, texts_of
from contracts.lookup import parcel as find_parcel
from contracts.lookup import project as find_project
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.programme import ACTIVITIES, CREDITING_YEARS, METHODOLOGIES, TRACKS
from contracts.values import Json, Moment, Outcome, Row, Value

NUMBER: Final = re.compile(r"[0-9]{4}")
PARCELS_MAX: Final = 20
DAY: Final = timedelta(days=1)
IRRIGATIONS: Final = ("drip", "flood", "none", "reclaimed", "surface")
VERSION: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,30}")
METHODOLOGY_ID: Final = re.compile(r"[A-Z][A-Z0-9-]{2,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRegistration:
    """The body; `described` are the fields that the row repeats as they are."""

    number: str
    account: str
    parcels: tuple[str, ...]
    track: str
    activity: str
    methodology: tuple[str, str]
    crediting: tuple[date, date]
    ccer_warning_accepted: bool
    legal_basis_sha256: str | None
    described: dict[str, Json]


def read(form: Form) -> ProjectRegistration:
    """Read the body."""
    method = form.form("methodology")
    named = (method.text("id", METHODOLOGY_ID), method.text("version", VERSION))
    start, end = form.period("crediting_period")
    described: dict[str, Json] = {
        "additionality_sha256": form.text("additionality_sha256", SHA256),
        "crediting_period": {"end": end.isoformat(), "start": start.isoformat()},
        "irrigation": form.choice("irrigation", IRRIGATIONS),
        "methodology": {
            "id": named[0],
            "sha256": method.text("sha256", SHA256),
            "version": named[1],
        },
        "name": form.words("name"),
        "owner": form.organisation("owner"),
        "precipitation_mm": form.integer("precipitation_mm", high=5000),
    }
    method.done()
    body = ProjectRegistration(
        number=form.text("number", NUMBER),
        account=form.text("account", ID),
        parcels=form.texts("parcels", ID, least=1, most=PARCELS_MAX),
        track=form.choice("track", TRACKS),
        activity=form.choice("activity", tuple(ACTIVITIES)),
        methodology=named,
        crediting=(start, end),
        ccer_warning_accepted=form.flag("ccer_warning_accepted"),
        legal_basis_sha256=form.optional_text("legal_basis_sha256", SHA256),
        described=described,
    )
    form.done()
    return body


def needs(books: Books, order: Order, body: ProjectRegistration) -> tuple[Need, ...]:
    """The holder signs and a registrar officer; with a legal basis, a supervisor as well."""
    signers = (*holder_needs(books, order, body.account), officer("registrar"))
    return (*signers, officer("supervisor")) if body.legal_basis_sha256 else signers


def decide(books: Books, order: Order, body: ProjectRegistration, moment: Moment) -> Outcome:
    """Register the project and put its parcels on its track.

    Raises:
        Refused: `ACCOUNT_TYPE_WRONG`, `PROJECT_NUMBER_TAKEN`,
            `PARCEL_UNKNOWN`, `PARCEL_NOT_OWNED`; then `ECOSYSTEMS_MIXED`,
            `ACTIVITY_ECOSYSTEM_WRONG`, `METHODOLOGY_UNKNOWN`, `PARCEL_LOCKED`,
            `TRACK_EXCLUSIVE`, `LOCAL_ISSUANCE_BARS_CCER`, `CCER_WARNING_NOT_ACCEPTED`,
            `CREDITING_PERIOD_WRONG`.
    """
    del order
    account = find_account(books, body.account, "holder")
    if books.row(f"project/{body.number}") is not None:
        raise Refused(RefusalCode.PROJECT_NUMBER_TAKEN, project=body.number)
    parcels = {name: find_parcel(books, name) for name in sorted(body.parcels)}
    for name, parcel in parcels.items():
        if parcel["account"] != body.account:
            raise Refused(RefusalCode.PARCEL_NOT_OWNED, parcel=name, account=body.account)
    ecosystem = _check_ecosystem(body, parcels)
    for name, parcel in parcels.items():
        _check_track(books, body, name, parcel)
    if body.track == "LOCAL" and not body.ccer_warning_accepted:
        raise Refused(RefusalCode.CCER_WARNING_NOT_ACCEPTED, project=body.number)
    _check_crediting(*body.crediting)
    counties: list[Json] = [*sorted({text_of(parcel, "county") for parcel in parcels.values()})]
    value: dict[str, Json] = {
        **body.described,
        "account": body.account,
        "activity": body.activity,
        "affiliated": account["affiliated"],
        "area_m2": sum(integer_of(parcel, "credited_area_m2") for parcel in parcels.values()),
        "batches": [],
        "counties": counties,
        "ecosystem": ecosystem,
        "issued_kg": 0,
        "last_period_end": None,
        "legal_basis_sha256": body.legal_basis_sha256,
        "org": account["org"],
        "parcels": [*parcels],
        "registered_at_us": moment.at_us,
        "registered_seq": moment.seq,
        "runs": 0,
        "track": body.track,
        "validation": None,
    }
    rows = [_parcel_row(body, name, parcel) for name, parcel in parcels.items()]
    return Outcome(rows=(*rows, Row(f"project/{body.number}", value)))


def _check_crediting(start: date, end: date) -> None:
    shortest, longest = (years_after(start, years) - DAY for years in CREDITING_YEARS)
    if not shortest <= end <= longest:
        raise Refused(
            RefusalCode.CREDITING_PERIOD_WRONG,
            earliest_end=shortest.isoformat(),
            latest_end=longest.isoformat(),
        )


def _parcel_row(body: ProjectRegistration, name: str, parcel: Value) -> Row:
    projects = [*list_of(parcel, "projects"), body.number]
    return Row(f"parcel/{name}", {**parcel, "projects": projects, "track": body.track})


def _check_ecosystem(body: ProjectRegistration, parcels: dict[str, Value]) -> str:
    found = sorted({text_of(parcel, "ecosystem") for parcel in parcels.values()})
    if len(found) > 1:
        raise Refused(RefusalCode.ECOSYSTEMS_MIXED, ecosystems=[*found])
    if found[0] not in ACTIVITIES[body.activity]:
        raise Refused(
            RefusalCode.ACTIVITY_ECOSYSTEM_WRONG, activity=body.activity, ecosystem=found[0]
        )
    if body.track == "LOCAL" and METHODOLOGIES.get(body.methodology) != found[0]:
        raise Refused(RefusalCode.METHODOLOGY_UNKNOWN, methodology=" ".join(body.methodology))
    return found[0]


def _check_track(books: Books, body: ProjectRegistration, name: str, parcel: Value) -> None:
    """Refuse a parcel that is locked, or that another track or project has.

    Two LOCAL projects may share a parcel only with disjoint crediting periods: this rule set
    issues under methodologies that all count the same pools. With a legal basis a parcel leaves
    LOCAL for CCER_RESERVE once, and nothing more is issued on it here.
    """
    if list_of(parcel, "locks"):
        raise Refused(RefusalCode.PARCEL_LOCKED, parcel=name, locks=list_of(parcel, "locks"))
    barred = body.track == "CCER_RESERVE" and parcel["local_issued"] is True
    if barred and body.legal_basis_sha256 is None:
        raise Refused(RefusalCode.LOCAL_ISSUANCE_BARS_CCER, parcel=name)
    if barred and parcel["track"] == "LOCAL":
        return
    shared = parcel["track"] == body.track == "LOCAL" and all(
        _apart(body.crediting, period_of(find_project(books, number), "crediting_period"))
        for number in texts_of(parcel, "projects")
    )
    if parcel["track"] is not None and not shared:
        raise Refused(
            RefusalCode.TRACK_EXCLUSIVE,
            parcel=name,
            track=parcel["track"],
            projects=list_of(parcel, "projects"),
        )


def _apart(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[1] < other[0] or other[1] < one[0]


RULE: Final = Rule(kind="project.register", read=read, needs=needs, decide=decide)
