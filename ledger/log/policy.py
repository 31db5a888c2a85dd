"""Policies by c2sp.org/tlog-policy: whose signatures make a checkpoint good.

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <name> …
    quorum <name>|none

Every line ends in a newline; words are parted by spaces and tabs; a line that starts with # is a
comment. A name must stand on a line before it is used. `policy_form.py` says what else must hold.
"""

import re
from dataclasses import dataclass
from typing import Final

from .key import NoteError, parse_vkey
from .note import parse_note, verify
from .policy_form import (
    LINES_MAX,
    NO_QUORUM,
    Policy,
    PolicyError,
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
)
from .tree_head import Checkpoint, parse_checkpoint

__all__ = [
    "LINES_MAX",
    "NO_QUORUM",
    "POLICY_SIZE_MAX",
    "Policy",
    "PolicyError",
    "PolicyGroup",
    "PolicyLog",
    "PolicyVerdict",
    "PolicyWitness",
    "check_policy",
    "parse_policy",
]

POLICY_SIZE_MAX: Final = 2_000_000
"""Longest policy, in characters."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WORD: Final = re.compile(r"[^ \t]+")
_THRESHOLD: Final = re.compile(r"[1-9][0-9]{0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVerdict:
    """What a checkpoint that meets a policy states, and who has witnessed it.

    Attributes:
        checkpoint: The signed size and root.
        witnesses: Each witness of the policy that has cosigned, by its name there, with the time
            that it states (POSIX seconds).
        witnessed_at: The latest time by which the quorum had witnessed it, counting of each
            witness the time it states; nothing where no quorum is asked for.
    """

    checkpoint: Checkpoint
    witnesses: tuple[tuple[str, int], ...]
    witnessed_at: int | None


def parse_policy(text: str) -> Policy:
    """Read a policy.

    Args:
        text: A file's text, read with `errors="surrogateescape"`: the specification does not
            demand UTF-8.

    Raises:
        PolicyError: too long, a control character, no newline at the end, an unknown line, a
            malformed key, a name used before its line, not just one quorum line, or what `Policy`
            refuses.
    """
    if len(text) > POLICY_SIZE_MAX:
        raise PolicyError(f"policy longer than {POLICY_SIZE_MAX} characters")
    if _CONTROL.search(text) or not text.endswith("\n"):
        raise PolicyError("policy holds a control character, or does not end in a newline")
    lines = _Lines()
    for number, line in enumerate(text.split("\n"), 1):
        words = _WORD.findall(line)
        if words and not words[0].startswith("#"):
            try:
                lines.read(words)
            except NoteError as error:
                raise PolicyError(f"line {number} of the policy: {error}") from error
    return lines.policy()


def check_policy(policy: Policy, note_bytes: bytes) -> PolicyVerdict:
    """Check a signed checkpoint: at least one key of its log has signed, and the quorum is met.

    A witness counts once, if its line holds under this very checkpoint and states a time.

    Raises:
        PolicyError: the note is malformed or no checkpoint, its origin is none of the policy's
            logs, a line that names a key of the policy fails, no key of the log has signed, or
            too few witnesses have.
    """
    try:
        note = parse_note(note_bytes)
        checkpoint = parse_checkpoint(note.text)
        log_keys = {one.vkey for one in policy.logs if one.vkey.name == checkpoint.origin}
        if not log_keys:
            raise PolicyError(f"the policy knows no log {checkpoint.origin}")
        names = {one.vkey: one.name for one in policy.witnesses}
        verified = verify(note, (*log_keys, *names))
    except PolicyError:
        raise
    except NoteError as error:
        raise PolicyError(str(error)) from error
    if not any(one.vkey in log_keys for one in verified):
        raise PolicyError(f"the log {checkpoint.origin} has not signed")
    witnesses = tuple(
        (names[one.vkey], one.timestamp) for one in verified if one.vkey in names and one.timestamp
    )
    if not policy.is_met([name for name, _ in witnesses]):
        raise PolicyError(f"quorum {policy.quorum} is not met: cosigned by {_listed(witnesses)}")
    return PolicyVerdict(
        checkpoint=checkpoint, witnesses=witnesses, witnessed_at=_witnessed_at(policy, witnesses)
    )


def _witnessed_at(policy: Policy, witnesses: tuple[tuple[str, int], ...]) -> int | None:
    counted: list[str] = []
    for name, timestamp in sorted(witnesses, key=lambda one: -one[1]):
        if policy.is_met(counted):
            break
        counted.append(name)
        reached = timestamp
    return reached if counted else None


def _listed(witnesses: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(name for name, _ in witnesses) or "no witness"


class _Lines:
    """What the lines so far have said."""

    def __init__(self) -> None:
        self.logs: list[PolicyLog] = []
        self.witnesses: list[PolicyWitness] = []
        self.groups: list[PolicyGroup] = []
        self.quorums: list[str] = []
        self.known = {NO_QUORUM}

    def read(self, words: list[str]) -> None:
        match words:
            case ["log", vkey, *url] if len(url) < 2:
                self.logs.append(PolicyLog(parse_vkey(vkey), *url))
            case ["witness", name, vkey, *url] if len(url) < 2:
                self.witnesses.append(PolicyWitness(name, parse_vkey(vkey), *url))
                self.known.add(name)
            case ["group", name, threshold, *members] if self.known.issuperset(members):
                number = _threshold(threshold, len(members))
                self.groups.append(PolicyGroup(name, number, tuple(members)))
                self.known.add(name)
            case ["quorum", name] if name in self.known:
                self.quorums.append(name)
            case _:
                raise PolicyError("no line of a policy, or a name that no line before defines")

    def policy(self) -> Policy:
        if len(self.quorums) != 1:
            raise PolicyError(f"a policy has one quorum line, not {len(self.quorums)}")
        return Policy(
            logs=tuple(self.logs),
            witnesses=tuple(self.witnesses),
            groups=tuple(self.groups),
            quorum=self.quorums[0],
        )


def _threshold(word: str, count: int) -> int:
    if word in ("any", "all"):
        return 1 if word == "any" else count
    if not _THRESHOLD.fullmatch(word):
        raise PolicyError(f"threshold is none of any, all and a number: {word}")
    return int(word)
