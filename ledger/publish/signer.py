"""The signer: it holds the log's keys, remembers the last note, and signs what continues it.

    KEYS/log.skey, KEYS/log-mldsa.skey, …   the log's private keys, one a file
    KEYS/SIGNER_MARK                        the last signed note, as it left

Whoever asks proves that the new tree continues the signed one (RFC 6962, clause 2.1.2), so that no
fault and no restored copy of the ledger can make it sign two histories. It reads no database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.files import in_turn, write_atomically
from ledger.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.log.key import ALG_ED25519, NoteError, Skey, parse_skey
from ledger.log.merkle import EMPTY_ROOT, ProofError, verify_consistency

MARK_FILE: Final = "SIGNER_MARK"
KEY_FILES: Final = "log*.skey"
KEY_FILE: Final = "log.skey"
PQ_KEY_FILE: Final = "log-mldsa.skey"


class SignerError(Exception):
    """The signer signs nothing; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignRequest:
    """A tree to be signed, and the proof that it continues the one that was signed last.

    Attributes:
        origin: The log.
        old_size: Size of the note that the signer signed last.
        path: Consistency path (32 bytes each) from `old_size` to `size`.
        size: How many entries the tree has.
        root: Its root, 32 bytes.
        vkeys: The keys that the log has announced; the signer uses those of them that it holds.
    """

    origin: str
    old_size: int
    path: tuple[bytes, ...]
    size: int
    root: bytes
    vkeys: tuple[str, ...]


def begin(keys: Path, now_s: int) -> bytes:
    """Make the mark of a new log: the empty tree, signed by every key there is.

    Raises:
        SignerError: there is a mark already, or no key.
    """
    with in_turn(keys / MARK_FILE):
        if (keys / MARK_FILE).exists():
            raise SignerError(f"{keys / MARK_FILE} exists; a log begins once")
        held = _held(keys)
        empty = Checkpoint(origin=held[0].name, size=0, root=EMPTY_ROOT)
        return _sign_and_keep(keys, empty, held, now_s)


def read_signer_mark(keys: Path) -> bytes | None:
    """Return the note that was signed last, or nothing if there is no mark."""
    try:
        return (keys / MARK_FILE).read_bytes()
    except FileNotFoundError:
        return None


def sign(keys: Path, request: SignRequest, now_s: int) -> bytes:
    """Return the signed note of a tree; that of the same tree as last is the stored one.

    Args:
        keys: The signer's folder.
        request: What is to be signed.
        now_s: POSIX seconds, which the ML-DSA-44 signature states.

    Raises:
        SignerError: no announced Ed25519 key is held; no mark, or one that these keys did not
            sign; a smaller size; another root at the same size; a proof that is missing or wrong.
    """
    with in_turn(keys / MARK_FILE):
        held = _held(keys)
        signers = tuple(one for one in held if one.vkey.to_text() in request.vkeys)
        if not any(one.alg == ALG_ED25519 for one in signers):
            raise SignerError(f"{keys} holds none of the Ed25519 keys that the log announces")
        new = Checkpoint(origin=request.origin, size=request.size, root=request.root)
        note, last = _last(keys, held, request.origin)
        if new.size < last.size:
            raise SignerError(f"{last.size} entries were signed; {new.size} is a smaller log")
        if new.size == last.size:
            if new.root != last.root:
                raise SignerError(f"another root was signed for {new.size} entries")
            return note
        _check_continues(request, last, new)
        return _sign_and_keep(keys, new, signers, now_s)


def _held(keys: Path) -> tuple[Skey, ...]:
    """Return the log's keys; one folder serves one log."""
    held = []
    for path in sorted(keys.glob(KEY_FILES)):
        try:
            held.append(parse_skey(path.read_text(encoding="utf-8")))
        except (OSError, NoteError, UnicodeDecodeError) as error:
            raise SignerError(f"{path} holds no key of the log: {error}") from error
    if not held:
        raise SignerError(f"{keys} holds no key of the log ({KEY_FILE})")
    if len({key.name for key in held}) != 1:
        raise SignerError(f"{keys} holds keys of more than one log")
    return tuple(held)


def _last(keys: Path, held: Iterable[Skey], origin: str) -> tuple[bytes, Checkpoint]:
    note = read_signer_mark(keys)
    if note is None:
        raise SignerError(
            f"{keys / MARK_FILE} is missing, so nobody knows what was signed: put it back from a "
            "copy, or make it again with 'sinkledger signer-mark'"
        )
    try:
        return note, open_checkpoint(note, [key.vkey for key in held], origin)
    except NoteError as error:
        raise SignerError(f"{keys / MARK_FILE} is not a note of these keys: {error}") from error


def _check_continues(request: SignRequest, last: Checkpoint, new: Checkpoint) -> None:
    if request.old_size != last.size:
        raise SignerError(f"the proof starts at {request.old_size}, the last note at {last.size}")
    try:
        verify_consistency(last.size, new.size, request.path, last.root, new.root)
    except ProofError as error:
        raise SignerError(
            f"no proof that the log continues {last.size} entries: {error}"
        ) from error


def _sign_and_keep(keys: Path, new: Checkpoint, signers: tuple[Skey, ...], now_s: int) -> bytes:
    try:
        note = sign_checkpoint(new, signers, now_s)
        signed = open_checkpoint(note, [key.vkey for key in signers], new.origin)
    except NoteError as error:
        raise SignerError(f"the signature does not read back: {error}") from error
    if signed != new:
        raise SignerError("the signature does not read back: another checkpoint")
    # If we crash before the mark is durable, no signature has left and the old mark stands. After
    # it, the same tree is answered with this very note, and any other tree has to continue it.
    write_atomically(keys / MARK_FILE, note, mode=0o600)
    return note
