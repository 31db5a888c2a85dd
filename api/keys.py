"""Key files of persons and services: PEM (PKCS#8), readable by their owner alone."""

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class KeyFileError(ValueError):
    """A key file cannot be used; the text says why and what to do."""


def make_key(path: Path, *, passphrase: bytes | None = None) -> str:
    """Make an Ed25519 key pair and write its private half; never overwrites.

    Returns:
        The public key in hex, as it is named in orders.

    Raises:
        KeyFileError: the file exists.
    """
    return write_key(path, Ed25519PrivateKey.generate(), passphrase=passphrase)


def write_key(path: Path, key: Ed25519PrivateKey, *, passphrase: bytes | None = None) -> str:
    """Write a private key with mode 0600 and return its public key in hex.

    Raises:
        KeyFileError: the file exists.
    """
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        encryption = serialization.BestAvailableEncryption(passphrase)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyFileError(f"{path} exists; choose another name, keys are not replaced") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return key.public_key().public_bytes_raw().hex()


def load_seed(path: Path, *, passphrase: bytes | None = None) -> bytes:
    """Read a key file and return the 32-byte Ed25519 seed.

    Raises:
        KeyFileError: missing, readable by others, encrypted without passphrase, or no Ed25519 key.
    """
    try:
        mode = path.stat().st_mode
        pem = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
    if mode & 0o077:
        raise KeyFileError(f"{path} can be read by others; run: chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(pem, passphrase)
    except (TypeError, ValueError) as error:
        raise KeyFileError(f"{path}: not a key file, or the passphrase is wrong") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path} holds no Ed25519 key")
    return key.private_bytes_raw()
