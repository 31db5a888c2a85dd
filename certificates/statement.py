"""What one certificate is made from: two entries, a proof, and where they can be checked."""

from dataclasses import dataclass
from typing import Final

RETIREMENT: Final = "RT"
CLAIM: Final = "CL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Everything that goes into a paper; the same statement gives the same bytes.

    Attributes:
        kind: `RT`, stated by a `units.retire` entry, or `CL`, by a `claim.complete` entry.
        registry_entry: Canonical bytes of entry 0.
        entry: Canonical bytes of the stating entry.
        proof: The stating entry's proof file.
        base_url: Where the registry answers, such as `https://registry.example`.
        mirror_url: A second address that answers when the first one does not.
    """

    kind: str
    registry_entry: bytes
    entry: bytes
    proof: bytes
    base_url: str
    mirror_url: str | None


def addresses_text(statement: Statement) -> str:
    """Write both addresses as a document's keywords hold them."""
    return ", ".join(filter(None, (statement.base_url, statement.mirror_url)))


def addresses_of(keywords: str) -> tuple[str, str | None]:
    """Read them back: the address, and the mirror if there is one.

    Raises:
        ValueError: there is no address.
    """
    base_url, _, mirror_url = keywords.partition(", ")
    if not base_url:
        raise ValueError("the document names no address")
    return base_url, mirror_url or None
