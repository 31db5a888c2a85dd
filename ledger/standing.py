"""Whether a node may record. It can change while the node runs, so everybody shares one object."""

from dataclasses import dataclass


@dataclass(slots=True)
class Standing:
    """Why this node must not record, as a sentence; nothing if it may."""

    reason: str | None = None
