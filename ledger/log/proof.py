"""Proof files by c2sp.org/tlog-proof: an entry's inclusion in a signed checkpoint, offline.

    c2sp.org/tlog-proof@v1
    [extra <base64>]
    index <decimal>
    <base64 hash> …               from the leaf's sibling up to the root's child
    <empty line>
    <signed checkpoint, verbatim>

The entry's bytes are not in the file; they lie beside it.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from .key import NoteError, decode_base64
from .merkle import HASH_SIZE, ProofError, leaf_hash, verify_inclusion
from .note import NOTE_SIZE_MAX
from .policy import Policy, PolicyError, PolicyVerdict, check_policy
from .tree_head import SIZE_MAX

PATH_MAX: Final = 63
"""A tree of 2^63 - 1 leaves has no longer path."""

PROOF_SIZE_MAX: Final = NOTE_SIZE_MAX + 100_000

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """A proof file's content.

    Attributes:
        index: The entry's position, from 0.
        path: Hashes of 32 bytes, the leaf's sibling first.
        checkpoint: The signed note's bytes, with its cosignatures.
        extra: Opaque bytes that nothing authenticates; absent in our own files.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def to_bytes(self) -> bytes:
        """Return the file."""
        extra = [] if self.extra is None else [f"extra {b64encode(self.extra).decode()}"]
        path = [b64encode(part).decode() for part in self.path]
        head = [_HEADER, *extra, f"index {self.index}", *path, ""]
        return "".join(f"{line}\n" for line in head).encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> "TlogProof":
        """Read a file's form; nothing in it is proven before `verify_entry` has returned.

        Raises:
            ProofError: another form than the format's, or longer than any proof can be.
        """
        head, empty_line, checkpoint = data.partition(b"\n\n")
        if len(data) > PROOF_SIZE_MAX or not empty_line or not checkpoint:
            raise ProofError("no proof file: too long, or without a checkpoint")
        try:
            first, *lines = head.decode("ascii").split("\n")
            if first != _HEADER:
                raise ProofError(f"proof file does not begin with {_HEADER}")
            extra = None
            if lines and lines[0].startswith("extra "):
                extra = decode_base64(lines.pop(0).removeprefix("extra "))
            found = _INDEX.fullmatch(lines[0]) if lines else None
            path = tuple(decode_base64(line) for line in lines[1:])
        except (UnicodeDecodeError, NoteError) as error:
            raise ProofError(f"proof file: {error}") from error
        if found is None or int(found[1]) >= SIZE_MAX:
            raise ProofError("proof file without an index in its place")
        if len(path) > PATH_MAX or any(len(part) != HASH_SIZE for part in path):
            raise ProofError("proof file with an impossible path")
        return cls(index=int(found[1]), path=path, checkpoint=checkpoint, extra=extra)


def verify_entry(proof: TlogProof, entry_bytes: bytes, *, policy: Policy) -> PolicyVerdict:
    """Check that exactly these bytes are entry `proof.index` of a log that the policy trusts.

    Args:
        proof: The proof file's content.
        entry_bytes: The entry's canonical bytes.
        policy: The trusted logs and witnesses, from a source that the caller trusts, never from
            the proof.

    Returns:
        The checkpoint that covers the entry, and who has witnessed it.

    Raises:
        ProofError: the checkpoint does not meet the policy, or the path does not lead from the
            entry to its root.
    """
    try:
        verdict = check_policy(policy, proof.checkpoint)
    except PolicyError as error:
        raise ProofError(f"checkpoint of the proof: {error}") from error
    checkpoint, leaf = verdict.checkpoint, leaf_hash(entry_bytes)
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root)
    return verdict
