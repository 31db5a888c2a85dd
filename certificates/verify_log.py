"""Steps 3, 4 and 7, the log: the entry is one, it stands in the log, as of which checkpoint."""

from dataclasses import dataclass
from typing import Final

from certificates.errata import Errata
from certificates.statement import CLAIM, HOLDING, RETIREMENT, RIGHT
from certificates.trust import Trust
from certificates.verdict import Finding, StepFailed, StepNotChecked
from contracts.dates import date_at
from contracts.values import Json
from ledger.log.checkpoint import Checkpoint
from ledger.log.entry import Entry, EntryError, parse_entry
from ledger.log.merkle import ProofError
from ledger.log.policy import Policy, PolicyError, PolicyVerdict, check_policy
from ledger.log.proof import TlogProof, verify_entry
from ledger.log.verify import ChainError, check_signatures, passkey_scope

KINDS: Final = {
    "units.retire": RETIREMENT,
    "claim.complete": CLAIM,
    "parcel.register": RIGHT,
    "holding.state": HOLDING,
}
"""Which order states which kind of certificate."""

_NO_POLICY: Final = ("没有信任的策略文件", "no trusted policy was given")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """The attached entry and the attached entry 0, both well formed, and what was corrected."""

    entry: Entry
    registry: Entry
    registry_row: dict[str, Json]
    errata: Errata | None = None

    @property
    def kind(self) -> str:
        """RT, CL, RG or HD."""
        return KINDS[str(self.entry.order["kind"])]

    @property
    def environment(self) -> str:
        """Either "demo" or "production"."""
        return str(self.registry_row.get("environment"))


def read_attested(entry_bytes: bytes, registry_bytes: bytes) -> Attested:
    """Read both entries and check what can be checked without trusting anything.

    Raises:
        StepFailed: not canonical, an order's signature does not hold, entry 0 opens no registry,
            the entry is of another log or states no certificate.
    """
    entry = _parse(entry_bytes)
    registry = _parse(registry_bytes)
    rows = [row["value"] for row in registry.rows if row["key"] == "registry"]
    if registry.seq != 0 or registry.order["kind"] != "registry.open" or len(rows) != 1:
        raise StepFailed("附件registry.json不是登记簿的首条记录", "registry.json opens no registry")
    if entry.order["kind"] not in KINDS:
        raise StepFailed("该记录不是证书所依据的记录", "the entry states no certificate")
    if entry.order["log"] != rows[0]["origin"] or registry.order["log"] != rows[0]["origin"]:
        raise StepFailed("记录属于另一登记簿", "the entry belongs to another log")
    try:
        for one in (registry, entry):
            check_signatures(one, passkey_scope(registry))
    except ChainError as error:
        raise StepFailed(
            f"第{error.seq}条记录的指令签名不成立", f"a signature under an order fails: {error}"
        ) from error
    return Attested(entry=entry, registry=registry, registry_row=rows[0])


def read_entry(entry_bytes: bytes, trust: Trust) -> Entry:
    """Read an entry of the trusted log.

    Raises:
        StepFailed: not canonical, or of another log.
        StepNotChecked: the trust folder has no policy.
    """
    entry = _parse(entry_bytes)
    if trust.policy is None:
        raise StepNotChecked(*_NO_POLICY)
    if not trust.knows(str(entry.order["log"])):
        raise StepFailed("记录属于另一登记簿", "the entry belongs to another log")
    return entry


def check_anchors(attested: Attested, trust: Trust) -> Finding:
    """Check that entry 0 names the anchors that the reader trusts.

    Raises:
        StepFailed: another entry 0, origin or seal root; or, where the reader has no entry 0 of
            their own, none of the trusted keys of the log in it.
        StepNotChecked: the trust folder lacks one of them.
    """
    row = attested.registry_row
    origin = str(row["origin"])
    if trust.opening is not None and attested.registry.content != trust.opening:
        raise StepFailed("登记簿的首条记录不是受信任的那一条", "entry 0 is not the trusted one")
    if trust.policy is not None:
        if not trust.knows(origin):
            raise StepFailed("登记簿不是受信任的那一个", "the registry is not the trusted one")
        # After a rotation entry 0 names older keys than the policy; the reader's own entry 0 tells.
        if trust.opening is None and not _names_key(row["log_vkeys"], trust.policy, origin):
            raise StepFailed("登记簿的公钥不是受信任的那一个", "entry 0 names other log keys")
    if trust.seal_root is not None and row["seal_root_sha256"] != trust.seal_root_sha256:
        raise StepFailed("登记簿的签章根证书不符", "entry 0 names another seal root")
    if trust.policy is None or trust.seal_root is None:
        raise StepNotChecked("没有足够的信任锚", "the trust folder lacks the policy or the root")
    count = len(attested.entry.sigs)
    return (
        f"记录格式规范，指令的{count}个签名成立，登记簿为{origin}",
        f"the entry is well formed, its order's {count} signatures hold, the log is {origin}",
    )


def _names_key(listed: Json, policy: Policy, origin: str) -> bool:
    """Say whether entry 0 names a key of the log that the policy trusts."""
    texts = [one.vkey.to_text() for one in policy.logs if one.vkey.name == origin]
    return isinstance(listed, list) and any(text in listed for text in texts)


def check_proof(entry_bytes: bytes, proof_bytes: bytes, trust: Trust) -> PolicyVerdict:
    """Check that exactly these bytes stand in the trusted log, witnessed as the policy demands.

    Returns:
        The checkpoint that covers the entry, and who has witnessed it.

    Raises:
        StepFailed: no proof file, of another position or log, or it does not lead to a checkpoint
            that meets the policy.
        StepNotChecked: the trust folder has no policy.
    """
    try:
        proof = TlogProof.parse(proof_bytes)
    except ProofError as error:
        raise StepFailed("证明文件的格式不对", f"no proof file: {error}") from error
    if proof.index != _parse(entry_bytes).seq:
        raise StepFailed("证明的是另一条记录", "the proof is of another position")
    if proof.extra is not None:
        raise StepFailed("证明文件含有未经证明的内容", "the proof file carries unproven bytes")
    if trust.policy is None:
        raise StepNotChecked(*_NO_POLICY)
    try:
        verdict = verify_entry(proof, entry_bytes, policy=trust.policy)
    except ProofError as error:
        raise StepFailed("记录不在受信任的登记簿中", f"not proven: {error}") from error
    if verdict.checkpoint.origin != _parse(entry_bytes).order["log"]:
        raise StepFailed("证明属于另一登记簿", "the proof is of another log")
    return verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Newer:
    """What a reader has besides the certificate.

    Attributes:
        note: A newer signed checkpoint of the log.
        state: A newer state proof of the certificate.
        witnessed_after: The latest checkpoint must have been witnessed then or later (POSIX
            seconds); nothing to ask for no age.
    """

    note: bytes | None = None
    state: bytes | None = None
    witnessed_after: int | None = None


def check_status(entry: Entry, proven: PolicyVerdict | None, trust: Trust, newer: Newer) -> Finding:
    """Say as of which checkpoint the certificate holds.

    A newer checkpoint must meet the same policy and may not be smaller. Of the same size it must
    have the same root, which `check_one_log` asks of all of them.

    Raises:
        StepFailed: the newer checkpoint does not meet the policy or contradicts the older one, or
            the latest is older than the reader allows.
        StepNotChecked: the trust folder has no policy.
    """
    if trust.policy is None or proven is None:
        raise StepNotChecked(*_NO_POLICY)
    latest = proven if newer.note is None else _newest(newer.note, proven.checkpoint, trust.policy)
    asked, reached = newer.witnessed_after, latest.witnessed_at
    if asked is not None and (reached is None or reached < asked):
        raise StepFailed("检查点过旧，请取新的检查点", "the checkpoint is older than you allow")
    size, day = proven.checkpoint.size, date_at(entry.at_us).isoformat()
    return (
        f"截至检查点{size}（记录于{day}）有效；之后的变化须在线查询",
        f"valid as of checkpoint {size} (recorded on {day}); later changes are to be asked online",
    )


def _newest(note: bytes, older: Checkpoint, policy: Policy) -> PolicyVerdict:
    try:
        latest = check_policy(policy, note)
    except PolicyError as error:
        raise StepFailed("所给的新检查点不可信", f"newer checkpoint: {error}") from error
    if latest.checkpoint.origin != older.origin:
        raise StepFailed("所给的检查点属于另一登记簿", "the newer checkpoint is of another log")
    if latest.checkpoint.size < older.size:
        raise StepFailed("所给的检查点比证明更旧", "the log has shrunk since the proof")
    return latest


def _parse(content: bytes) -> Entry:
    try:
        return parse_entry(content)
    except EntryError as error:
        raise StepFailed("附件中的记录格式不规范", f"not a well-formed entry: {error}") from error
