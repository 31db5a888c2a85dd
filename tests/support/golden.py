"""The golden ledger: entries that must replay to the same root for ever.

    python -m tests.support.golden [EXPORT.jsonl]

takes an export (without one: the main job of the tests), replays it, and writes it to
`tests/golden/v1.jsonl` with its root beside it. Until the rule set is frozen this is done whenever
a rule changes, each time with a line in the changelog.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from contracts.refusal import Refused
from ledger import rulesets
from ledger.export import export_ledger
from ledger.intake.envelope import read_envelope
from ledger.log.entry import parse_entry
from ledger.log.verify import ChainError, check_signatures, passkey_scope, read_export
from ledger.registry import open_registry
from ledger.replay.redecide import Redecider
from ledger.settings import Settings
from tests.support.scenario import whole_world

FOLDER = Path(__file__).resolve().parents[1] / "golden"
LEDGER = FOLDER / "v1.jsonl"
ROOT = FOLDER / "v1.root"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay yields: size, root in hex, and what is wrong with which entry."""

    size: int
    root: str
    faults: tuple[str, ...]


def replay(lines: Iterable[bytes]) -> Replayed:
    """Decide every order again, and verify every signature."""
    redecider, faults = Redecider(), []
    scope = None
    for line in lines:
        entry = parse_entry(line)
        scope = scope or passkey_scope(entry)
        try:
            check_signatures(entry, scope)
        except ChainError as error:
            faults.append(str(error))
        faults.extend(f"entry {entry.seq}: {fault}" for fault in redecider.take(entry))
    chain = redecider.state.chain
    return Replayed(chain.size, chain.root.hex(), tuple(faults))


def write(lines: list[bytes]) -> Replayed:
    """Write the golden ledger and its root."""
    replayed = replay(lines)
    if replayed.faults:
        raise SystemExit(f"not written, the ledger does not replay: {replayed.faults[0]}")
    FOLDER.mkdir(exist_ok=True)
    LEDGER.write_bytes(b"".join(line + b"\n" for line in lines))
    ROOT.write_text(f"{replayed.size} {replayed.root}\n")
    return replayed


def _whole_job() -> list[bytes]:
    """Record the main job of the tests and what follows it, which has every kind but two.

    `rules.activate` needs a second rule set, and nothing follows `log.freeze`.
    """
    with TemporaryDirectory() as folder:
        registry = open_registry(Settings(data=Path(folder), keys=Path(folder) / "keys"))
        for step in whole_world(rules=rulesets.newest()).steps:
            signed = [read_envelope(step.envelope())]
            (answer,) = registry.submit(signed, now_us=step.at_us, clock_confirmed=True)
            if isinstance(answer, Refused):
                raise SystemExit(f"{step.kind} was refused: {answer}")
        path = Path(folder) / "export.jsonl"
        export_ledger(registry, path)
        registry.close()
        return list(read_export(path))


if __name__ == "__main__":
    given = list(read_export(Path(sys.argv[1]))) if len(sys.argv) > 1 else _whole_job()
    done = write(given)
    print(f"{LEDGER}: {done.size} entries, root {done.root}")
