"""Speaking with the signer: canonical JSON, one line a request and one an answer.

    {"ask": "mark"}                                                       -> {"note": text or null}
    {"ask": "sign", "old", "origin", "path", "root", "size", "vkeys"}     -> {"note": text}
                                                         or, either time, -> {"refused": text}

The signer is a child process (standard input and output), or another user's process behind a UNIX
socket, which then alone can read the keys.
"""

import os
import selectors
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol

from ledger.children import start_child
from ledger.log.canonical import Json, NotCanonicalError, canonical, parse_canonical
from ledger.publish.signer import SignerError, SignRequest, read_signer_mark, sign

LINE_SIZE_MAX: Final = 65_536
ANSWER_S_MAX: Final = 30
END_S_MAX: Final = 5


class Signer(Protocol):
    """Whoever signs: a process of its own, or in a test this one."""

    def mark(self) -> bytes | None:
        """Return the note that was signed last."""

    def sign(self, request: SignRequest) -> bytes:
        """Return the signed note."""

    def close(self) -> None:
        """End the conversation."""


class RemoteSigner:
    """A signer at the other end of a pair of streams.

    A conversation that went wrong is ended, because a late answer would be taken for that of the
    next question; the next question then begins another one.

    Raises:
        SignerError: it cannot be reached, does not answer in time, or refuses.
    """

    def __init__(self, keys: Path, address: Path | None = None) -> None:
        self._keys, self._address = keys, address
        self._line: _Line | None = _Line.to(keys, address)
        self._closed = False

    def mark(self) -> bytes | None:
        """Return the note that was signed last, or nothing."""
        return self._ask({"ask": "mark"})

    def sign(self, request: SignRequest) -> bytes:
        """Return the signed note."""
        note = self._ask(to_json(request))
        if note is None:
            raise SignerError("the signer answered without a note")
        return note

    def close(self) -> None:
        """Let the child end, or hang up, for good."""
        self._hang_up()
        self._closed = True

    def __enter__(self) -> "RemoteSigner":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        self.close()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _ask(self, question: dict[str, Json]) -> bytes | None:
        said = self._converse(question)
        if "refused" in said:
            raise SignerError(str(said["refused"]))
        note = said["note"]
        return note.encode() if isinstance(note, str) else None

    def _converse(self, question: dict[str, Json]) -> dict[str, Json]:
        if self._closed:
            raise SignerError("the signer cannot be understood: it was let go")
        try:
            if self._line is None:
                self._line = _Line.to(self._keys, self._address)
            said = parse_canonical(self._line.ask(canonical(question) + b"\n"))
            if not isinstance(said, dict) or set(said) not in ({"note"}, {"refused"}):
                raise SignerError("the signer cannot be understood")
        except (OSError, NotCanonicalError) as error:
            self._hang_up()
            raise SignerError(f"the signer cannot be understood: {error}") from error
        except SignerError:
            self._hang_up()
            raise
        return said


class _Line:
    """One conversation: a child's pipes, or a socket."""

    def __init__(
        self, held: "subprocess.Popen[bytes] | socket.socket", out: int, into: int
    ) -> None:
        self._held, self._out, self._in = held, out, into
        self._rest = b""

    @classmethod
    def to(cls, keys: Path, address: Path | None) -> "_Line":
        if address is not None:
            stream = _connect(address)
            return cls(stream, stream.fileno(), stream.fileno())
        child = start_child("ledger.publish.signer_process", str(keys.absolute()))
        if child.stdout is None or child.stdin is None:
            raise SignerError("the signer has no streams")
        return cls(child, child.stdout.fileno(), child.stdin.fileno())

    def ask(self, line: bytes) -> bytes:
        os.write(self._in, line)
        while b"\n" not in self._rest:
            with selectors.DefaultSelector() as selector:
                selector.register(self._out, selectors.EVENT_READ)
                if not selector.select(ANSWER_S_MAX):
                    raise SignerError(f"the signer has not answered for {ANSWER_S_MAX} s")
            part = os.read(self._out, LINE_SIZE_MAX)
            if not part:
                raise SignerError("the signer has ended; start it again and see what it says")
            self._rest += part
        answered, _, self._rest = self._rest.partition(b"\n")
        return answered

    def close(self) -> None:
        if isinstance(self._held, socket.socket):
            self._held.close()
            return
        try:
            self._held.communicate(timeout=END_S_MAX)
        except subprocess.TimeoutExpired:
            # The signer keeps what it signs before it answers, so ending it loses nothing.
            self._held.kill()
            self._held.communicate()


def answer(keys: Path, line: bytes, now_s: int) -> bytes:
    """Answer one line of a conversation, at the signer's side."""
    said: dict[str, Json]
    try:
        asked = parse_canonical(line)
        if asked == {"ask": "mark"}:
            mark = read_signer_mark(keys)
            said = {"note": None if mark is None else mark.decode()}
        else:
            said = {"note": sign(keys, _from_json(asked), now_s).decode()}
    except (SignerError, OSError, ValueError) as error:
        said = {"refused": str(error)}
    return canonical(said) + b"\n"


def to_json(request: SignRequest) -> dict[str, Json]:
    """Return a request as it stands on its line."""
    return {
        "ask": "sign",
        "old": request.old_size,
        "origin": request.origin,
        "path": [part.hex() for part in request.path],
        "root": request.root.hex(),
        "size": request.size,
        "vkeys": list(request.vkeys),
    }


def _from_json(value: object) -> SignRequest:
    match value:
        case {
            "ask": "sign",
            "old": int(old),
            "origin": str(origin),
            "path": list(path),
            "root": str(root),
            "size": int(size),
            "vkeys": list(vkeys),
        } if isinstance(value, dict) and len(value) == 7:
            return SignRequest(
                origin=origin,
                old_size=old,
                path=tuple(bytes.fromhex(str(part)) for part in path),
                size=size,
                root=bytes.fromhex(root),
                vkeys=tuple(str(one) for one in vkeys),
            )
    raise SignerError("not a request of this protocol")


def _connect(address: Path) -> socket.socket:
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        stream.connect(str(address))
    except OSError as error:
        stream.close()
        raise SignerError(f"no signer listens at {address}: {error.strerror}") from error
    return stream
