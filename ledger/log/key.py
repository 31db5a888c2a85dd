"""Keys of signed notes by c2sp.org/signed-note, as the texts in which people hand them on.

    key ID = SHA-256(name || 0x0A || algorithm || public key)[:4]
    vkey   = <name>+<8 hex digits>+base64(algorithm || public key)
    skey   = PRIVATE+KEY+<name>+<8 hex digits>+base64(algorithm || seed)      (as Go's x/mod has it)

Three algorithms can be checked: Ed25519 over the note's text, and the two cosignatures of
c2sp.org/tlog-cosignature, which are timestamped: Ed25519 and ML-DSA-44. All seeds have 32 bytes.
A vkey of another algorithm can be carried, but nothing verifies under it.

A key file holds one skey and a newline.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from . import mldsa
from .signature import ED25519, SignatureError, check_key, public_key

ALG_ED25519: Final = 0x01
ALG_COSIGNATURE: Final = 0x04
"""Timestamped Ed25519, `cosignature/v1`."""

ALG_ML_DSA_44: Final = 0x06
"""Timestamped ML-DSA-44, `subtree/v1`."""

KEY_ID_SIZE: Final = 4
NAME_SIZE_MAX: Final = 255
"""Bytes that a name may have where `subtree/v1` states it, after one byte of length."""

_SKEY_PREFIX: Final = "PRIVATE+KEY+"
_SEED_SIZE: Final = 32
_NAME: Final = re.compile(r"[^\s\x00-\x1f+\ud800-\udfff]+")
_KEY_TEXT: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")


class NoteError(ValueError):
    """A note, a key or a signature under a note is not what it should be; the text says why."""


@dataclass(frozen=True, slots=True)
class Vkey:
    """A public key under its name, for one algorithm.

    Raises:
        NoteError: the name is empty or has a space or plus, the Ed25519 key is unfit, the
            ML-DSA-44 key has another length or its name more than 255 bytes.
    """

    name: str
    alg: int
    key: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if self.alg in (ALG_ED25519, ALG_COSIGNATURE):
            try:
                check_key(ED25519, self.key)
            except SignatureError as error:
                raise NoteError(f"key of {self.name}: {error}") from error
        if self.alg == ALG_ML_DSA_44:
            if len(self.key) != mldsa.KEY_SIZE:
                raise NoteError(f"key of {self.name}: not the {mldsa.KEY_SIZE} bytes of ML-DSA-44")
            if len(self.name.encode()) > NAME_SIZE_MAX:
                raise NoteError(f"name of an ML-DSA-44 key longer than {NAME_SIZE_MAX} bytes")

    @property
    def key_id(self) -> bytes:
        """The first four bytes of the hash over name, algorithm and key."""
        return sha256(self.name.encode() + b"\n" + self._typed_key()).digest()[:KEY_ID_SIZE]

    def to_text(self) -> str:
        """Return the vkey text."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(self._typed_key()).decode()}"

    def _typed_key(self) -> bytes:
        return bytes([self.alg]) + self.key


@dataclass(frozen=True, slots=True)
class Skey:
    """A seed (32 bytes) under its name, for one algorithm; its `repr` does not show the seed.

    Raises:
        NoteError: the name is empty or has a space or plus, the seed has another length, or the
            algorithm is none of the three.
    """

    name: str
    seed: bytes = field(repr=False)
    alg: int = ALG_ED25519

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.seed) != _SEED_SIZE:
            raise NoteError(f"a seed has {_SEED_SIZE} bytes")
        if self.alg not in (ALG_ED25519, ALG_COSIGNATURE, ALG_ML_DSA_44):
            raise NoteError(f"skey of {self.name}: algorithm 0x{self.alg:02x} cannot sign here")

    @property
    def vkey(self) -> Vkey:
        """The public key under the same name."""
        of_seed = mldsa.public_key if self.alg == ALG_ML_DSA_44 else public_key
        return Vkey(self.name, self.alg, of_seed(self.seed))

    def to_text(self) -> str:
        """Return the skey text without a newline. It is a secret."""
        typed_seed = b64encode(bytes([self.alg]) + self.seed).decode()
        return f"{_SKEY_PREFIX}{self.name}+{self.vkey.key_id.hex()}+{typed_seed}"


def decode_base64(text: str) -> bytes:
    """Decode standard base64 in its one canonical spelling (RFC 4648, clause 3.5).

    Raises:
        NoteError: other characters, padding or stray bits.
    """
    try:
        data = b64decode(text, validate=True)
    except ValueError as error:
        raise NoteError("not base64") from error
    if b64encode(data).decode() != text:
        raise NoteError("not the canonical base64")
    return data


def parse_vkey(text: str) -> Vkey:
    """Read a vkey; a newline at its end is allowed.

    Raises:
        NoteError: another form, a key ID that does not fit, an unfit key.
    """
    name, key_id, data = _parse_key(text.removesuffix("\n"), "vkey")
    vkey = Vkey(name, data[0], data[1:])
    if vkey.key_id.hex() != key_id:
        raise NoteError(f"vkey of {name}: key ID does not fit")
    return vkey


def parse_skey(text: str) -> Skey:
    """Read an skey, such as a key file's text; a newline at its end is allowed.

    Raises:
        NoteError: another form or algorithm, a key ID that does not fit.
    """
    if not text.startswith(_SKEY_PREFIX):
        raise NoteError(f"skey does not begin with {_SKEY_PREFIX}")
    name, key_id, data = _parse_key(text.removesuffix("\n").removeprefix(_SKEY_PREFIX), "skey")
    skey = Skey(name, data[1:], data[0])
    if skey.vkey.key_id.hex() != key_id:
        raise NoteError(f"skey of {name}: key ID does not fit")
    return skey


def _parse_key(text: str, name: str) -> tuple[str, str, bytes]:
    found = _KEY_TEXT.fullmatch(text)
    if found is None:
        raise NoteError(f"{name} has another form than name+ID+key")
    return found[1], found[2], decode_base64(found[3])


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise NoteError(f"not a key name: {name!r}")
