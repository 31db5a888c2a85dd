"""Cosignatures by c2sp.org/tlog-cosignature: "as of this time I have seen no larger tree".

    0x04  u64 timestamp || Ed25519("cosignature/v1", newline, "time <timestamp>", newline, text)
    0x06  u64 timestamp || ML-DSA-44("subtree/v1", newline, 0x00 || u8 length || cosigner's name ||
              u64 timestamp || u8 length || origin || u64 start || u64 end || hash)

Integers are big-endian, times POSIX seconds. A checkpoint is the subtree from 0 to its size. The
0x04 message does not name its cosigner, so no Ed25519 key may serve two of them. A 0x06 line under
the origin's own name is the log's signature; it never counts as a witness's.
"""

from dataclasses import dataclass
from typing import Final

from . import mldsa
from .key import ALG_COSIGNATURE, ALG_ED25519, ALG_ML_DSA_44, NAME_SIZE_MAX, NoteError, Skey, Vkey
from .merkle import HASH_SIZE
from .note_line import NoteSignature
from .signature import ED25519, Signature, SignatureError, sign_ed25519, verify_signature
from .tree_head import SIZE_MAX, Checkpoint, parse_checkpoint, read_tree_head

TIMESTAMP_MAX: Final = 2**63 - 1

_TIMESTAMP_SIZE: Final = 8
_SUBTREE_LABEL: Final = b"subtree/v1\n\0"
_SIGNATURE_SIZE: Final = {ALG_COSIGNATURE: 64, ALG_ML_DSA_44: mldsa.SIGNATURE_SIZE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtree:
    """Leaves [start, end) of the log `origin` have this hash (32 bytes).

    Raises:
        NoteError: the origin has not 1 to 255 bytes, the range is out of order, or the hash has
            another length.
    """

    origin: str
    start: int
    end: int
    digest: bytes

    def __post_init__(self) -> None:
        if not 1 <= len(self.origin.encode()) <= NAME_SIZE_MAX:
            raise NoteError(f"origin has not 1 to {NAME_SIZE_MAX} bytes")
        if not 0 <= self.start <= self.end <= SIZE_MAX or len(self.digest) != HASH_SIZE:
            raise NoteError("no range of leaves, or no hash")

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> "Subtree":
        """Return a checkpoint as the subtree that it is."""
        return cls(origin=checkpoint.origin, start=0, end=checkpoint.size, digest=checkpoint.root)


def cosign(checkpoint: Checkpoint, skey: Skey, timestamp: int) -> NoteSignature:
    """Return a cosigner's line for a checkpoint.

    The caller must know that it is consistent with every checkpoint of this log cosigned before.

    Args:
        checkpoint: What is cosigned.
        skey: Of algorithm 0x04 or 0x06.
        timestamp: POSIX seconds; 0 only under ML-DSA-44, and then nothing is said of a time.

    Raises:
        NoteError: the algorithm cannot cosign, the timestamp is out of range, or the checkpoint
            cannot be read back.
    """
    text = checkpoint.to_text()
    if parse_checkpoint(text) != checkpoint:
        raise NoteError("checkpoint cannot be read back")
    signature = sign_text(text, skey, timestamp)
    return NoteSignature(skey.name, skey.vkey.key_id, signature)


def cosign_subtree(subtree: Subtree, skey: Skey, timestamp: int) -> NoteSignature:
    """Return an ML-DSA-44 cosigner's line for a subtree.

    Raises:
        NoteError: another algorithm, or a timestamp out of range or at a start that is not 0.
    """
    if skey.alg != ALG_ML_DSA_44:
        raise NoteError("only ML-DSA-44 keys sign subtrees")
    signature = mldsa.sign(skey.seed, subtree_message(skey.name, timestamp, subtree))
    return NoteSignature(skey.name, skey.vkey.key_id, _stamped(timestamp, signature))


def sign_text(text: str, skey: Skey, timestamp: int) -> bytes:
    """Return what follows the key ID in a line under this text; an 0x01 key signs no timestamp.

    Raises:
        NoteError: ML-DSA-44 and the text is no checkpoint, or the timestamp is out of range.
    """
    if skey.alg == ALG_ED25519:
        return sign_ed25519(skey.seed, text.encode()).sig
    if skey.alg == ALG_COSIGNATURE:
        if timestamp == 0:
            raise NoteError("an Ed25519 cosignature states a time")
        message = cosignature_message(text, timestamp)
        return _stamped(timestamp, sign_ed25519(skey.seed, message).sig)
    message = subtree_message(skey.name, timestamp, Subtree.of(parse_checkpoint(text)))
    return _stamped(timestamp, mldsa.sign(skey.seed, message))


def verify_text(text: str, vkey: Vkey, signature: bytes) -> int | None:
    """Check what follows the key ID in a line under this text.

    Returns:
        The timestamp of a cosignature; nothing for a plain Ed25519 signature.

    Raises:
        NoteError: the signature does not verify, or the algorithm is not known here.
    """
    if vkey.alg == ALG_ED25519:
        _verify_ed25519(vkey, text.encode(), signature)
        return None
    timestamp, rest = _split(vkey, signature)
    if vkey.alg == ALG_COSIGNATURE:
        _verify_ed25519(vkey, cosignature_message(text, timestamp), rest)
    else:
        subtree = Subtree.of(read_tree_head(text))
        _verify_mldsa(vkey, subtree_message(vkey.name, timestamp, subtree), rest)
    return timestamp


def verify_subtree(subtree: Subtree, vkey: Vkey, line: NoteSignature) -> int:
    """Check an ML-DSA-44 cosigner's line for a subtree, and return its timestamp.

    Raises:
        NoteError: the line names another key, the key is of another algorithm, or the signature
            does not verify.
    """
    if (line.name, line.key_id) != (vkey.name, vkey.key_id) or vkey.alg != ALG_ML_DSA_44:
        raise NoteError(f"not a line of an ML-DSA-44 key named {vkey.name}")
    timestamp, rest = _split(vkey, line.signature)
    _verify_mldsa(vkey, subtree_message(vkey.name, timestamp, subtree), rest)
    return timestamp


def cosignature_message(text: str, timestamp: int) -> bytes:
    """Return what an 0x04 key signs: two lines before the checkpoint's text."""
    _check_timestamp(timestamp)
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def subtree_message(name: str, timestamp: int, subtree: Subtree) -> bytes:
    """Return what the 0x06 key `name` signs.

    Raises:
        NoteError: the timestamp is out of range, or not 0 although `start` is not 0.
    """
    _check_timestamp(timestamp)
    if subtree.start != 0 and timestamp != 0:
        raise NoteError("a subtree that does not start at 0 is signed without a timestamp")
    return b"".join(
        (
            _SUBTREE_LABEL,
            _counted(name),
            timestamp.to_bytes(8, "big"),
            _counted(subtree.origin),
            subtree.start.to_bytes(8, "big"),
            subtree.end.to_bytes(8, "big"),
            subtree.digest,
        )
    )


def _counted(text: str) -> bytes:
    data = text.encode()
    return bytes([len(data)]) + data


def _stamped(timestamp: int, signature: bytes) -> bytes:
    return timestamp.to_bytes(_TIMESTAMP_SIZE, "big") + signature


def _split(vkey: Vkey, signature: bytes) -> tuple[int, bytes]:
    if vkey.alg not in _SIGNATURE_SIZE:
        raise NoteError(f"algorithm 0x{vkey.alg:02x} of {vkey.name} cannot be checked here")
    if len(signature) != _TIMESTAMP_SIZE + _SIGNATURE_SIZE[vkey.alg]:
        raise NoteError(f"cosignature by {vkey.name} has another length")
    return int.from_bytes(signature[:_TIMESTAMP_SIZE], "big"), signature[_TIMESTAMP_SIZE:]


def _check_timestamp(timestamp: int) -> None:
    if not 0 <= timestamp <= TIMESTAMP_MAX:
        raise NoteError("timestamp is not from 0 to 2^63 - 1")


def _verify_ed25519(vkey: Vkey, message: bytes, signature: bytes) -> None:
    try:
        verify_signature(Signature(alg=ED25519, key=vkey.key, sig=signature), message)
    except SignatureError as error:
        raise NoteError(f"signature by {vkey.name} does not verify") from error


def _verify_mldsa(vkey: Vkey, message: bytes, signature: bytes) -> None:
    try:
        mldsa.verify(vkey.key, message, signature)
    except SignatureError as error:
        raise NoteError(f"signature by {vkey.name} does not verify") from error
