"""The first stage of taking orders in: what can be checked of them without the books.

Form and signatures are pure, so they are checked before the lock and for the next batch while
another thread decides this one. Whether the key is known, whose it is and what its holder may do
is for the second stage, `ledger.submit.submit_checked`, under the lock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from contracts.refusal import Refused
from ledger import door, rulesets
from ledger.intake import SignedOrder, verify_signatures
from ledger.log.signature import WEBAUTHN_ES256
from ledger.log.verify import PasskeyScope


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedOrder:
    """An order that has been through the first stage.

    Attributes:
        signed: The order.
        refusal: Why it is refused, if nothing is recorded under its nonce.
    """

    signed: SignedOrder
    refusal: Refused | None


@dataclass(frozen=True, slots=True)
class Checking:
    """A batch whose signatures are being checked; `finish` waits for them."""

    _signed_orders: Sequence[SignedOrder]
    _scope: PasskeyScope

    def finish(self) -> tuple[CheckedOrder, ...]:
        """Wait for the signatures; call it once."""
        verdicts = verify_signatures(self._signed_orders, self._scope)
        return tuple(
            CheckedOrder(signed=signed, refusal=_check_forms(signed, verdict))
            for signed, verdict in zip(self._signed_orders, verdicts, strict=True)
        )


@dataclass(slots=True)
class Checker:
    """Checks orders before the lock; any number of threads may share one.

    Attributes:
        scope: Asks where passkeys may sign, which entry 0 states for the whole log.
    """

    scope: Callable[[], PasskeyScope]

    def begin(self, signed_orders: Sequence[SignedOrder]) -> Checking:
        """Begin to check form and signatures of a batch; decide another one meanwhile."""
        passkeys = any(sig.alg == WEBAUTHN_ES256 for signed in signed_orders for sig in signed.sigs)
        return Checking(signed_orders, self.scope() if passkeys else PasskeyScope())

    def check(self, signed_orders: Sequence[SignedOrder]) -> tuple[CheckedOrder, ...]:
        """Check form and signatures of a batch, and wait for it."""
        return self.begin(signed_orders).finish()

    def close(self) -> None:
        """Let go of whatever checks signatures beside this process."""


def _check_forms(signed: SignedOrder, verdict: Refused | None) -> Refused | None:
    try:
        door.check_form(signed)
        if verdict is not None:
            rulesets.check_form(signed.order)
    except Refused as refusal:
        return refusal
    return verdict
