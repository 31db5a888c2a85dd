"""Chains of small entries that mean nothing, for what looks at form and chain only."""

from ledger.log.canonical import canonical
from ledger.log.entry import PREV_OF_FIRST, build_entry, signed_bytes
from ledger.log.key import Skey
from ledger.log.merkle import leaf_hash
from ledger.log.signature import sign_ed25519

ORIGIN = "registry.example/sinks"
LOG = Skey(ORIGIN, bytes(range(32)))
SEED = bytes([7]) * 32


def entry(seq: int, prev: bytes, *, at_us: int | None = None, log: str = ORIGIN) -> bytes:
    order = {
        "actor": "registrar",
        "body": {"number": seq},
        "kind": "units.transfer",
        "log": log,
        "nonce": "01KARZ3NDEKTSV4RRFFQ69G5FA",
        "rules": "9f" * 32,
        "valid_until_us": 1,
    }
    return build_entry(
        seq=seq,
        prev=prev,
        at_us=1000 + seq // 2 if at_us is None else at_us,
        order=order,
        sigs=[sign_ed25519(SEED, signed_bytes(log, canonical(order)))],
        movements=[],
        rows=[],
    )


def chain(length: int) -> list[bytes]:
    entries: list[bytes] = []
    for seq in range(length):
        entries.append(entry(seq, leaf_hash(entries[-1]) if entries else PREV_OF_FIRST))
    return entries
