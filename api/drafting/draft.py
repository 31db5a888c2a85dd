"""A draft order and its signatures: what an `.order` file carries from desk to desk."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from contracts.check_digits import CROCKFORD
from contracts.orders import read_order
from contracts.values import ORDER_LIFE_US, Json
from ledger.log.canonical import canonical, parse_canonical
from ledger.log.entry import parse_order, signed_bytes
from ledger.log.form import parse_signatures
from ledger.log.signature import Signature, sign_ed25519, verify_signature

FILE_BYTES_MAX: Final = 1 << 20
ENVELOPE_KEYS: Final = {"order", "private", "sigs"}


class DraftError(ValueError):
    """An `.order` file is not what it should be; the text says what and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every draft needs to know of the registry it is for.

    Attributes:
        origin: The log's origin.
        rules: Hash of the active rule set.
        now_us: The drafter's clock.
    """

    origin: str
    rules: str
    now_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An order, the signatures collected so far, and records that go to the vault only."""

    order: Mapping[str, Json]
    sigs: tuple[Signature, ...] = ()
    private: tuple[Mapping[str, Json], ...] = ()

    @property
    def order_bytes(self) -> bytes:
        """The canonical bytes of the order."""
        return canonical(dict(self.order))

    def envelope(self) -> bytes:
        """Return what is submitted and what an `.order` file holds: canonical JSON."""
        parts: dict[str, Json] = {
            "order": dict(self.order),
            "sigs": [dict(sig.to_json()) for sig in sorted(self.sigs, key=lambda sig: sig.key)],
        }
        if self.private:
            parts["private"] = [dict(record) for record in self.private]
        return canonical(parts)

    def signed_with(self, seed: bytes) -> "Draft":
        """Return the draft with one more Ed25519 signature.

        Raises:
            DraftError: this key has signed already.
        """
        signature = sign_ed25519(seed, signed_bytes(str(self.order["log"]), self.order_bytes))
        if any(known.key == signature.key for known in self.sigs):
            raise DraftError("this key has signed the order already")
        return replace(self, sigs=(*self.sigs, signature))


def draft_order(
    desk: Desk, kind: str, actor: str, body: Mapping[str, Json], *, life_us: int = ORDER_LIFE_US
) -> Draft:
    """Draft an order with a fresh nonce, valid for `life_us` from now (30 days at most)."""
    order: dict[str, Json] = {
        "actor": actor,
        "body": dict(body),
        "kind": kind,
        "log": desk.origin,
        "nonce": new_nonce(desk.now_us),
        "rules": desk.rules,
        "valid_until_us": desk.now_us + life_us,
    }
    read_order(order)
    return Draft(order=order)


def new_nonce(now_us: int) -> str:
    """Return a ULID: 48 bits of milliseconds and 80 random bits in 26 Crockford digits."""
    number = (now_us // 1000 % (1 << 48)) << 80 | secrets.randbits(80)
    digits = ""
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits = CROCKFORD[digit] + digits
    return digits


def load(path: Path) -> Draft:
    """Read an `.order` file and check what can be checked without the registry.

    Raises:
        DraftError: too large, not canonical, not an order, or a signature in it does not hold.
    """
    data = path.read_bytes()
    if len(data) > FILE_BYTES_MAX:
        raise DraftError(f"{path}: larger than 1 MiB, so it is no order file")
    try:
        parts = parse_canonical(data.rstrip(b"\n"), size_max=FILE_BYTES_MAX)
        if not isinstance(parts, dict) or not {"order", "sigs"} <= set(parts) <= ENVELOPE_KEYS:
            raise DraftError(f"{path}: an order file holds order, sigs and perhaps private")
        order = parse_order(canonical(parts["order"]))
        sigs = parse_signatures(parts["sigs"]) if parts["sigs"] else ()
    except DraftError:
        raise
    except ValueError as error:
        raise DraftError(f"{path}: {error}. Draft it again, or ask its sender.") from error
    private = parts.get("private", [])
    if not isinstance(private, list) or not all(isinstance(record, dict) for record in private):
        raise DraftError(f"{path}: private is a list of records")
    records = tuple(record for record in private if isinstance(record, dict))
    draft = Draft(order=order, sigs=sigs, private=records)
    _check_signatures(draft, path)
    return draft


def _check_signatures(draft: Draft, path: Path) -> None:
    message = signed_bytes(str(draft.order["log"]), draft.order_bytes)
    for signature in draft.sigs:
        if signature.alg != "ed25519":
            continue
        try:
            verify_signature(signature, message)
        except ValueError as error:
            raise DraftError(f"{path}: a signature in it does not hold: {error}") from error


def save(draft: Draft, path: Path) -> None:
    """Write an `.order` file, one line."""
    path.write_bytes(draft.envelope() + b"\n")
