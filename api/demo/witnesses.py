"""The witnesses of the demonstration: two, of invented bodies, in this process.

Being run by the demonstration itself they witness nothing to anybody; they are as strict as any.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from api.witness.local import local_witnesses
from ledger.files import write_atomically
from ledger.log.key import parse_vkey
from ledger.log.policy import Policy, parse_policy
from ledger.settings import Settings

NAMES: Final = ("witness-a.demo.sinkledger.example", "witness-b.demo.sinkledger.example")
FOLDER: Final = "witnesses"
QUORUM: Final = "demo-witnesses"


def home_of(settings: Settings) -> Path:
    """Return the folder of the demonstration's witnesses."""
    return settings.data / FOLDER


@contextmanager
def demo_witnesses(settings: Settings, vkeys: Sequence[str]) -> Iterator[None]:
    """Run two witnesses of the log, and write the policy that asks for both."""
    keys = [parse_vkey(vkey) for vkey in vkeys]
    with local_witnesses(home_of(settings), NAMES, keys) as witnesses:
        lines = Policy.of_keys(keys).to_text().splitlines()[:-1]
        for witness in witnesses:
            lines += witness.policy_lines
        lines += [f"group {QUORUM} all {' '.join(NAMES)}", f"quorum {QUORUM}"]
        policy = parse_policy("\n".join(lines) + "\n")
        write_atomically(settings.policy, policy.to_text().encode())
        yield
