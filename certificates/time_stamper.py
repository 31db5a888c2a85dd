"""Asking a time-stamping authority (RFC 3161) to date a seal, within limits and with patience.

Where an authority is set, a seal without its time is never made: after the last try the error
goes up, nothing is stored or recorded, and issuing again begins anew.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from asn1crypto import tsp
from cryptography import x509
from pyhanko.sign.timestamps import TimeStamper

from ledger.anchors.time_stamps import (
    CLOCKS_APART,
    Ask,
    TimeStamp,
    TimeStampError,
    ask_over_http,
    check_stamped_digest,
)
from ledger.clock import clock_us

WAITS_S: Final = (1.0, 4.0, 15.0)
"""Seconds before the second, third and fourth try; longer troubles are for people or jobs."""


class Authority(TimeStamper):
    """An authority at an address.

    Args:
        address: Where it answers, http or https.
        roots: Who is trusted to name authorities; without any, no signature is checked.
        ask: How to send a query.
        wait: How to wait between tries.
    """

    def __init__(
        self,
        address: str,
        roots: Sequence[x509.Certificate],
        *,
        ask: Ask = ask_over_http,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # theirs has no types
        self._address = address
        self._roots = tuple(roots)
        self._ask = ask
        self._wait = wait

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask until there is an answer that holds.

        Raises:
            TimeStampError: none after the last try; says what the last one met.
        """
        for seconds in WAITS_S:
            try:
                return self._answer(req)
            except TimeStampError:
                self._wait(seconds)
        return self._answer(req)

    def _answer(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        answer = self._ask(self._address, req.dump())
        digest = req["message_imprint"]["hashed_message"].native
        stamp = check_stamped_digest(answer, digest, self._roots, nonce=req["nonce"].native)
        _require_same_clock(stamp)
        return tsp.TimeStampResp.load(answer)


def _require_same_clock(stamp: TimeStamp) -> None:
    apart_us = abs(stamp.gen_time_us - clock_us())
    if apart_us > CLOCKS_APART / timedelta(microseconds=1):
        raise TimeStampError("the authority's clock and ours are more than five minutes apart")
