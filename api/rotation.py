"""Rotating the log's keys, and going on in another log after one was lost or stolen.

announce → sign with old and new → give out the new policy → drop. The origin never changes, and a
key file is never overwritten: the signer uses every `log*.skey` that the log has announced.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from api.drafting.draft import Desk, Draft, draft_order
from api.founding import write_policy, write_secret
from contracts.lookup import registry as registry_row
from contracts.values import Json
from ledger.log.checkpoint import open_checkpoint
from ledger.log.key import ALG_ED25519, ALG_ML_DSA_44, NoteError, Skey, Vkey, parse_skey
from ledger.log.policy import Policy, PolicyError, PolicyLog, check_policy, parse_policy
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.publish.announced import announced
from ledger.publish.quorum import read_policy
from ledger.publish.signer import KEY_FILES
from ledger.registry import Registry

NOTE_CHARACTERS_MAX: Final = 24_000
"""As long a checkpoint as `registry.open` takes."""

_FILE: Final = {ALG_ED25519: "log-{}.skey", ALG_ML_DSA_44: "log-mldsa-{}.skey"}
ALGORITHM_NAMES: Final = {ALG_ED25519: "Ed25519", ALG_ML_DSA_44: "ML-DSA-44"}


class RotationError(Exception):
    """Keys cannot be changed like this; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """A key of the log: announced or not, held here or not, seen under the checkpoint or not."""

    vkey: Vkey
    announced: bool
    file: Path | None
    signs: bool


def log_keys(registry: Registry) -> tuple[LogKey, ...]:
    """Return every key that is announced or held here, the announced ones first, oldest first."""
    listed = announced(registry_row(registry.books()))
    held = _held(registry.settings.keys)
    known = dict.fromkeys((*listed, *held))
    note = registry.checkpoint()
    return tuple(
        LogKey(
            vkey=vkey,
            announced=vkey in listed,
            file=held.get(vkey),
            signs=note is not None and _signs(note, vkey),
        )
        for vkey in known
    )


def _held(folder: Path) -> dict[Vkey, Path]:
    found: dict[Vkey, Path] = {}
    for path in sorted(folder.glob(KEY_FILES)):
        try:
            found[parse_skey(path.read_text(encoding="utf-8")).vkey] = path
        except (NoteError, UnicodeDecodeError) as error:
            raise RotationError(f"{path} holds no key of the log: {error}") from error
    return found


def _signs(note: bytes, vkey: Vkey) -> bool:
    try:
        open_checkpoint(note, (vkey,), vkey.name)
    except NoteError:
        return False
    return True


def announce(registry: Registry, desk: Desk, reason: str) -> Draft:
    """Make a new Ed25519 and a new ML-DSA-44 key of the log, and draft what announces them.

    If the draft is never submitted, two files lie there that sign nothing.
    """
    vkeys = []
    for alg, name in _FILE.items():
        key = Skey(desk.origin, secrets.token_bytes(32), alg)
        path = registry.settings.keys / name.format(key.vkey.key_id.hex())
        write_secret(path, f"{key.to_text()}\n".encode())
        vkeys.append(key.vkey)
    return _draft(desk, "announce", vkeys, reason)


def drop(registry: Registry, desk: Desk, reason: str) -> Draft:
    """Draft what drops all keys but the newest of each algorithm.

    Raises:
        RotationError: there is nothing to drop, or the published checkpoint does not yet carry
            the signatures of the keys that stay: whoever trusts only those could not follow.
    """
    listed = announced(registry_row(registry.books()))
    newest = {vkey.alg: vkey for vkey in listed}
    old = [vkey for vkey in listed if newest[vkey.alg] != vkey]
    if not old:
        raise RotationError("the log has one key of each algorithm; announce new ones first")
    note = registry.checkpoint()
    if note is None or not all(_signs(note, vkey) for vkey in newest.values()):
        raise RotationError(
            "the published checkpoint is not signed by the new keys yet; run: sinkledger checkpoint"
        )
    return _draft(desk, "drop", old, reason)


def _draft(desk: Desk, action: str, vkeys: Sequence[Vkey], reason: str) -> Draft:
    listed: list[Json] = [{"vkey": vkey.to_text()} for vkey in vkeys]
    body: dict[str, Json] = {"action": action, "reason": reason, "vkeys": listed}
    return draft_order(desk, "log.keys", "registrar", body)


def renew_policy(registry: Registry) -> Policy:
    """Write the policy anew with the announced keys; witnesses, groups and quorum stay.

    Raises:
        RotationError: the policy there is cannot be read.
    """
    origin, keys = registry.origin(), announced(registry_row(registry.books()))
    try:
        old = read_policy(registry.settings)
        logs = old.logs if old else ()
        url = next((log.url for log in logs if log.vkey.name == origin), "")
        others = tuple(log for log in logs if log.vkey.name != origin)
        mine = tuple(PolicyLog(vkey, url) for vkey in keys)
        policy = replace(old, logs=(*mine, *others)) if old else Policy(logs=mine)
    except PolicyError as error:
        raise RotationError(f"{registry.settings.policy}: {error}") from error
    write_policy(registry.settings, policy)
    return policy


def predecessor_of(place: Path, policy: Path | None, origin: str) -> str:
    """Return the last checkpoint of another log, checked, for entry 0 of the one that follows.

    Args:
        place: The checkpoint's file, the old log's folder, or the old registry's data folder.
        policy: The old log's policy; by default that of the old registry's data folder.
        origin: The new log.

    Raises:
        RotationError: a file is missing, the checkpoint does not meet the policy, is of the new
            log itself, of nothing, or longer than entry 0 may hold.
    """
    try:
        note = _first(place, "", CHECKPOINT_PATH, f"log/{CHECKPOINT_PATH}").read_bytes()
        path = policy or _first(place, "policy", "trust/policy", "../trust/policy")
        trusted = parse_policy(path.read_text("utf-8", "surrogateescape"))
        signed = check_policy(trusted, note).checkpoint
    except PolicyError as error:
        raise RotationError(f"the last checkpoint in {place} is not trusted: {error}") from error
    if signed.origin == origin or signed.size == 0:
        raise RotationError(f"{origin} does not follow {signed.origin} of {signed.size} entries")
    text = note.decode()
    if len(text) > NOTE_CHARACTERS_MAX:
        raise RotationError(f"the checkpoint is longer than {NOTE_CHARACTERS_MAX} characters")
    return text


def _first(place: Path, *names: str) -> Path:
    for name in names:
        if (path := place / name if name else place).is_file():
            return path
    raise RotationError(f"{place} holds no {names[-1]}")
