"""What a policy says, and that it does not contradict itself (c2sp.org/tlog-policy).

Names mean something inside the policy only, and each is a member of at most one group, so that
nobody counts twice. For the same reason, and more strictly than the specification: no public key
may stand on two lines, whatever its names; no witness may be named like a log; and a group that
needs two members or more may not reach two keys of one key name (such as a witness's 0x04 and 0x06
key) through different members.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from .checkpoint import LOG_ALGORITHMS
from .key import ALG_COSIGNATURE, ALG_ML_DSA_44, NoteError, Vkey

NO_QUORUM: Final = "none"
WITNESS_ALGORITHMS: Final = (ALG_COSIGNATURE, ALG_ML_DSA_44)
LINES_MAX: Final = 256
"""Most logs, most witnesses and most groups; the specification asks for 32 of each."""


class PolicyError(NoteError):
    """A policy contradicts itself, or a checkpoint does not meet it; the text says why."""


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """A log that is trusted to speak for its origin, which is its key's name."""

    vkey: Vkey
    url: str = ""


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness: its name in this policy, its key, and where it is asked to cosign."""

    name: str
    vkey: Vkey
    url: str = ""


@dataclass(frozen=True, slots=True)
class PolicyGroup:
    """A group has witnessed what at least `threshold` of its members have."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Which logs are known, who watches them, and how many watchers are enough.

    Attributes:
        logs: One line for each key; a log with two keys has two.
        witnesses: Each with one key.
        groups: Each after its members.
        quorum: Name of a witness or group, or `NO_QUORUM`.

    Raises:
        PolicyError: too many lines; a name twice or unknown; a key of an algorithm that does not
            fit; a key twice; a witness named like a log; a name in two groups; a threshold out of
            range; a group that could count one key name twice.
    """

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...] = ()
    groups: tuple[PolicyGroup, ...] = ()
    quorum: str = NO_QUORUM

    def __post_init__(self) -> None:
        if max(map(len, (self.logs, self.witnesses, self.groups))) > LINES_MAX:
            raise PolicyError(f"more than {LINES_MAX} logs, witnesses or groups")
        _check_keys(self.logs, self.witnesses)
        key_names = _key_names(self.witnesses, self.groups)
        if self.quorum != NO_QUORUM and self.quorum not in key_names:
            raise PolicyError(f"quorum of an unknown name: {self.quorum}")

    @classmethod
    def of_keys(cls, vkeys: Iterable[Vkey]) -> "Policy":
        """Return the policy that trusts these keys of logs and asks for no witness."""
        return cls(logs=tuple(PolicyLog(vkey) for vkey in dict.fromkeys(vkeys)))

    @property
    def origins(self) -> frozenset[str]:
        """The logs that it speaks of."""
        return frozenset(log.vkey.name for log in self.logs)

    def is_met(self, names: Collection[str]) -> bool:
        """Say whether the witnesses of these names are enough."""
        met = set(names)
        for group in self.groups:
            if sum(member in met for member in group.members) >= group.threshold:
                met.add(group.name)
        return self.quorum == NO_QUORUM or self.quorum in met

    def to_text(self) -> str:
        """Return the file, without comments."""
        lines: list[tuple[str, ...]] = [("log", one.vkey.to_text(), one.url) for one in self.logs]
        lines += [("witness", one.name, one.vkey.to_text(), one.url) for one in self.witnesses]
        lines += [("group", one.name, str(one.threshold), *one.members) for one in self.groups]
        lines.append(("quorum", self.quorum))
        return "".join(f"{' '.join(words).rstrip(' ')}\n" for words in lines)


def _check_keys(logs: tuple[PolicyLog, ...], witnesses: tuple[PolicyWitness, ...]) -> None:
    origins = {log.vkey.name for log in logs}
    for log in logs:
        _check_algorithm(log.vkey, LOG_ALGORITHMS, "a log")
    for witness in witnesses:
        _check_algorithm(witness.vkey, WITNESS_ALGORITHMS, "a witness")
        if not origins.isdisjoint((witness.name, witness.vkey.name)):
            raise PolicyError(f"witness {witness.name} is named like a log")
    vkeys = [log.vkey for log in logs] + [witness.vkey for witness in witnesses]
    if len({vkey.key for vkey in vkeys}) != len(vkeys):
        raise PolicyError("one public key stands on two lines")
    # Names and key IDs part the lines of a note; keys that share both cannot be told apart.
    if len({(vkey.name, vkey.key_id) for vkey in vkeys}) != len(vkeys):
        raise PolicyError("two keys share name and key ID")


def _check_algorithm(vkey: Vkey, algorithms: Collection[int], whose: str) -> None:
    if vkey.alg not in algorithms:
        raise PolicyError(f"algorithm 0x{vkey.alg:02x} of {vkey.name} is not for {whose}")


def _key_names(
    witnesses: tuple[PolicyWitness, ...], groups: tuple[PolicyGroup, ...]
) -> dict[str, frozenset[str]]:
    """Return the key names behind each witness and group."""
    known = {one.name: frozenset((one.vkey.name,)) for one in witnesses}
    free = set(known)
    names = [witness.name for witness in witnesses] + [group.name for group in groups]
    if len(set(names)) != len(names) or NO_QUORUM in names:
        raise PolicyError(f"a name stands for two things, or is {NO_QUORUM}")
    for group in groups:
        if not free.issuperset(group.members) or len(set(group.members)) != len(group.members):
            raise PolicyError(f"group {group.name}: a member is unknown, or in a group already")
        if not 1 <= group.threshold <= len(group.members):
            raise PolicyError(f"group {group.name}: threshold out of range")
        behind = [known[member] for member in group.members]
        known[group.name] = frozenset[str]().union(*behind)
        if group.threshold > 1 and len(known[group.name]) < sum(map(len, behind)):
            raise PolicyError(f"group {group.name} could count one witness twice")
        free.difference_update(group.members)
        free.add(group.name)
    return known
