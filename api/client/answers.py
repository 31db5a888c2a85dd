"""What a registry answers, as far as a client has compared it."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.client.errors import MismatchError
from contracts.values import Json
from ledger.log.policy import PolicyVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Where an order stands in the log.

    Attributes:
        seq: Position of its entry, from 0.
        id: The identifier that follows from it.
        leaf_hash: RFC 6962 leaf hash of the entry, which the client has computed itself.
        entry: The entry's bytes.
        again: It had been recorded before this answer.
    """

    seq: int
    id: str
    leaf_hash: bytes
    entry: bytes
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """An entry in a published checkpoint.

    Attributes:
        proof: The tlog-proof file, to be kept beside the entry.
        verdict: Who vouches for the checkpoint; nothing if the client was given no policy.
    """

    proof: bytes
    verdict: PolicyVerdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecorded:
    """An order that the registry has not recorded, as far as it was asked.

    Attributes:
        size: How many entries there were when it was looked for.
        never: The log's own time has passed the order's validity: it can never be recorded. Until
            then a copy that is still on its way may be.
    """

    size: int
    never: bool


@dataclass(frozen=True, slots=True)
class Stated:
    """What the registry states of an order before anything is compared."""

    seq: int
    id: str
    leaf_hash: bytes
    again: bool

    @classmethod
    def of(cls, value: Json, *, again: bool) -> "Stated":
        """Read a receipt.

        Raises:
            MismatchError: it has another shape.
        """
        if not isinstance(value, Mapping):
            raise MismatchError("the registry's receipt is no object")
        seq, name, digest = value.get("seq"), value.get("id"), value.get("leaf_hash")
        if not isinstance(seq, int) or not isinstance(name, str) or not isinstance(digest, str):
            raise MismatchError("the registry's receipt lacks seq, id or leaf_hash")
        try:
            return cls(seq, name, bytes.fromhex(digest), again)
        except ValueError as error:
            raise MismatchError("the registry's receipt has no leaf hash in hex") from error
