"""The follower: where it stands after crashes, damage and changed ledgers."""

from pathlib import Path

import pytest
from sqlalchemy import text

from ledger.log.state_tree import EMPTY
from ledger.registry import Registry, open_registry
from ledger.replay.replay import ReplayState
from ledger.settings import Settings
from ledger.state import store as state_store
from ledger.state.fold import root_of, supply_of
from ledger.state.records import StateDamagedError
from ledger.state.store import StateStore
from tests.support import bodies
from tests.support.ledger import Scene, open_scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path)


def replayed(registry: Registry, size: int) -> ReplayState:
    state = ReplayState()
    for seq in range(size):
        state.take(registry.entry(seq))
    return state


def trade(scene: Scene, count: int) -> None:
    for _ in range(count):
        body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=7)
        scene.world.act("units.transfer", body)
        back = bodies.transfer(scene.buyer, scene.third, quantity_kg=3)
        scene.world.act("units.transfer", back)


def test_stands_where_a_replay_stands_after_any_entry(scene: Scene, tmp_path: Path) -> None:
    registry, store = scene.world.registry, StateStore(tmp_path / "state.db")
    assert store.head().root == EMPTY
    trade(scene, 3)
    for size in range(1, registry.size() + 1):
        head = store.catch_up(registry, size)
        books = replayed(registry, size).books
        assert (head.through, head.root) == (size - 1, root_of(books))
        assert head.supply == supply_of(books)
    assert store.catch_up(registry) == store.head() == head


def test_goes_on_after_being_closed(scene: Scene, tmp_path: Path) -> None:
    registry = scene.world.registry
    store = StateStore(tmp_path / "state.db")
    store.catch_up(registry, 7)
    store.close()
    again = StateStore(tmp_path / "state.db")
    assert again.head().through == 6
    assert again.catch_up(registry).root == root_of(replayed(registry, registry.size()).books)


def test_a_crash_inside_a_page_leaves_the_page_before(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The crash comes after the nodes were written and before the head was: nothing is kept."""
    registry, store = scene.world.registry, StateStore(tmp_path / "state.db")
    monkeypatch.setattr(state_store, "PAGE_ENTRIES", 5)
    store.catch_up(registry, 10)

    def crash(_head: object) -> dict[str, object]:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(state_store, "_values", crash)
        with pytest.raises(KeyboardInterrupt):
            store.catch_up(registry)
    assert store.head().through == 9
    head = store.catch_up(registry)
    assert head.root == root_of(replayed(registry, registry.size()).books)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("UPDATE state_node SET left_hash = zeroblob(32)", id="nodes"),
        pytest.param("UPDATE state_leaf SET value = replace(value, '15000', '15001')", id="value"),
        pytest.param("DELETE FROM state_leaf WHERE key LIKE 'block/%'", id="blocks-gone"),
        pytest.param("DELETE FROM state_node WHERE id % 4 = 1", id="nodes-gone"),
        pytest.param("UPDATE state_head SET root = zeroblob(32)", id="root"),
        pytest.param("UPDATE state_head SET through = through - 1", id="behind"),
        pytest.param("UPDATE state_head SET through = through + 9", id="ahead"),
        pytest.param("UPDATE state_head SET leaf_hash = zeroblob(32)", id="another-ledger"),
        pytest.param("UPDATE state_head SET version = 7", id="version"),
        pytest.param("UPDATE state_head SET supply = 'x'", id="supply"),
        pytest.param("DELETE FROM state_head", id="no-head"),
        pytest.param("DROP TABLE state_leaf", id="no-table"),
    ],
)
def test_damage_is_found_and_never_built_upon(scene: Scene, tmp_path: Path, damage: str) -> None:
    registry, path = scene.world.registry, tmp_path / "state.db"
    store = StateStore(path)
    before = store.catch_up(registry)
    with store.engine.begin() as connection:
        connection.execute(text(damage))
    store.close()
    trade(scene, 2)
    with pytest.raises(StateDamagedError):
        StateStore(path).catch_up(registry)
    with store.reading(), store.engine.begin() as connection:
        through = connection.execute(text("SELECT max(through) FROM state_head")).scalar()
        assert through is None or through <= before.through + 9


@pytest.mark.parametrize("content", [b"", b"no database" * 500], ids=["empty", "noise"])
def test_a_file_that_is_no_database(scene: Scene, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(content)
    if content:
        with pytest.raises(StateDamagedError):
            StateStore(path)
    else:
        StateStore(path).catch_up(scene.world.registry)


def test_another_ledger_is_not_taken_for_this_one(scene: Scene, tmp_path: Path) -> None:
    store = StateStore(tmp_path / "state.db")
    store.catch_up(scene.world.registry)
    settings = Settings(data=tmp_path / "other", keys=tmp_path / "other" / "keys")
    empty = open_registry(settings)
    with pytest.raises(StateDamagedError, match="ahead of the ledger"):
        store.catch_up(empty)
    empty.close()


def test_two_followers_of_one_file_do_not_mix(scene: Scene, tmp_path: Path) -> None:
    registry = scene.world.registry
    one, other = StateStore(tmp_path / "state.db"), StateStore(tmp_path / "state.db")
    one.catch_up(registry, 5)
    other.catch_up(registry, 9)
    trade(scene, 1)
    assert one.catch_up(registry).root == other.catch_up(registry).root
    assert one.head().root == root_of(replayed(registry, registry.size()).books)
