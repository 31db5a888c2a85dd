"""The golden ledger: entries that must replay to the same root for ever.

    python -m tests.support.golden [EXPORT.jsonl]

takes an export (without one: the scene of the ledger's own tests), replays it, and writes it to
`tests/golden/v1.jsonl` with its root beside it. Until the rule set is frozen this is done whenever
a rule changes, each time with a line in the changelog.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger.export import export_ledger
from ledger.log.entry import parse_entry
from ledger.log.verify import ChainError, check_signatures, passkey_scope, read_export
from ledger.redecide import Redecider
from tests.support import bodies
from tests.support.ledger import build_scene

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


def _scene() -> list[bytes]:
    with TemporaryDirectory() as folder:
        scene = build_scene(Path(folder))
        world = scene.world
        world.act("units.transfer", bodies.transfer(scene.owner, scene.buyer, quantity_kg=900))
        world.act("units.retire", bodies.retirement(scene.buyer, quantity_kg=250))
        path = Path(folder) / "export.jsonl"
        export_ledger(world.registry, path)
        world.registry.close()
        return list(read_export(path))


if __name__ == "__main__":
    given = list(read_export(Path(sys.argv[1]))) if len(sys.argv) > 1 else _scene()
    done = write(given)
    print(f"{LEDGER}: {done.size} entries, root {done.root}")
