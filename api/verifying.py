"""Verifying what strangers upload: how many at once, how long they may take to send it.

A verification costs a processor for seconds. So only two run at a time, six more wait for their
turn, and whoever comes then is told to come again: a thousand uploads cost no more than eight.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore, Thread
from typing import Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from certificates.children import ForkerError, forker
from certificates.verdict import Verdict
from certificates.verify_any import Asking, verify
from certificates.verify_file import SIZE_MAX

RUNNING_MAX: Final = 2
ADMITTED_MAX: Final = 8
TURN_SECONDS: Final = 10.0
UPLOAD_SECONDS: Final = 60.0

BODY_BYTES_MAX: Final = SIZE_MAX
FORM_BYTES_MAX: Final = SIZE_MAX + 65_536
"""A form holds the file, a text and what separates them."""


def begin_verifying() -> None:
    """Let the process that verifies files get ready, so that the first upload finds it so.

    It takes two seconds; nobody waits for it, and what goes wrong is told to whoever asks first.
    """

    def start() -> None:
        with suppress(ForkerError):
            forker().start()

    Thread(target=start, daemon=True).start()


class BusyError(Exception):
    """Others are being answered; come again in a moment."""


class TooSlowError(Exception):
    """What was to be verified took too long to arrive."""


class Gate:
    """Lets a few verifications in at a time.

    Args:
        running_max: How many run.
        admitted_max: How many may be sending, waiting or running.
        turn_seconds: How long one waits for its turn.
    """

    def __init__(
        self,
        running_max: int = RUNNING_MAX,
        admitted_max: int = ADMITTED_MAX,
        turn_seconds: float = TURN_SECONDS,
    ) -> None:
        self._running = BoundedSemaphore(running_max)
        self._admitted = BoundedSemaphore(admitted_max)
        self._turn_seconds = turn_seconds

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Hold a place from before the first byte is read.

        Raises:
            BusyError: all places are taken.
        """
        if not self._admitted.acquire(blocking=False):
            raise BusyError
        try:
            yield
        finally:
            self._admitted.release()

    def verify(self, data: bytes, asking: Asking) -> Verdict:
        """Verify when it is one's turn; for a thread of its own.

        Raises:
            BusyError: the turn did not come in time.
            OSError, TrustError: the trust folder cannot be read or is damaged.
        """
        if not self._running.acquire(timeout=self._turn_seconds):
            raise BusyError
        try:
            return verify(data, asking)
        finally:
            self._running.release()


def gate_of(request: Request) -> Gate:
    """Return the gate of this service."""
    gate = request.app.state.gate
    if not isinstance(gate, Gate):
        raise TypeError("the application was made without a gate")
    return gate


async def verify_body(request: Request, asking: Asking) -> Verdict:
    """Verify a request's whole body.

    Raises:
        BusyError, TooSlowError: nothing was verified.
    """
    gate = gate_of(request)
    with gate.admitted():
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                data = await request.body()
        except TimeoutError as error:
            raise TooSlowError from error
        return await run_in_threadpool(gate.verify, data, asking)
