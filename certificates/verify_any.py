"""The one verification: whatever is offered, the steps that fit it, and one verdict.

The command, the interface and the page all ask here. What is offered is told by its content. Files
that need a parser are opened in a process with limits; everything else is read by our own readers,
which are bounded. Without a registry at hand a file answers for itself, as of its own checkpoint;
what only the registry knows is then not checked.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from certificates.offered import Offered, other_picture, recognise, tidy
from certificates.status_list import STATUS
from certificates.steps import Steps
from certificates.trust import Trust
from certificates.verdict import (
    FOREIGN,
    IDENTICAL,
    OTHER_BYTES,
    PROOF_STEPS,
    SEALED,
    Facts,
    Finding,
    Identity,
    Standing,
    StepFailed,
    StepNotChecked,
    Verdict,
)
from certificates.verify import verify_proof
from certificates.verify_file import SIZE_MAX
from certificates.verify_ledger import Answering, check_record
from certificates.verify_log import Newer
from certificates.verify_process import read_photo_in_child, verify_in_child
from certificates.verify_serial import verify_serial
from certificates.verify_state import (
    check_standing,
    proven_state,
    standing_of,
    standing_of_copy,
)
from certificates.verify_text import verify_code, verify_number, verify_photo
from ledger.log.merkle import ProofError
from ledger.log.policy import PolicyError, check_policy
from ledger.log.proof import TlogProof
from ledger.log.state_claims import Absence, Presence
from ledger.log.state_file import StateProof
from ledger.log.state_proof import StateProofError
from ledger.registry import Registry

RECORD_STEPS: Final = ("record", "now")
"""What is asked of the registry after a file has answered for itself."""

NOTE_STEPS: Final = ("checkpoint",)
"""What is asked of a proof file before its entry is fetched."""

STATE_STEPS: Final = ("state", "status")
FILE_STEP: Final = "file"


_NOTHING_NEWER: Final = Newer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who is asked, by whose anchors.

    Attributes:
        trust_dir: The reader's own folder of anchors.
        registry: The registry, if it is at hand.
        newer: What the reader has besides.
    """

    trust_dir: Path
    registry: Registry | None = None
    newer: Newer = _NOTHING_NEWER


def verify(data: bytes, asking: Asking) -> Verdict:
    """Verify a PDF, a proof file, a number, a serial number, a QR code's text or its photo.

    Raises:
        OSError, TrustError: the trust folder cannot be read or is damaged.
    """
    answering = Answering(registry=asking.registry, trust=Trust.load(asking.trust_dir))
    offered = Offered.UNKNOWN if len(data) > SIZE_MAX else recognise(data)
    if offered is Offered.PDF:
        verdict = verify_in_child(data, asking.trust_dir, newer=asking.newer)
        return verdict if asking.registry is None else asked_online(verdict, data, answering)
    if offered is Offered.PHOTO:
        return verify_photo(lambda: read_photo_in_child(data), answering)
    if offered is Offered.PROOF:
        return _verify_proof(data, answering, asking.newer)
    if offered is Offered.STATE_PROOF:
        return _verify_state(data, answering.trust)
    if offered is Offered.UNKNOWN:
        return _unknown(data)
    text = tidy(data.decode())
    if offered is Offered.CODE:
        return verify_code(text, answering)
    return (verify_serial if offered is Offered.SERIAL else verify_number)(text, answering)


def asked_online(verdict: Verdict, data: bytes, answering: Answering) -> Verdict:
    """Add what the registry says of a file: whether it records these bytes, and what became."""
    # A status copy is recorded nowhere; the issued file in it is, and its digest is a fact.
    found = answering.recorded(verdict.facts.sha256 or "")
    steps, number = Steps(RECORD_STEPS), verdict.number
    standing = verdict.standing
    is_ours = verdict.identity == SEALED
    if is_ours or found is not None:
        steps.take("record", lambda: check_record(found, number))
    if number is not None and (is_ours or found is not None):
        kept, printed = [answering.standing(number)], verdict.facts.errata_seq

        def judge() -> Finding:
            kept.append(standing_of_copy(kept[0], printed))
            return check_standing(kept[-1])

        steps.take("now", judge)
        standing = kept[-1]
    is_altered = not is_ours and answering.begins_recorded(data) is not None
    identity: Identity = FOREIGN
    if found is not None:
        identity = IDENTICAL
    elif is_ours or is_altered:
        identity = OTHER_BYTES
    return replace(
        verdict,
        steps=(*verdict.steps, *steps.results()),
        identity=identity,
        standing=standing,
    )


def _verify_proof(data: bytes, answering: Answering, newer: Newer) -> Verdict:
    """Verify a proof file; the entry that it proves is asked of the registry."""
    steps, contents = Steps(NOTE_STEPS), list[bytes]()
    steps.take("checkpoint", lambda: _check_note(data, answering.trust))
    rest = Steps(PROOF_STEPS)
    if steps.has_passed("checkpoint"):
        rest.take("entry", lambda: _fetch(data, answering, contents))
    if not contents:
        return Verdict(
            steps=(*steps.results(), *rest.results()),
            facts=Facts(sha256=sha256(data).hexdigest()),
            offered=Offered.PROOF,
        )
    verdict = verify_proof(contents[0], data, answering.trust, newer=newer)
    return replace(verdict, steps=(*steps.results(), *verdict.steps), offered=Offered.PROOF)


def _check_note(data: bytes, trust: Trust) -> Finding:
    try:
        proof = TlogProof.parse(data)
        if trust.policy is None:
            raise StepNotChecked("没有信任的策略文件", "no trusted policy was given")
        found = check_policy(trust.policy, proof.checkpoint)
    except ProofError as error:
        raise StepFailed("证明文件的格式不对", f"no proof file: {error}") from error
    except PolicyError as error:
        raise StepFailed("检查点不可信", f"its checkpoint is not trusted: {error}") from error
    size = found.checkpoint.size
    return f"检查点{size}受信任", f"checkpoint {size} is trusted"


def _fetch(data: bytes, answering: Answering, contents: list[bytes]) -> Finding:
    index, registry = TlogProof.parse(data).index, answering.opened
    if index >= registry.size():
        raise StepFailed("登记簿没有这条记录", "the log holds no such entry")
    contents.append(registry.entry_bytes(index))
    return f"第{index}条记录", f"entry {index}"


def _verify_state(data: bytes, trust: Trust) -> Verdict:
    """Verify a state proof, which brings everything with it; a certificate's status is told."""
    steps, found = Steps(STATE_STEPS), list[tuple[str, Standing]]()
    steps.take("state", lambda: _prove_state(data, trust, found))
    facts = Facts(sha256=sha256(data).hexdigest())
    if not found:
        return Verdict(steps=steps.results(), facts=facts, offered=Offered.STATE_PROOF)
    ((number, standing),) = found
    steps.take("status", lambda: check_standing(standing))
    return Verdict(
        steps=steps.results(),
        facts=replace(facts, number=number),
        offered=Offered.STATE_PROOF,
        standing=standing,
    )


def _prove_state(data: bytes, trust: Trust, found: list[tuple[str, Standing]]) -> Finding:
    try:
        proof = StateProof.parse(data)
    except StateProofError as error:
        raise StepFailed("状态证明的格式不对", f"no state proof: {error}") from error
    if not isinstance(proof.claim, Absence | Presence) or not proof.claim.key.startswith(STATUS):
        raise StepFailed(
            "不是证书状态的证明（其他证明请用 sinkledger state verify）",
            "not of a certificate's status; for others use: sinkledger state verify",
        )
    proven = proven_state(proof, trust)
    entries, number = proven.commitment.through + 1, proof.claim.key.removeprefix(STATUS)
    row = proven.found[0][1] if proven.found else None
    found.append((number, standing_of(row, as_of=entries, source="proof")))
    return (
        f"截至前{entries}条记录的状态由受信任的检查点证明",
        f"the state of the first {entries} entries is proven by a trusted checkpoint",
    )


def _unknown(data: bytes) -> Verdict:
    steps = Steps((FILE_STEP,))
    steps.take(FILE_STEP, lambda: _refuse(data))
    facts = Facts(sha256=sha256(data).hexdigest())
    return Verdict(steps=steps.results(), facts=facts, offered=Offered.UNKNOWN)


def _refuse(data: bytes) -> Finding:
    """Say why nothing that was given can be verified, and what to give instead."""
    picture = other_picture(data)
    if len(data) > SIZE_MAX:
        raise StepFailed("大于10 MB，未读取", "larger than 10 MB, and was not read")
    if not data.strip():
        raise StepFailed("没有内容可核验", "there is nothing to verify")
    if picture is not None:
        raise StepFailed(
            f"不支持{picture}图片：请另存为PNG或JPEG，或者截屏后再交",
            f"{picture} pictures are not read: save it as PNG or JPEG, or take a screenshot of it",
        )
    raise StepFailed(
        "无法识别：请提供证书PDF、证明文件、编号、序列号、二维码文字或照片（PNG、JPEG）",
        "not recognised: give a certificate (PDF), a proof file, a number, a serial number, "
        "a QR code's text or a picture of it (PNG, JPEG)",
    )
