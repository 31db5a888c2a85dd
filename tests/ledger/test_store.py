"""The stored log: whole pages, hashes of any part, damage that is seen on reading."""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from ledger import store
from ledger.database.migrations import migrate
from ledger.database.sqlite import create_write_engine
from ledger.log.entry import PREV_OF_FIRST, Entry, build_entry, parse_entry
from ledger.log.merkle import (
    EMPTY_ROOT,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from ledger.replay.rebuild import create_projections
from ledger.store import TamperedError
from tests.support.ledger import ORIGIN
from tests.support.signing import Signer, nonce, sign

COUNT = 1_300
SIZES = (0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 767, 1024, 1299, COUNT)


@pytest.fixture(scope="module")
def chain() -> list[Entry]:
    """Return a chain of entries whose orders nobody has decided."""
    order = {
        "actor": "registrar",
        "body": {},
        "kind": "a.b",
        "log": ORIGIN,
        "rules": "0" * 64,
        "valid_until_us": 1,
    }
    sigs = sign({**order, "nonce": nonce(0)}, [Signer("somebody")]).sigs
    entries, prev = [], PREV_OF_FIRST
    for seq in range(COUNT):
        content = build_entry(
            seq=seq,
            prev=prev,
            at_us=seq,
            order={**order, "nonce": nonce(seq)},
            sigs=sigs,
            movements=[],
            rows=[],
        )
        prev = leaf_hash(content)
        entries.append(parse_entry(content))
    return entries


@pytest.fixture(scope="module")
def stored(chain: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with the chain, appended in pages of random length."""
    folder = tmp_path_factory.mktemp("store")
    engine = create_write_engine(folder / "ledger.db", folder / "vault.db")
    with engine.begin() as connection:
        migrate(connection)
        create_projections(connection)
    random, start = Random(1), 0
    while start < COUNT:
        end = min(start + random.randint(1, 300), COUNT)
        with engine.begin() as connection:
            head = store.read_head(connection)
            store.append(connection, chain[start:end], after=head)
        start = end
    engine.dispose()
    return folder / "ledger.db"


def test_everything_reads_back_in_order(stored: Path, chain: list[Entry]) -> None:
    engine = create_write_engine(stored, stored.with_name("vault.db"))
    with engine.begin() as connection:
        assert list(store.read(connection, 0, COUNT)) == [entry.content for entry in chain]
        assert list(store.read(connection, 17, 19)) == [entry.content for entry in chain[17:19]]
        head = store.read_head(connection)
    engine.dispose()
    leaves = [entry.leaf_hash for entry in chain]
    assert (head.size, head.leaf_hash, head.root) == (COUNT, leaves[-1], root(leaves))


def test_roots_and_proofs_follow_from_stored_hashes(stored: Path, chain: list[Entry]) -> None:
    leaves = [entry.leaf_hash for entry in chain]
    engine = create_write_engine(stored, stored.with_name("vault.db"))
    with engine.begin() as connection:

        def subtree(level: int, index: int) -> bytes:
            return store.subtree(connection, level, index)

        for size in SIZES:
            assert store.root_at(connection, size) == root(leaves[:size])
        assert store.root_at(connection, 0) == EMPTY_ROOT
        for size in SIZES[1:]:
            for seq in {0, size // 2, size - 1}:
                path = inclusion_path(seq, size, subtree)
                verify_inclusion(leaves[seq], seq, size, path, root(leaves[:size]))
            path = consistency_path(size, COUNT, subtree)
            verify_consistency(size, COUNT, path, root(leaves[:size]), root(leaves))
    engine.dispose()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("UPDATE log_entry SET content = x'00' WHERE seq = 700", id="other-bytes"),
        pytest.param("UPDATE log_entry SET leaf_hash = x'00' WHERE seq = 700", id="other-digest"),
        pytest.param("DELETE FROM log_entry WHERE seq = 700", id="missing"),
        pytest.param("DELETE FROM log_entry WHERE seq >= 700", id="cut-off"),
    ],
)
def test_damage_is_seen_on_reading(stored: Path, tmp_path: Path, damage: str) -> None:
    copy = tmp_path / "ledger.db"
    copy.write_bytes(stored.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        for trigger in ("log_entry_refuses_update", "log_entry_refuses_delete"):
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(damage)
        connection.commit()
    engine = create_write_engine(copy, tmp_path / "vault.db")
    with engine.begin() as connection, pytest.raises(TamperedError, match="entry 700"):
        list(store.read(connection, 0, COUNT))
    engine.dispose()


def test_a_missing_subtree_hash_is_no_proof(stored: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ledger.db"
    copy.write_bytes(stored.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("DROP TRIGGER log_subtree_refuses_delete")
        connection.execute("DELETE FROM log_subtree WHERE position = 1")
        connection.commit()
    engine = create_write_engine(copy, tmp_path / "vault.db")
    with engine.begin() as connection, pytest.raises(TamperedError, match="level 1"):
        store.root_at(connection, 1024)
    engine.dispose()


def test_a_head_that_contradicts_itself_is_refused(stored: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ledger.db"
    copy.write_bytes(stored.read_bytes())
    engine = create_write_engine(copy, tmp_path / "vault.db")
    for change in ("size = 7", "frontier = x'00'"):
        with engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE view_head SET {change}")
            with pytest.raises(TamperedError):
                store.read_head(connection)
    engine.dispose()
