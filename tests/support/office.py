"""The officers of the demonstration at work on a copy of it: what becomes of its certificates.

act(registry, "certificate.suspend", standing(number, "complaint"))
paper = issued(registry, "retire/000000XY")
"""

from functools import cache
from pathlib import Path

from api.drafting.draft import Desk, draft_order
from api.issuing import Issuer
from api.keys import load_seed
from api.sealing import open_sealer
from certificates.render import Renderer
from contracts.refusal import Refused
from contracts.values import Json
from ledger.intake.envelope import read_envelope
from ledger.log.entry import Entry
from ledger.registry import Registry
from tests.support.many_papers import now_us, publish_here

ACTORS = {"certificate.expire": "service/certificates", "loss.impair": "service/certificates"}


def desk_of(registry: Registry, at_us: int | None = None) -> Desk:
    active = registry.books().row("rules/active") or {}
    return Desk(origin=registry.origin(), rules=str(active["hash"]), now_us=at_us or now_us())


def act(
    registry: Registry,
    kind: str,
    body: dict[str, Json],
    people: tuple[str, ...] = ("registrar", "supervisor"),
    at_us: int | None = None,
) -> Entry:
    """Record an order of the registry's officers, or of its certificate service."""
    desk = desk_of(registry, at_us)
    actor = f"acct/{body['account']}" if "account" in body else ACTORS.get(kind, "registrar")
    draft = draft_order(desk, kind, actor, body)
    keys = registry.settings.keys
    if kind in ACTORS:
        paths = [keys / "service-certificates.pem"]
    else:
        paths = [keys / "persons" / f"{one}.pem" for one in people]
    for path in paths:
        draft = draft.signed_with(load_seed(path))
    orders = [read_envelope(draft.envelope())]
    (answer,) = registry.submit(orders, now_us=desk.now_us, clock_confirmed=True)
    if isinstance(answer, Refused):
        raise answer
    return answer


@cache
def renderer() -> Renderer:
    return Renderer()


def issued(registry: Registry, subject: str) -> Path:
    """Commit, publish and issue one more copy of a certificate; return its file."""
    publish_here(registry)
    return issue_now(registry, subject)


def issue_now(registry: Registry, subject: str) -> Path:
    """Issue on the state that is committed and published."""
    issuer = Issuer(registry=registry, renderer=renderer(), sealer=open_sealer(registry.settings))
    return issuer.issue(subject, desk_of(registry)).path
