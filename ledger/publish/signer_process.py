"""The signer as a process of its own: `python -m ledger.publish.signer_process KEYS [SOCKET]`.

Without a socket it answers lines on standard input until that ends. With one it listens there, for
one conversation after the other; the socket is for its owner and group only.
"""

import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from ledger.publish.signer_wire import LINE_SIZE_MAX, answer

SILENCE_S_MAX: Final = 60


class Lines(Protocol):
    """A stream of bytes, as far as it is needed here."""

    def readline(self, size: int, /) -> bytes:
        """Return a line with its newline, or as much of it as `size` allows."""

    def write(self, data: bytes, /) -> int:
        """Write bytes."""

    def flush(self) -> None:
        """Send what was written."""


def converse(keys: Path, asked: Lines, said: Lines) -> None:
    """Answer line after line until there is no more, or one is too long."""
    while line := asked.readline(LINE_SIZE_MAX):
        if not line.endswith(b"\n"):
            return
        said.write(answer(keys, line[:-1], int(time.time())))
        said.flush()


def listen(keys: Path, address: Path) -> None:
    """Answer whoever connects to a UNIX socket, one at a time, for ever."""
    address.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        before = os.umask(0o117)
        try:
            listener.bind(str(address))
        finally:
            os.umask(before)
        listener.listen()
        while True:
            stream, _ = listener.accept()
            with stream:
                stream.settimeout(SILENCE_S_MAX)
                # Whoever hangs up, or says nothing for a minute, makes room for the next.
                with suppress(OSError), stream.makefile("rwb") as both:
                    converse(keys, both, both)


def main() -> None:
    """Run as the arguments say."""
    # A Ctrl-C for the whole terminal is for the parent; this one ends when its input does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keys = Path(sys.argv[1])
    if len(sys.argv) > 2:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        listen(keys, Path(sys.argv[2]))
    else:
        converse(keys, sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
