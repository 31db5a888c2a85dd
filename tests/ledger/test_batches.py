"""Many orders in one batch: what they cost in statements, and that one bad order harms no other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from contracts.refusal import Refused
from contracts.values import MOVEMENTS_MAX, Json
from ledger import registry
from ledger.books import overlay
from ledger.intake.envelope import SignedOrder
from tests.support import bodies
from tests.support.ledger import Scene, entries_of, open_scene
from tests.support.signing import Signer, sign

PIECES = 1_100
FIRST = 20_000
"""The scene's first unit is held from 15,000 on; these lie well inside what the owner has."""

STATEMENTS_MAX = 30
BAD: dict[str, Callable[[Scene], SignedOrder]] = {
    "signature": lambda scene: forged(pay(scene, 1)),
    "form": lambda scene: order(scene, {"from": scene.owner, "to": scene.buyer}),
    "stranger": lambda scene: sign(pay(scene, 1).order_json, [Signer("stranger")]),
    "too-much": lambda scene: pay(scene, 10**9),
    "unknown-account": lambda scene: order(
        scene, bodies.transfer(scene.owner, "00000000", quantity_kg=1)
    ),
    "units-of-others": lambda scene: order(scene, named_units(scene, 14_000)),
    "expired": lambda scene: changed(scene, valid_until_us=1),
    "other-log": lambda scene: changed(scene, log="registry.example/other"),
    "other-rules": lambda scene: changed(scene, rules="0" * 64),
}


def order(scene: Scene, body: bodies.Body) -> SignedOrder:
    return scene.world.signed("units.transfer", body)


def pay(scene: Scene, quantity_kg: int) -> SignedOrder:
    return order(scene, bodies.transfer(scene.owner, scene.buyer, quantity_kg=quantity_kg))


def pass_on(scene: Scene, quantity_kg: int) -> SignedOrder:
    return order(scene, bodies.transfer(scene.buyer, scene.third, quantity_kg=quantity_kg))


def named_units(scene: Scene, first: int) -> bodies.Body:
    part: Json = {"batch": scene.batch, "end": first + 1, "first": first}
    return bodies.transfer(scene.owner, scene.buyer, ranges=[part])


def changed(scene: Scene, **fields: Json) -> SignedOrder:
    people = scene.world.people[scene.owner]
    return sign({**pay(scene, 1).order_json, **fields}, people)


def forged(signed: SignedOrder) -> SignedOrder:
    sig = bytes([signed.sigs[0].sig[0] ^ 1, *signed.sigs[0].sig[1:]])
    return replace(signed, sigs=(replace(signed.sigs[0], sig=sig),))


def break_into_pieces(scene: Scene) -> None:
    """Give the buyer every second unit of a stretch, so that both hold single units only."""
    firsts = range(FIRST, FIRST + 2 * PIECES, 2)
    orders = []
    for start in range(0, PIECES, MOVEMENTS_MAX):
        parts: list[Json] = [
            {"batch": scene.batch, "end": first + 1, "first": first}
            for first in firsts[start : start + MOVEMENTS_MAX]
        ]
        orders.append(order(scene, bodies.transfer(scene.owner, scene.buyer, ranges=parts)))
    entries_of(scene.world.submit(*orders))


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that an engine executes; one for many rows counts once."""
    seen: list[str] = []

    def note(*given: object) -> None:
        seen.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def broken(tmp_path: Path) -> Scene:
    scene = open_scene(tmp_path)
    break_into_pieces(scene)
    return scene


@pytest.mark.parametrize("count", [1, 10, 1_000])
def test_a_batch_takes_a_fixed_number_of_statements(broken: Scene, count: int) -> None:
    """Orders for small pieces, orders that name them, and some for what others just received."""
    makers: list[Callable[[int], SignedOrder]] = [
        lambda _: pass_on(broken, 3),
        lambda number: order(broken, named_units(broken, FIRST + 1 + 2 * number)),
        lambda _: order(broken, bodies.transfer(broken.third, broken.owner, quantity_kg=1)),
    ]
    orders = [makers[number % 3 if number else 0](number) for number in range(count)]
    with statements_of(broken.world.registry.writer) as seen:
        answers = broken.world.submit(*orders)
    assert len(entries_of(answers)) == count
    assert len(seen) <= STATEMENTS_MAX


def test_without_looking_ahead_a_batch_takes_many_statements(
    broken: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wrong build against which the count above is held."""
    monkeypatch.setattr(overlay.Overlay, "prefetch_holdings", lambda *_: None)
    monkeypatch.setattr(overlay.Overlay, "prefetch_units", lambda *_: None)
    orders = [order(broken, named_units(broken, FIRST + 1 + 2 * number)) for number in range(100)]
    with statements_of(broken.world.registry.writer) as seen:
        broken.world.submit(*orders)
    assert len(seen) > STATEMENTS_MAX


def test_a_place_is_read_only_as_far_as_it_is_needed(
    broken: Scene, read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overlay.StoredBooks, "page_in_place", None)
    entries_of(broken.world.submit(pass_on(broken, 3)))
    assert read == [overlay.FIRST_BLOCKS]


@pytest.mark.parametrize(
    "sign_again",
    [
        pytest.param(lambda one: sign(one.order_json, [Signer("x")]), id="unknown-key"),
        pytest.param(forged, id="forged"),
    ],
)
def test_nothing_is_looked_for_on_the_word_of_a_stranger(
    broken: Scene, read: list[int], sign_again: Callable[[SignedOrder], SignedOrder]
) -> None:
    broken.world.submit(*(sign_again(pass_on(broken, 1_000)) for _ in range(9)))
    assert read == []


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many of the oldest blocks of places were read, each time."""
    read: list[int] = []
    real = overlay.StoredBooks.first_in_places

    def counting(*given: object) -> object:
        found = real(*given)  # type: ignore[arg-type] # passed through
        read.append(len(found))
        return found

    monkeypatch.setattr(overlay.StoredBooks, "first_in_places", counting)
    return read


@settings(max_examples=10)
@given(
    kinds=st.lists(st.sampled_from(["pay", "pass-on", *BAD]), min_size=1, max_size=24),
    together=st.sampled_from([1, 5, 1_024]),
)
def test_bad_orders_leave_the_others_as_if_they_had_not_been_there(
    kinds: list[str], together: int
) -> None:
    """The good ones alone, on a copy of the ledger, are recorded byte for byte the same."""
    with TemporaryDirectory() as folder:
        mixed, alone = (open_scene(Path(folder) / name) for name in ("mixed", "alone"))
        compare(mixed, alone, ["pay", *kinds], together)
        for scene in (mixed, alone):
            scene.world.registry.close()


def compare(mixed: Scene, alone: Scene, kinds: list[str], together: int) -> None:
    makers = BAD | {"pay": lambda scene: pay(scene, 30), "pass-on": lambda scene: pass_on(scene, 1)}
    orders = [makers[kind](mixed) for kind in kinds]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "TOGETHER_MAX", together)
        answers = mixed.world.submit(*orders)

    assert [isinstance(answer, Refused) for answer in answers] == [kind in BAD for kind in kinds]
    good = [signed for kind, signed in zip(kinds, orders, strict=True) if kind not in BAD]
    recorded = [answer for answer in answers if not isinstance(answer, Refused)]
    assert recorded == entries_of(alone.world.submit(*good))
