"""One file brings several checkpoints of the log; those of one size must have one root.

Two roots at one size are two stories: whoever has seen both holds the proof that the log's key has
signed twice. Checkpoints of different sizes are each held to the policy, but whether the larger
one continues the smaller one, a file cannot show: it brings no consistency proof.
"""

from collections.abc import Mapping
from itertools import combinations

from certificates.verdict import Finding, StepFailed
from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.note import parse_note
from ledger.log.proof import TlogProof
from ledger.log.state_file import StateProof


def checkpoint_of_note(note: bytes) -> Checkpoint:
    """Return what a signed note states; the policy has been asked about it before."""
    return parse_checkpoint(parse_note(note).text)


def checkpoint_of_state(proof_bytes: bytes) -> Checkpoint:
    """Return the checkpoint of a state proof that was found to hold."""
    return checkpoint_of_note(TlogProof.parse(StateProof.parse(proof_bytes).proof).checkpoint)


def check_one_log(seen: Mapping[str, Checkpoint]) -> Finding:
    """Check that no two checkpoints of one log and size have different roots.

    Args:
        seen: Checkpoints that meet the policy, by where they come from.

    Returns:
        What was compared.

    Raises:
        StepFailed: two contradict each other; it names both.
    """
    for (one, first), (other, second) in combinations(seen.items(), 2):
        same = (first.origin, first.size) == (second.origin, second.size)
        if same and first.root != second.root:
            raise StepFailed(
                f"登记簿对同一大小{first.size}给出两个根：{one}与{other}",
                f"two roots at size {first.size}, a split log: {one} and {other}",
            )
    sizes = sorted({one.size for one in seen.values()})
    if len(sizes) == 1:
        return (
            f"所附证明同属检查点{sizes[0]}",
            f"the proofs have one checkpoint, of size {sizes[0]}",
        )
    listed = ", ".join(str(size) for size in sizes)
    return (
        f"所附证明属检查点{listed}，各自受信任；文件内没有它们之间的一致性证明",
        f"the proofs have checkpoints of sizes {listed}, each trusted by itself: "
        "no consistency proof between them is in the file",
    )
