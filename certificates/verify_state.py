"""Step 10, the state: as of a committed state the certificate was neither revoked nor suspended.

The file brings a `.state-proof`: that nothing stands under `status/<number>` in the state, which a
`state.commit` entry of the log has committed to; or a row that says that it is valid again. What
comes after that state, the file cannot know.
"""

from certificates.status_list import STATUS
from certificates.trust import Trust
from certificates.verdict import Finding, StepFailed, StepNotChecked
from ledger.log.entry import Entry
from ledger.log.merkle import ProofError
from ledger.log.state_claims import Absence, Claim, Presence
from ledger.log.state_file import ProvenState, StateProof, verify_state
from ledger.log.state_proof import StateProofError

VALID = "valid"


def check_state(proof_bytes: bytes, entry: Entry, number: str, trust: Trust) -> Finding:
    """Check the status of a certificate in a committed state.

    Args:
        proof_bytes: The attached state proof.
        entry: The stating entry.
        number: The certificate's number.
        trust: What the reader trusts.

    Raises:
        StepFailed: no state proof, of another certificate, log or policy, of a state before the
            stating entry, or of a certificate that was not valid.
        StepNotChecked: the trust folder has no policy.
    """
    try:
        proof = StateProof.parse(proof_bytes)
    except StateProofError as error:
        raise StepFailed("状态证明的格式不对", f"no state proof: {error}") from error
    if _key(proof.claim) != f"{STATUS}{number}":
        raise StepFailed("状态证明属于另一证书", "the state proof is of another certificate")
    if trust.policy is None:
        raise StepNotChecked("没有信任的策略文件", "no trusted policy was given")
    try:
        proven = verify_state(proof, policy=trust.policy)
    except (StateProofError, ProofError) as error:
        raise StepFailed("状态不在受信任的登记簿中", f"not proven: {error}") from error
    if proven.verdict.checkpoint.origin != entry.order["log"]:
        raise StepFailed("状态证明属于另一登记簿", "the state proof is of another log")
    through = proven.commitment.through
    if through < entry.seq:
        raise StepFailed("状态早于证书所依据的记录", "the state is older than the stating entry")
    _require_valid(proven)
    return (
        f"截至第{through}条记录，证书未被撤销、中止或更正",
        f"as of entry {through} the certificate is not revoked, suspended or superseded",
    )


def _key(claim: Claim) -> str | None:
    return claim.key if isinstance(claim, Absence | Presence) else None


def _require_valid(proven: ProvenState) -> None:
    """No row is valid; a row has to say so."""
    for _, value in proven.found:
        if value.get("state") != VALID:
            raise StepFailed(
                f"证书状态为{value.get('state')}", f"the certificate is {value.get('state')}"
            )
