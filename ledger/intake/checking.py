"""The first stage of taking orders in: what can be checked of them without the books.

Form and signatures are pure, so they are checked before the lock, and for the next batch while
this one is decided: `begin` sends the signatures of a batch to child processes (ADR-0034), and
`finish` waits for their verdicts. Whether a key is known, whose it is and what its holder may do
is for the second stage, `ledger.submit.submit_checked`, under the lock.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from threading import Lock
from typing import Final

from contracts.refusal import Refused
from ledger import rulesets
from ledger.intake import door
from ledger.intake.envelope import SignedOrder, verify_signatures
from ledger.intake.signature_pool import Item, SignaturePool, Verdicts
from ledger.log.entry import signed_bytes
from ledger.log.signature import ED25519
from ledger.log.verify import PasskeyScope
from ledger.rulesets import ReadBody

KNOWN_MAX: Final = 8_192
"""So many orders whose signatures hold are remembered, 32 bytes each; a retry costs no check."""

FEW: Final = 16
"""So many signatures are checked here at once; sending them to a child would take longer."""

AHEAD: Final = 2
"""With so many batches under way the children never idle while one is taken over and decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedOrder:
    """An order that has been through the first stage.

    Attributes:
        signed: The order.
        body: Its body as a rule set reads it; nothing when its form is refused.
        refusal: Why it is refused, if nothing is recorded under its nonce.
    """

    signed: SignedOrder
    body: ReadBody | None
    refusal: Refused | None


@dataclass(slots=True)
class _Open:
    """An order on its way.

    Attributes:
        items: Its signatures, where they may be sent and remembered.
        name: What they are remembered by.
        known: They are known to hold.
    """

    signed: SignedOrder
    body: ReadBody | None = None
    refusal: Refused | None = None
    items: tuple[Item, ...] = ()
    name: bytes = b""
    known: bool = False


@dataclass(slots=True)
class Checking:
    """A batch whose signatures are being checked; `finish` waits for them."""

    _checker: "Checker"
    _orders: list[_Open]
    _asked: Verdicts | None
    _scope: PasskeyScope

    def finish(self) -> tuple[CheckedOrder, ...]:
        """Wait for the signatures; call it once."""
        verdicts = iter(self._asked.wait() if self._asked else ())
        good: list[bytes] = []
        for order in self._orders:
            if order.refusal is not None or order.known:
                continue
            held = list(islice(verdicts, len(order.items)))
            if not held or not all(held):
                # Nobody has found them good: this process's own verdict counts, and names the key.
                order.refusal = verify_signatures(order.signed, self._scope)
            if order.refusal is None and order.items:
                good.append(order.name)
        self._checker.remember(good)
        return tuple(
            CheckedOrder(signed=order.signed, body=order.body, refusal=order.refusal)
            for order in self._orders
        )


@dataclass(slots=True)
class Checker:
    """Checks orders before the lock; any number of threads may share one.

    Attributes:
        scope: Asks where passkeys may sign, which entry 0 states for the whole log.
        pool: Children that check signatures; without it they are checked here.
    """

    scope: Callable[[], PasskeyScope]
    pool: SignaturePool | None = None
    _known: dict[bytes, None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, signed_orders: Sequence[SignedOrder]) -> Checking:
        """Check the form of a batch, and begin to check its signatures."""
        orders = [self._open(signed) for signed in signed_orders]
        waiting = [order for order in orders if order.refusal is None and not order.known]
        items = [item for order in waiting for item in order.items]
        asked = self.pool.ask(items) if self.pool is not None and len(items) >= FEW else None
        passkeys = any(not order.items for order in waiting)
        return Checking(self, orders, asked, self.scope() if passkeys else PasskeyScope())

    def check(self, signed_orders: Sequence[SignedOrder]) -> tuple[CheckedOrder, ...]:
        """Check form and signatures of a batch, and wait for it."""
        return self.begin(signed_orders).finish()

    def check_ahead(
        self, batches: Iterable[Sequence[SignedOrder]]
    ) -> Iterator[tuple[CheckedOrder, ...]]:
        """Yield each batch checked, with the next two on their way while it is worked upon."""
        begun: deque[Checking] = deque()
        for batch in batches:
            begun.append(self.begin(batch))
            if len(begun) > AHEAD:
                yield begun.popleft().finish()
        while begun:
            yield begun.popleft().finish()

    def remember(self, good: Sequence[bytes]) -> None:
        """Keep in mind that the signatures of these orders hold; the oldest are forgotten."""
        with self._lock:
            self._known |= dict.fromkeys(good)
            for _ in range(len(self._known) - KNOWN_MAX):
                del self._known[next(iter(self._known))]

    def close(self) -> None:
        """End what checks signatures beside this process."""
        if self.pool is not None:
            self.pool.close()

    def _open(self, signed: SignedOrder) -> _Open:
        order = _Open(signed)
        try:
            door.check_form(signed)
            order.body = rulesets.read_body(rulesets.newest(), signed.order)
        except Refused as refusal:
            order.refusal = refusal
            return order
        # What holds of a passkey depends on the scope as well, so it is neither sent nor kept.
        if all(sig.alg == ED25519 for sig in signed.sigs):
            order.name = _name_of(signed)
            order.known = order.name in self._known
            message = signed_bytes(signed.order.log, signed.order_bytes)
            order.items = tuple((sig.key, sig.sig, message) for sig in signed.sigs)
        return order


def _name_of(signed: SignedOrder) -> bytes:
    """Return a digest of all that the verdict on Ed25519 signatures depends on.

    An order may have 32 KiB and its signer be nobody, so the order itself is not kept. Keys and
    signatures have one length each: no two orders are put together to the same bytes.
    """
    digest = sha256(sha256(signed.order_bytes).digest())
    for sig in signed.sigs:
        digest.update(sig.key + sig.sig)
    return digest.digest()
