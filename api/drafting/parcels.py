"""Drafting `parcel.register`: area, county, commitment and the overlap statement of a polygon."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.drafting.accounts import Sealed, seal_record
from api.drafting.draft import Desk, Draft, draft_order
from contracts.values import Json
from ledger.land.counties import county_of
from ledger.land.geometry import ParcelGeometry, area_m2, record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelPlan:
    """What the right holder says of a parcel beside its polygon."""

    account: str
    ecosystem: str
    title_area_m2: int
    tenure_evidence_sha256: str
    details: Mapping[str, Json]


def draft_parcel(
    desk: Desk,
    plan: ParcelPlan,
    geometry: ParcelGeometry,
    overlaps: Iterable[tuple[str, int]] = (),
) -> Draft:
    """Draft the registration of a parcel.

    Args:
        desk: The registry it is for.
        plan: What the holder says.
        geometry: The private polygon; it rides beside the order, into the vault.
        overlaps: (parcel id, m²) of registered neighbours, as the spatial index finds them.
    """
    polygon: Sealed = seal_record(desk.origin, "polygon", record_of(geometry))
    body: dict[str, Json] = {
        **plan.details,
        "account": plan.account,
        "commitment": polygon.digest,
        "county": county_of(geometry),
        "ecosystem": plan.ecosystem,
        "overlaps": [
            {"area_m2": overlap_m2, "parcel": parcel} for parcel, overlap_m2 in sorted(overlaps)
        ],
        "stated_area_m2": area_m2(geometry),
        "tenure_evidence_sha256": plan.tenure_evidence_sha256,
        "title_area_m2": plan.title_area_m2,
    }
    draft = draft_order(desk, "parcel.register", f"acct/{plan.account}", body)
    return Draft(order=draft.order, private=(polygon.to_json(),))
