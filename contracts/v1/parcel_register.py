"""`parcel.register`: a parcel of forest, grassland or wetland enters the register.

The polygon is private: the log holds a salted commitment to it, its county and its area. The
overlap with neighbours is computed when drafting, stated here, countersigned by a registrar
officer, and computed again under the lock (a door check). A shared edge is no overlap. A sliver
below max(1 m², 0.01 %) is recorded and deducted from this, the later, parcel; more is refused.
The smaller of net polygon area and title area is credited.

Source: survey practice of 林权证 (title areas differ from polygons); 小班 attributes of the forest
resources survey; 林长制 (the chief's level, never a name).

Example:
    100,000 m² stated, 3 m² sliver with parcel 00000095, title 101,000 m²: credited 99,997 m².
    The limit is max(1, 100,000 × 0.0001) = 10 m², so an 11 m² overlap is refused.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, holder_needs, officer
from contracts.books import Books
from contracts.check_digits import encode_id
from contracts.form import ID, SHA256, Form
from contracts.lookup import account as find_account
from contracts.lookup import parcel as find_parcel
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.programme import COUNTIES, ECOSYSTEMS
from contracts.values import Json, Moment, Outcome, Row

SLIVER_M2_MIN: Final = 1
SLIVER_SHARE: Final = 10_000
AREA_M2_MAX: Final = 30_000_000_000
CHIEF_LEVELS: Final = ("city", "county", "township", "village")
DETAILS: Final = (
    "sub_compartment",
    "ownership",
    "origin",
    "forest_category",
    "dominant_species",
    "protection_level",
    "district",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelRegistration:
    """The body: the parcel's public facts and the commitment to its private polygon."""

    account: str
    commitment: str
    county: str
    ecosystem: str
    stated_area_m2: int
    title_area_m2: int
    tenure_evidence_sha256: str
    overlaps: tuple[tuple[str, int], ...]
    details: dict[str, Json]


def read(form: Form) -> ParcelRegistration:
    """Read the body."""
    details: dict[str, Json] = {name: form.optional_text(name, most=60) for name in DETAILS}
    details["forest_chief_level"] = (
        form.choice("forest_chief_level", CHIEF_LEVELS) if form.has("forest_chief_level") else None
    )
    body = ParcelRegistration(
        account=form.text("account", ID),
        commitment=form.text("commitment", SHA256),
        county=form.choice("county", COUNTIES),
        ecosystem=form.choice("ecosystem", ECOSYSTEMS),
        stated_area_m2=form.integer("stated_area_m2", low=1, high=AREA_M2_MAX),
        title_area_m2=form.integer("title_area_m2", low=1, high=AREA_M2_MAX),
        tenure_evidence_sha256=form.text("tenure_evidence_sha256", SHA256),
        overlaps=tuple(_read_overlap(item) for item in form.forms("overlaps")),
        details=details,
    )
    form.done()
    names = [parcel for parcel, _ in body.overlaps]
    if names != sorted(set(names)):
        raise Refused(RefusalCode.DUPLICATE_ITEM, field="overlaps")
    return body


def _read_overlap(form: Form) -> tuple[str, int]:
    overlap = form.text("parcel", ID), form.integer("area_m2", low=1, high=AREA_M2_MAX)
    form.done()
    return overlap


def needs(books: Books, order: Order, body: ParcelRegistration) -> tuple[Need, ...]:
    """The right holder's representatives sign, and a registrar officer."""
    return (*holder_needs(books, order, body.account), officer("registrar"))


def decide(books: Books, order: Order, body: ParcelRegistration, moment: Moment) -> Outcome:
    """Register the parcel; its id derives from this entry's position.

    Raises:
        Refused: `ACCOUNT_TYPE_WRONG`, `PARCEL_UNKNOWN` (a stated neighbour),
            `PARCEL_ALREADY_KNOWN` (the same commitment), `OVERLAP_TOO_LARGE`, `NET_AREA_ZERO`.
    """
    del order
    account = find_account(books, body.account, "holder")
    if books.row(f"polygon/{body.commitment}") is not None:
        raise Refused(RefusalCode.PARCEL_ALREADY_KNOWN, commitment=body.commitment)
    for neighbour, _ in body.overlaps:
        find_parcel(books, neighbour)
    _require_slivers(body)
    slivers_m2 = sum(area_m2 for _, area_m2 in body.overlaps)
    credited_m2 = min(body.stated_area_m2 - slivers_m2, body.title_area_m2)
    if credited_m2 <= 0:
        raise Refused(RefusalCode.NET_AREA_ZERO, stated_area_m2=body.stated_area_m2)
    parcel = encode_id(moment.seq)
    overlaps: list[Json] = [
        {"area_m2": area_m2, "parcel": neighbour} for neighbour, area_m2 in body.overlaps
    ]
    value: dict[str, Json] = {
        "account": body.account,
        "commitment": body.commitment,
        "county": body.county,
        "credited_area_m2": credited_m2,
        "details": body.details,
        "ecosystem": body.ecosystem,
        "local_issued": False,
        "locks": [],
        "org": account["org"],
        "overlaps": overlaps,
        "projects": [],
        "registered_at_us": moment.at_us,
        "registered_seq": moment.seq,
        "stated_area_m2": body.stated_area_m2,
        "tenure_evidence_sha256": body.tenure_evidence_sha256,
        "title_area_m2": body.title_area_m2,
        "track": None,
    }
    polygon = Row(f"polygon/{body.commitment}", {"parcel": parcel})
    return Outcome(rows=(Row(f"parcel/{parcel}", value), polygon))


def _require_slivers(body: ParcelRegistration) -> None:
    limit_m2 = sliver_limit_m2(body.stated_area_m2)
    for neighbour, area_m2 in body.overlaps:
        if area_m2 > limit_m2:
            raise Refused(
                RefusalCode.OVERLAP_TOO_LARGE,
                parcel=neighbour,
                overlap_m2=area_m2,
                limit_m2=limit_m2,
            )


def sliver_limit_m2(area_m2: int) -> int:
    """Return the largest overlap that is taken for a surveying sliver: max(1 m², 0.01 %)."""
    return max(SLIVER_M2_MIN, area_m2 // SLIVER_SHARE)


RULE: Final = Rule(kind="parcel.register", read=read, needs=needs, decide=decide)
