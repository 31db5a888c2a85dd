"""What the sequencer drives in a node: its registry, at its own time."""

from collections.abc import Callable, Sequence

from contracts.refusal import Refused
from ledger.intake.checking import CheckedOrder, Checking
from ledger.intake.envelope import SignedOrder
from ledger.log.entry import Entry
from ledger.registry import Registry
from ledger.room import check_room


class RegistryWork:
    """What the sequencer drives here: a registry, at the service's own time."""

    __slots__ = ("_clock", "_confirmed", "_registry")

    def __init__(self, registry: Registry, clock: Callable[[], int], *, confirmed: bool) -> None:
        self._registry, self._clock, self._confirmed = registry, clock, confirmed

    def begin(self, signed_orders: Sequence[SignedOrder]) -> Checking:
        """Begin to check forms and signatures."""
        return self._registry.checker.begin(signed_orders)

    def record(self, checked_orders: Sequence[CheckedOrder]) -> tuple[Entry | Refused, ...]:
        """Decide and commit, and raise the mark once for all.

        Raises:
            NoRoomError: the disk is nearly full; nothing was decided. Otherwise as the registry.
        """
        check_room(self._registry.settings)
        return self._registry.submit_checked(
            checked_orders, now_us=self._clock(), clock_confirmed=self._confirmed
        )

    def size(self) -> int:
        """Return how many entries there are."""
        return self._registry.size()
