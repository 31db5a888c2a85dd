"""What a process knows of itself: that it is going down, and whether its publisher is alive."""

from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from typing import Final

SILENT_S: Final = 300
"""A publisher that takes longer than this for one publication hangs."""


@dataclass(slots=True)
class Vitals:
    """Written by whoever serves and publishes, read by probes.

    Attributes:
        closing: Set by the first signal to stop.
        publishes: Whether this process is to publish.
        beat_s: The publisher's last sign of life, on the monotonic clock.
        published: Publications that were made.
        unpublished: Publications that could not be made, and are tried again.
    """

    closing: Event = field(default_factory=Event)
    publishes: bool = False
    beat_s: float = 0.0
    published: int = 0
    unpublished: int = 0

    def begin_publishing(self) -> None:
        """Expect signs of life from now on."""
        self.publishes, self.beat_s = True, monotonic()

    def turn(self, fault: str | None) -> None:
        """Take a turn of the publisher: nothing to do, or what prevented a publication."""
        self.beat_s = monotonic()
        self.published += fault == ""
        self.unpublished += bool(fault)

    @property
    def publisher_alive(self) -> bool:
        """Whether the publisher works, or none is to."""
        return not self.publishes or monotonic() - self.beat_s < SILENT_S
