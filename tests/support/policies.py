"""A log with both its keys, five witnesses, and the example policy of the specification."""

from dataclasses import replace

from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.cosignature import cosign
from ledger.log.key import ALG_COSIGNATURE, ALG_ML_DSA_44, Skey
from ledger.log.note import Note, NoteSignature, parse_note
from ledger.log.policy import parse_policy

ORIGIN = "registry.example/sinks"
LOG = Skey(ORIGIN, bytes(range(32)))
LOG_PQ = Skey(ORIGIN, bytes(range(1, 33)), ALG_ML_DSA_44)
TREE = Checkpoint(origin=ORIGIN, size=21, root=bytes([9]) * 32)
NOW = 1_795_000_000
WITNESSES = {
    name: Skey(f"{name}.example/w", bytes([number]) * 32, alg)
    for number, (name, alg) in enumerate(
        [
            ("x1", ALG_COSIGNATURE),
            ("x2", ALG_ML_DSA_44),
            ("x3", ALG_COSIGNATURE),
            ("y1", ALG_COSIGNATURE),
            ("y2", ALG_ML_DSA_44),
        ],
        40,
    )
}
TEXT = "".join(
    (
        f"log {LOG.vkey.to_text()} https://registry.example/log\n",
        f"log {LOG_PQ.vkey.to_text()}\n",
        *(f"witness {name} {skey.vkey.to_text()}\n" for name, skey in WITNESSES.items()),
        "group X 2 x1 x2 x3\n",
        "group Y any y1 y2\n",
        "group both all X Y\n",
        "quorum both\n",
    )
)
POLICY = parse_policy(TEXT)


def note_of(*names: str, signers: tuple[Skey, ...] = (LOG,), at: int = NOW) -> Note:
    note = parse_note(sign_checkpoint(TREE, signers, NOW))
    lines = [cosign(TREE, WITNESSES[name], at + number) for number, name in enumerate(names)]
    return replace(note, signatures=(*note.signatures, *lines))


def with_wrong_signature(line: NoteSignature) -> NoteSignature:
    """Return a line as it was, but that its signature holds under no key."""
    *kept, last = line.signature
    return replace(line, signature=bytes([*kept, last ^ 1]))
