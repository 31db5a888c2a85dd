"""A token in software (SoftHSM 2), reached by PKCS#11 as a real one would be."""

import os
import subprocess
from pathlib import Path

import pytest

from certificates.seal_key import Token

LABEL = "registry"
PIN = "48151623"
_LIBRARIES = (
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
    Path("/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"),
)


def library() -> Path:
    """Return where SoftHSM's library lies on this machine."""
    return next(path for path in _LIBRARIES if path.exists())


def make_token(folder: Path) -> Token:
    """Initialise a token whose store is a folder; the library finds it by SOFTHSM2_CONF.

    The library reads that name once a process, so a test process has one store.
    """
    (folder / "tokens").mkdir(parents=True)
    configuration = folder / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n",
        encoding="ascii",
    )
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    numbers = ("--so-pin", "00000000", "--pin", PIN)
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", LABEL, *numbers],
        check=True,
        capture_output=True,
    )
    pin_file = folder / "pin"
    pin_file.write_text(f"{PIN}\n", encoding="ascii")
    pin_file.chmod(0o600)
    return Token(module=library(), label=LABEL, pin_file=pin_file)


def token_settings(monkeypatch: pytest.MonkeyPatch, token: Token) -> None:
    """Name a token as an operator does."""
    monkeypatch.setenv("SINKLEDGER_SEAL_PKCS11_MODULE", str(token.module))
    monkeypatch.setenv("SINKLEDGER_SEAL_PKCS11_TOKEN", token.label)
    monkeypatch.setenv("SINKLEDGER_SEAL_PKCS11_PIN_FILE", str(token.pin_file))
