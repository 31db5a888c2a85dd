"""The sequencer records what many hand in, tells everybody after the commit, and harms nobody."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from contracts.refusal import RefusalCode, Refused
from ledger.audit.audit import audit
from ledger.database.outcome import OutcomeUnknownError
from ledger.intake.checking import CheckedOrder, Checking
from ledger.intake.envelope import SignedOrder
from ledger.log.entry import Entry
from ledger.publish.high_water import HighWaterError
from ledger.second_copy import SecondCopyError
from ledger.sequencing import sequencer as sequencer_module
from ledger.sequencing.fair_queue import QueueLimits
from ledger.sequencing.sequencer import Sequencer
from ledger.sequencing.tickets import ClosingError, QueueFullError, Recorded, Turn
from ledger.store import HeadMovedError, TamperedError
from tests.support import bodies
from tests.support.ledger import Scene, open_scene
from tests.support.offered_orders import offer


@dataclass(slots=True)
class Work:
    """A registry at work; `fail` may raise before a batch is decided, `object_to` before that."""

    scene: Scene
    batches: list[int] = field(default_factory=list)
    fail: Callable[[Sequence[CheckedOrder]], None] = lambda _: None
    object_to: Callable[[Sequence[SignedOrder]], None] = lambda _: None

    def begin(self, signed_orders: Sequence[SignedOrder]) -> Checking:
        self.object_to(signed_orders)
        return self.scene.world.registry.checker.begin(signed_orders)

    def record(self, checked_orders: Sequence[CheckedOrder]) -> tuple[Entry | Refused, ...]:
        self.fail(checked_orders)
        self.batches.append(len(checked_orders))
        world = self.scene.world
        return world.registry.submit_checked(checked_orders, now_us=world.now_us)

    def size(self) -> int:
        return self.scene.world.registry.size()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = open_scene(tmp_path)
    yield scene
    scene.world.registry.close()


@pytest.fixture
def work(scene: Scene) -> Work:
    return Work(scene)


def transfer(scene: Scene, quantity_kg: int = 1) -> SignedOrder:
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=quantity_kg)
    return scene.world.signed("units.transfer", body)


def drive(sequencer: Sequencer) -> None:
    while sequencer.waiting:
        sequencer.turn()


def recorded(answer: Recorded | Refused) -> Recorded:
    assert isinstance(answer, Recorded), answer
    return answer


def test_a_thousand_orders_of_many_threads_are_recorded_once_each(work: Work) -> None:
    scene = work.scene
    orders = [transfer(scene) for _ in range(1_000)]
    before, turns = work.size(), list[Turn]()
    sequencer = Sequencer(work, observe=turns.append)
    sequencer.start()
    answers: dict[int, Recorded] = {}

    def hand_in(start: int) -> None:
        futures = {n: offer(sequencer, orders[n]) for n in range(start, 1_000, 8)}
        answers.update({n: recorded(future.result(30)) for n, future in futures.items()})

    threads = [Thread(target=hand_in, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sequencer.close()

    assert sorted(one.entry.seq for one in answers.values()) == [*range(before, before + 1_000)]
    assert all(answers[n].entry.order_bytes == orders[n].order_bytes for n in answers)
    assert not any(one.again for one in answers.values())
    assert len(work.batches) < 500, "concurrent orders are committed together"
    assert sum(turn.recorded for turn in turns) == 1_000
    assert audit(scene.world.registry.settings).ok


def test_an_order_handed_in_twice_is_recorded_once_and_told_so(work: Work) -> None:
    sequencer, order = Sequencer(work), transfer(work.scene)
    first, second = offer(sequencer, order), offer(sequencer, order)
    drive(sequencer)
    later = offer(sequencer, order)
    drive(sequencer)
    answers = [recorded(future.result(0)) for future in (first, second, later)]
    assert len({answer.entry.seq for answer in answers}) == 1
    assert [answer.again for answer in answers] == [False, True, True]


def test_a_refused_order_harms_none_of_its_batch(work: Work) -> None:
    sequencer, scene = Sequencer(work), work.scene
    good = [transfer(scene) for _ in range(3)]
    forged = replace(transfer(scene), sigs=good[0].sigs)
    too_much = transfer(scene, 1_000_000)
    futures = [offer(sequencer, one) for one in (good[0], forged, good[1], too_much, good[2])]
    drive(sequencer)
    answers = [future.result(0) for future in futures]
    codes = [answer.code for answer in answers if isinstance(answer, Refused)]
    assert codes == [RefusalCode.SIGNATURE_INVALID, RefusalCode.BALANCE_TOO_LOW]
    assert [isinstance(answer, Recorded) for answer in answers] == [True, False, True, False, True]


def test_an_order_that_breaks_its_batch_breaks_only_itself(work: Work) -> None:
    scene = work.scene
    poison = transfer(scene)

    def fail(checked_orders: Sequence[CheckedOrder]) -> None:
        if any(one.signed is poison for one in checked_orders):
            raise ValueError("a rule met what it did not expect")

    work.fail = fail
    sequencer = Sequencer(work)
    futures = [offer(sequencer, one) for one in (transfer(scene), poison, transfer(scene))]
    drive(sequencer)
    assert isinstance(futures[1].exception(0), ValueError)
    assert [recorded(futures[n].result(0)).again for n in (0, 2)] == [False, False]


def test_an_order_that_breaks_the_checks_breaks_only_itself(work: Work) -> None:
    scene = work.scene
    poison = transfer(scene)

    def object_to(signed_orders: Sequence[SignedOrder]) -> None:
        if poison in signed_orders:
            raise ValueError("a check met what it did not expect")

    work.object_to = object_to
    sequencer = Sequencer(work)
    futures = [offer(sequencer, one) for one in (transfer(scene), poison, transfer(scene))]
    drive(sequencer)
    assert isinstance(futures[1].exception(0), ValueError)
    assert [recorded(futures[n].result(0)).again for n in (0, 2)] == [False, False]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(PoolTimeoutError(), id="no-connection"),
        pytest.param(SecondCopyError("damaged"), id="second-copy"),
        pytest.param(HighWaterError("damaged"), id="mark"),
    ],
)
def test_what_says_nothing_against_an_order_is_met_once_for_all(
    work: Work, error: Exception
) -> None:
    tries = list[int]()

    def fail(checked_orders: Sequence[CheckedOrder]) -> None:
        tries.append(len(checked_orders))
        raise error

    work.fail = fail
    sequencer = Sequencer(work)
    futures = [offer(sequencer, transfer(work.scene)) for _ in range(3)]
    drive(sequencer)
    assert [future.exception(0) for future in futures] == [error] * 3
    assert tries == [3]


@pytest.mark.parametrize(
    ("stalled_s", "met"),
    [pytest.param(0.0, [1], id="in-vain-for-long"), pytest.param(60.0, [1, 3], id="at-once")],
)
def test_who_stood_behind_a_batch_that_waited_in_vain_does_not_wait_too(
    work: Work, monkeypatch: pytest.MonkeyPatch, stalled_s: float, met: list[int]
) -> None:
    monkeypatch.setattr(sequencer_module, "STALLED_S", stalled_s)
    sequencer, scene = Sequencer(work), work.scene
    error, tries = OutcomeUnknownError("the database does not answer"), list[int]()
    behind = list[Future[Recorded | Refused]]()

    def fail(checked_orders: Sequence[CheckedOrder]) -> None:
        tries.append(len(checked_orders))
        if len(tries) == 1:
            behind.extend(offer(sequencer, transfer(scene)) for _ in range(3))
            raise error

    work.fail = fail
    first = offer(sequencer, transfer(scene))
    drive(sequencer)
    later = offer(sequencer, transfer(scene))
    drive(sequencer)

    assert first.exception(0) is error
    assert [future.exception(0) is error for future in behind] == [met == [1]] * 3
    assert recorded(later.result(0))
    assert tries == [*met, 1]


def test_a_group_keeps_its_sequence_among_others(work: Work) -> None:
    scene = work.scene
    pay = bodies.transfer(scene.owner, scene.buyer, quantity_kg=7)
    pass_on = bodies.transfer(scene.buyer, scene.third, quantity_kg=7)
    group = [scene.world.signed("units.transfer", body) for body in (pay, pass_on)]
    sequencer, told = Sequencer(work), Told()
    others = [offer(sequencer, transfer(scene)) for _ in range(5)]
    sequencer.hand_in(group, told)
    drive(sequencer)
    assert [recorded(one).again for one in told.answers] == [False, False]
    assert all(recorded(one.result(0)) for one in others)


@dataclass(slots=True)
class Told:
    """Replies that keep what they are told."""

    answers: list[Recorded | Refused] = field(default_factory=list)

    def tell(self, answered: Sequence[tuple[object, object]]) -> None:
        self.answers += [answer for _, answer in answered]  # type: ignore[misc]  # seen by asserts


def test_a_full_queue_refuses_and_takes_again_once_there_is_room(work: Work) -> None:
    scene = work.scene
    sequencer = Sequencer(work, limits=QueueLimits(items=3))
    futures = [offer(sequencer, transfer(scene)) for _ in range(3)]
    with pytest.raises(QueueFullError) as caught:
        offer(sequencer, transfer(scene))
    assert not caught.value.own
    drive(sequencer)
    assert all(recorded(future.result(0)) for future in futures)
    assert sequencer.waiting == 0
    offer(sequencer, transfer(scene))


def test_a_sender_whose_share_is_full_leaves_room_for_the_others(work: Work) -> None:
    scene = work.scene
    sequencer = Sequencer(work, limits=QueueLimits(items=100, lane_items=2))
    busy = [offer(sequencer, transfer(scene)) for _ in range(4)]
    body = bodies.transfer(scene.third, scene.owner, quantity_kg=1)
    quiet = offer(sequencer, scene.world.signed("units.transfer", body))
    drive(sequencer)
    assert [isinstance(future.exception(0), QueueFullError) for future in busy] == [
        False,
        False,
        True,
        True,
    ]
    assert isinstance(quiet.result(0), Refused)  # decided: it holds nothing


def test_nobody_fills_the_share_of_another_with_orders_he_cannot_sign(work: Work) -> None:
    scene = work.scene
    sequencer = Sequencer(work, limits=QueueLimits(items=100, lane_items=2))
    wrong = transfer(scene).sigs
    for _ in range(50):
        offer(sequencer, replace(transfer(scene), sigs=wrong))
    mine = offer(sequencer, transfer(scene))
    drive(sequencer)
    assert recorded(mine.result(0))


def test_another_node_that_was_faster_costs_a_second_try_only(work: Work) -> None:
    races = iter([True, True, False])

    def fail(_: Sequence[CheckedOrder]) -> None:
        if next(races):
            raise HeadMovedError("another node")

    work.fail = fail
    sequencer = Sequencer(work)
    future = offer(sequencer, transfer(work.scene))
    drive(sequencer)
    assert recorded(future.result(0))


def test_damage_ends_the_sequencer_and_whoever_waits_is_told(work: Work) -> None:
    def fail(_: Sequence[CheckedOrder]) -> None:
        raise TamperedError("entry 7 does not read back")

    work.fail = fail
    faults = list[Exception]()
    sequencer = Sequencer(work, failed=faults.append)
    future = offer(sequencer, transfer(work.scene))
    drive(sequencer)
    assert isinstance(future.exception(0), TamperedError)
    assert len(faults) == 1
    with pytest.raises(TamperedError):
        offer(sequencer, transfer(work.scene))


def test_closing_answers_what_was_taken_and_takes_nothing_more(work: Work) -> None:
    scene, entered, go_on = work.scene, Event(), Event()

    def hold(_: Sequence[CheckedOrder]) -> None:
        entered.set()
        go_on.wait(10)

    work.fail = hold
    sequencer = Sequencer(work)
    sequencer.start()
    futures = [offer(sequencer, transfer(scene)) for _ in range(20)]
    entered.wait(10)
    closing = Thread(target=sequencer.close)
    closing.start()
    while True:
        try:
            offer(sequencer, transfer(scene))
        except ClosingError:
            break
    go_on.set()
    closing.join(10)
    assert all(recorded(future.result(0)) for future in futures)
    assert sequencer.waiting == 0


def test_who_is_not_answered_in_time_is_told(work: Work) -> None:
    sequencer = Sequencer(work)
    future = offer(sequencer, transfer(work.scene))
    sequencer.close()
    assert isinstance(future.exception(0), ClosingError)
