"""Whoever an order names in clear is the organisation behind the account that signs it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete

from contracts.check_digits import encode_id
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json
from ledger.audit.audit import audit
from ledger.database.side_tables import side_org
from ledger.intake.envelope import SignedOrder
from ledger.log.entry import Entry
from tests.support import bodies
from tests.support.ledger import ORIGIN, REGISTRAR, Scene, open_scene
from tests.support.signing import Signer, private, sign


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path)


def account_of(scene: Scene, who: str) -> str:
    return [*scene.world.people][3] if who == "validator" else str(getattr(scene, who))


def project_by(scene: Scene, named: Json) -> SignedOrder:
    parcel = scene.world.register_parcel(scene.owner, east=60_000 + 20_000 * scene.world.orders)
    body = {**bodies.project(scene.owner, "0002", parcel), "owner": named}
    order = scene.world.order("project.register", f"acct/{scene.owner}", body)
    return sign(order, [*scene.world.people[scene.owner], REGISTRAR])


def validation_by(scene: Scene, named: Json) -> SignedOrder:
    world = scene.world
    validator = account_of(scene, "validator")
    if world.registry.books().row("project/0002") is None:
        world.record(project_by(scene, world.named(scene.owner)))
    body = {**bodies.validation(validator, "0002"), "validator": named}
    return world.signed("project.validate", body)


def verification_by(scene: Scene, named: Json) -> SignedOrder:
    world = scene.world
    report = bodies.report(scene.owner, "0001", ("2023-01-01", "2023-12-31"), 1_000)
    entry = world.act("report.submit", report)
    report_id = encode_id(entry.seq)
    body = {**bodies.verification(scene.verifier, report_id, 1_000), "verifier": named}
    return world.signed("report.verify", body)


def claim_by(scene: Scene, named: Json) -> SignedOrder:
    return scene.world.signed("claim.open", claim_body(scene.buyer, named))


def claim_body(account: str, named: Json) -> bodies.Body:
    return {
        "account": account,
        "attendance": 600,
        "boundary": {"zh": "示例：场馆"},
        "claimant": named,
        "dates": {"end": "2026-10-22", "start": "2026-10-20"},
        "kind": "EVENT",
        "name": {"zh": "示例大会2026"},
        "path": "units",
        "place": {"county": "150203", "venue": {"zh": "示例会展中心"}},
        "standard": {"zh": "生态环境部公告2019年第19号"},
    }


ORDERS: dict[str, tuple[Callable[[Scene, Json], SignedOrder], str]] = {
    "claimant": (claim_by, "buyer"),
    "owner": (project_by, "owner"),
    "validator": (validation_by, "validator"),
    "verifier": (verification_by, "verifier"),
}


def prepared(scene: Scene, field: str, named: Json = None) -> SignedOrder:
    """Return an order that names an organisation, the right one unless told otherwise."""
    build, who = ORDERS[field]
    return build(scene, scene.world.named(account_of(scene, who)) if named is None else named)


def answer_to(scene: Scene, signed: SignedOrder) -> Entry | Refused:
    size = scene.world.registry.size()
    [answer] = scene.world.submit(signed)
    assert scene.world.registry.size() == size + isinstance(answer, Entry)
    return answer


@pytest.mark.parametrize("field", ORDERS)
def test_the_organisation_behind_the_account_may_be_named(scene: Scene, field: str) -> None:
    assert isinstance(answer_to(scene, prepared(scene, field)), Entry)


@pytest.mark.parametrize("field", ORDERS)
def test_no_other_organisation_may_be_named(scene: Scene, field: str) -> None:
    """Neither an unknown one nor one that has an account here too."""
    for other in (bodies.organisation(90), bodies.organisation(3)):
        refused = answer_to(scene, prepared(scene, field, other))
        assert isinstance(refused, Refused)
        assert refused.code is RefusalCode.NAMED_ORG_WRONG
        org = account_of(scene, ORDERS[field][1])
        assert refused.facts == {"field": field, "org": org, "uscc": other["uscc"]}


@pytest.mark.parametrize("field", ORDERS)
def test_without_its_record_nobody_is_named_and_the_audit_does_not_mind(
    scene: Scene, field: str
) -> None:
    signed = prepared(scene, field)
    org = account_of(scene, ORDERS[field][1])
    with scene.world.registry.writer.begin() as connection:
        connection.execute(delete(side_org).where(side_org.c.org == org))
    refused = answer_to(scene, signed)
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.RECORD_MISSING
    assert refused.facts["kind"] == "org"
    assert len(str(refused.facts["commitment"])) == 64
    assert audit(scene.world.registry.settings).ok


def test_an_account_opened_in_the_same_batch_is_known_already(scene: Scene) -> None:
    world, newcomer = scene.world, Signer("newcomer")
    record = private(ORIGIN, "org", bodies.organisation(91))
    opening = world.signed(
        "account.open",
        bodies.account("holder", record.commitment, [newcomer]),
        [REGISTRAR, newcomer],
        (record,),
    )
    account = encode_id(world.registry.size())
    world.people[account] = [newcomer]
    body = claim_body(account, bodies.organisation(90))
    wrong = world.signed("claim.open", body)
    right = world.signed("claim.open", {**body, "claimant": bodies.organisation(91)})
    opened, refused, claimed = world.submit(opening, wrong, right)
    assert isinstance(opened, Entry)
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.NAMED_ORG_WRONG
    assert isinstance(claimed, Entry)
