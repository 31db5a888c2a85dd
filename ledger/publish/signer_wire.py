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
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol

from ledger.log.canonical import Json, NotCanonicalError, canonical, parse_canonical
from ledger.publish.signer import SignerError, SignRequest, read_signer_mark, sign

LINE_SIZE_MAX: Final = 65_536
ANSWER_S_MAX: Final = 30
_ROOT: Final = Path(__file__).parents[1]


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

    Raises:
        SignerError: it cannot be reached, does not answer in time, or refuses.
    """

    def __init__(self, keys: Path, address: Path | None = None) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        if address is None:
            self._child = _start(keys)
            self._out, self._in = _descriptors(self._child)
        else:
            self._socket = _connect(address)
            self._out = self._in = self._socket.fileno()
        self._rest = b""

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
        """Let the child end, or hang up."""
        if self._child is not None and self._child.stdin and self._child.stdout:
            self._child.stdin.close()
            self._child.stdout.close()
            self._child.wait(ANSWER_S_MAX)
        if self._socket is not None:
            self._socket.close()

    def __enter__(self) -> "RemoteSigner":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, question: dict[str, Json]) -> bytes | None:
        try:
            os.write(self._in, canonical(question) + b"\n")
            answer = parse_canonical(self._read_line())
        except (OSError, NotCanonicalError) as error:
            raise SignerError(f"the signer cannot be understood: {error}") from error
        if not isinstance(answer, dict) or set(answer) not in ({"note"}, {"refused"}):
            raise SignerError("the signer cannot be understood")
        if "refused" in answer:
            raise SignerError(str(answer["refused"]))
        note = answer["note"]
        return note.encode() if isinstance(note, str) else None

    def _read_line(self) -> bytes:
        while b"\n" not in self._rest:
            with selectors.DefaultSelector() as selector:
                selector.register(self._out, selectors.EVENT_READ)
                if not selector.select(ANSWER_S_MAX):
                    raise SignerError(f"the signer has not answered for {ANSWER_S_MAX} s")
            part = os.read(self._out, LINE_SIZE_MAX)
            if not part:
                raise SignerError("the signer has ended; start it again and see what it says")
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return line


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


def _start(keys: Path) -> subprocess.Popen[bytes]:
    """Start a child on the same code as this process; -P keeps the current folder out of it."""
    return subprocess.Popen(  # noqa: S603  # our own interpreter on our own module
        [sys.executable, "-P", "-m", "ledger.publish.signer_process", str(keys.absolute())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )


def _descriptors(child: subprocess.Popen[bytes]) -> tuple[int, int]:
    if child.stdout is None or child.stdin is None:
        raise SignerError("the signer has no streams")
    return child.stdout.fileno(), child.stdin.fileno()


def _connect(address: Path) -> socket.socket:
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        stream.connect(str(address))
    except OSError as error:
        stream.close()
        raise SignerError(f"no signer listens at {address}: {error.strerror}") from error
    return stream
