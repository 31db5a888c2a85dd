"""A small log for papers: the main job's entries as canonical bytes, really signed, with proofs.

log = demo_log()
statement = log.statement("RT")
longer = log.restated("RT", payer=None)     # the same entry, its row told otherwise
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache

from certificates.content import Content, content_of
from certificates.outline import outline_key
from certificates.service_key import ServiceKey
from certificates.statement import Statement, attested
from contracts.books import MemoryBooks
from contracts.values import Json, Movement, Row
from ledger.log.canonical import canonical
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.entry import PREV_OF_FIRST, Entry, build_entry, parse_entry, signed_bytes
from ledger.log.key import Skey
from ledger.log.merkle import inclusion_path, leaf_hash, root
from ledger.log.proof import TlogProof
from ledger.log.state_file import StateProof
from ledger.state.proving import MemoryView, prove_key
from tests.support import life_steps, log_bodies, main_steps
from tests.support.main_steps import SERVICE, STATE_SERVICE
from tests.support.people import ORIGIN, digest, hex_digest
from tests.support.scenario import main_world
from tests.support.world import World

LOG_KEY = Skey(ORIGIN, digest("log key"))
BASE_URL = "https://demo.sinkledger.example"
MIRROR_URL = "https://mirror.example"
STATING = {
    "CL": "claim.complete",
    "HD": "holding.state",
    "RG": "parcel.register",
    "RT": "units.retire",
}
SERVICE_KEY = ServiceKey(seed=SERVICE.seed)
PREFIXES = {"RT": "retire/", "CL": "claim/", "RG": "parcel/", "HD": "holding/"}


@dataclass(frozen=True, slots=True)
class FakeLog:
    """Entries in their sequence; the last one commits to the state `view`."""

    entries: tuple[bytes, ...]
    view: MemoryView = field(compare=False)

    def parsed(self, seq: int) -> Entry:
        """Return an entry as read from its bytes."""
        return parse_entry(self.entries[seq])

    def stating(self, kind: str) -> Entry:
        """Return the first entry that states a paper of this kind."""
        wanted = (entry for entry in map(parse_entry, self.entries))
        return next(entry for entry in wanted if entry.order["kind"] == STATING[kind])

    def proof(self, seq: int) -> bytes:
        """Return the proof file of an entry under a checkpoint over all of them."""
        leaves = [leaf_hash(entry) for entry in self.entries]
        checkpoint = Checkpoint(origin=ORIGIN, size=len(leaves), root=root(leaves))

        def subtree(level: int, index: int) -> bytes:
            return root(leaves[index << level : (index + 1) << level])

        path = inclusion_path(seq, len(leaves), subtree)
        signed = sign_checkpoint(checkpoint, [LOG_KEY])
        return TlogProof(index=seq, path=path, checkpoint=signed).to_bytes()

    def state_proof(self, key: str) -> bytes:
        """Return what stands under a key in the committed state, or that nothing does, proven."""
        seq = len(self.entries) - 1
        claim = prove_key(self.view, key)
        return StateProof(entry=self.entries[seq], proof=self.proof(seq), claim=claim).to_bytes()

    def statement(self, kind: str, *, mirror_url: str | None = MIRROR_URL) -> Statement:
        """Return what the paper of the first stating entry is made from."""
        entry = self.stating(kind)
        statement = Statement(
            kind=kind,
            registry_entry=self.entries[0],
            entry=entry.content,
            proof=self.proof(entry.seq),
            state_proof=self.state_proof(f"status/{self.content(kind).number}"),
            base_url=BASE_URL,
            mirror_url=mirror_url,
        )
        return attested(replace(statement, outline_proof=self._outline(entry)), SERVICE_KEY)

    def _outline(self, entry: Entry) -> bytes:
        key = outline_key(entry)
        if key is None or self.view.text(key) is None:
            return b""
        return self.state_proof(key)

    def content(self, kind: str) -> Content:
        """Return that paper in words."""
        return content_of(kind, self.parsed(0), self.stating(kind))

    def restated(
        self, paper: str, movements: Sequence[Movement] | None = None, **fields: Json
    ) -> "FakeLog":
        """Return the log up to the stating entry, with fields of its row told otherwise.

        No rule decided this entry: it shows how a paper copes with what rules could write.
        """
        entry = self.stating(paper)
        rows: list[dict[str, Json]] = [dict(deepcopy(row)) for row in entry.rows]  # type: ignore[arg-type]  # a TypedDict is a dict of JSON
        for row in rows:
            if str(row["key"]).startswith(PREFIXES[paper]):
                value = row["value"]
                assert isinstance(value, dict)
                value.update(fields)
        content = build_entry(
            seq=entry.seq,
            prev=entry.prev,
            at_us=entry.at_us,
            order=entry.order_bytes,
            sigs=entry.sigs,
            movements=(
                entry.movements if movements is None else [one.to_json() for one in movements]
            ),
            rows=rows,
        )
        return FakeLog((*self.entries[: entry.seq], content), self.view).committed(rows)

    def committed(self, rows: Sequence[dict[str, Json]]) -> "FakeLog":
        """Return the log with one more entry, which commits to a state of these rows alone."""
        books, last = MemoryBooks(), parse_entry(self.entries[-1])
        books.apply((), [Row(str(row["key"]), row["value"]) for row in rows])  # type: ignore[arg-type]  # values are objects
        body = log_bodies.state_commit(books, last.seq)
        order: dict[str, Json] = {**last.order, "actor": "service/state", "body": body}
        order["kind"] = "state.commit"
        value: Json = {**body, "seq": last.seq + 1}
        content = build_entry(
            seq=last.seq + 1,
            prev=last.leaf_hash,
            at_us=last.at_us,
            order=canonical(order),
            sigs=[STATE_SERVICE.sign(signed_bytes(ORIGIN, canonical(order)))],
            movements=[],
            rows=[{"key": "state/latest", "value": value}],
        )
        return FakeLog((*self.entries, content), MemoryView.of(books))


def _told(opening: dict[str, Json]) -> World:
    """Return the main job, and after it what two accounts hold and the state of that."""
    world = main_world(opening=opening)
    life_steps.state_holding(world)
    life_steps.state_holding_of(world, main_steps.ENTERPRISE_ID)
    main_steps.commit_state(world)
    return world


@cache
def demo_log(
    *, environment: str = "demo", seal_root_sha256: str = hex_digest("seal root")
) -> FakeLog:
    """Return the main job and a statement of holdings as a log that begins with its real key."""
    books, prev, entries = MemoryBooks(), PREV_OF_FIRST, []
    opening: dict[str, Json] = {
        "environment": environment,
        "log": {"vkeys": [{"vkey": LOG_KEY.vkey.to_text()}]},
        "seal": {"root_sha256": seal_root_sha256},
    }
    for placed in _told(opening).steps:
        view = MemoryView.of(books) if placed.kind == "state.commit" else None
        outcome = placed.apply_to(books)
        content = build_entry(
            seq=placed.seq,
            prev=prev,
            at_us=placed.at_us,
            order=placed.order,
            sigs=placed.signatures(),
            movements=[movement.to_json() for movement in outcome.movements],
            rows=[row.to_json() for row in outcome.rows],
        )
        prev = leaf_hash(content)
        entries.append(content)
    assert view is not None, "the job ends with a commitment"
    return FakeLog(tuple(entries), view)
