"""Publishing: read back, hash twice, mark, sign, write tiles, ask witnesses, show the checkpoint.

Every step is durable before the next begins, and the checkpoint comes last: whoever reads it finds
all that it speaks of. What is signed continues what was signed, or nothing is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import gethostname
from threading import Event
from typing import Final, TypeAlias

from contracts.lookup import registry as registry_row
from ledger import second_copy, store
from ledger.clock import clock_us
from ledger.database.engine import open_writer
from ledger.files import in_turn, write_atomically
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.key import ALG_ML_DSA_44, Vkey
from ledger.log.merkle import EMPTY_ROOT, ProofError, verify_consistency
from ledger.log.note import NoteError
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.publish import high_water
from ledger.publish.announced import ever_announced, signing_keys
from ledger.publish.growth import read_growth
from ledger.publish.high_water import HighWater
from ledger.publish.lease import Lease, end_lease, renew_lease, take_lease
from ledger.publish.quorum import Ask, NoQuorumError, PublishError, ask_all, ask_nobody, cosigned
from ledger.publish.signer import SignRequest
from ledger.publish.signer_wire import RemoteSigner, Signer
from ledger.publish.tiling import clear_staging, write_once
from ledger.registry import Registry
from ledger.witness.asking import ask_witnesses

STEP_ENTRIES: Final = 4_096
"""Entries taken into one checkpoint, so that a long log is integrated in little memory."""

LOCK_FILE: Final = "publisher"
Clock: TypeAlias = Callable[[], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """One publisher of a registry.

    Attributes:
        registry: What is published.
        signer: Who signs.
        ask: How witnesses are asked.
        before: Called before each publication, such as to commit the state.
        clock: This machine's clock in microseconds UTC.
        greeted: Set once the witnesses have been asked whether they know more than this ledger.
    """

    registry: Registry
    signer: Signer
    ask: Ask = ask_nobody
    before: Callable[[], None] | None = None
    clock: Clock = clock_us
    greeted: Event = field(default_factory=Event)

    def publish(self) -> bytes:
        """Publish all entries that there are, in steps; return the checkpoint's note.

        A log without new entries is cosigned again, under the note of that time.

        Raises:
            Refused: `REGISTRY_NOT_OPEN`.
            PublishError: read-only, or a log that does not continue what was signed.
            SignerError: the signer signs nothing, and says why.
            LeaseError: another process publishes.
            NoQuorumError: too few witnesses cosigned; what was published before stays.
            TamperedError: what is stored, or written, is not what it must be.
            OSError: the disk failed.
        """
        if self.registry.read_only_reason is not None:
            raise PublishError(self.registry.read_only_reason)
        if self.before is not None:
            self.before()
        with self._lease() as renew:
            clear_staging(self.registry.settings.log)
            self._greet()
            end = self.registry.size()
            while True:
                note, size = self._step(end, renew)
                if size >= end:
                    return note

    def _greet(self) -> None:
        """Show the witnesses what was signed last, before anything new is: an old copy shows."""
        mark = self.signer.mark()
        if mark is not None and not self.greeted.is_set():
            size = self._signed(self._known(), self.registry.origin()).size
            consistency = self.registry.consistency
            ask_all(self.registry.settings, mark, self.ask, lambda at: consistency(at, size))
            self.greeted.set()

    @contextmanager
    def _lease(self) -> Iterator[Callable[[], None]]:
        settings = self.registry.settings
        holder = f"{gethostname()}:{settings.data.resolve()}"
        with in_turn(settings.data / LOCK_FILE):
            engine = open_writer(settings)
            try:
                held: Lease = take_lease(engine, holder, self.clock(), alone=True)

                def renew() -> None:
                    renew_lease(engine, held, self.clock())

                yield renew
                end_lease(engine, held)
            finally:
                engine.dispose()

    def _step(self, end: int, renew: Callable[[], None]) -> tuple[bytes, int]:
        """Publish one step towards `end` entries; return the note and its size."""
        keys = signing_keys(registry_row(self.registry.books()))
        origin = self.registry.origin()
        known = self._known()
        old_note, old = self._published(known, origin)
        last = self._signed(known, origin)
        if max(old.size, last.size) > end:
            raise PublishError(
                f"{max(old.size, last.size)} entries were signed, now there are {end}"
            )
        if old.size > last.size:
            raise PublishError(f"{old.size} entries are published, the signer knows {last.size}")
        size = min(end, max(old.size + STEP_ENTRIES, last.size))
        root, files = read_growth(self.registry, old, size)
        new = Checkpoint(origin=origin, size=size, root=root)
        self._check_continues(old, new)
        renew()  # its commit waits for a standby, and so for all before it
        self._raise_mark(new)
        # If we crash here, the mark is where the ledger is, and nothing has been signed.
        note = self._sign(last, new, keys)
        # If we crash here, the signer remembers this very note and hands it out again; a larger
        # tree it signs only with the proof that it continues this one.
        write_once(self.registry.settings.log, files)
        # If we crash here, durable tiles lie there of which no checkpoint speaks yet; the next
        # run compares them with what it would write.
        consistency = self.registry.consistency
        try:
            full = cosigned(
                self.registry.settings, note, old_note, self.ask, lambda at: consistency(at, size)
            )
        except NoQuorumError as error:
            raise NoQuorumError(
                f"{error}; the checkpoint of {old.size} entries stays, tiles reach to {size}"
            ) from error
        # Whoever took the lease over meanwhile publishes; two would be right and yet go back.
        renew()
        self._show(old_note, full)
        return full, size

    def _known(self) -> tuple[Vkey, ...]:
        """Return all keys: what one signed before it was dropped is still what the log said."""
        with self.registry.reader.connect() as connection:
            return ever_announced(connection)

    def _published(self, keys: tuple[Vkey, ...], origin: str) -> tuple[bytes | None, Checkpoint]:
        note = self.registry.checkpoint()
        if note is None:
            return None, Checkpoint(origin=origin, size=0, root=EMPTY_ROOT)
        try:
            return note, open_checkpoint(note, keys, origin)
        except NoteError as error:
            raise PublishError(f"the published checkpoint is not this log's: {error}") from error

    def _signed(self, keys: tuple[Vkey, ...], origin: str) -> Checkpoint:
        mark = self.signer.mark()
        if mark is None:
            # The signer says why it signs nothing, better than this process could.
            return Checkpoint(origin=origin, size=0, root=EMPTY_ROOT)
        try:
            return open_checkpoint(mark, keys, origin)
        except NoteError as error:
            raise PublishError(f"the signer's mark is not this log's: {error}") from error

    def _check_continues(self, old: Checkpoint, new: Checkpoint) -> None:
        path = self.registry.consistency(old.size, new.size)
        try:
            verify_consistency(old.size, new.size, path, old.root, new.root)
        except ProofError as error:
            raise PublishError(f"the log does not continue what was published: {error}") from error

    def _raise_mark(self, new: Checkpoint) -> None:
        path = self.registry.settings.high_water
        mark = high_water.read_mark(path)
        if mark is not None:
            with self.registry.reader.connect() as connection:
                end = store.read_head(connection).size
                known = mark.size <= end and store.root_at(connection, mark.size) == mark.root
            if not known:
                raise PublishError(f"the log is not the one whose {mark.size} entries were marked")
        if self.registry.settings.second_copy is not None:
            # Another process may have committed entries and not yet copied them.
            second_copy.extend(self.registry.reader, self.registry.settings.second_copy)
        high_water.raise_mark(path, HighWater(origin=new.origin, size=new.size, root=new.root))

    def _sign(self, last: Checkpoint, new: Checkpoint, keys: tuple[Vkey, ...]) -> bytes:
        note = self.signer.sign(
            SignRequest(
                origin=new.origin,
                old_size=last.size,
                path=self.registry.consistency(last.size, new.size),
                size=new.size,
                root=new.root,
                vkeys=tuple(key.to_text() for key in keys),
            )
        )
        try:
            signed = open_checkpoint(note, keys, new.origin)
            if any(key.alg == ALG_ML_DSA_44 for key in keys):
                open_checkpoint(note, [k for k in keys if k.alg == ALG_ML_DSA_44], new.origin)
        except NoteError as error:
            raise PublishError(f"the signer's note is not this log's: {error}") from error
        if signed != new:
            raise PublishError("the signer signed another tree than it was asked to")
        return note

    def _show(self, old_note: bytes | None, note: bytes) -> None:
        path: Path = self.registry.settings.log / CHECKPOINT_PATH
        if note == old_note:
            # Its time says that the log was compared again now; the note itself did not change.
            path.touch()
        else:
            # If we crash before the rename, the old checkpoint stands, and it is a good one.
            write_atomically(path, note)


@contextmanager
def publisher_of(
    registry: Registry, before: Callable[[], None] | None = None, ask: Ask = ask_witnesses
) -> Iterator[Publisher]:
    """Give a publisher with a signer of its own, which ends with it, and the policy's witnesses."""
    with RemoteSigner(registry.settings.keys, registry.settings.signer) as signer:
        yield Publisher(registry=registry, signer=signer, ask=ask, before=before)


def publish(registry: Registry) -> bytes:
    """Publish once; see `Publisher.publish`."""
    if registry.read_only_reason is not None:
        raise PublishError(registry.read_only_reason)
    registry.origin()
    with publisher_of(registry) as publisher:
        return publisher.publish()
