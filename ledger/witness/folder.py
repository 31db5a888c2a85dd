"""The folder of a witness or mirror: its name and address, its keys, its memory, its copies.

witness.json          names and public address
witness.skey          cosigns with Ed25519 (0x04), mode 0600
witness-mldsa.skey    cosigns with ML-DSA-44 (0x06), mode 0600
mirror.skey, mirror-mldsa.skey    the same for the mirror, whose name is another one
witness.db            what was cosigned (`ledger.witness.store`)
mirror/               copies of logs (`ledger.witness.mirror_store`)
evidence/             proofs that a log contradicts itself (`ledger.witness.evidence`)
"""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.files import write_atomically
from ledger.log.note import ALG_COSIGNATURE, ALG_ML_DSA_44, NoteError, Skey, parse_skey
from ledger.witness.cosigner import Clock, Witness
from ledger.witness.store import WitnessStore

SETTINGS_FILE: Final = "witness.json"
DATABASE_FILE: Final = "witness.db"
WITNESS_KEYS: Final = {"witness.skey": ALG_COSIGNATURE, "witness-mldsa.skey": ALG_ML_DSA_44}
MIRROR_KEYS: Final = {"mirror.skey": ALG_COSIGNATURE, "mirror-mldsa.skey": ALG_ML_DSA_44}


class WitnessFolderError(Exception):
    """The folder of a witness cannot be made or used; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessFolder:
    """An opened folder.

    Attributes:
        path: The folder.
        url: Public address under which the witness will be reached; its submission prefix.
        keys: Of the witness: 0x04 and 0x06, one name.
        mirror_keys: Of the mirror, or none; under another name.
    """

    path: Path
    url: str
    keys: tuple[Skey, ...]
    mirror_keys: tuple[Skey, ...]

    @property
    def store(self) -> WitnessStore:
        """The witness's memory."""
        return WitnessStore(self.path / DATABASE_FILE)

    @property
    def evidence(self) -> Path:
        """The folder of evidence."""
        return self.path / "evidence"

    @property
    def copies(self) -> Path:
        """The folder of mirrored logs."""
        return self.path / "mirror"

    def witness(self, clock: Clock) -> Witness:
        """Return the cosigner of this folder."""
        return Witness(store=self.store, keys=self.keys, evidence=self.evidence, clock=clock)


def make_folder(path: Path, *, name: str, url: str, mirror: str | None = None) -> WitnessFolder:
    """Make keys and memory of a witness, and of a mirror too if it is named.

    A key that exists is never replaced. The settings are written last: if we crash before, there
    is no witness yet, and the next call takes up the keys that were made.

    Raises:
        WitnessFolderError: there is one already, a name unfit for a key, mirror and witness under
            one name, or an address that is not http(s).
    """
    if (path / SETTINGS_FILE).exists():
        raise WitnessFolderError(f"{path} holds a witness already; keys are not replaced")
    if mirror == name:
        raise WitnessFolderError("mirror and witness say different things: give them two names")
    if not re.fullmatch(r"https?://[^\s?#]+", url):
        raise WitnessFolderError(f"{url!r} is no http(s) address")
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make_keys(path, name, WITNESS_KEYS)
    if mirror is not None:
        _make_keys(path, mirror, MIRROR_KEYS)
    WitnessStore(path / DATABASE_FILE).create()
    settings = {"mirror": mirror, "name": name, "url": url.rstrip("/")}
    write_atomically(path / SETTINGS_FILE, f"{json.dumps(settings, indent=2)}\n".encode())
    return open_folder(path)


def open_folder(path: Path) -> WitnessFolder:
    """Open what `make_folder` has made.

    Raises:
        WitnessFolderError: there is no witness, its settings are damaged, a key is missing, can be
            read by others, has another name or algorithm than it should, or serves both names.
    """
    try:
        settings = json.loads((path / SETTINGS_FILE).read_text(encoding="utf-8"))
        name, url, mirror = (settings[field] for field in ("name", "url", "mirror"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WitnessFolderError(
            f"there is no witness in {path}; make one with 'sinkledger witness init'"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise WitnessFolderError(f"{path / SETTINGS_FILE} is damaged: {error}") from error
    keys = _read_keys(path, name, WITNESS_KEYS)
    mirror_keys = () if mirror is None else _read_keys(path, mirror, MIRROR_KEYS)
    if {key.vkey.key for key in keys} & {key.vkey.key for key in mirror_keys}:
        raise WitnessFolderError(f"witness and mirror in {path} share a key: one would count twice")
    return WitnessFolder(path=path, url=url, keys=keys, mirror_keys=mirror_keys)


def policy_lines(keys: Sequence[Skey], url: str) -> tuple[str, ...]:
    """Return the lines by which a log's policy names a cosigner: both keys, counted as one.

    The names before the keys are the policy's own words and only have to be unique in it.
    """
    label = keys[0].name
    labels = [f"{label}-{'ed25519' if key.alg == ALG_COSIGNATURE else 'mldsa'}" for key in keys]
    lines = [
        f"witness {one} {key.vkey.to_text()} {url}" for one, key in zip(labels, keys, strict=True)
    ]
    return (*lines, f"group {label} any {' '.join(labels)}")


def _make_keys(path: Path, name: str, kinds: dict[str, int]) -> None:
    for file, alg in kinds.items():
        try:
            key = Skey(name, secrets.token_bytes(32), alg)
        except NoteError as error:
            raise WitnessFolderError(str(error)) from error
        if not (path / file).exists():
            write_atomically(path / file, f"{key.to_text()}\n".encode(), mode=0o600)


def _read_keys(path: Path, name: str, kinds: dict[str, int]) -> tuple[Skey, ...]:
    return tuple(_read_key(path / file, name, alg) for file, alg in kinds.items())


def _read_key(path: Path, name: str, alg: int) -> Skey:
    try:
        mode = path.stat().st_mode
        key = parse_skey(path.read_text(encoding="utf-8"))
    except (OSError, NoteError, UnicodeDecodeError) as error:
        raise WitnessFolderError(f"{path} holds no cosigning key: {error}") from error
    if mode & 0o077:
        raise WitnessFolderError(f"{path} can be read by others; run: chmod 600 {path}")
    if (key.name, key.alg) != (name, alg):
        raise WitnessFolderError(f"{path} is a key of {key.name}, not the one of {name}")
    return key
