"""The tables of `state.db`: the state as it stood after some entry, and its tree.

A file of its own, so that the follower never waits for the ledger's lock nor the ledger for it. It
follows from the log alone and can be thrown away.
"""

from typing import Final

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    select,
)
from sqlalchemy.dialects.sqlite import insert as insert_or_update

STATE_VERSION: Final = 1

state_metadata: Final = MetaData()

state_head: Final = Table(
    "state_head",
    state_metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("through", Integer, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("top", Integer, nullable=False),
    Column("next_id", Integer, nullable=False),
    Column("supply", Text, nullable=False),
)
"""One row: the last entry taken in, its leaf hash, the root, and kilograms by name as JSON."""

state_node: Final = Table(
    "state_node",
    state_metadata,
    Column("id", Integer, primary_key=True),
    Column("bit", Integer, nullable=False),
    Column("left", Integer, nullable=False),
    Column("right", Integer, nullable=False),
    Column("left_hash", LargeBinary, nullable=False),
    Column("right_hash", LargeBinary, nullable=False),
)
"""Inner nodes. A child's number is positive for an inner node, negative for a leaf."""

state_leaf: Final = Table(
    "state_leaf",
    state_metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("value", Text, nullable=False),
)
"""Rows and blocks of the state: key and canonical value."""

NODE_COLUMNS: Final = ("bit", "left", "right", "left_hash", "right_hash")
SOME_NODES: Final = select(state_node).where(state_node.c.id.in_(bindparam("ids", expanding=True)))
SOME_LEAVES: Final = select(state_leaf).where(state_leaf.c.id.in_(bindparam("ids", expanding=True)))
DELETE_NODE: Final = delete(state_node).where(state_node.c.id == bindparam("gone"))
DELETE_LEAF: Final = delete(state_leaf).where(state_leaf.c.id == bindparam("gone"))
_node = insert_or_update(state_node)
UPSERT_NODE: Final = _node.on_conflict_do_update(
    index_elements=[state_node.c.id], set_={name: _node.excluded[name] for name in NODE_COLUMNS}
)
_leaf = insert_or_update(state_leaf)
UPSERT_LEAF: Final = _leaf.on_conflict_do_update(
    index_elements=[state_leaf.c.id], set_={"value": _leaf.excluded.value}
)
