"""Logs and witnesses for tests: a log of any length, its forks, and witnesses that watch it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from starlette.testclient import TestClient

from api.witness.app import create_app
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.key import ALG_ML_DSA_44
from ledger.log.merkle import Frontier, Subtree, consistency_path, leaf_hash
from ledger.log.note import Skey, Vkey
from ledger.log.tile_reader import TileMissingError
from ledger.log.tiles import TILE_WIDTH, encode_bundle, new_tiles, tile_bytes
from ledger.log.witness_wire import AddCheckpoint
from ledger.witness.cosigner import Witness
from ledger.witness.folder import WitnessFolder, make_folder
from ledger.witness.store import KnownLog

ORIGIN = "log.example/sinks"
URL = "http://127.0.0.1:1"
NOW_S = 1_763_769_600


def seed(text: str) -> bytes:
    """Return 32 bytes for a key that a test can make again."""
    return sha256(text.encode()).digest()


@dataclass(slots=True)
class SmallLog:
    """A log in memory: its entries, and what it signs about them.

    `both` adds the ML-DSA-44 signature to the Ed25519 one.
    """

    entries: list[bytes]
    origin: str = ORIGIN
    both: bool = False
    _nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    _roots: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        frontier = Frontier()
        self._roots.append(frontier.root())
        for number, entry in enumerate(self.entries):
            self._nodes[0, number] = leaf_hash(entry)
            frontier, nodes = frontier.grow([leaf_hash(entry)])
            self._nodes |= {(node.level, node.index): node.digest for node in nodes}
            self._roots.append(frontier.root())

    @classmethod
    def of(cls, size: int, **named: object) -> "SmallLog":
        """Return a log of some entries, always the same ones."""
        return cls([f"entry {number}".encode() for number in range(size)], **named)  # type: ignore[arg-type] # as it came

    def fork(self, at: int) -> "SmallLog":
        """Return the log as it would be had entry `at` said something else."""
        entries = list(self.entries)
        entries[at] = b"rewritten"
        return SmallLog(entries, self.origin, self.both)

    @property
    def skeys(self) -> tuple[Skey, ...]:
        """The log's keys."""
        plain = Skey(self.origin, seed(self.origin))
        strong = Skey(self.origin, seed(f"{self.origin} strong"), ALG_ML_DSA_44)
        return (plain, strong) if self.both else (plain,)

    @property
    def vkeys(self) -> tuple[Vkey, ...]:
        """The log's public keys."""
        return tuple(key.vkey for key in self.skeys)

    def known(self, url: str | None = None) -> KnownLog:
        """Return what a witness is told of the log."""
        return KnownLog(origin=self.origin, vkeys=self.vkeys, url=url)

    @property
    def subtree(self) -> Subtree:
        """Hashes of perfect subtrees."""
        return lambda level, index: self._nodes[level, index]

    def checkpoint(self, size: int) -> Checkpoint:
        """Return the size and root."""
        return Checkpoint(origin=self.origin, size=size, root=self._roots[size])

    def note(self, size: int) -> bytes:
        """Return the signed checkpoint."""
        return sign_checkpoint(self.checkpoint(size), self.skeys, NOW_S)

    def path(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the consistency path."""
        return consistency_path(old, new, self.subtree)

    def request(self, old: int, new: int) -> bytes:
        """Return an honest add-checkpoint."""
        return AddCheckpoint(
            old_size=old, path=self.path(old, new), checkpoint=self.note(new)
        ).to_bytes()

    def files(self, size: int) -> dict[str, bytes]:
        """Return the static files of a size."""
        found = {"checkpoint": self.note(size)}
        for tile in new_tiles(0, size):
            if tile.is_bundle:
                first = tile.index * TILE_WIDTH
                found[tile.path] = encode_bundle(self.entries[first : first + tile.width])
            else:
                found[tile.path] = tile_bytes(tile, self.subtree)
        return found

    def fetch(self, size: int) -> Callable[[str], bytes]:
        """Return a fetcher of the static files."""
        return fetcher(self.files(size))


def fetcher(files: dict[str, bytes]) -> Callable[[str], bytes]:
    """Return what fetches from a dictionary."""

    def fetch(path: str) -> bytes:
        if path not in files:
            raise TileMissingError(path)
        return files[path]

    return fetch


def make_witness(home: Path, *logs: SmallLog, mirror: bool = False) -> WitnessFolder:
    """Make a witness that knows some logs."""
    folder = make_folder(
        home,
        name="witness.example/w1",
        url=URL,
        mirror="witness.example/m1" if mirror else None,
    )
    for log in logs:
        folder.store.add_log(log.known())
    return folder


def cosigner(folder: WitnessFolder, now_s: int = NOW_S) -> Witness:
    """Return the witness of a folder with a clock that stands still."""
    return folder.witness(lambda: now_s)


def client_of(folder: WitnessFolder, now_s: int = NOW_S) -> TestClient:
    """Return an HTTP client of a witness in this process."""
    return TestClient(create_app(folder, lambda: now_s), raise_server_exceptions=True)
