"""`geometry.publish`: an officer makes a generalised outline of a parcel public.

Until then pages and certificates show the county only, because exact forest coordinates may be
restricted and the log cannot forget.

Source: 测绘地理信息管理工作国家秘密范围的规定 (restriction of exact coordinates); MEE notice 2019
no. 19 asks for the location of new forests to be published.

Example:
    An outline of one ring with 6 points on a 100 m grid:
    "rings": [{"points": [{"lat": 40900000, "lon": 109950000}, …]}]; the row holds each point as
    [longitude, latitude].
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, officer
from contracts.books import Books
from contracts.form import ID, Form
from contracts.lookup import parcel as find_parcel
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.values import Json, Moment, Outcome, Row

POINTS_MAX: Final = 400
LONGITUDE_UDEG: Final = (73_000_000, 136_000_000)
LATITUDE_UDEG: Final = (3_000_000, 54_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlinePublication:
    """The body: a parcel and rings of [longitude, latitude] in micro-degrees (EPSG:4490)."""

    parcel: str
    reason: str
    rings: list[Json]


def read(form: Form) -> OutlinePublication:
    """Read the body."""
    rings = [_read_ring(item) for item in form.forms("rings", least=1, most=16)]
    body = OutlinePublication(
        parcel=form.text("parcel", ID), reason=form.text("reason", most=300), rings=[*rings]
    )
    form.done()
    return body


def _read_ring(form: Form) -> list[Json]:
    points: list[Json] = []
    for point in form.forms("points", least=3, most=POINTS_MAX):
        longitude = point.integer("lon", low=LONGITUDE_UDEG[0], high=LONGITUDE_UDEG[1])
        latitude = point.integer("lat", low=LATITUDE_UDEG[0], high=LATITUDE_UDEG[1])
        point.done()
        points.append([longitude, latitude])
    form.done()
    return points


def needs(books: Books, order: Order, body: OutlinePublication) -> tuple[Need, ...]:
    """A registrar officer signs."""
    del books, body
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (officer("registrar"),)


def decide(books: Books, order: Order, body: OutlinePublication, moment: Moment) -> Outcome:
    """Publish the outline; a later one replaces it.

    Raises:
        Refused: `PARCEL_UNKNOWN`.
    """
    del order
    find_parcel(books, body.parcel)
    value: dict[str, Json] = {"published_seq": moment.seq, "rings": body.rings}
    return Outcome(rows=(Row(f"outline/{body.parcel}", value),))


RULE: Final = Rule(kind="geometry.publish", read=read, needs=needs, decide=decide)
