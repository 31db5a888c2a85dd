"""What a person gives a command (a file, a folder, a port): each wrong one ends in one sentence."""

import errno
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli.output import CommandError
from certificates.trust import POLICY
from ledger.log.policy import POLICY_SIZE_MAX, Policy, PolicyError, parse_policy

PolicyOption = Annotated[
    Path,
    typer.Option(
        "--policy",
        "--trust",
        help="Policy file, or folder of trust anchors, from a source that you trust.",
    ),
]

NEXT: Final = {
    errno.EACCES: "you may not use it; run this as its owner, or name another",
    errno.EEXIST: "is a file already; name a folder",
    errno.EISDIR: "is a folder; name a file",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
    errno.ENOENT: "there is no such file or folder; check the name",
    errno.ENOSPC: "the disk is full; make room, then run this again",
    errno.ENOTDIR: "a part of this path is a file, not a folder; check the name",
    errno.EPERM: "you may not use it; run this as its owner, or name another",
    errno.EROFS: "this disk can only be read; name another place",
}
"""By the operating system's error: what is wrong, and what to do next."""


def sentence_of(error: OSError) -> str:
    """Say what a file or folder lacks, and what to do; the file is the one the person named."""
    # A rename names its temporary file first and what it was meant to become second.
    name = error.filename if error.filename2 is None else error.filename2
    said = NEXT.get(error.errno or 0) or error.strerror or str(error)
    return said if name is None else f"{name}: {said}"


def content_of(path: Path, size_max: int) -> bytes:
    """Return a file's bytes, and of a longer one no more than shows that it is too long.

    Raises:
        CommandError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(size_max + 1)
    except OSError as error:
        raise CommandError(sentence_of(error), exit_code=2) from error


def policy_of(place: Path) -> Policy:
    """Read the policy that a person trusts, from its file or from a folder of trust anchors.

    Raises:
        CommandError: there is none, or it is no policy.
    """
    path = place / POLICY if place.is_dir() else place
    text = content_of(path, POLICY_SIZE_MAX).decode("utf-8", "surrogateescape")
    try:
        return parse_policy(text)
    except PolicyError as error:
        raise CommandError(
            f"{path}: {error}; get the policy file again from a source that you trust", exit_code=2
        ) from error


def check_replaceable(out: Path, begins: bytes, what: str) -> None:
    """Refuse to write over anything but an older file of the same kind.

    Args:
        out: The file that a command is about to write.
        begins: How every file of the kind begins.
        what: The kind, for the sentence.

    Raises:
        CommandError: a folder, another kind of file, or no folder to write into.
    """
    if out.is_dir():
        raise CommandError(f"{out}: is a folder; name a file", exit_code=2)
    if not out.parent.is_dir():
        raise CommandError(f"{out.parent}: there is no such folder; make it first", exit_code=2)
    if out.exists() and out.stat().st_size and not content_of(out, len(begins)).startswith(begins):
        raise CommandError(
            f"{out} is no {what}, so it is not replaced; choose another name", exit_code=2
        )


@contextmanager
def all_or_nothing(*folders: Path) -> Iterator[None]:
    """Remove the folders that a failing command has made; what was there before it stays."""
    made = [folder for folder in folders if not folder.exists()]
    done = False
    try:
        yield
        done = True
    finally:
        for folder in () if done else made:
            shutil.rmtree(folder, ignore_errors=True)


def listening_at(host: str, port: int) -> socket.socket:
    """Take the port before anything else is started.

    Raises:
        CommandError: it is taken, or not this machine's.
    """
    try:
        return socket.create_server((host, port), reuse_port=False)
    except (OSError, OverflowError) as error:
        raise CommandError(
            f"cannot listen at {host}:{port} ({_reason(error)}); "
            "stop what uses it, or name another with --host and --port"
        ) from error


def _reason(error: OSError | OverflowError) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "another program has this port"
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM):
        return "only root may use it"
    return getattr(error, "strerror", None) or str(error)
