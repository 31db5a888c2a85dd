"""A thief with every key of a log signs other histories, and tries them on everybody.

Each attack is a well signed checkpoint of a forked tree, with a good inclusion proof for an entry
of the fork. What differs is what the thief puts where witnesses' lines belong.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from ledger.log.cosignature import cosign
from ledger.log.key import ALG_COSIGNATURE, ALG_ML_DSA_44, Skey
from ledger.log.merkle import ProofError, inclusion_path
from ledger.log.note import Note, NoteSignature, parse_note
from ledger.log.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness
from ledger.log.proof import TlogProof, verify_entry
from ledger.log.witness_wire import AddCheckpoint
from ledger.witness.folder import WitnessFolder
from tests.support.witnesses import NOW_S, SmallLog, cosigner, seed

SIZE: Final = 40
LOG: Final = SmallLog.of(SIZE, both=True)
WITNESSES: Final = tuple(
    Skey(f"witness.example/{number}", seed(f"witness {number}"), ALG_COSIGNATURE)
    for number in range(3)
)

Lines = Callable[[Random, SmallLog, int], tuple[NoteSignature, ...]]


def policy(*, quorum: bool = True) -> Policy:
    """Return a client's policy: two of three witnesses, or (the saboteur's) none."""
    logs = tuple(PolicyLog(vkey) for vkey in LOG.vkeys)
    if not quorum:
        return Policy(logs=logs)
    names = tuple(f"w{number}" for number in range(len(WITNESSES)))
    return Policy(
        logs=logs,
        witnesses=tuple(PolicyWitness(n, w.vkey) for n, w in zip(names, WITNESSES, strict=True)),
        groups=(PolicyGroup("two", 2, names),),
        quorum="two",
    )


def honest_note(size: int) -> bytes:
    """Return a checkpoint of the true log, cosigned by all witnesses."""
    return with_lines(LOG, size, tuple(cosign(LOG.checkpoint(size), w, NOW_S) for w in WITNESSES))


def with_lines(log: SmallLog, size: int, lines: tuple[NoteSignature, ...]) -> bytes:
    """Return the log's own signed note with more lines under it."""
    note = parse_note(log.note(size))
    return Note(note.text, (*note.signatures, *lines)).to_bytes()


def none(_random: Random, _fork: SmallLog, _size: int) -> tuple[NoteSignature, ...]:
    """Leave witnesses out."""
    return ()


def replayed(random: Random, _fork: SmallLog, _size: int) -> tuple[NoteSignature, ...]:
    """Use the lines under an honest checkpoint, of any size."""
    note = parse_note(honest_note(random.randint(1, SIZE)))
    return note.signatures[len(LOG.skeys) :]


def namesakes(random: Random, fork: SmallLog, size: int) -> tuple[NoteSignature, ...]:
    """Cosign with the thief's own keys under the witnesses' names."""
    keys = [Skey(w.name, random.randbytes(32), ALG_COSIGNATURE) for w in WITNESSES]
    return tuple(cosign(fork.checkpoint(size), key, NOW_S) for key in keys)


def own_lines(_random: Random, fork: SmallLog, size: int) -> tuple[NoteSignature, ...]:
    """Let the log's own keys stand for witnesses."""
    key = Skey(fork.origin, seed(f"{fork.origin} strong"), ALG_ML_DSA_44)
    plain = Skey(fork.origin, seed(fork.origin), ALG_COSIGNATURE)
    return tuple(cosign(fork.checkpoint(size), one, NOW_S + 1) for one in (key, plain))


def one_twice(_random: Random, fork: SmallLog, size: int) -> tuple[NoteSignature, ...]:
    """Have one witness in the thief's pocket, and let it cosign twice."""
    times = (NOW_S, NOW_S + 1)
    return tuple(cosign(fork.checkpoint(size), WITNESSES[0], when) for when in times)


ATTACKS: Final[tuple[Lines, ...]] = (none, replayed, namesakes, own_lines, one_twice)


@dataclass(frozen=True, slots=True)
class Fork:
    """A forked log, its size, the entry that was altered, and the note that the thief shows."""

    log: SmallLog
    size: int
    at: int
    note: bytes

    @property
    def proof(self) -> TlogProof:
        """A good proof that the altered entry is in the fork."""
        path = inclusion_path(self.at, self.size, self.log.subtree)
        return TlogProof(index=self.at, path=path, checkpoint=self.note)


def forks(count: int, seed_number: int = 27) -> Iterator[Fork]:
    """Yield forks: every attack in turn, at random places and sizes."""
    random = Random(seed_number)
    for number in range(count):
        size = random.randint(1, SIZE)
        at = random.randrange(size)
        log = LOG.fork(at)
        lines = ATTACKS[number % len(ATTACKS)](random, log, size)
        yield Fork(log, size, at, with_lines(log, size, lines))


def accepted_by_client(found: Iterator[Fork], trusted: Policy) -> int:
    """Count the forks that a client takes for the log."""
    accepted = 0
    for fork in found:
        try:
            verify_entry(fork.proof, fork.log.entries[fork.at], policy=trusted)
        except ProofError:
            continue
        accepted += 1
    return accepted


def accepted_by_witness(found: Iterator[Fork], folder: WitnessFolder) -> int:
    """Count the forks that a witness cosigns, which has seen the whole true log."""
    witness, accepted = cosigner(folder), 0
    assert witness.add_checkpoint(LOG.request(0, SIZE)).status == 200
    for fork in found:
        path = fork.log.path(fork.size, fork.size)
        for old in (0, fork.size, SIZE):
            request = AddCheckpoint(old_size=old, path=path, checkpoint=fork.note)
            accepted += witness.add_checkpoint(request.to_bytes()).status == 200
    return accepted
