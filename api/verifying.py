"""Verifying what strangers upload: how many at once, how long they may take to send it.

A verification costs a processor for seconds. So only two run at a time, six more wait for their
turn, and whoever comes then is told to come again: a thousand uploads cost no more than eight.
A place is taken only when everything has arrived, so that nobody holds one by sending slowly. More
may be sending, into temporary files, at a least rate; and one address has a share of all that.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from ipaddress import ip_address, ip_network
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore, Lock, Thread
from typing import Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import Message

from certificates.children import ForkerError, forker
from certificates.verdict import Verdict
from certificates.verify_any import Asking, verify
from certificates.verify_file import SIZE_MAX

RUNNING_MAX: Final = 2
ADMITTED_MAX: Final = 8
TURN_SECONDS: Final = 10.0

SENDING_MAX: Final = 64
SHARE_MAX: Final = 4
"""How many requests of one address may be sending, waiting or running."""

UPLOAD_SECONDS: Final = 120.0
GRACE_SECONDS: Final = 5.0
LEAST_RATE: Final = 16_384
"""Bytes a second; slower than any telephone line that shows a page, faster than an idle one."""

SPOOLED_IN_MEMORY: Final = 262_144
_IPV6_HOUSE: Final = 64

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
        admitted_max: How many may be waiting or running.
        sending_max: How many more may be sending.
        share_max: How many of all these may come from one address.
        turn_seconds: How long one waits for its turn.
    """

    def __init__(
        self,
        running_max: int = RUNNING_MAX,
        admitted_max: int = ADMITTED_MAX,
        turn_seconds: float = TURN_SECONDS,
        *,
        sending_max: int = SENDING_MAX,
        share_max: int = SHARE_MAX,
    ) -> None:
        self._running = BoundedSemaphore(running_max)
        self._admitted = BoundedSemaphore(admitted_max)
        self._sending = BoundedSemaphore(sending_max)
        self._turn_seconds = turn_seconds
        self._share_max = share_max
        self._shares = Counter[str]()
        self._counting = Lock()

    @contextmanager
    def share(self, address: str) -> Iterator[None]:
        """Count a request as one of its address from its first byte to its answer.

        Raises:
            BusyError: as many as its share are here.
        """
        with self._counting:
            if self._shares[address] >= self._share_max:
                raise BusyError
            self._shares[address] += 1
        try:
            yield
        finally:
            with self._counting:
                self._shares[address] -= 1
                self._shares += Counter()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Hold a place for somebody who sends.

        Raises:
            BusyError: too many are sending.
        """
        with _place(self._sending):
            yield

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Hold a place for what has arrived.

        Raises:
            BusyError: all places are taken.
        """
        with _place(self._admitted):
            yield

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


@contextmanager
def _place(places: BoundedSemaphore) -> Iterator[None]:
    if not places.acquire(blocking=False):
        raise BusyError
    try:
        yield
    finally:
        places.release()


def gate_of(request: Request) -> Gate:
    """Return the gate of this service."""
    gate = request.app.state.gate
    if not isinstance(gate, Gate):
        raise TypeError("the application was made without a gate")
    return gate


def address_of(request: Request) -> str:
    """Return whose share a request takes: an address, of IPv6 the network of one house."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ip_network((int(address), _IPV6_HOUSE), strict=False))


@asynccontextmanager
async def arriving(request: Request) -> AsyncIterator[Request]:
    """Give a request to read the body from, as long as it comes fast enough.

    Raises:
        BusyError: too many are sending.
        TooSlowError: it took too long, or stood still.
    """
    clock, taken = asyncio.get_running_loop().time, 0
    start = clock()

    def due() -> float:
        return start + min(UPLOAD_SECONDS, GRACE_SECONDS + taken / LEAST_RATE)

    with gate_of(request).sending():
        try:
            async with asyncio.timeout_at(due()) as limit:

                async def paced() -> Message:
                    nonlocal taken
                    message = await request.receive()
                    taken += len(message.get("body", b""))
                    limit.reschedule(due())
                    return message

                yield Request(request.scope, paced)
        except TimeoutError as error:
            raise TooSlowError from error


async def verify_body(request: Request, asking: Asking) -> Verdict:
    """Verify a request's whole body.

    Raises:
        BusyError, TooSlowError: nothing was verified.
    """
    gate = gate_of(request)
    with (
        gate.share(address_of(request)),
        SpooledTemporaryFile(max_size=SPOOLED_IN_MEMORY) as spool,
    ):
        async with arriving(request) as paced:
            async for part in paced.stream():
                spool.write(part)
        with gate.admitted():
            spool.seek(0)
            return await run_in_threadpool(gate.verify, spool.read(), asking)
