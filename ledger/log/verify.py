"""The chain of entries, and a command for an auditor who has this folder and an export.

    python -m ledger.log.verify LEDGER.jsonl --checkpoint FILE --vkey TEXT|--policy FILE

An export has one line for each entry, its canonical bytes, the first line being entry 0. Checked
are form, chain, signatures and the checkpoint; whether the rules allowed each order is for the
replay to say. The log's key (vkey), or the policy that names it and the witnesses, must come from
elsewhere than the export.
"""

import argparse
import sys
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .canonical import Json
from .entry import ENTRY_SIZE_MAX, PREV_OF_FIRST, Entry, EntryError, parse_entry, signed_bytes
from .merkle import Frontier
from .note import NoteError, parse_vkey
from .policy import Policy, PolicyVerdict, check_policy, parse_policy
from .signature import SignatureError, verify_signature
from .tree_head import Checkpoint

EXIT_HOLDS: Final = 0
EXIT_FAILS: Final = 1
EXIT_NOT_CHECKED: Final = 3
"""Nothing failed, but no signed checkpoint was there to compare with. (2 is a wrong call.)"""

_DESCRIPTION: Final = (
    "Check form, chain, signatures and checkpoint of an exported ledger. Exit code 0: all hold; "
    "1: one does not; 3: nothing failed, but no checkpoint was given."
)


class ChainError(ValueError):
    """Entry `seq` is the first that is bad; `reason` says why."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"entry {seq}: {reason}")
        self.seq = seq
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainState:
    """Where a chain stands; without arguments, before entry 0.

    Attributes:
        size: Number of entries, which is the next `seq`.
        head: Leaf hash of the last entry, which is the next `prev`.
        at_us: Time of the last entry.
        origin: The log that all orders name; empty before entry 0.
        frontier: Right edge of the Merkle tree.
    """

    size: int = 0
    head: bytes = PREV_OF_FIRST
    at_us: int = 0
    origin: str = ""
    frontier: Frontier = field(default_factory=Frontier)

    @property
    def root(self) -> bytes:
        """Merkle root over the entries so far."""
        return self.frontier.root()


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyScope:
    """Where passkeys may sign; entry 0 states it for the whole log."""

    rp_id: str | None = None
    origins: tuple[str, ...] = ()


def follow(state: ChainState, entry: Entry) -> ChainState:
    """Add one entry to a chain.

    Raises:
        ChainError: its seq, prev, time or log does not continue the chain; in this sequence.
    """
    if entry.seq != state.size:
        raise ChainError(state.size, f"seq is {entry.seq}")
    if entry.prev != state.head:
        raise ChainError(entry.seq, "prev is not the leaf hash of the entry before")
    if entry.at_us < state.at_us:
        raise ChainError(entry.seq, "earlier than the entry before")
    origin = str(entry.order["log"])
    if state.size > 0 and origin != state.origin:
        raise ChainError(entry.seq, f"its order is for another log: {origin}")
    leaf = entry.leaf_hash
    return ChainState(
        size=state.size + 1,
        head=leaf,
        at_us=entry.at_us,
        origin=origin,
        frontier=state.frontier.append(leaf),
    )


def check_chain(entries: Iterable[bytes], *, after: ChainState | None = None) -> ChainState:
    """Check that entries form one chain, from entry 0 or from where `after` stands.

    Args:
        entries: The canonical bytes of each entry, in sequence.
        after: The state that an earlier part of the chain ended in.

    Returns:
        Where the chain then stands.

    Raises:
        ChainError: names the first entry that is malformed or does not continue the chain.
    """
    state = after or ChainState()
    for content in entries:
        state = follow(state, _parse(content, state.size))
    return state


def check_signatures(entry: Entry, scope: PasskeyScope) -> None:
    """Check every signature under an entry's order; whose keys they are is for the rules to say.

    Raises:
        ChainError: names the first key whose signature does not hold.
    """
    message = signed_bytes(str(entry.order["log"]), entry.order_bytes)
    for signature in entry.sigs:
        try:
            verify_signature(signature, message, rp_id=scope.rp_id, origins=scope.origins)
        except SignatureError as error:
            raise ChainError(entry.seq, f"by {signature.key.hex()}: {error}") from error


def passkey_scope(first: Entry) -> PasskeyScope:
    """Read from entry 0 where passkeys may sign: "webauthn" in its order's body.

    Returns:
        An empty scope, in which no passkey's signature holds, if entry 0 states none.
    """
    body = first.order["body"]
    webauthn = body.get("webauthn") if isinstance(body, dict) else None
    if not isinstance(webauthn, dict):
        return PasskeyScope()
    rp_id, origins = webauthn.get("rp_id"), webauthn.get("origins")
    return PasskeyScope(
        rp_id=rp_id if isinstance(rp_id, str) else None,
        origins=tuple(_web_origins(origins)),
    )


def read_export(path: Path) -> Iterator[bytes]:
    """Yield the lines of an export without their newline; never more than one line in memory."""
    with path.open("rb") as file:
        while line := file.readline(ENTRY_SIZE_MAX + 2):
            yield line.removesuffix(b"\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Check an export and print each step; the exit code is one of `EXIT_…`."""
    parser = argparse.ArgumentParser(prog="ledger.log.verify", description=_DESCRIPTION)
    parser.add_argument("ledger", type=Path, help="export, one entry per line")
    parser.add_argument("--checkpoint", type=Path, help="file with a signed checkpoint")
    trusted = parser.add_mutually_exclusive_group()
    trusted.add_argument("--vkey", help="the log's key, name+ID+key, from a source you trust")
    trusted.add_argument("--policy", type=Path, help="the policy, from a source you trust")
    given = parser.parse_args(argv)
    if (given.checkpoint is None) != (given.vkey is None and given.policy is None):
        parser.error("--checkpoint belongs together with --vkey or --policy")
    try:
        verdict = _open(given.checkpoint, given.vkey, given.policy) if given.checkpoint else None
        state = _check_export(given.ledger, None if verdict is None else verdict.checkpoint)
    except (ChainError, NoteError, OSError) as error:
        print(f"FAILED: {error}")
        return EXIT_FAILS
    print(f"1 chain and signatures hold: {state.size} entries of {state.origin}")
    print(f"  root {b64encode(state.root).decode()}")
    if verdict is None or verdict.checkpoint.size == 0:
        print("2 checkpoint: not checked, none was given that signs an entry")
        return EXIT_NOT_CHECKED
    print(f"2 checkpoint holds: it signs the first {verdict.checkpoint.size} of these entries")
    witnesses = ", ".join(f"{name} at {timestamp}" for name, timestamp in verdict.witnesses)
    print(f"3 the policy is met; cosigned by {witnesses or 'no witness, and it asks for none'}")
    return EXIT_HOLDS


def _open(path: Path, vkey_text: str | None, policy_path: Path | None) -> PolicyVerdict:
    if policy_path is None:
        policy = Policy.of_keys([parse_vkey(vkey_text or "")])
    else:
        policy = parse_policy(policy_path.read_text("utf-8", "surrogateescape"))
    return check_policy(policy, path.read_bytes())


def _check_export(path: Path, signed: Checkpoint | None) -> ChainState:
    state, scope = ChainState(), PasskeyScope()
    for content in read_export(path):
        entry = _parse(content, state.size)
        if entry.seq == 0:
            scope = passkey_scope(entry)
        state = follow(state, entry)
        check_signatures(entry, scope)
        if signed is not None and state.size == signed.size:
            _compare(state, signed)
    if state.size == 0:
        raise ChainError(0, "the export is empty")
    if signed is not None and state.size < signed.size:
        raise ChainError(
            state.size, f"missing; the checkpoint signs {signed.size} entries: export again"
        )
    return state


def _compare(state: ChainState, signed: Checkpoint) -> None:
    if state.origin != signed.origin:
        raise ChainError(0, f"is of the log {state.origin}, the checkpoint of {signed.origin}")
    if state.root != signed.root:
        raise ChainError(
            state.size - 1, "this entry, or one before it, is not what the checkpoint signs"
        )


def _parse(content: bytes, seq: int) -> Entry:
    try:
        return parse_entry(content)
    except EntryError as error:
        raise ChainError(seq, str(error)) from error


def _web_origins(value: Json) -> Iterator[str]:
    """Yield the texts of [{"origin": text}, …]."""
    for item in value if isinstance(value, list) else ():
        origin = item.get("origin") if isinstance(item, dict) else None
        if isinstance(origin, str):
            yield origin


if __name__ == "__main__":
    sys.exit(main())
