"""The first stage of taking orders in: who checks signatures, and what is remembered of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Thread

import pytest

from contracts.refusal import RefusalCode
from ledger import rulesets
from ledger.children import start_child
from ledger.intake import checking, signature_pool
from ledger.intake.checking import CheckedOrder, Checker
from ledger.intake.envelope import SignedOrder
from ledger.intake.signature_pool import Item, SignaturePool, Verdicts
from ledger.log.verify import PasskeyScope
from tests.support import bodies, odd_checker
from tests.support.ledger import ORIGIN, START_US
from tests.support.signing import Signer, nonce, sign

SIGNER = Signer("tester")
ACCOUNTS = ("00000010", "00000020")
MANY = 300
BAD = {0, 1, 127, 128, 200, 299}


class CountingPool(SignaturePool):
    """A pool that counts what it is asked."""

    asked = 0

    def ask(self, items: Sequence[Item]) -> Verdicts:
        self.asked += len(items)
        return SignaturePool.ask(self, items)


@pytest.fixture(scope="module")
def orders() -> list[SignedOrder]:
    return [order(number) for number in range(MANY)]


@pytest.fixture
def pool() -> Iterator[CountingPool]:
    pool = CountingPool()
    yield pool
    pool.close()


def order(number: int) -> SignedOrder:
    body = bodies.transfer(*ACCOUNTS, quantity_kg=number + 1)
    return sign(
        {
            "actor": f"acct/{ACCOUNTS[0]}",
            "body": body,
            "kind": "units.transfer",
            "log": ORIGIN,
            "nonce": nonce(number),
            "rules": rulesets.newest(),
            "valid_until_us": START_US,
        },
        [SIGNER],
    )


def forged(signed: SignedOrder) -> SignedOrder:
    """Return the order with one bit of its signature turned."""
    sig = bytes([signed.sigs[0].sig[0] ^ 1, *signed.sigs[0].sig[1:]])
    return replace(signed, sigs=(replace(signed.sigs[0], sig=sig),))


def some_forged(orders: list[SignedOrder]) -> list[SignedOrder]:
    return [forged(one) if number in BAD else one for number, one in enumerate(orders)]


def refused(checked: Sequence[CheckedOrder]) -> set[int]:
    """Return which orders were refused, all for their signature."""
    found = {number for number, one in enumerate(checked) if one.refusal is not None}
    codes = {one.refusal.code for one in checked if one.refusal is not None}
    assert codes <= {RefusalCode.SIGNATURE_INVALID}
    return found


def checker_on(pool: SignaturePool | None) -> Checker:
    return Checker(PasskeyScope, pool)


@pytest.mark.parametrize("beside", [True, False], ids=["in-children", "here"])
def test_exactly_the_wrong_signatures_are_refused(
    orders: list[SignedOrder], pool: CountingPool, beside: bool
) -> None:
    checked = checker_on(pool if beside else None).check(some_forged(orders))
    assert refused(checked) == BAD
    assert pool.asked == (MANY if beside else 0)


def test_batches_begun_one_after_the_other_get_their_own_verdicts(
    orders: list[SignedOrder], pool: CountingPool
) -> None:
    checker = checker_on(pool)
    begun = [checker.begin(batch) for batch in (orders[:150], some_forged(orders), orders[150:])]
    later = [checking.finish() for checking in reversed(begun)]
    assert [refused(checked) for checked in reversed(later)] == [set(), BAD, set()]


def test_few_signatures_start_no_child(orders: list[SignedOrder], pool: CountingPool) -> None:
    checked = checker_on(pool).check([*orders[: checking.FEW - 2], forged(orders[-1])])
    assert refused(checked) == {checking.FEW - 2}
    assert pool.asked == 0


def test_a_form_is_refused_before_its_signature_is_looked_at(pool: CountingPool) -> None:
    blank = sign({**order(0).order_json, "body": {}}, [SIGNER])
    [checked] = checker_on(pool).check([forged(blank)])
    assert checked.refusal is not None
    assert checked.refusal.code is RefusalCode.QUANTITY_OR_RANGES


def test_a_retry_costs_no_check(orders: list[SignedOrder], pool: CountingPool) -> None:
    checker = checker_on(pool)
    checker.check(orders)
    assert refused(checker.check(orders)) == set()
    assert pool.asked == MANY


def test_what_was_refused_is_not_remembered_as_good(
    orders: list[SignedOrder], pool: CountingPool
) -> None:
    checker = checker_on(pool)
    for _ in range(2):
        assert refused(checker.check(some_forged(orders))) == BAD


def test_a_good_order_under_another_signature_is_checked_again(
    orders: list[SignedOrder], pool: CountingPool
) -> None:
    checker = checker_on(pool)
    checker.check(orders)
    assert refused(checker.check(some_forged(orders))) == BAD


def test_only_so_many_orders_are_remembered(
    orders: list[SignedOrder], pool: CountingPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "KNOWN_MAX", 100)
    checker = checker_on(pool)
    checker.check(orders)
    checker.check(orders[-100:])
    assert pool.asked == MANY
    checker.check(orders[:100])
    assert pool.asked == MANY + 100
    # Whoever signs has no need to be known, so a large order leaves no more behind than a small.
    assert {len(name) for name in checker._known} == {32}


@pytest.mark.parametrize("due", [signature_pool.PAGES_DUE_MAX, 10**6], ids=["room", "no-room"])
def test_more_may_be_asked_than_pipes_hold(
    pool: CountingPool, due: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without making room, the child waits to be heard, and who asks for the child."""
    at_once = "tests.support.odd_checker", odd_checker.AT_ONCE
    monkeypatch.setattr(signature_pool, "start_child", lambda _module: start_child(*at_once))
    monkeypatch.setattr(signature_pool, "PAGES_DUE_MAX", due)
    items = [(bytes(32), bytes(64), b"")] * (signature_pool.CHILDREN_MAX * 100_000)
    asking = Thread(target=lambda: pool.ask(items), daemon=True)
    asking.start()
    asking.join(10 if due < 10**6 else 2)
    assert asking.is_alive() == (due == 10**6)
    for child in pool._children:
        child._process.kill()
    asking.join(10)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_child_that_dies_changes_no_verdict(
    orders: list[SignedOrder], pool: CountingPool, moment: str
) -> None:
    checker = checker_on(pool)
    checker.check(orders[:50])
    kill = [child._process.kill for child in pool._children]
    begun = None if moment == "before" else checker.begin(some_forged(orders))
    for one in kill:
        one()
    checked = (begun or checker.begin(some_forged(orders))).finish()
    assert refused(checked) == BAD
    assert refused(checker.check(some_forged(orders))) == BAD


@pytest.mark.parametrize("way", odd_checker.WAYS)
def test_an_answer_that_is_not_whole_and_to_its_page_is_none(
    orders: list[SignedOrder], pool: CountingPool, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        signature_pool, "start_child", lambda _module: start_child("tests.support.odd_checker", way)
    )
    assert refused(checker_on(pool).check(some_forged(orders))) == BAD
