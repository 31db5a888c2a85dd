"""Where a static copy goes: a folder, or an object storage that speaks S3.

    target = open_target("s3://bucket/prefix")      endpoint and credentials from AWS_* settings

What is written once is compared where it is there already; other bytes are fatal, as on the disk.
"""

from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from typing import Final, Protocol

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from ledger.files import make_folders, sync_file, sync_folder, write_atomically
from ledger.publish.tiling import write_once
from ledger.store import TamperedError

S3_PREFIX: Final = "s3://"
IMMUTABLE: Final = "public, max-age=31536000, immutable"
MUTABLE: Final = "public, max-age=5"


class TargetError(Exception):
    """The copy cannot be written; the text says why. Copying again goes on where it stopped."""


class Target(Protocol):
    """A place for files by path, such as "log/tile/0/000"."""

    def read(self, path: str) -> bytes | None:
        """Return a file, or nothing."""

    def write_once(self, files: dict[str, bytes]) -> int:
        """Write what is not there, durable when this returns; return how many were written.

        Raises:
            TamperedError: one is there with other bytes.
        """

    def replace(self, path: str, content: bytes, media_type: str) -> None:
        """Write a file whatever was there; the same bytes are not written again."""


def open_target(address: str) -> Target:
    """Return the target that an address names.

    Raises:
        TargetError: it cannot be reached.
    """
    if not address.startswith(S3_PREFIX):
        return FolderTarget(Path(address))
    try:
        return BucketTarget(S3Store.from_url(address))
    except (BaseError, ValueError) as error:
        raise TargetError(f"{address}: {error}") from error


@dataclass(frozen=True, slots=True)
class FolderTarget:
    """A folder, which any static server can serve."""

    folder: Path

    def read(self, path: str) -> bytes | None:
        """Return a file, or nothing."""
        try:
            return (self.folder / path).read_bytes()
        except FileNotFoundError:
            return None

    def write_once(self, files: dict[str, bytes]) -> int:
        """Write what is not there; see `ledger.publish.tiling.write_once`."""
        missing = sum(not (self.folder / path).exists() for path in files)
        write_once(self.folder, files)
        return missing

    def replace(self, path: str, content: bytes, media_type: str) -> None:
        """Write a file, unless it is there with the same bytes."""
        del media_type
        target = self.folder / path
        make_folders(self.folder, [target.parent])
        if self.read(path) == content:
            # An earlier run may have crashed between the rename and the fsync of the folder.
            sync_file(target)
            sync_folder(target.parent)
            return
        write_atomically(target, content)


@dataclass(frozen=True, slots=True)
class BucketTarget:
    """An object storage; `known` is what it lists: the ETag of each path, once per folder."""

    store: S3Store
    known: dict[str, str] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)

    def read(self, path: str) -> bytes | None:
        """Return an object, or nothing."""
        try:
            return bytes(obstore.get(self.store, path).bytes())
        except FileNotFoundError:
            return None
        except BaseError as error:
            raise TargetError(f"{path} cannot be read: {error}") from error

    def write_once(self, files: dict[str, bytes]) -> int:
        """Write what is not listed, compare what is; a put is durable once it is answered."""
        written = 0
        for path, content in files.items():
            self._list(path.partition("/")[0])
            tag = self.known.get(path)
            if tag is None:
                self._put(path, content, "application/octet-stream", IMMUTABLE)
                self.known[path] = _md5(content)
                written += 1
            # The ETag of an object put in one piece is its MD5; others are read to be compared.
            elif tag != _md5(content) and self.read(path) != content:
                raise TamperedError(f"{path} is there already, with other bytes")
        return written

    def replace(self, path: str, content: bytes, media_type: str) -> None:
        """Write an object, unless it is listed with the ETag of the same bytes."""
        self._list(path.partition("/")[0])
        if self.known.get(path) != _md5(content):
            self._put(path, content, media_type, MUTABLE)
            self.known[path] = _md5(content)

    def _list(self, folder: str) -> None:
        if folder in self.listed:
            return
        try:
            for page in obstore.list(self.store, prefix=f"{folder}/"):
                for one in page:
                    self.known[one["path"]] = (one["e_tag"] or "").strip('"')
        except BaseError as error:
            raise TargetError(f"{folder} cannot be listed: {error}") from error
        self.listed.add(folder)

    def _put(self, path: str, content: bytes, media_type: str, cache: str) -> None:
        attributes = {"Content-Type": media_type, "Cache-Control": cache}
        try:
            obstore.put(self.store, path, content, attributes=attributes, use_multipart=False)
        except BaseError as error:
            raise TargetError(f"{path} cannot be written: {error}") from error


def _md5(content: bytes) -> str:
    return md5(content, usedforsecurity=False).hexdigest()
