"""Passkeys through the whole write path: they sign where entry 0 says they may, nowhere else."""

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.refusal import RefusalCode, Refused
from contracts.values import Json
from ledger.audit.audit import audit
from ledger.intake.envelope import SignedOrder, signed_order
from ledger.log.canonical import canonical
from ledger.log.entry import Entry, signed_bytes
from ledger.log.signature import Signature
from tests.support import bodies
from tests.support.ledger import (
    LOG_KEY,
    OFFICERS,
    ORIGIN,
    REGISTRAR,
    SERVICES,
    Scene,
    open_scene,
    open_world,
)
from tests.support.passkey import passkey_signature
from tests.support.signing import Signer, private, sign

SITE = "https://example.test"
RP_ID = "example.test"


def passkey(order: dict[str, Json], *, origin: str = SITE, rp_id: str = RP_ID) -> Signature:
    message = signed_bytes(ORIGIN, canonical(order))
    return passkey_signature(message, client={"origin": origin}, rp_id=rp_id)


def with_signatures(order: dict[str, Json], *sigs: Signature, **named: object) -> SignedOrder:
    ordered: list[Json] = [dict(s.to_json()) for s in sorted(sigs, key=lambda s: s.key)]
    return signed_order(order, ordered, **named)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Return the scene with a holder account, "passkey", whose one representative has a passkey."""
    scene = open_scene(tmp_path)
    world = scene.world
    record = private(ORIGIN, "org", bodies.organisation(60))
    body = bodies.account("holder", record.commitment, [Signer("holder with a passkey")])
    key = passkey_signature(b"").key.hex()
    body["representatives"][0] |= {"alg": "webauthn-es256", "key": key}
    order = world.order("account.open", "registrar", body)
    registrar = sign(order, [REGISTRAR]).sigs[0]
    world.record(with_signatures(order, registrar, passkey(order), private=(record,)))
    account = world.registry.books().rows_under("acct/")[-1][0]
    paid = bodies.transfer(scene.owner, account.removeprefix("acct/"), quantity_kg=9)
    world.act("units.transfer", paid)
    return replace(scene, third=account.removeprefix("acct/"))


def pay(scene: Scene) -> dict[str, Json]:
    body = bodies.transfer(scene.third, scene.owner, quantity_kg=1)
    return scene.world.order("units.transfer", f"acct/{scene.third}", body)


def test_a_passkey_signs_and_the_audit_agrees(scene: Scene) -> None:
    order = pay(scene)
    assert isinstance(scene.world.submit(with_signatures(order, passkey(order)))[0], Entry)
    assert audit(scene.world.registry.settings).ok


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"origin": "https://example.test.evil"}, id="another-site"),
        pytest.param({"rp_id": "evil"}, id="another-party"),
    ],
)
def test_a_passkey_used_elsewhere_is_refused(scene: Scene, wrong: dict[str, str]) -> None:
    order = pay(scene)
    [answer] = scene.world.submit(with_signatures(order, passkey(order, **wrong)))
    assert isinstance(answer, Refused)
    assert answer.code is RefusalCode.SIGNATURE_INVALID


def test_a_registry_can_be_opened_with_a_passkey(tmp_path: Path) -> None:
    """The order that opens it states itself where passkeys may sign."""
    world = open_world(tmp_path)
    body = bodies.opening(LOG_KEY.vkey, OFFICERS, SERVICES)
    key = passkey_signature(b"").key.hex()
    body["officers"][0] |= {"alg": "webauthn-es256", "key": key}
    order = world.order("registry.open", "registrar", body)
    others = sign(order, [OFFICERS["registrar"], OFFICERS["supervisor"]]).sigs
    world.record(with_signatures(order, passkey(order), *others))
    assert audit(world.registry.settings).ok
