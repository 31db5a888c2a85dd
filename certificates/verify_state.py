"""Step 10, the state: as of a committed state the certificate was neither revoked nor suspended.

The file brings a `.state-proof`: that nothing stands under `status/<number>` in the state, which a
`state.commit` entry of the log has committed to; or a row that says that it is valid again. A
corrected copy brings a row that says that the certificate was corrected, and the errata that it
prints. What comes after that state, the file cannot know.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from certificates.status_list import STATUS
from certificates.trust import Trust
from certificates.verdict import Finding, Source, Standing, StepFailed, StepNotChecked
from contracts.lookup import integer_of, text_of
from contracts.values import Json
from ledger.log.entry import Entry
from ledger.log.merkle import ProofError
from ledger.log.state_claims import Absence, Claim, Presence
from ledger.log.state_file import ProvenState, StateProof, verify_state
from ledger.log.state_proof import StateProofError

VALID: Final = "valid"
SUPERSEDED: Final = "superseded"
CORRECTED: Final = "corrected"
"""What happened to a certificate whose corrected copy is looked at."""

STATES: Final = {
    "expired": ("过期", "expired"),
    "impaired": ("减损，尚未弥补", "impaired: a loss is not covered"),
    "revoked": ("撤销", "revoked"),
    "superseded": ("更正，请用更正后的文件", "superseded by an erratum: use the corrected file"),
    "suspended": ("中止", "suspended"),
}
"""What a certificate that is not valid is called."""


def prove_standing(proof_bytes: bytes, entry: Entry, number: str, trust: Trust) -> Standing:
    """Read a certificate's status out of a committed state.

    Args:
        proof_bytes: A state proof, as attached or newer.
        entry: The stating entry.
        number: The certificate's number.
        trust: What the reader trusts.

    Raises:
        StepFailed: no state proof, of another certificate, log or policy, or of a state before the
            stating entry.
        StepNotChecked: the trust folder has no policy.
    """
    try:
        proof = StateProof.parse(proof_bytes)
    except StateProofError as error:
        raise StepFailed("状态证明的格式不对", f"no state proof: {error}") from error
    if _key(proof.claim) != f"{STATUS}{number}":
        raise StepFailed("状态证明属于另一证书", "the state proof is of another certificate")
    proven = proven_state(proof, trust)
    if proven.verdict.checkpoint.origin != entry.order["log"]:
        raise StepFailed("状态证明属于另一登记簿", "the state proof is of another log")
    through = proven.commitment.through
    if through < entry.seq:
        raise StepFailed("状态早于证书所依据的记录", "the state is older than the stating entry")
    found = [value for _, value in proven.found]
    return standing_of(found[0] if found else None, as_of=through + 1, source="proof")


def proven_state(proof: StateProof, trust: Trust) -> ProvenState:
    """Check a state proof by the trusted policy.

    Raises:
        StepFailed: it does not hold.
        StepNotChecked: the trust folder has no policy.
    """
    if trust.policy is None:
        raise StepNotChecked("没有信任的策略文件", "no trusted policy was given")
    try:
        return verify_state(proof, policy=trust.policy)
    except (StateProofError, ProofError) as error:
        raise StepFailed("状态不在受信任的登记簿中", f"not proven: {error}") from error


def standing_of(row: Mapping[str, Json] | None, *, as_of: int, source: Source) -> Standing:
    """Read a status row; a certificate without one is valid, and nothing ever happened to it.

    Raises:
        RowError: the row has another form.
    """
    if row is None:
        return Standing(state=VALID, as_of=as_of, source=source)
    corrected = row["corrected_seq"]
    return Standing(
        state=text_of(row, "state"),
        as_of=as_of,
        source=source,
        event=text_of(row, "event"),
        reason=text_of(row, "reason"),
        seq=integer_of(row, "seq"),
        copies_superseded=integer_of(row, "copies_superseded"),
        corrected_seq=None if corrected is None else integer_of(row, "corrected_seq"),
    )


def standing_of_copy(standing: Standing, printed: int | None) -> Standing:
    """Return what became of one file: a copy that prints all errata is valid, others are not.

    Args:
        standing: What became of its certificate.
        printed: The newest erratum that the copy prints; none if it prints none.

    Raises:
        StepFailed: it prints errata, but the certificate never had any.
    """
    if standing.state == SUPERSEDED and printed is not None and printed == standing.corrected_seq:
        return replace(standing, state=VALID, event=CORRECTED)
    if standing.corrected_seq is None and printed is not None:
        raise StepFailed("所附更正不在登记簿中", "it prints errata that are not recorded")
    return standing


def prove_errata(proof_bytes: bytes, trust: Trust) -> None:
    """Check the proof of the errata that a corrected copy prints.

    Raises:
        StepFailed: it does not hold.
        StepNotChecked: the trust folder has no policy.
    """
    try:
        proven_state(StateProof.parse(proof_bytes), trust)
    except StateProofError as error:
        raise StepFailed("更正证明的格式不对", f"no state proof: {error}") from error


def check_standing(standing: Standing) -> Finding:
    """Say that a certificate is valid, and as of when.

    Raises:
        StepFailed: it is not.
    """
    entries = standing.as_of
    if standing.state != VALID:
        zh, en = STATES[standing.state]
        raise StepFailed(
            f"证书已{zh}（第{standing.seq}条记录）" if standing.seq else f"证书已{zh}",
            f"the certificate is {en} (entry {standing.seq}, reason {standing.reason})",
        )
    if standing.event == CORRECTED:
        return (
            f"截至前{entries}条记录，证书有效；本文件载有全部更正（第{standing.corrected_seq}条记录）",
            f"as of the first {entries} entries it is valid; this copy prints all its errata, "
            f"the newest of entry {standing.corrected_seq}",
        )
    again_zh = "" if standing.event is None else "（此前曾有变动，已恢复）"
    again_en = "" if standing.event is None else f"; it was {standing.event}"
    return (
        f"截至前{entries}条记录，证书未被撤销、中止或更正{again_zh}",
        f"as of the first {entries} entries it is not revoked, suspended or superseded{again_en}",
    )


def _key(claim: Claim) -> str | None:
    return claim.key if isinstance(claim, Absence | Presence) else None
