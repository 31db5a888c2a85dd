"""Anchoring: once a day a time-stamping authority dates the published checkpoint.

checkpoint → authority → files beside the log → `anchor.record`. If we crash in between, the files
lie there unrecorded, and the next day's anchor dates the same entries once more.
"""

from typing import Final

from api.drafting.draft import Desk, draft_order
from api.founding import service_seed
from contracts.refusal import Refused
from contracts.v1.anchor_record import SERVICE
from contracts.values import Json
from ledger.anchors.anchors import Anchor, AnchorError, is_due, keep, recorded, stamped_text
from ledger.anchors.time_stamps import (
    Ask,
    TimeStampError,
    ask_over_http,
    read_roots,
    request_time_stamp,
)
from ledger.intake.envelope import read_envelope
from ledger.registry import Registry

_ACTOR: Final = f"service/{SERVICE}"


class AnchoringError(Exception):
    """No anchor was made; the text says why and what to do."""


def anchor(
    registry: Registry, desk: Desk, authority: str | None = None, *, ask: Ask = ask_over_http
) -> Anchor:
    """Have the published checkpoint dated, keep the answer and record its digest.

    Args:
        registry: The registry; its settings name authority and trusted roots.
        desk: The desk at which the order is drafted; its clock is compared with the authority's.
        authority: Another authority's address than that of the settings.
        ask: How to reach it.

    Raises:
        AnchoringError: no authority or checkpoint, a checkpoint of another tree, no usable stamp,
            or a refused order.
    """
    address = authority or registry.settings.anchor_url
    if address is None:
        raise AnchoringError("no authority is named; set SINKLEDGER_ANCHOR_URL or --authority")
    made = stamp(registry, desk, address, ask=ask)
    record(registry, desk, made.body())
    return made


def anchor_if_due(registry: Registry, desk: Desk, *, ask: Ask = ask_over_http) -> Anchor | None:
    """Anchor if an authority is set and the newest anchor is a day old; for the publisher's turns.

    Raises:
        AnchoringError: as `anchor`; the next turn tries again.
    """
    if registry.settings.anchor_url is None or registry.checkpoint() is None:
        return None
    if not is_due(recorded(registry.books()), desk.now_us):
        return None
    return anchor(registry, desk, ask=ask)


def stamp(registry: Registry, desk: Desk, address: str, *, ask: Ask) -> Anchor:
    """Have the published checkpoint dated and keep the answer; nothing is recorded yet.

    Raises:
        AnchoringError: no checkpoint, one of another tree, or no usable stamp.
    """
    settings = registry.settings
    note = registry.checkpoint()
    if note is None:
        raise AnchoringError("nothing is published yet; run: sinkledger checkpoint")
    try:
        text, checkpoint = stamped_text(note)
        if checkpoint.size > registry.size() or registry.root(checkpoint.size) != checkpoint.root:
            raise AnchoringError("the published checkpoint is not of this log; run: audit")
        roots = read_roots(settings.anchor_roots)
        answer = request_time_stamp(text, address, roots, now_us=desk.now_us, ask=ask)
        return keep(settings.log, note, address, answer)
    except (AnchorError, TimeStampError) as error:
        raise AnchoringError(f"no anchor from {address}: {error}") from error


def record(registry: Registry, desk: Desk, body: dict[str, Json]) -> None:
    """Put an anchor's digest into the log, signed by the anchor service.

    Raises:
        AnchoringError: the order is refused.
    """
    draft = draft_order(desk, "anchor.record", _ACTOR, body)
    signed = draft.signed_with(service_seed(registry.settings, SERVICE))
    (result,) = registry.submit(
        [read_envelope(signed.envelope())], now_us=desk.now_us, clock_confirmed=True
    )
    if isinstance(result, Refused):
        raise AnchoringError(f"the record was refused: {result}")
