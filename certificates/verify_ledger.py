"""What the registry itself says: what it has recorded, covered by a checkpoint, and what became.

Online these steps follow those that a file proves by itself. A step that needs the registry when
there is none is not checked.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from certificates.content import Content, content_of
from certificates.errata import ERRATA_MAX, ERRATUM, Errata, errata_of
from certificates.number import CertificateNumber
from certificates.status_list import STATUS
from certificates.trust import Trust
from certificates.verdict import Finding, Standing, StepFailed, StepNotChecked
from certificates.verify_file import END_MARK
from certificates.verify_log import KINDS
from certificates.verify_state import standing_of
from contracts.lookup import integer_of, objects_of, text_of
from contracts.values import Value
from ledger.log.entry import Entry
from ledger.log.merkle import ProofError
from ledger.log.policy import PolicyError, PolicyVerdict, check_policy
from ledger.log.proof import TlogProof, verify_entry
from ledger.registry import Registry

SECTIONS_MAX: Final = 20
"""Ends of sections at which a recorded file may have ended; extended files have at most 18."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A file that the log records: of which certificate, and which copy."""

    number: str
    copy: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A registry that answers; `None` where there is no network and no data."""

    registry: Registry | None
    trust: Trust

    @property
    def opened(self) -> Registry:
        """The registry.

        Raises:
            StepNotChecked: there is none.
        """
        if self.registry is None:
            raise StepNotChecked(
                "未联网，没有登记簿数据可查", "offline: no registry is at hand to be asked"
            )
        return self.registry

    def recorded(self, digest: str) -> Recorded | None:
        """Return what the log records about a file of this SHA-256."""
        row = self.opened.books().row(f"file/{digest}")
        if row is None:
            return None
        return Recorded(number=text_of(row, "number"), copy=integer_of(row, "copy"))

    def begins_recorded(self, data: bytes) -> Recorded | None:
        """Return the recorded file that these bytes begin with and go beyond."""
        end = 0
        for _ in range(SECTIONS_MAX):
            end = data.find(END_MARK, end) + len(END_MARK)
            if end < len(END_MARK) or end >= len(data):
                return None
            found = self.recorded(sha256(data[:end]).hexdigest())
            if found is not None:
                return found
        return None

    def stating(self, number: CertificateNumber, *, as_entered: bool = False) -> Content:
        """Return what the certificate of a number states, with its errata unless `as_entered`.

        Raises:
            StepFailed: the log holds no entry that states it.
        """
        registry = self.opened
        missing = StepFailed("登记簿中没有此证书编号", "the log states no such certificate")
        if number.seq >= registry.size():
            raise missing
        entry = registry.entry(number.seq)
        if KINDS.get(str(entry.order["kind"])) != number.kind:
            raise missing
        errata = None if as_entered else recorded_errata(registry, number.text)
        content = content_of(number.kind, registry.entry(0), entry, errata)
        if content.number != number.text:
            raise missing
        return content

    def copies(self, number: str) -> tuple[Value, ...]:
        """Return the recorded files of a certificate, oldest first."""
        row = self.opened.books().row(f"cert/{number}")
        return () if row is None else tuple(objects_of(row, "copies"))

    def covered(self, entry: Entry) -> PolicyVerdict:
        """Prove that the published checkpoint covers an entry, as the reader's policy demands.

        Raises:
            StepFailed: it does not, or not yet.
            StepNotChecked: nothing is published, or the trust folder has no policy.
        """
        note, policy = self.opened.checkpoint(), self.trust.policy
        if policy is None or note is None:
            raise StepNotChecked("没有信任的策略文件或检查点", "no policy or checkpoint to trust")
        try:
            size = check_policy(policy, note).checkpoint.size
            if size <= entry.seq:
                raise StepNotChecked(
                    f"已记录（第{entry.seq}条），尚未进入已公布的检查点{size}",
                    f"recorded as entry {entry.seq}, not yet under the checkpoint {size}",
                )
            path = self.opened.proof(entry.seq, size)
            proof = TlogProof(index=entry.seq, path=path, checkpoint=note)
            return verify_entry(proof, entry.content, policy=policy)
        except (PolicyError, ProofError) as error:
            raise StepFailed("已公布的检查点不可信", f"published checkpoint: {error}") from error

    def check_covered(self, seq: int) -> Finding:
        """Say which checkpoint covers an entry; raises as `covered`."""
        verdict = self.covered(self.opened.entry(seq))
        size, count = verdict.checkpoint.size, len(verdict.witnesses)
        return (
            f"第{seq}条记录在检查点{size}之内（{count}个见证签名）",
            f"entry {seq} is under checkpoint {size} ({count} cosignatures)",
        )

    def standing(self, number: str) -> Standing:
        """Return what became of a certificate, as far as this registry has recorded."""
        row = self.opened.books().row(f"{STATUS}{number}")
        return standing_of(row, as_of=self.opened.size(), source="ledger")


def recorded_errata(registry: Registry, number: str) -> Errata | None:
    """Return what was corrected in a certificate since it was stated; none if nothing was."""
    books = registry.books()
    status = books.row(f"{STATUS}{number}")
    if status is None or not status["errata"]:
        return None
    rows = dict(books.rows_under(f"{ERRATUM}{number}/", limit=ERRATA_MAX))
    return errata_of(rows, integer_of(status, "copies_superseded"))


def check_record(found: Recorded | None, number: str | None) -> Finding:
    """Check that the file is one that the log records, and of this certificate.

    Raises:
        StepFailed: it is not.
    """
    if found is None:
        raise StepFailed(
            "登记簿没有登记此文件（内容与已签发的文件不同），请勿采信",
            "the log records no such file: other bytes than any issued one, do not rely on it",
        )
    if found.number != number:
        raise StepFailed(
            "登记簿将此文件登记为另一证书", "the log records it for another certificate"
        )
    return (
        f"与登记簿登记的第{found.copy}份文件逐字节一致",
        f"the same bytes as copy {found.copy} that the log records",
    )
