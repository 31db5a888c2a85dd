"""Signed notes by c2sp.org/signed-note: text, an empty line, one line per signature.

    <text, which ends in a newline>
    <empty line>
    — <key name> base64(key ID || signature)        one or more

Only Ed25519 (0x01) is signed and checked today; the algorithm is part of every key, so others can
be added without changing a format.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from .key import (
    ALG_ED25519,
    KEY_ID_SIZE,
    NoteError,
    Skey,
    Vkey,
    decode_base64,
    parse_skey,
    parse_vkey,
)
from .signature import ED25519, Signature, SignatureError, sign_ed25519, verify_signature

__all__ = [
    "ALG_ED25519",
    "Note",
    "NoteError",
    "NoteSignature",
    "Skey",
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

_SIGNATURE_LINE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: who claims to have signed, by which key, and the signature's bytes."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and its signatures, none of which has been checked."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def to_bytes(self) -> bytes:
        """Return the note as it is stored and sent."""
        lines = [
            f"— {one.name} {b64encode(one.key_id + one.signature).decode()}\n"
            for one in self.signatures
        ]
        return f"{self.text}\n{''.join(lines)}".encode()


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
    return Note(f"{text}\n", tuple(_parse_line(line) for line in lines))


def sign(text: str, signers: Iterable[Skey]) -> bytes:
    """Return the note of this text with a signature by each signer.

    Raises:
        NoteError: the text does not end in a newline or holds a control character, or nobody signs.
    """
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("a note's text ends in a newline and holds no control character")
    signatures = tuple(
        NoteSignature(signer.name, signer.vkey.key_id, sign_ed25519(signer.seed, text.encode()).sig)
        for signer in signers
    )
    if not signatures:
        raise NoteError("a note needs a signature")
    return Note(text, signatures).to_bytes()


def verify(note: Note, vkeys: Iterable[Vkey]) -> tuple[str, ...]:
    """Check a note against the keys that the caller trusts.

    Returns:
        The name of each trusted key that has signed, one for each key, in the note's sequence;
        never empty. Signatures by other keys are ignored.

    Raises:
        NoteError: two trusted keys share name and key ID; a line that names a trusted key fails,
            which spoils the whole note; no trusted key has signed.
    """
    known: dict[tuple[str, bytes], Vkey] = {}
    for vkey in vkeys:
        if known.setdefault((vkey.name, vkey.key_id), vkey) != vkey:
            raise NoteError(f"two keys named {vkey.name} share the key ID {vkey.key_id.hex()}")
    verified: dict[Vkey, str] = {}
    for one in note.signatures:
        signer = known.get((one.name, one.key_id))
        if signer is not None:
            _verify_line(signer, one, note.text)
            verified[signer] = signer.name
    if not verified:
        raise NoteError("note is not signed by a known key")
    return tuple(verified.values())


def _verify_line(vkey: Vkey, one: NoteSignature, text: str) -> None:
    if vkey.alg != ALG_ED25519:
        raise NoteError(f"algorithm 0x{vkey.alg:02x} of {vkey.name} cannot be checked here")
    signature = Signature(alg=ED25519, key=vkey.key, sig=one.signature)
    try:
        verify_signature(signature, text.encode())
    except SignatureError as error:
        raise NoteError(f"signature by {vkey.name} does not verify") from error


def _parse_line(line: str) -> NoteSignature:
    found = _SIGNATURE_LINE.fullmatch(line)
    if found is None:
        raise NoteError("malformed signature line")
    data = decode_base64(found[2])
    if len(data) <= KEY_ID_SIZE:
        raise NoteError("signature line without a signature")
    return NoteSignature(found[1], data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])
