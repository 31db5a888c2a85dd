"""The write path: what is recorded, what a refusal leaves, what a resubmission gets."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from contracts.check_digits import encode_id
from contracts.invariants import InvariantError
from contracts.refusal import RefusalCode, Refused
from contracts.values import Movement, Outcome
from ledger import rulesets, store
from ledger.audit.audit import audit
from ledger.database.sqlite import create_write_engine
from ledger.database.tables import log_entry, view_head
from ledger.intake.envelope import SignedOrder
from ledger.log.entry import Entry
from ledger.store import HeadMovedError, TamperedError
from ledger.submit import AHEAD_US_MAX, BEHIND_US_MAX, ClockError
from tests.support import bodies
from tests.support.answers import answers, questions
from tests.support.ledger import (
    ISSUER,
    REGISTRAR,
    SECOND_US,
    START_US,
    Scene,
    entries_of,
    open_scene,
    open_world,
)
from tests.support.signing import Signer, sign

pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path)


def pay(scene: Scene, quantity_kg: int = 1) -> SignedOrder:
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=quantity_kg)
    return scene.world.signed("units.transfer", body)


def refusal(answer: Entry | Refused) -> RefusalCode:
    assert isinstance(answer, Refused)
    return answer.code


def test_what_is_recorded_reads_back_byte_for_byte(scene: Scene) -> None:
    entry = scene.world.record(pay(scene))
    read = scene.world.registry.entry(entry.seq)

    assert read == entry
    assert scene.world.registry.head().leaf_hash == entry.leaf_hash
    assert scene.world.registry.root() == scene.world.registry.head().root


def test_orders_of_a_batch_see_their_predecessors(scene: Scene) -> None:
    """The buyer has nothing at first, and passes on what it gets in the same batch."""
    passing_on = bodies.transfer(scene.buyer, scene.third, quantity_kg=30)
    answers = scene.world.submit(
        pay(scene, 30), scene.world.signed("units.transfer", passing_on), pay(scene, 5)
    )

    assert [entry.movements[0]["to"] for entry in entries_of(answers)] == [
        f"acct/{name}" for name in (scene.buyer, scene.third, scene.buyer)
    ]
    books = scene.world.registry.books()
    assert sum(block.quantity_kg for block in books.holdings(f"acct/{scene.third}", 100)) == 30


def test_a_refused_order_leaves_nothing_and_does_not_stop_the_others(scene: Scene) -> None:
    too_much = pay(scene, 85_000)
    one, refused, other = scene.world.submit(pay(scene), too_much, pay(scene))

    assert isinstance(one, Entry)
    assert isinstance(other, Entry)
    assert refusal(refused) is RefusalCode.BALANCE_TOO_LOW
    assert other.seq == one.seq + 1
    assert audit(scene.world.registry.settings).ok


def test_a_batch_of_refusals_changes_no_answer(scene: Scene) -> None:
    settings = scene.world.registry.settings
    asked = questions(settings)
    before = answers(settings, asked)

    scene.world.submit(pay(scene, 85_001), pay(scene, 10**9))

    assert answers(settings, asked) == before


def test_a_refusal_consumes_no_nonce(scene: Scene) -> None:
    order = scene.world.order(
        "units.transfer",
        f"acct/{scene.buyer}",
        bodies.transfer(scene.buyer, scene.third, quantity_kg=7),
    )
    signed = sign(order, scene.world.people[scene.buyer])
    assert refusal(scene.world.submit(signed)[0]) is RefusalCode.BALANCE_TOO_LOW
    scene.world.record(pay(scene, 7))

    assert isinstance(scene.world.submit(signed)[0], Entry)


def test_the_same_order_again_gets_the_entry_of_the_first_time(scene: Scene) -> None:
    order = pay(scene)
    first = scene.world.record(order)
    scene.world.record(pay(scene))
    size = scene.world.registry.size()

    assert scene.world.record(order) == first
    assert entries_of(scene.world.submit(order, order)) == [first, first]
    assert scene.world.registry.size() == size


def test_the_same_order_twice_in_one_batch_is_recorded_once(scene: Scene) -> None:
    order = pay(scene)
    one, other = entries_of(scene.world.submit(order, order))
    assert one == other


def test_a_recorded_order_is_answered_after_it_has_expired(scene: Scene) -> None:
    order = pay(scene)
    first = scene.world.record(order)
    scene.world.now_us += 2 * 86_400 * SECOND_US
    assert scene.world.record(order) == first
    assert refusal(scene.world.submit(replace_nonce(scene, order))[0]) is RefusalCode.ORDER_EXPIRED


def replace_nonce(scene: Scene, order: SignedOrder) -> SignedOrder:
    scene.world.orders += 1
    again = scene.world.order("units.transfer", order.order.actor, dict(order.order_json["body"]))
    again["valid_until_us"] = order.order.valid_until_us
    return sign(again, scene.world.people[scene.owner])


def test_the_same_nonce_with_another_order_is_refused(scene: Scene) -> None:
    order = pay(scene)
    scene.world.record(order)
    other = {**order.order_json, "body": bodies.transfer(scene.owner, scene.third, quantity_kg=1)}

    [answer] = scene.world.submit(sign(other, scene.world.people[scene.owner]))

    assert refusal(answer) is RefusalCode.NONCE_REUSED


def test_a_wrong_signature_is_refused(scene: Scene) -> None:
    order = pay(scene)
    forged = replace(order.sigs[0], sig=bytes(64))
    [answer] = scene.world.submit(replace(order, sigs=(forged,)))
    assert refusal(answer) is RefusalCode.SIGNATURE_INVALID


def test_in_a_large_batch_exactly_the_wrong_signatures_are_refused(scene: Scene) -> None:
    orders = [pay(scene) for _ in range(40)]
    for position in (0, 19, 20, 39):
        sig = replace(orders[position].sigs[0], sig=bytes(64))
        orders[position] = replace(orders[position], sigs=(sig,))

    answers = scene.world.submit(*orders)

    wrong = [number for number, answer in enumerate(answers) if isinstance(answer, Refused)]
    assert wrong == [0, 19, 20, 39]


def test_a_bad_form_is_answered_before_a_bad_signature(scene: Scene) -> None:
    order = scene.world.order("units.transfer", f"acct/{scene.owner}", {"from": scene.owner})
    signed = sign(order, [REGISTRAR])
    broken = replace(signed, sigs=(replace(signed.sigs[0], sig=bytes(64)),))
    [answer] = scene.world.submit(broken)
    assert refusal(answer).value // 1000 == 1


def test_a_signature_for_another_log_is_refused(scene: Scene) -> None:
    order = {**pay(scene).order_json, "log": "registry.example/other"}
    [answer] = scene.world.submit(sign(order, scene.world.people[scene.owner]))
    assert refusal(answer) is RefusalCode.WRONG_LOG


def test_a_stranger_s_key_is_unknown(scene: Scene) -> None:
    order = pay(scene).order_json
    [answer] = scene.world.submit(sign(dict(order), [Signer("stranger")]))
    assert refusal(answer) is RefusalCode.KEY_UNKNOWN


def test_log_time_never_runs_backwards(scene: Scene) -> None:
    first = scene.world.record(pay(scene))
    scene.world.now_us -= 2 * SECOND_US + BEHIND_US_MAX // 2
    assert scene.world.record(pay(scene)).at_us == first.at_us


@pytest.mark.parametrize(
    "shift_us",
    [
        pytest.param(-BEHIND_US_MAX - 2 * SECOND_US, id="31-seconds-behind"),
        pytest.param(AHEAD_US_MAX + SECOND_US, id="more-than-a-week-ahead"),
    ],
)
def test_a_clock_that_contradicts_the_log_stops_everything(scene: Scene, shift_us: int) -> None:
    scene.world.record(pay(scene))
    scene.world.now_us += shift_us
    size = scene.world.registry.size()
    with pytest.raises(ClockError):
        scene.world.submit(pay(scene))
    assert scene.world.registry.size() == size


def test_an_operator_can_confirm_a_clock_far_ahead(scene: Scene) -> None:
    now_us = scene.world.now_us = scene.world.now_us + AHEAD_US_MAX + 2 * SECOND_US
    answers = scene.world.registry.submit([pay(scene)], now_us=now_us, clock_confirmed=True)
    assert entries_of(answers)[0].at_us == now_us


def test_nothing_can_be_recorded_before_the_registry_is_open(tmp_path: Path) -> None:
    world = open_world(tmp_path)
    order = world.signed("parameters.publish", bodies.parameters(), [ISSUER])
    assert refusal(world.submit(order)[0]) is RefusalCode.REGISTRY_NOT_OPEN
    assert world.open().at_us == START_US + 2 * SECOND_US


def test_the_head_moves_by_compare_and_swap(scene: Scene) -> None:
    with scene.world.registry.writer.begin() as connection:
        head = store.read_head(connection)
        moved = replace(head, at_us=head.at_us + 1, leaf_hash=bytes(32))
        store.move_head(connection, head, moved)
        with pytest.raises(HeadMovedError):
            store.move_head(connection, head, moved)


def test_an_order_between_decision_and_append_stops_the_batch(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the lock not held, the compare-and-swap would still see the other writer."""
    real = store.append

    def append(connection, entries, *, after):  # type: ignore[no-untyped-def] # a stand-in
        connection.execute(update(view_head).values(leaf_hash=bytes(32)))
        return real(connection, entries, after=after)

    monkeypatch.setattr(store, "append", append)
    size = scene.world.registry.size()
    with pytest.raises(HeadMovedError):
        scene.world.submit(pay(scene))
    assert scene.world.registry.size() == size


def test_a_rule_that_breaks_an_invariant_stops_the_batch(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a rule yields: nothing leaves a terminal place."""
    retired = scene.world.act("units.retire", bodies.retirement(scene.owner, quantity_kg=5))
    [moved] = retired.movements
    back = Movement(moved["batch"], moved["first"], moved["end"], moved["to"], moved["from"])
    monkeypatch.setattr(rulesets, "decide_read", lambda *_given: Outcome(movements=(back,)))
    with pytest.raises(InvariantError, match="terminal"):
        scene.world.submit(pay(scene))
    assert scene.world.registry.size() == retired.seq + 1


def test_what_does_not_read_back_stops_the_writer(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store.insert_entries

    def insert_others(connection, leaves):  # type: ignore[no-untyped-def] # a stand-in
        real(connection, [(replace(entry, content=entry.content + b" "), d) for entry, d in leaves])

    monkeypatch.setattr(store, "insert_entries", insert_others)
    with pytest.raises(TamperedError):
        scene.world.submit(pay(scene))


@pytest.mark.parametrize("either_database", ["sqlite"], indirect=True)
def test_the_log_refuses_to_change_or_lose_a_row(scene: Scene) -> None:
    settings = scene.world.registry.settings
    engine = create_write_engine(settings.database, settings.vault)
    row = {"seq": 1, "leaf_hash": b"", "actor": "", "nonce": "", "kind": "", "at_us": 1}
    statements = (
        update(log_entry).values(at_us=1),
        log_entry.delete(),
        insert(log_entry).prefix_with("OR REPLACE").values(**row, content=b""),
    )
    for statement in statements:
        with pytest.raises(Exception, match="only grows"), engine.begin() as connection:
            connection.execute(statement)
    engine.dispose()
    assert audit(settings).ok


def test_ids_derive_from_positions(scene: Scene) -> None:
    account = scene.world.open_account("fourth")
    assert account == encode_id(scene.world.registry.size() - 1)
