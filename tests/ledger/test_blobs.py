"""Blobs: named by their content, written once, checked on reading."""

from hashlib import sha256
from pathlib import Path

import pytest

from ledger.blobs import Access, BlobError, path_of, read_blob, stored_blobs, write_blob

CONTENT = b"plot,species,dbh_cm\n"
DIGEST = sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("access", list(Access))
def test_what_is_written_reads_back(tmp_path: Path, access: Access) -> None:
    assert write_blob(tmp_path, CONTENT, access) == DIGEST
    assert read_blob(tmp_path, DIGEST, access) == CONTENT
    assert list(stored_blobs(tmp_path)) == [(access, path_of(tmp_path, DIGEST, access))]


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    write_blob(tmp_path, CONTENT, Access.PUBLIC)
    stamp = path_of(tmp_path, DIGEST, Access.PUBLIC).stat().st_mtime_ns
    write_blob(tmp_path, CONTENT, Access.PUBLIC)
    assert path_of(tmp_path, DIGEST, Access.PUBLIC).stat().st_mtime_ns == stamp


def test_private_and_public_are_apart(tmp_path: Path) -> None:
    write_blob(tmp_path, CONTENT, Access.PRIVATE)
    with pytest.raises(FileNotFoundError):
        read_blob(tmp_path, DIGEST, Access.PUBLIC)
    assert path_of(tmp_path, DIGEST, Access.PRIVATE).stat().st_mode & 0o077 == 0


def test_damage_is_seen_on_reading_and_on_writing_again(tmp_path: Path) -> None:
    write_blob(tmp_path, CONTENT, Access.PUBLIC)
    path_of(tmp_path, DIGEST, Access.PUBLIC).write_bytes(b"x")
    with pytest.raises(BlobError):
        read_blob(tmp_path, DIGEST, Access.PUBLIC)
    with pytest.raises(BlobError):
        write_blob(tmp_path, CONTENT, Access.PUBLIC)


@pytest.mark.parametrize("name", ["", "ab", "../" * 20 + "abcd", "A" * 64, "z" * 64])
def test_only_digests_are_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"SHA-256|hex"):
        path_of(tmp_path, name, Access.PUBLIC)
