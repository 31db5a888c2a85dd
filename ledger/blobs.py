"""Evidence and documents: files named by the SHA-256 of their content, public or private.

A file is written once and never changed. Rules never see a blob's content or presence: a log
entry holds its digest, and whoever has the file can check it.
"""

from collections.abc import Iterator
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Final

from ledger.files import sync_folder, write_atomically

DIGEST_CHARACTERS: Final = 64


class BlobError(Exception):
    """A stored file is not what its name says. Stop; restore it from a copy."""


class Access(StrEnum):
    """Who may see a blob: public ones travel with every export."""

    PUBLIC = "public"
    PRIVATE = "private"


def path_of(folder: Path, digest: str, access: Access) -> Path:
    """Return where a blob lies: <access>/<first two characters>/<digest>.

    Raises:
        ValueError: not a digest in lowercase hex.
    """
    if len(digest) != DIGEST_CHARACTERS or bytes.fromhex(digest).hex() != digest:
        raise ValueError("not a SHA-256 in lowercase hex")
    return folder / access / digest[:2] / digest


def write_blob(folder: Path, content: bytes, access: Access) -> str:
    """Store a file and return its digest in hex; storing it again changes nothing.

    Raises:
        BlobError: a damaged file is stored under the name.
    """
    digest = sha256(content).hexdigest()
    path = path_of(folder, digest, access)
    if path.exists():
        read_blob(folder, digest, access)
        return digest
    path.parent.mkdir(parents=True, exist_ok=True)
    # The folder's own name must be durable too, or the file could vanish with it.
    sync_folder(path.parent.parent)
    write_atomically(path, content, mode=0o644 if access is Access.PUBLIC else 0o600)
    return digest


def read_blob(folder: Path, digest: str, access: Access) -> bytes:
    """Return a stored file's content.

    Raises:
        FileNotFoundError: there is none.
        BlobError: the content does not hash to its name.
    """
    content = path_of(folder, digest, access).read_bytes()
    if sha256(content).hexdigest() != digest:
        raise BlobError(f"{access} blob {digest} does not hash to its name")
    return content


def stored_blobs(folder: Path) -> Iterator[tuple[Access, Path]]:
    """Yield every stored file, also those whose names are no digests; by access and name."""
    for access in Access:
        for path in sorted((folder / access).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield access, path
