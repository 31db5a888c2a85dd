"""Reading `state.db`: one picture of the state, searched for proofs against a published root."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, select

from contracts.lookup import integer_of, text_of
from contracts.v1.state_commit import LATEST
from ledger.log.note import parse_note
from ledger.log.proof import TlogProof
from ledger.log.state_claims import Claim
from ledger.log.state_file import StateProof
from ledger.log.state_proof import StateProofError
from ledger.log.state_tree import Path
from ledger.log.tree_head import parse_checkpoint
from ledger.registry import Registry
from ledger.state.nodes import StateNodes
from ledger.state.proving import StateView
from ledger.state.records import StateDamagedError
from ledger.state.store import StateHead, StateStore, read_state_head
from ledger.state.tables import state_leaf


class NotCommittedError(Exception):
    """No published commitment speaks of the state at hand; the text says what to wait for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredView:
    """The state of one transaction of `state.db`."""

    head: StateHead
    connection: Connection
    nodes: StateNodes

    def path(self, key: str) -> Path | None:
        """Return the way of a search for `key`."""
        return self.nodes.path(key.encode())

    def text(self, key: str) -> str | None:
        """Return the canonical value under `key`, or nothing."""
        statement = select(state_leaf.c.value).where(state_leaf.c.key == key)
        value: str | None = self.connection.execute(statement).scalar()
        return value

    def under(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield the keys that begin so and their canonical values, in order."""
        key = state_leaf.c.key
        statement = select(key, state_leaf.c.value).where(key >= prefix).order_by(key)
        for found, value in self.connection.execute(statement):
            if not found.startswith(prefix):
                return
            yield found, value

    def last_up_to(self, key: str) -> str | None:
        """Return the last key that is `key` or comes before it."""
        column = state_leaf.c.key
        found: str | None = self.connection.execute(
            select(column).where(column <= key).order_by(column.desc()).limit(1)
        ).scalar()
        return found

    def first_after(self, key: str) -> str | None:
        """Return the first key that comes after `key`."""
        column = state_leaf.c.key
        found: str | None = self.connection.execute(
            select(column).where(column > key).order_by(column).limit(1)
        ).scalar()
        return found


@contextmanager
def view_of(store: StateStore) -> Iterator[StoredView]:
    """Open the state as it stands; nothing moves it while it is open.

    Raises:
        StateDamagedError: what is read is damaged.
    """
    with store.reading(), store.reader.begin() as connection:
        head = read_state_head(connection)
        nodes = StateNodes(connection, top=head.top, root=head.root, next_id=head.next_id)
        yield StoredView(head=head, connection=connection, nodes=nodes)


def prove(
    registry: Registry, store: StateStore, claim_in: Callable[[StateView], Claim]
) -> StateProof:
    """Make a state proof under the newest published commitment, and check it before it leaves.

    Args:
        registry: Whose state.
        store: Its follower, which stands at that commitment.
        claim_in: What is to be proven, such as `lambda view: prove_key(view, key)`.

    Raises:
        NotCommittedError: nothing is committed, or its commitment is not published yet.
        StateDamagedError: what is read does not lead to the committed root.
    """
    return prove_each(registry, store, (claim_in,))[0]


def prove_each(
    registry: Registry, store: StateStore, claims_in: Sequence[Callable[[StateView], Claim]]
) -> list[StateProof]:
    """Make several state proofs in one picture of the state; else as `prove`."""
    with view_of(store) as view:
        latest = registry.books().row(LATEST)
        if latest is None:
            raise NotCommittedError("no state has been committed yet")
        if integer_of(latest, "through") != view.head.through:
            raise NotCommittedError("a new state is being committed; try again in a moment")
        if text_of(latest, "root") != view.head.root.hex():
            raise StateDamagedError("its root is not the committed one")
        claims = [_checked(claim_in(view), view.head.root) for claim_in in claims_in]
    seq = integer_of(latest, "seq")
    note = registry.checkpoint()
    size = 0 if note is None else parse_checkpoint(parse_note(note).text).size
    if note is None or size <= seq:
        raise NotCommittedError(f"entry {seq} commits the state; no checkpoint covers it yet")
    proof = TlogProof(index=seq, path=registry.proof(seq, size), checkpoint=note).to_bytes()
    entry = registry.entry_bytes(seq)
    return [StateProof(entry=entry, proof=proof, claim=claim) for claim in claims]


def _checked(claim: Claim, root: bytes) -> Claim:
    try:
        claim.check(root)
    except StateProofError as error:
        raise StateDamagedError(str(error)) from error
    return claim
