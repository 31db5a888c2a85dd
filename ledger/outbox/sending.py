"""Sending one message: to the address that was judged, once, in five seconds, nothing followed."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import httpx2

from ledger.outbox.addresses import Target
from ledger.outbox.signing import Secret, headers

ANSWER_S: Final = 5.0
"""For everything: connecting, sending, and the whole answer."""

ANSWER_BYTES_MAX: Final = 65_536
WAIT_MAX_S: Final = 86_400.0


class UnsentError(Exception):
    """A message was not taken; the text says why.

    Attributes:
        is_gone: The receiver wants no more (410).
        wait_s: How long it asks not to be asked again.
    """

    def __init__(self, text: str, *, is_gone: bool = False, wait_s: float = 0.0) -> None:
        super().__init__(text)
        self.is_gone = is_gone
        self.wait_s = wait_s


class Sender:
    """Sends messages to one target, one after the other; to be closed when done.

    Args:
        target: Where to; its address was judged, and no other is ever connected to.
        secrets: What messages are signed with.
    """

    def __init__(self, target: Target, secrets: Sequence[Secret]) -> None:
        self._target = target
        self._secrets = secrets
        self._runner = asyncio.Runner()
        # Proxies of the environment would resolve the name themselves.
        self._client = httpx2.AsyncClient(trust_env=False, follow_redirects=False)

    def close(self) -> None:
        """Close connections."""
        self._runner.run(self._client.aclose())
        self._runner.close()

    def send(self, name: str, body: bytes) -> None:
        """Send a message and wait until it is taken (2xx).

        Raises:
            UnsentError: it was not.
        """
        try:
            self._runner.run(self._send(name, body))
        except TimeoutError as error:
            raise UnsentError(f"no answer within {ANSWER_S:.0f} s") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise UnsentError(f"no connection: {type(error).__name__}") from error

    async def _send(self, name: str, body: bytes) -> None:
        target = self._target
        host = f"[{target.address}]" if ":" in target.address else target.address
        named = f"[{target.host}]" if ":" in target.host else target.host
        usual = {"https": 443, "http": 80}[target.scheme]
        request = self._client.build_request(
            "POST",
            f"{target.scheme}://{host}:{target.port}{target.path}",
            content=body,
            headers={
                **headers(name, int(time.time()), body, self._secrets),
                "content-type": "application/json",
                "host": named if target.port == usual else f"{named}:{target.port}",
                "user-agent": "sinkledger",
            },
            # The certificate must be the name's, although the address is connected to.
            extensions={"sni_hostname": target.host},
        )
        async with asyncio.timeout(ANSWER_S):
            response = await self._client.send(request, stream=True)
            try:
                size = 0
                async for part in response.aiter_raw():
                    size += len(part)
                    if size > ANSWER_BYTES_MAX:
                        break
            finally:
                await response.aclose()
        if not response.is_success:
            raise _refusal(response)


def _refusal(response: httpx2.Response) -> UnsentError:
    asked = response.headers.get("retry-after", "")
    wait_s = min(float(asked), WAIT_MAX_S) if asked.isascii() and asked.isdecimal() else 0.0
    return UnsentError(
        f"the receiver answers {response.status_code}",
        is_gone=response.status_code == httpx2.codes.GONE,
        wait_s=wait_s,
    )
