"""A malicious log: a real one, with both its keys and three real witnesses, that cheats.

Each attack is a function from the honest world to what the log shows: its static files, an entry
and proof that it hands out, what it asks of a witness, and the policy that it would like clients
to have. What a client has kept from before (`World.seen`) is honest, and so is everything that an
attack does not name.
"""

import shutil
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ledger.log.entry import build_entry, parse_entry
from ledger.log.key import Vkey
from ledger.log.merkle import inclusion_path
from ledger.log.note import Note, NoteSignature, parse_note
from ledger.log.proof import TlogProof
from ledger.log.witness_wire import parse_lines
from ledger.witness.folder import WitnessFolder, make_folder, open_folder, policy_lines
from ledger.witness.mirror import Mirror
from ledger.witness.mirror_pull import pull
from tests.support.certificates import demo_log
from tests.support.people import ORIGIN
from tests.support.witnesses import NOW_S, URL, SmallLog, fetcher

OLD, SEEN, SIZE = 300, 560, 600
"""What was published at first, what every client has seen, what the log holds now."""

WATCHER, WATCHING_MIRROR = "watcher.example/w", "watcher.example/m"
MONTH_S = 30 * 86_400
ENTRIES = demo_log().entries + tuple(
    b"entry %d" % number for number in range(len(demo_log().entries), SIZE)
)
RECORD = demo_log().stating("RT").seq
"""The entry that clients ask for: a retirement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the log shows in one attack.

    Attributes:
        files: The static log, with `checkpoint`.
        request: What it posts to a witness's `add-checkpoint`.
        policy: The policy that a client is given; nobody else's word is taken for it.
        entry: An entry, and the proof file for it.
        proof: Its proof file; nothing where the client computes it from the tiles.
        witnessed_after: What the reader demands, in POSIX seconds.
        trusted: Log keys that witness and mirror are given, if they are attacked too.
        names: Names that witness and mirror are made under, if the attack is in those.
        one_key: Whether witness and mirror are one key under two names.
        anew: Whether the mirror begins anew: it never fetches again what it holds.
    """

    files: dict[str, bytes]
    request: bytes
    policy: str
    entry: bytes
    proof: bytes | None
    witnessed_after: int | None = None
    trusted: tuple[Vkey, ...] = ()
    names: tuple[str, str] = (WATCHER, WATCHING_MIRROR)
    one_key: bool = False
    anew: bool = False

    @property
    def note(self) -> bytes:
        """The checkpoint that is shown."""
        return self.files["checkpoint"]


@dataclass
class World:
    """The honest log, its witnesses, and a witness with a mirror that has seen it too."""

    folder: Path
    log: SmallLog = field(default_factory=lambda: SmallLog(list(ENTRIES), ORIGIN, both=True))
    witnesses: tuple[WitnessFolder, ...] = ()
    notes: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def made(cls, folder: Path) -> "World":
        """Publish the log three times, each time cosigned, the first a month ago."""
        world = cls(folder)
        world.witnesses = tuple(
            make_folder(folder / name, name=f"witness.example/{name}", url=URL)
            for name in ("w1", "w2", "w3")
        )
        for one in world.witnesses:
            one.store.add_log(world.log.known())
        watcher = make_folder(folder / "watcher", name=WATCHER, url=URL, mirror=WATCHING_MIRROR)
        watcher.store.add_log(world.log.known())
        for old, size, at_s in ((0, OLD, NOW_S - MONTH_S), (OLD, SEEN, NOW_S), (SEEN, SIZE, NOW_S)):
            world.notes[size] = world.cosigned(world.log, old, size, at_s)
        files = {**world.log.files(SEEN), "checkpoint": world.notes[SEEN]}
        known = watcher.store.log(ORIGIN)
        assert known is not None
        pull(watcher.witness(clock), Mirror.of(watcher, clock), known, fetcher(files))
        return world

    def cosigned(self, log: SmallLog, old: int, size: int, at_s: int) -> bytes:
        """Return a log's checkpoint with the lines of all its witnesses."""
        note = parse_note(log.note(size))
        lines: tuple[NoteSignature, ...] = ()
        for one in self.witnesses:
            answer = one.witness(lambda: at_s).add_checkpoint(log.request(old, size))
            assert answer.status == 200, answer.body
            lines += parse_lines(answer.body)
        return Note(note.text, (*note.signatures, *lines)).to_bytes()

    def watcher(self, folder: Path) -> WitnessFolder:
        """Return a copy of the witness and mirror that have seen `SEEN` entries."""
        return open_folder(shutil.copytree(self.folder / "watcher", folder))

    @cached_property
    def policy(self) -> str:
        """Two of the three witnesses."""
        return self.policy_of(self.witnesses)

    def policy_of(self, witnesses: tuple[WitnessFolder, ...]) -> str:
        """Return a policy of two of these witnesses."""
        lines = [f"log {vkey.to_text()}" for vkey in self.log.vkeys]
        for one in witnesses:
            lines += policy_lines(one.keys, URL)
        names = " ".join(one.keys[0].name for one in witnesses)
        return "\n".join([*lines, f"group enough 2 {names}", "quorum enough", ""])

    @cached_property
    def seen(self) -> bytes:
        """The proof of the entry that clients have kept from before."""
        return proof_of(self.log, SEEN, self.notes[SEEN])

    def honest(self) -> Shown:
        """Show the truth."""
        return Shown(
            files={**self.log.files(SIZE), "checkpoint": self.notes[SIZE]},
            request=self.log.request(SEEN, SIZE),
            policy=self.policy,
            entry=ENTRIES[RECORD],
            proof=proof_of(self.log, SIZE, self.notes[SIZE]),
        )


def clock() -> int:
    """The time of all tests."""
    return NOW_S


def proof_of(log: SmallLog, size: int, note: bytes, index: int = RECORD) -> bytes:
    """Return a proof file under a checkpoint."""
    path = inclusion_path(index, size, log.subtree)
    return TlogProof(index=index, path=path, checkpoint=note).to_bytes()


def fork_of(log: SmallLog, at: int = RECORD) -> SmallLog:
    """Return the log had entry `at` been recorded otherwise; `RECORD` stays a readable entry."""
    entries = list(log.entries)
    entries[at] = later(entries[at]) if at == RECORD else b"rewritten " + entries[at]
    return SmallLog(entries, log.origin, both=True)


def later(content: bytes) -> bytes:
    """Return an entry as if it had been recorded a microsecond later; its order stays signed."""
    entry = parse_entry(content)
    return build_entry(
        seq=entry.seq,
        prev=entry.prev,
        at_us=entry.at_us + 1,
        order=entry.order_bytes,
        sigs=entry.sigs,
        movements=entry.movements,
        rows=entry.rows,
    )
