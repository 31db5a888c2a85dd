"""A `.state-proof` file: a statement about the state that holds offline, against a policy.

    {"commitment":{"entry":…,"proof":…},"kind":…,"v":1, and the claim's own fields}

One line of canonical JSON. `entry` is the text of a `state.commit` entry, `proof` the text of its
tlog-proof. Nothing is said about entries after the commitment's `through`: how fresh a statement
is follows from the checkpoint and its witnesses.
"""

from dataclasses import dataclass
from typing import Final

from .canonical import Json, NotCanonicalError, canonical, parse_canonical
from .entry import Entry, EntryError, parse_entry
from .form import read_bytes, read_integer, read_object, read_text
from .merkle import HASH_SIZE, ProofError
from .policy import Policy, PolicyVerdict
from .proof import TlogProof, verify_entry
from .state_claims import Claim, Claimed, read_claim
from .state_proof import StateProofError
from .verify import ChainError, PasskeyScope, check_signatures

STATE_PROOF_SIZE_MAX: Final = 64 * 1024 * 1024
COMMIT_KIND: Final = "state.commit"
COMMIT_ACTOR: Final = "service/state"
VERSION: Final = 1

_COMMON: Final = {"commitment", "kind", "v"}
_LATEST: Final = {"root", "seq", "supply", "through"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """What a `state.commit` entry states.

    Attributes:
        seq: Its own position.
        at_us: When it was recorded.
        through: The last entry that the state includes.
        root: Of the state tree.
        supply: Kilograms by name.
    """

    seq: int
    at_us: int
    through: int
    root: bytes
    supply: dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateProof:
    """The content of a file; nothing in it is proven before `verify_state` has returned.

    Attributes:
        entry: The commitment's entry, its canonical bytes.
        proof: Its tlog-proof, a whole proof file.
        claim: What is said of the state.
    """

    entry: bytes
    proof: bytes
    claim: Claim

    def to_bytes(self) -> bytes:
        """Return the file."""
        commitment: Json = {"entry": self.entry.decode(), "proof": self.proof.decode()}
        common: dict[str, Json] = {
            "commitment": commitment,
            "kind": self.claim.kind,
            "v": VERSION,
        }
        return canonical({**common, **self.claim.to_json()}) + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> "StateProof":
        """Read a file's form; a missing line feed at its end is no fault.

        Raises:
            StateProofError: another form than the format's.
        """
        try:
            value = parse_canonical(data.removesuffix(b"\n"), size_max=STATE_PROOF_SIZE_MAX)
            if not isinstance(value, dict) or not value.keys() > _COMMON:
                raise StateProofError("no state proof: fields are missing")
            if value["v"] != VERSION:
                raise StateProofError(f"v: not {VERSION}")
            commitment = read_object(value["commitment"], {"entry", "proof"}, "commitment")
            own = {name: part for name, part in value.items() if name not in _COMMON}
            return cls(
                entry=read_text(commitment["entry"], "entry").encode(),
                proof=read_text(commitment["proof"], "proof").encode(),
                claim=read_claim(value["kind"], own),
            )
        except (NotCanonicalError, EntryError) as error:
            raise StateProofError(f"no state proof: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenState:
    """What a file proves.

    Attributes:
        commitment: To which state.
        verdict: The signed checkpoint that covers the commitment, and its witnesses.
        found: Keys and values that stand in the state: one for a presence, all for a prefix, the
            block of a unit; none if the claim is that nothing is there.
    """

    commitment: Commitment
    verdict: PolicyVerdict
    found: tuple[Claimed, ...]


def verify_state(proof: StateProof, *, policy: Policy) -> ProvenState:
    """Check a file in three steps: the commitment's form, its place in the log, the claim.

    Args:
        proof: The file's content.
        policy: The trusted logs and witnesses, from a source that the caller trusts, never from
            the file.

    Raises:
        StateProofError: the entry is no state commitment of its log, or the claim does not
            follow from its root.
        ProofError: the entry is not proven to stand in a log of the policy.
    """
    try:
        entry = parse_entry(proof.entry)
        commitment = read_commitment(entry)
        check_signatures(entry, PasskeyScope())
    except (EntryError, ChainError) as error:
        raise StateProofError(f"commitment: {error}") from error
    inclusion = TlogProof.parse(proof.proof)
    if inclusion.index != entry.seq:
        raise ProofError("the proof is of another entry than the commitment")
    verdict = verify_entry(inclusion, proof.entry, policy=policy)
    if entry.order["log"] != verdict.checkpoint.origin:
        raise StateProofError(f"commitment: of another log, {entry.order['log']}")
    found = proof.claim.check(commitment.root)
    return ProvenState(commitment=commitment, verdict=verdict, found=found)


def read_commitment(entry: Entry) -> Commitment:
    """Read what a `state.commit` entry states.

    Raises:
        EntryError: it is an entry of another kind, or not as its rule writes it.
    """
    rows = [row for row in entry.rows if row["key"] == "state/latest"]
    if entry.order["kind"] != COMMIT_KIND or len(rows) != 1:
        raise EntryError(f"not a {COMMIT_KIND}")
    value = read_object(rows[0]["value"], _LATEST, "state/latest")
    supply = value["supply"]
    stated = {name: value[name] for name in ("root", "supply", "through")}
    if value["seq"] != entry.seq or not isinstance(supply, dict) or entry.order["body"] != stated:
        raise EntryError("state/latest is not what this entry's order states")
    if entry.order["actor"] != COMMIT_ACTOR:
        raise EntryError(f"not an order of {COMMIT_ACTOR}")
    if read_integer(value["through"], "through") >= entry.seq:
        raise EntryError("a commitment cannot speak of itself or of what comes after it")
    return Commitment(
        seq=entry.seq,
        at_us=entry.at_us,
        through=read_integer(value["through"], "through"),
        root=read_bytes(value["root"], "root", size_min=HASH_SIZE, size_max=HASH_SIZE),
        supply=supply,
    )
