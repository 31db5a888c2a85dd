"""A registry at work: its folders, databases and mark, and what may be done with them."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from sqlalchemy import Connection, Engine

from contracts.refusal import RefusalCode, Refused
from ledger import rulesets, second_copy, store
from ledger.books.projection import StoredBooks
from ledger.books.reading import Reading, reading
from ledger.books.replica import Replica, open_replica
from ledger.database.engine import open_reader, open_writer
from ledger.database.epoch import StaleEpochError
from ledger.database.outcome import settled
from ledger.folders import create_folders
from ledger.intake.checking import CheckedOrder, Checker
from ledger.intake.envelope import SignedOrder
from ledger.intake.signature_pool import new_pool
from ledger.log.entry import Entry, parse_entry
from ledger.log.merkle import Subtree, consistency_path, inclusion_path
from ledger.log.tile_reader import TileReader
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.mark_check import join
from ledger.publish import high_water
from ledger.publish.high_water import HighWater
from ledger.publish.published import tiles_in
from ledger.schema import make_tables
from ledger.settings import Settings
from ledger.standing import Standing
from ledger.store import Head, HeadMovedError
from ledger.submit import passkey_scope, submit_checked

TOGETHER_MAX: Final = 2_048
"""So many orders share one transaction; the lock is then held for some sixth of a second."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Registry:
    """An opened registry.

    Attributes:
        settings: Where everything lies.
        writer: The write engine; only `submit` and what replaces whole ledgers uses it.
        reader: The read engine; every statement stands by itself.
        checker: The first stage of taking orders in; what it has checked, `submit_checked` takes.
        standing: Whether this node may record.
        replica: Where readings are taken if it is not behind.
    """

    settings: Settings
    writer: Engine
    reader: Engine
    checker: Checker
    standing: Standing = field(default_factory=Standing)
    replica: Replica | None = None

    @property
    def read_only_reason(self) -> str | None:
        """Why nothing is recorded any more, as a sentence; nothing if all is well."""
        return self.standing.reason

    def submit(
        self,
        signed_orders: Sequence[SignedOrder],
        *,
        now_us: int,
        clock_confirmed: bool = False,
    ) -> tuple[Entry | Refused, ...]:
        """Check and record each order that the rules allow; see `submit_checked`.

        Many orders are recorded in several transactions, and some are checked while others are
        decided. Should one transaction fail, the orders before it are recorded; hand them all in
        again, and those are answered with their entries.
        """
        starts = range(0, len(signed_orders), TOGETHER_MAX)
        batches = (signed_orders[start : start + TOGETHER_MAX] for start in starts)
        answers: list[Entry | Refused] = []
        for checked in self.checker.check_ahead(batches):
            answers += self.submit_checked(checked, now_us=now_us, clock_confirmed=clock_confirmed)
        return tuple(answers)

    def submit_checked(
        self,
        checked_orders: Sequence[CheckedOrder],
        *,
        now_us: int,
        clock_confirmed: bool = False,
    ) -> tuple[Entry | Refused, ...]:
        """Record each checked order that the rules allow, then raise the mark.

        A registry that is read-only answers every order with `LEDGER_READ_ONLY`; it becomes so when
        rules come into force that this node does not ship. Otherwise see
        `ledger.submit.submit_checked`.
        """
        if self.read_only_reason is not None:
            refused = Refused(RefusalCode.LEDGER_READ_ONLY, reason=self.read_only_reason)
            return (refused,) * len(checked_orders)
        try:
            answers = submit_checked(
                self.writer, checked_orders, now_us=now_us, clock_confirmed=clock_confirmed
            )
        except StaleEpochError as error:
            self.rejoin()
            raise HeadMovedError(str(error)) from error
        except rulesets.RulesMissingError as error:
            # A node of a newer version has activated rules that this one would misread.
            self.standing.reason = str(error)
            return self.submit_checked(
                checked_orders, now_us=now_us, clock_confirmed=clock_confirmed
            )
        # If we crash here, the second copy and the mark are one batch behind, and nobody has been
        # answered. They still fit the ledger, and the next batch brings them up.
        self.raise_mark()
        return answers

    def rejoin(self) -> None:
        """Compare everything anew with a database server that has taken over from another.

        What it lacks of what was recorded here makes this node read-only; otherwise it writes in
        the new era.
        """
        self.standing.reason = settled(self.writer, lambda tx: join(tx, self.settings, self.writer))

    def raise_mark(self) -> None:
        """Raise the mark to the current head, after the second copy has come as far."""
        with self.reader.connect() as connection:
            head = store.read_head(connection)
            row = StoredBooks.inside(connection).row("registry")
        if self.settings.second_copy is not None:
            second_copy.extend(self.reader, self.settings.second_copy)
        if row is not None:
            mark = HighWater(origin=str(row["origin"]), size=head.size, root=head.root)
            high_water.raise_mark(self.settings.high_water, mark)

    def books(self) -> StoredBooks:
        """Return the books for reading."""
        return StoredBooks(connect=self.reader.connect)

    def reading(self, at_least: int = 0) -> AbstractContextManager[Reading]:
        """Give one moment of the ledger, with so many entries if there are any such moments."""
        return self.replica.reading(at_least) if self.replica else reading(self.reader)

    def origin(self) -> str:
        """Return the log's origin.

        Raises:
            Refused: `REGISTRY_NOT_OPEN`.
        """
        row = self.books().row("registry")
        if row is None:
            raise Refused(RefusalCode.REGISTRY_NOT_OPEN)
        return str(row["origin"])

    def head(self) -> Head:
        """Return where the log ends."""
        with self.reader.connect() as connection:
            return store.read_head(connection)

    def size(self) -> int:
        """Return how many entries there are."""
        return self.head().size

    def root(self, size: int | None = None) -> bytes:
        """Return the Merkle root over the first `size` entries, or over all."""
        with self.reader.connect() as connection:
            return store.root_at(connection, self.size() if size is None else size)

    def entry_bytes(self, seq: int) -> bytes:
        """Return the canonical bytes of an entry.

        Raises:
            IndexError: there is no such entry.
            TamperedError: it does not hash to its stored digest.
        """
        if not 0 <= seq < self.size():
            raise IndexError(f"no entry {seq}")
        with self.reader.connect() as connection:
            return next(store.read(connection, seq, seq + 1))

    def entry(self, seq: int) -> Entry:
        """Return an entry; raises as `entry_bytes`."""
        return parse_entry(self.entry_bytes(seq))

    def proof(self, seq: int, size: int) -> tuple[bytes, ...]:
        """Return the inclusion path of an entry in the tree of the first `size` entries."""
        with self.reader.connect() as connection:
            return inclusion_path(seq, size, _subtrees(connection))

    def proofs(self, seqs: Iterable[int], size: int) -> dict[int, tuple[bytes, ...]]:
        """Return the inclusion paths of several entries; neighbours share most of their nodes."""
        with self.reader.connect() as connection:
            subtree = cache(_subtrees(connection))
            return {seq: inclusion_path(seq, size, subtree) for seq in seqs}

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the proof that the first `old` entries are a prefix of the first `new`."""
        with self.reader.connect() as connection:
            return consistency_path(old, new, _subtrees(connection))

    def checkpoint(self) -> bytes | None:
        """Return the signed checkpoint published last, or nothing."""
        path = self.settings.log / CHECKPOINT_PATH
        return path.read_bytes() if path.exists() else None

    def tiles(self, size: int, root: bytes) -> TileReader:
        """Return the published log as its files; see `ledger.publish.published.tiles_in`."""
        return tiles_in(self.settings.log, size, root)

    def close(self) -> None:
        """Close the databases, and end what checks signatures."""
        self.checker.close()
        self.writer.dispose()
        self.reader.dispose()
        if self.replica is not None:
            self.replica.close()


def _subtrees(connection: Connection) -> Subtree:
    return lambda level, index: store.subtree(connection, level, index)


def open_registry(settings: Settings) -> Registry:
    """Open a registry's folders, creating what is missing, and compare it with its mark.

    Raises:
        NewerDatabaseError: a newer version has made the database.
        RulesMissingError: this node does not ship the rule set in force.
        TamperedError: the head contradicts itself.
    """
    create_folders(settings)
    writer = open_writer(settings)
    with writer.begin() as connection:
        make_tables(connection)
        reason = join(connection, settings, writer)
        rulesets.check_shipped(StoredBooks.inside(connection))
    if settings.postgres_url is None:
        settings.vault.chmod(0o600)
    reader = open_reader(settings)
    return Registry(
        settings=settings,
        writer=writer,
        reader=reader,
        checker=Checker(lambda: passkey_scope(reader), new_pool()),
        standing=Standing(reason),
        replica=open_replica(settings, reader),
    )
