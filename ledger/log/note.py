"""Signed notes by c2sp.org/signed-note: text, an empty line, one line per signature.

    <text, which ends in a newline>
    <empty line>
    — <key name> base64(key ID || signature)        one or more

Ed25519 (0x01) and both kinds of cosignature (0x04, 0x06) are signed and checked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from .cosignature import sign_text, verify_text
from .key import (
    ALG_COSIGNATURE,
    ALG_ED25519,
    ALG_ML_DSA_44,
    NoteError,
    Skey,
    Vkey,
    parse_skey,
    parse_vkey,
)
from .note_line import NoteSignature, parse_line

__all__ = [
    "ALG_COSIGNATURE",
    "ALG_ED25519",
    "ALG_ML_DSA_44",
    "Note",
    "NoteError",
    "NoteSignature",
    "Skey",
    "Verified",
    "Vkey",
    "parse_note",
    "parse_skey",
    "parse_vkey",
    "sign",
    "verify",
]

SIGNATURES_MAX: Final = 100
NOTE_SIZE_MAX: Final = 1_000_000
"""Both limits are those of Go's x/mod; the specification asks for at least 16 signatures."""

_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and its signatures, none of which has been checked."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def to_bytes(self) -> bytes:
        """Return the note as it is stored and sent."""
        lines = "".join(one.to_line() for one in self.signatures)
        return f"{self.text}\n{lines}".encode()


@dataclass(frozen=True, slots=True)
class Verified:
    """A trusted key that has signed, and the time that it states (POSIX seconds).

    A plain Ed25519 signature states none, and 0 under ML-DSA-44 says nothing of a time either.
    """

    vkey: Vkey
    timestamp: int | None = None


def parse_note(data: bytes) -> Note:
    """Read a note's form. Its text must not be used before `verify` has returned.

    Raises:
        NoteError: larger than 1 MB, not UTF-8, a control character, no empty line, no signature
            line or more than 100, a malformed line.
    """
    if len(data) > NOTE_SIZE_MAX:
        raise NoteError(f"note longer than {NOTE_SIZE_MAX} bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise NoteError("note is not UTF-8") from error
    if _CONTROL.search(whole):
        raise NoteError("note holds a control character")
    text, empty_line, signed = whole.rpartition("\n\n")
    if not empty_line or not signed.endswith("\n"):
        raise NoteError("note has no signatures, or does not end in a newline")
    lines = signed[:-1].split("\n", SIGNATURES_MAX)
    if len(lines) > SIGNATURES_MAX:
        raise NoteError(f"note has more than {SIGNATURES_MAX} signatures")
    return Note(f"{text}\n", tuple(parse_line(line) for line in lines))


def sign(text: str, signers: Iterable[Skey], timestamp: int = 0) -> bytes:
    """Return the note of this text with a signature by each signer.

    Args:
        text: Ends in a newline; under a cosigning key it must be a checkpoint's.
        signers: Keys of any of the three algorithms.
        timestamp: POSIX seconds, which cosignatures state; 0 only without 0x04 keys.

    Raises:
        NoteError: the text does not end in a newline or holds a control character, nobody signs,
            or a key cannot sign this text at this time.
    """
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("a note's text ends in a newline and holds no control character")
    signatures = tuple(
        NoteSignature(signer.name, signer.vkey.key_id, sign_text(text, signer, timestamp))
        for signer in signers
    )
    if not signatures:
        raise NoteError("a note needs a signature")
    return Note(text, signatures).to_bytes()


def verify(note: Note, vkeys: Iterable[Vkey]) -> tuple[Verified, ...]:
    """Check a note against the keys that the caller trusts.

    Returns:
        Each trusted key that has signed, once, in the note's sequence, with the latest time that
        it states; never empty. Signatures by other keys are ignored.

    Raises:
        NoteError: two trusted keys share name and key ID; a line that names a trusted key fails,
            which spoils the whole note; no trusted key has signed.
    """
    known = _by_name_and_id(vkeys)
    verified: dict[Vkey, Verified] = {}
    for one in note.signatures:
        vkey = known.get((one.name, one.key_id))
        if vkey is None:
            continue
        timestamp = verify_text(note.text, vkey, one.signature)
        before = verified.get(vkey)
        if before is None or (before.timestamp or 0) < (timestamp or 0):
            verified[vkey] = Verified(vkey, timestamp)
    if not verified:
        raise NoteError("note is not signed by a known key")
    return tuple(verified.values())


def _by_name_and_id(vkeys: Iterable[Vkey]) -> dict[tuple[str, bytes], Vkey]:
    known: dict[tuple[str, bytes], Vkey] = {}
    for vkey in vkeys:
        if known.setdefault((vkey.name, vkey.key_id), vkey) != vkey:
            raise NoteError(f"two keys named {vkey.name} share the key ID {vkey.key_id.hex()}")
    return known
