"""The published outline of a registered parcel, read from a committed state.

An officer publishes it by an order of its own, mostly after the parcel's entry. So a paper of a
right brings a proof that the row stood in the state that its status is proven in.
"""

from typing import Final, TypeAlias

from certificates.content_parts import ContentError
from contracts.lookup import RowError, list_of
from contracts.values import Json
from ledger.log.canonical import NotCanonicalError, parse_canonical
from ledger.log.entry import Entry
from ledger.log.state_claims import Presence
from ledger.log.state_file import StateProof
from ledger.log.state_proof import StateProofError

Rings: TypeAlias = tuple[tuple[tuple[int, int], ...], ...]
"""Closed lines of (longitude, latitude) in micro-degrees, the last point not repeated."""

OUTLINE: Final = "outline/"
_PARCEL: Final = "parcel/"


def outline_key(entry: Entry) -> str | None:
    """Return the key of the outline of the parcel that an entry registers, if it registers one."""
    if entry.order["kind"] != "parcel.register":
        return None
    names = [row["key"] for row in entry.rows if row["key"].startswith(_PARCEL)]
    return f"{OUTLINE}{names[0].removeprefix(_PARCEL)}" if names else None


def read_outline(entry: Entry, state_proof: bytes, outline_proof: bytes | None) -> Rings:
    """Read the outline out of its proof; `verify_state` tells whether the proof holds.

    Args:
        entry: The stating entry.
        state_proof: The proof of the certificate's status.
        outline_proof: The proof of the outline; without one there are no rings.

    Raises:
        ContentError: no such proof, of another parcel or state, or the row has another form.
    """
    if not outline_proof:
        return ()
    try:
        proof = StateProof.parse(outline_proof)
        if not isinstance(proof.claim, Presence) or proof.claim.key != outline_key(entry):
            raise ContentError("the outline is of another parcel")
        if proof.entry != StateProof.parse(state_proof).entry:
            raise ContentError("the outline is of another state")
        row = parse_canonical(proof.claim.value.encode())
        if not isinstance(row, dict):
            raise ContentError("the outline has another form")
        return tuple(_ring(ring) for ring in list_of(row, "rings"))
    except (NotCanonicalError, RowError, StateProofError) as error:
        raise ContentError(f"no proof of an outline: {error}") from error


def _ring(value: Json) -> tuple[tuple[int, int], ...]:
    points = value if isinstance(value, list) else []
    found = [tuple(one) for one in points if isinstance(one, list) and len(one) == 2]
    whole = [(x, y) for x, y in found if isinstance(x, int) and isinstance(y, int)]
    if len(whole) != len(points) or len(whole) < 3:
        raise ContentError("the outline has another form")
    return tuple(whole)
