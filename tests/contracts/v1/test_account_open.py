"""`account.open`: who may sign for an organisation, and how that is proven."""

from dataclasses import replace

import pytest

from contracts.refusal import RefusalCode
from contracts.values import Json
from tests.support.main_bodies import ENTERPRISE, account_open
from tests.support.main_steps import (
    BUYER,
    FARM_CLERK,
    FARM_HEAD,
    FARM_ID,
    ISSUER,
    REGISTRAR,
    VERIFIER_ID,
    VERIFYING,
    officers,
)
from tests.support.people import Key, Person, key, person
from tests.support.refusing import (
    Spoil,
    acting_as,
    change_row,
    changing,
    code_of,
    refusal,
    signed_by,
)
from tests.support.scenario import after, before
from tests.support.world import Step, World

NEWCOMER, THIEF = person("newcomer"), key("thief")


def opening(world: World, *people: tuple[Person, str], keys: list[Key], **fields: Json) -> Step:
    body = {**account_open("holder", ENTERPRISE, *people), **fields}
    kept = {name: value for name, value in body.items() if value is not ...}
    return world.step("account.open", kept, "registrar", [REGISTRAR.key, *keys])


def with_key(who: Person, other: Key) -> Person:
    """The same person as they would be listed with another key."""
    return replace(who, key=other)


def test_opens_an_account_under_dual_control_as_in_the_worked_example() -> None:
    world, step = before("account.open")
    rows = {row.key: row.value for row in world.do(step).rows}
    assert len(step.keys) == 3
    account = rows[f"acct/{FARM_ID}"]
    assert account["dual_control"] is True
    assert account["org"] == FARM_ID
    assert account["representatives"] == [
        {"person": FARM_CLERK.id, "roles": ["initiate"]},
        {"person": FARM_HEAD.id, "roles": ["approve"]},
    ]
    assert rows[f"org/{FARM_ID}"]["types"] == ["holder"]
    assert rows[f"org/{FARM_ID}"]["commitment"] == step.body["commitment"]
    assert rows[f"person/{FARM_CLERK.id}"] == {
        "commitment": FARM_CLERK.private.commitment,
        "officer": None,
    }
    assert rows[f"key/{FARM_CLERK.key.public}"]["valid_from_us"] == step.at_us


def test_an_organisation_may_open_a_second_account() -> None:
    world = after("account.open", nth=1)
    keys = [NEWCOMER.key, *officers(FARM_CLERK, FARM_HEAD)]
    step = opening(world, (NEWCOMER, "initiate"), keys=keys, org=FARM_ID, commitment=...)
    rows = {row.key: row.value for row in world.do(step).rows}
    assert rows["acct/00000066"]["org"] == FARM_ID
    assert rows[f"org/{FARM_ID}"]["account"] == FARM_ID


@pytest.mark.parametrize(
    ("keys", "role"),
    [
        pytest.param([], "initiate", id="nobody"),
        pytest.param([FARM_CLERK.key], "approve", id="one-of-two-under-dual-control"),
    ],
)
def test_an_organisation_agrees_to_its_second_account(keys: list[Key], role: str) -> None:
    world = after("account.open", nth=1)
    signing = [NEWCOMER.key, *keys]
    step = opening(world, (NEWCOMER, "initiate"), keys=signing, org=FARM_ID, commitment=...)
    refused = refusal(world, step)
    assert refused.code is RefusalCode.SIGNATURE_MISSING
    assert refused.facts["need"] == {"account": FARM_ID, "role": role, "what": "representative"}


@pytest.mark.parametrize(
    ("listed", "others"),
    [
        pytest.param([FARM_CLERK], [FARM_HEAD], id="the-clerk-again"),
        pytest.param([FARM_HEAD], [FARM_CLERK], id="the-head-again"),
        pytest.param([FARM_CLERK, FARM_HEAD], [], id="both-again"),
    ],
)
def test_a_representative_of_both_accounts_signs_once(
    listed: list[Person], others: list[Person]
) -> None:
    world = after("account.open", nth=1)
    seconds = [key(f"second key of {who.id}") for who in listed]
    people = [
        (with_key(who, second), "initiate") for who, second in zip(listed, seconds, strict=True)
    ]
    keys = [*seconds, *officers(*listed, *others)]
    fields: dict[str, Json] = {"org": FARM_ID, "commitment": ..., "dual_control": False}
    world.do(opening(world, *people, keys=keys, **fields))
    for missing in officers(*listed, *others):
        world = after("account.open", nth=1)
        fewer = [one for one in keys if one != missing]
        refused = refusal(world, opening(world, *people, keys=fewer, **fields))
        assert refused.code is RefusalCode.SIGNATURE_MISSING


def test_whoever_holds_a_role_alone_signs_in_that_role() -> None:
    world = after("account.open", nth=1)
    roles: Json = [
        {"person": FARM_CLERK.id, "roles": ["initiate"]},
        {"person": FARM_HEAD.id, "roles": ["approve", "initiate"]},
    ]
    change_row(world, f"acct/{FARM_ID}", representatives=roles)
    second = key("head's second key")
    keys = [second, *officers(FARM_CLERK, FARM_HEAD)]
    people = (with_key(FARM_HEAD, second), "initiate")
    world.do(opening(world, people, keys=keys, org=FARM_ID, commitment=...))


def test_a_known_person_agrees_with_an_earlier_key() -> None:
    world = after("account.open", nth=1)
    second = key("buyer's second key")
    listed = (with_key(BUYER, second), "initiate")
    alone = opening(world, listed, keys=[second])
    refused = refusal(world, alone)
    assert refused.code is RefusalCode.SIGNATURE_MISSING
    assert refused.facts["need"] == {"account": "", "role": BUYER.id, "what": "person"}
    world.do(opening(world, listed, keys=[second, BUYER.key]))


def test_nobody_signs_for_a_stranger_by_bringing_a_key_in_their_name() -> None:
    """A pseudonym and its commitment are public; a thief's account must not make them keys."""
    world = after("account.open", nth=1)
    forged = opening(world, (with_key(FARM_HEAD, THIEF), "initiate"), keys=[THIEF])
    assert refusal(world, forged).code is RefusalCode.SIGNATURE_MISSING
    assert world.books.row(f"key/{THIEF.public}") is None


@pytest.mark.parametrize(
    "kind", [pytest.param("verifier", id="verifier"), pytest.param("validator", id="validator")]
)
def test_an_organisation_that_trades_does_not_attest(kind: str) -> None:
    world = after("account.open", nth=1)
    keys = [NEWCOMER.key, *officers(FARM_CLERK, FARM_HEAD)]
    step = opening(world, (NEWCOMER, "initiate"), keys=keys, org=FARM_ID, commitment=..., type=kind)
    assert refusal(world, step).code is RefusalCode.NOT_INDEPENDENT


def test_an_organisation_that_attests_does_not_trade() -> None:
    world = after("account.open", nth=5)
    keys = [NEWCOMER.key, VERIFYING.key]
    step = opening(world, (NEWCOMER, "initiate"), keys=keys, org=VERIFIER_ID, commitment=...)
    assert refusal(world, step).code is RefusalCode.NOT_INDEPENDENT
    world.do(world.changed(step, type="validator"))
    assert world.books.rows[f"org/{VERIFIER_ID}"]["types"] == ["validator", "verifier"]


def listing(*people: Json) -> Spoil:
    return changing(representatives=[*people])


def known_key(world: World, step: Step) -> Step:
    known = REGISTRAR.key
    listed: Json = {**NEWCOMER.listed("initiate"), "key": known.public}
    asked = world.changed(step, representatives=[listed], dual_control=False)
    return replace(asked, keys=(known,))


def other_commitment(world: World, step: Step) -> Step:
    world.do(step)
    second = key("clerk's second key")
    listed: Json = {
        **with_key(FARM_CLERK, second).listed("initiate"),
        "commitment": "ab" * 32,
    }
    asked = world.changed(step, representatives=[listed], dual_control=False)
    return replace(asked, keys=(REGISTRAR.key, FARM_CLERK.key, second))


def officer_listed(world: World, step: Step) -> Step:
    second = key("issuer's second key")
    listed: Json = with_key(ISSUER, second).listed("initiate")
    asked = world.changed(step, representatives=[listed], dual_control=False)
    return replace(asked, keys=(REGISTRAR.key, ISSUER.key, second))


def person_twice(world: World, step: Step) -> Step:
    second = key("newcomer's second key")
    pair: list[Json] = [
        NEWCOMER.listed("initiate"),
        with_key(NEWCOMER, second).listed("approve"),
    ]
    asked = world.changed(step, representatives=pair)
    return replace(asked, keys=(REGISTRAR.key, NEWCOMER.key, second))


def alone_under_dual_control(world: World, step: Step) -> Step:
    listed: Json = NEWCOMER.listed("initiate", "approve")
    asked = world.changed(step, representatives=[listed])
    return replace(asked, keys=(REGISTRAR.key, NEWCOMER.key))


def readers_only(world: World, step: Step) -> Step:
    listed: Json = NEWCOMER.listed("read")
    asked = world.changed(step, representatives=[listed], dual_control=False)
    return replace(asked, keys=(REGISTRAR.key, NEWCOMER.key))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(type="bank"), RefusalCode.CHOICE_UNKNOWN, id="no-such-type"),
        pytest.param(changing(commitment=...), RefusalCode.FIELD_MISSING, id="no-organisation"),
        pytest.param(changing(org=FARM_ID), RefusalCode.FIELD_MISSING, id="two-organisations"),
        pytest.param(changing(dual_control=1), RefusalCode.FIELD_TYPE, id="one-for-true"),
        pytest.param(listing(), RefusalCode.TOO_MANY_ITEMS, id="nobody-signs-for-it"),
        pytest.param(
            listing(NEWCOMER.listed("initiate", "own")), RefusalCode.CHOICE_UNKNOWN, id="role"
        ),
        pytest.param(
            listing(NEWCOMER.listed("read", "read")), RefusalCode.DUPLICATE_ITEM, id="role-twice"
        ),
        pytest.param(acting_as(f"acct/{FARM_ID}"), RefusalCode.ACTOR_WRONG, id="a-holder-acts"),
        pytest.param(
            signed_by(*officers(REGISTRAR, FARM_CLERK)),
            RefusalCode.SIGNATURE_MISSING,
            id="a-new-key-did-not-sign",
        ),
        pytest.param(
            signed_by(*officers(ISSUER, FARM_CLERK, FARM_HEAD)),
            RefusalCode.SIGNATURE_MISSING,
            id="issuer-for-registrar",
        ),
        pytest.param(
            signed_by(*officers(REGISTRAR, FARM_CLERK, FARM_HEAD, ISSUER)),
            RefusalCode.SIGNATURE_SURPLUS,
            id="issuer-too",
        ),
        pytest.param(known_key, RefusalCode.SIGNATURE_MISSING, id="an-officers-key"),
        pytest.param(other_commitment, RefusalCode.PERSON_CONFLICT, id="other-commitment"),
        pytest.param(person_twice, RefusalCode.PERSON_CONFLICT, id="a-person-twice"),
        pytest.param(officer_listed, RefusalCode.OFFICER_IN_HOLDER_ACCOUNT, id="an-officer"),
        pytest.param(
            alone_under_dual_control, RefusalCode.REPRESENTATIVES_TOO_FEW, id="dual-and-alone"
        ),
        pytest.param(readers_only, RefusalCode.REPRESENTATIVES_TOO_FEW, id="readers-only"),
        pytest.param(
            changing(org="0000ZZZZ", commitment=...), RefusalCode.ORG_UNKNOWN, id="no-such-org"
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("account.open", spoil) is code


def test_a_key_is_registered_once_for_ever() -> None:
    world = after("account.open", nth=1)
    same = opening(world, (with_key(NEWCOMER, BUYER.key), "initiate"), keys=[BUYER.key])
    assert refusal(world, same).code is RefusalCode.KEY_ALREADY_USED
