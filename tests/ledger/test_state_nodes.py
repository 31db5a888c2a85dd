"""The stored tree: whatever is put in and taken out, its root is that of the mapping."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, create_engine, func, select, update

from ledger.log.state_tree import EMPTY, in_order, path_in, tree_hash
from ledger.state.nodes import StateNodes
from ledger.state.records import StateDamagedError
from ledger.state.tables import state_leaf, state_metadata, state_node

texts = st.text("ab0", max_size=4)
changes = st.lists(st.tuples(texts, st.none() | st.text("xy", max_size=2)), max_size=8)


@pytest.fixture
def connection() -> Iterator[Connection]:
    with created() as opened:
        yield opened


def created() -> Connection:
    opened = create_engine("sqlite://").connect()
    state_metadata.create_all(opened)
    return opened


def empty(connection: Connection) -> StateNodes:
    return StateNodes(connection, top=0, root=EMPTY, next_id=1)


def hash_of(state: dict[str, str]) -> bytes:
    return tree_hash(pairs_of(state))


def pairs_of(state: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return in_order((k.encode(), sha256(v.encode()).digest()) for k, v in state.items())


@given(pages=st.lists(changes, max_size=6), forget=st.booleans(), sought=texts)
def test_is_the_tree_of_the_mapping(
    pages: list[list[tuple[str, str | None]]], forget: bool, sought: str
) -> None:
    with created() as connection:
        nodes, state = empty(connection), dict[str, str]()
        for page in pages:
            nodes.prefetch(key.encode() for key, _ in page)
            for key, value in page:
                if value is not None:
                    nodes.set(key.encode(), value)
                    state[key] = value
                elif key in state:
                    nodes.remove(key.encode())
                    del state[key]
            assert nodes.flush() == nodes.root == hash_of(state)
            if forget:
                nodes = StateNodes(
                    connection, top=nodes.top, root=nodes.root, next_id=nodes.next_id
                )
        assert nodes.path(sought.encode()) == path_in(pairs_of(state), sought.encode())
        assert stored_in(connection) == state
        inner = connection.execute(select(func.count()).select_from(state_node)).scalar_one()
        assert inner == max(len(state) - 1, 0)


def stored_in(connection: Connection) -> dict[str, str]:
    rows = connection.execute(select(state_leaf.c.key, state_leaf.c.value))
    return {row.key: row.value for row in rows}


def filled(connection: Connection) -> StateNodes:
    nodes = empty(connection)
    for number in range(64):
        nodes.set(f"block/b/{number:016d}".encode(), f'{{"end":{number + 1}}}')
    nodes.flush()
    return StateNodes(connection, top=nodes.top, root=nodes.root, next_id=nodes.next_id)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param(state_node.c.bit, 3, id="bit"),
        pytest.param(state_node.c.left_hash, bytes(32), id="left-hash"),
        pytest.param(state_node.c.right_hash, bytes(32), id="right-hash"),
        pytest.param(state_node.c.left, -1, id="left-child"),
        pytest.param(state_leaf.c.value, "{}", id="value"),
        pytest.param(state_leaf.c.key, None, id="key"),
    ],
)
def test_a_damaged_node_is_found_by_every_search_that_meets_it(
    connection: Connection, column: Column[Any], value: object
) -> None:
    filled(connection)
    table = column.table
    same = set(connection.execute(select(table.c.id).where(column == value)).scalars())
    for (number,) in connection.execute(select(table.c.id)).all():
        with connection.begin_nested() as point:
            nodes = filled_again(connection)
            told = f"damaged {number}" if value is None else value
            connection.execute(update(table).where(table.c.id == number).values({column: told}))
            met = 0
            for leaf in range(64):
                try:
                    nodes.path(f"block/b/{leaf:016d}".encode())
                except StateDamagedError:
                    met += 1
            assert met or number in same
            point.rollback()


def filled_again(connection: Connection) -> StateNodes:
    children = set(connection.execute(select(state_node.c.left)).scalars())
    children |= set(connection.execute(select(state_node.c.right)).scalars())
    ids = set(connection.execute(select(state_node.c.id)).scalars())
    (top,) = ids - children
    return StateNodes(connection, top=top, root=hash_of(stored_in(connection)), next_id=10_000)


def test_taking_away_what_is_not_there_is_damage(connection: Connection) -> None:
    nodes = filled(connection)
    with pytest.raises(StateDamagedError, match="missing"):
        nodes.remove(b"block/b/9")
    with pytest.raises(StateDamagedError, match="missing"):
        empty(connection).remove(b"x")
