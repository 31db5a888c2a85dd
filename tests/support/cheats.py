"""What attacks on a log share: checkpoints that nobody should have signed."""

from dataclasses import replace

from ledger.log.cosignature import cosign
from ledger.log.note import Note, parse_note
from ledger.log.witness_wire import AddCheckpoint
from tests.support.evil_log import RECORD, SEEN, Shown, World, proof_of
from tests.support.witnesses import NOW_S, SmallLog


def bought(world: World, log: SmallLog, size: int) -> bytes:
    """Return a checkpoint that the policy's own witnesses have cosigned without looking."""
    note = parse_note(log.note(size))
    keys = [key for one in world.witnesses for key in one.keys]
    lines = [cosign(log.checkpoint(size), key, NOW_S) for key in keys]
    return Note(note.text, (*note.signatures, *lines)).to_bytes()


def forked(world: World, fork: SmallLog, size: int, note: bytes) -> Shown:
    """Show another tree, signed and witnessed as `note` says."""
    asked = AddCheckpoint(old_size=SEEN, path=fork.path(SEEN, size), checkpoint=note)
    return replace(
        world.honest(),
        files={**fork.files(size), "checkpoint": note},
        entry=fork.entries[RECORD],
        proof=proof_of(fork, size, note),
        request=asked.to_bytes(),
    )
