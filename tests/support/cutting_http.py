"""A proxy between client and service that cuts, repeats, delays and reorders requests.

It reads one HTTP request at a time and decides its fate by a seeded chance. What struck is counted.
"""

import socket
import socketserver
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from random import Random
from threading import Lock, Thread, Timer

HEAD_MAX = 65_536
FATES = ("cut-before", "cut-inside", "cut-reply", "cut-inside-reply", "repeat", "late-copy")


class Cuts:
    """How likely each fate is, and how often it struck."""

    def __init__(self, seed: int, rates: Mapping[str, float]) -> None:
        self.random, self.rates, self.lock = Random(seed), dict(rates), Lock()
        self.fired = Counter[str]()
        self.copies: list[Timer] = []

    def fate(self) -> str:
        """Draw what becomes of a request."""
        with self.lock:
            for kind in FATES:
                if self.random.random() < self.rates.get(kind, 0.0):
                    self.fired[kind] += 1
                    return kind
            return "whole"


class _Handler(socketserver.BaseRequestHandler):
    """One client's connection, and one to the service behind it."""

    server: "_Server"

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with socket.create_connection(self.server.behind, 10) as behind:
                behind.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while (message := read_message(self.request)) and self._pass(message, behind):
                    pass
        except OSError:
            return

    def _pass(self, message: bytes, behind: socket.socket) -> bool:
        """Let a request meet its fate; return whether the connection goes on."""
        cuts, fate = self.server.cuts, "whole"
        if message.startswith(b"POST"):
            fate = cuts.fate()
        if fate == "cut-before":
            return False
        if fate == "cut-inside":
            behind.sendall(message[: len(message) // 2])
            return False
        if fate == "repeat":
            for _ in range(cuts.random.randint(1, 4)):
                send_alone(self.server.behind, message)
        if fate == "late-copy":
            timer = Timer(cuts.random.random() * 0.2, send_alone, (self.server.behind, message))
            cuts.copies.append(timer)
            timer.start()
        behind.sendall(message)
        reply = read_message(behind)
        if fate == "cut-reply" or not reply:
            return False
        if fate == "cut-inside-reply":
            self.request.sendall(reply[: len(reply) // 2])
            return False
        self.request.sendall(reply)
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    behind: tuple[str, int]
    cuts: Cuts


def read_message(stream: socket.socket) -> bytes:
    """Return the next HTTP message of a connection, whole; nothing at its end."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0 and len(data) < HEAD_MAX:
        part = stream.recv(65_536)
        if not part:
            return b""
        data += part
    lines = data[:end].lower().split(b"\r\n")
    lengths = [
        int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")
    ]
    whole = end + 4 + (lengths[0] if lengths else 0)
    while len(data) < whole:
        part = stream.recv(65_536)
        if not part:
            return b""
        data += part
    return data


def send_alone(place: tuple[str, int], message: bytes) -> None:
    """Send a request over a connection of its own, and let nobody hear the reply."""
    try:
        with socket.create_connection(place, 10) as alone:
            alone.sendall(message)
            read_message(alone)
    except OSError:
        return


@contextmanager
def cutting(port: int, cuts: Cuts) -> Iterator[str]:
    """Stand between clients and the service at a port of this machine; yield the new address."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.behind, server.cuts = ("127.0.0.1", port), cuts
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            for timer in cuts.copies:
                timer.join()
            server.shutdown()
            thread.join()
