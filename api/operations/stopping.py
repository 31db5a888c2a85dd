"""Stopping a service: told once, it finishes what it has taken; told twice, it is gone at once.

The first signal makes the node say that it is not ready, and for `drain_s` it goes on working, so
that a proxy can look elsewhere first. Then nothing more is accepted, what was taken is answered,
the publisher ends its turn, databases are closed. All of it has `stop_s` seconds. Whatever hangs
then is cut off, as by a crash, which the next start is made for.
"""

import logging
import os
import signal
from collections.abc import Callable
from threading import Timer
from types import FrameType

import uvicorn

from api.operations.vitals import Vitals

_logger = logging.getLogger(__name__)


class StoppingServer(uvicorn.Server):
    """A server that stops in steps.

    uvicorn's own would end this process by the very signal, once it has served, and so before
    whatever stands around it could end.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        vitals: Vitals,
        *,
        drain_s: float,
        stop_s: float,
        leave: Callable[[int], None] = os._exit,
    ) -> None:
        """Make a server.

        Args:
            config: As uvicorn takes it.
            vitals: Told that the process is going down.
            drain_s: How long it goes on accepting after the first signal.
            stop_s: How long the rest may take.
            leave: Ends the process at once.
        """
        super().__init__(config)
        self._vitals, self._drain_s, self._stop_s = vitals, drain_s, stop_s
        self._leave = leave

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal to stop."""
        del frame
        if self._vitals.closing.is_set():
            self._leave(128 + sig)
            return
        _logger.info("stopping by %s", signal.Signals(sig).name)
        self._vitals.closing.set()
        self.stop_in(self._drain_s)

    def stop_in(self, seconds: float) -> None:
        """Accept nothing after some seconds, and be gone a while later, whatever hangs."""
        _later(seconds, self._accept_no_more)
        _later(seconds + self._stop_s, lambda: self._leave(1))

    def _accept_no_more(self) -> None:
        self.should_exit = True


def _later(seconds: float, do: Callable[[], None]) -> None:
    timer = Timer(seconds, do)
    timer.daemon = True
    timer.start()
