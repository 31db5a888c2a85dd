"""Forks that a thief of the log's keys signs, and a log that shows two clients two histories."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread

from ledger.log.cosignature import cosign
from ledger.log.note import Note, NoteSignature, Skey, parse_note
from ledger.log.tile_reader import TileMissingError
from ledger.witness.folder import WitnessFolder
from tests.support.cheats import forked
from tests.support.evil_log import RECORD, SEEN, SIZE, Shown, World, fork_of
from tests.support.witnesses import NOW_S, SmallLog, seed

WAYS = ("alone", "lines of the truth", "own witnesses", "own witnesses with known key IDs")


@dataclass(frozen=True, slots=True)
class Fork:
    """One fork, and in which way it pretends to have been witnessed."""

    way: str
    shown: Shown


def forks_of_a_thief(world: World, count: int, random: Random) -> Iterator[Fork]:
    """Yield forks, really signed by both keys of the log, that no witness has seen."""
    for number in range(count):
        fork = fork_at(world, random.randrange(SEEN))
        size = random.choice((SEEN, SIZE, random.randrange(SEEN, SIZE)))
        note = parse_note(fork.note(size))
        way = WAYS[number % len(WAYS)]
        lines = _lines(world, fork, size, way)
        signed = Note(note.text, (*note.signatures, *lines)).to_bytes()
        assert fork.checkpoint(size).root != world.log.checkpoint(size).root
        yield Fork(way, forked(world, fork, size, signed))


def fork_at(world: World, at: int) -> SmallLog:
    """Return the log with another entry at a place, and `RECORD` told otherwise as well."""
    return fork_of(fork_of(world.log), at) if at != RECORD else fork_of(world.log)


def _lines(world: World, fork: SmallLog, size: int, way: str) -> tuple[NoteSignature, ...]:
    if way == "alone":
        return ()
    if way == "lines of the truth":
        known = len(world.log.vkeys)
        return parse_note(world.notes[SEEN if size == SEEN else SIZE]).signatures[known:]
    checkpoint, lines = fork.checkpoint(size), []
    for key in (key for one in world.witnesses for key in one.keys):
        line = cosign(checkpoint, Skey(key.name, seed(f"thief {key.name}"), key.alg), NOW_S)
        lines.append(line if way == "own witnesses" else replace(line, key_id=key.vkey.key_id))
    return tuple(lines)


class ForkServer:
    """A static log over HTTP on loopback that shows each client address its own files."""

    def __init__(self) -> None:
        self.views: dict[str, dict[str, bytes]] = {}
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = self.client_address[0]
                outer.asked.append(address)
                content = outer.views[address].get(self.path.removeprefix("/"))
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_given: object) -> None:
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    @contextmanager
    def serving(self) -> Iterator["ForkServer"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def fetch_as(self, address: str) -> Callable[[str], bytes]:
        """Return what fetches from this server as a client of an address of 127.0.0.0/8."""

        def fetch(path: str) -> bytes:
            host, port = self._server.server_address[:2]
            connection = HTTPConnection(str(host), port, source_address=(address, 0))
            try:
                connection.request("GET", f"/{path}")
                answer = connection.getresponse()
                content = answer.read()
            finally:
                connection.close()
            if answer.status == 404:
                raise TileMissingError(path)
            return content

        return fetch


def two_witnesses(world: World, folder: Path) -> tuple[WitnessFolder, WitnessFolder]:
    """Return two that have cosigned the truth at `SIZE`."""
    one, two = world.watcher(folder / "one"), world.watcher(folder / "two")
    for each in (one, two):
        answer = each.witness(lambda: NOW_S).add_checkpoint(world.log.request(SEEN, SIZE))
        assert answer.status == 200
    return one, two
