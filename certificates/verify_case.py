"""A verification as it goes on: what each step finds out for the steps after it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from certificates.content_parts import ContentError
from certificates.errata import read_errata
from certificates.outline import read_outline
from certificates.trust import Trust
from certificates.verdict import Facts, Finding, Standing, StepFailed
from certificates.verify_extension import Sections, is_extended, open_sections, with_archives
from certificates.verify_file import (
    ENTRY,
    ERRATA,
    OUTLINE,
    PROOF,
    REGISTRY,
    STATE_PROOF,
    Document,
    open_document,
)
from certificates.verify_log import (
    Attested,
    Newer,
    check_anchors,
    check_proof,
    check_status,
    read_attested,
    read_entry,
)
from certificates.verify_one_log import check_one_log, checkpoint_of_note, checkpoint_of_state
from certificates.verify_seal import seal_time
from certificates.verify_state import (
    check_standing,
    prove_errata,
    prove_standing,
    standing_of_copy,
)
from certificates.verify_time import Dated, check_time, require_current_list
from certificates.verify_units import check_units, stated_kg, stated_number
from ledger.log.checkpoint import Checkpoint
from ledger.log.entry import Entry
from ledger.log.policy import PolicyVerdict

_STATE_GIVEN: Final = "所给的状态证明 (the state proof given)"
_NOTE_GIVEN: Final = "所给的检查点 (the checkpoint given)"


@dataclass(slots=True, kw_only=True)
class Case:
    """What the steps find out, for the steps after them."""

    trust: Trust
    newer: Newer
    document: Document | None = None
    sections: Sections | None = None
    dated: Dated | None = None
    attested: Attested | None = None
    entry: Entry | None = None
    proven: PolicyVerdict | None = None
    quantity_kg: int | None = None
    standing: Standing | None = None
    seen: dict[str, Checkpoint] = field(default_factory=dict)

    def open(self, data: bytes) -> Finding:
        """Open the file, which may have been extended."""
        if not is_extended(data):
            self.document = open_document(data)
            return "文件完整：页面、一个签章、附件齐全", "the page, one seal and its attachments"
        self.sections = open_sections(data)
        self.document = open_document(self.sections.original)
        count = len(self.sections.archives)
        return (
            f"文件完整：页面、一个签章、附件齐全；其后有{count}个存档时间戳",
            f"the page, one seal and its attachments, then {count} archive timestamp(s)",
        )

    def date(self, document: Document) -> Finding:
        """Read when it was sealed."""
        dated = seal_time(document, self.trust)
        if self.sections is not None:
            dated = with_archives(dated, self.sections, self.trust)
        self.dated = dated
        found = check_time(self.dated, self.trust)
        if self.trust.seal_root is not None:
            require_current_list(self.trust)
        return found

    def attest(self, attachments: dict[str, bytes]) -> Finding:
        """Read both entries."""
        attested = read_attested(attachments[ENTRY], attachments[REGISTRY])
        try:
            errata = read_errata(attachments[STATE_PROOF], attachments.get(ERRATA))
        except ContentError as error:
            raise StepFailed("更正附件的形式不对", f"its errata: {error}") from error
        try:
            read_outline(attested.entry, attachments[STATE_PROOF], attachments.get(OUTLINE))
        except ContentError as error:
            raise StepFailed("范围附件的形式不对", f"its outline: {error}") from error
        self.attested = replace(attested, errata=errata)
        self.entry = self.attested.entry
        return check_anchors(self.attested, self.trust)

    def read(self, entry_bytes: bytes) -> Finding:
        """Read the entry alone."""
        self.entry = read_entry(entry_bytes, self.trust)
        return f"第{self.entry.seq}条记录格式规范", f"entry {self.entry.seq} is well formed"

    def prove(self, entry_bytes: bytes, proof_bytes: bytes) -> Finding:
        """Check the entry's proof."""
        self.proven = check_proof(entry_bytes, proof_bytes, self.trust)
        self.seen[PROOF] = self.proven.checkpoint
        size, count = self.proven.checkpoint.size, len(self.proven.witnesses)
        return (
            f"记录在受信任的登记簿中（检查点{size}，{count}个见证签名）",
            f"the entry stands in the trusted log (checkpoint {size}, {count} cosignatures)",
        )

    def count(self, attested: Attested, text: str) -> Finding:
        """Count the units."""
        found = check_units(attested, text)
        self.quantity_kg = stated_kg(attested)
        return found

    def not_revoked(self, attested: Attested, document: Document) -> Finding:
        """Check the state's proof, and that all proofs are of one log."""
        number = stated_number(attested)
        proof, entry = document.attachments[STATE_PROOF], attested.entry
        self.standing = prove_standing(proof, entry, number, self.trust)
        self.seen[STATE_PROOF] = checkpoint_of_state(proof)
        for name in (ERRATA, OUTLINE):
            if name in document.attachments:
                prove_errata(document.attachments[name], self.trust)
                self.seen[name] = checkpoint_of_state(document.attachments[name])
        if self.newer.state is not None:
            newer = prove_standing(self.newer.state, entry, number, self.trust)
            self.seen[_STATE_GIVEN] = checkpoint_of_state(self.newer.state)
            if newer.as_of < self.standing.as_of:
                raise StepFailed("所给的状态证明更旧", "the state proof given is the older one")
            self.standing = newer
        log_zh, log_en = check_one_log(self.seen)
        self.standing = standing_of_copy(self.standing, _printed(attested))
        zh, en = check_standing(self.standing)
        return f"{zh}；{log_zh}", f"{en}; {log_en}"

    def state(self, entry: Entry) -> Finding:
        """Say as of when."""
        found = check_status(entry, self.proven, self.trust, self.newer)
        if self.newer.note is not None:
            check_one_log({**self.seen, _NOTE_GIVEN: checkpoint_of_note(self.newer.note)})
        return found

    def facts(self, digest: str) -> Facts:
        """Collect what the certificate says, as far as it could be read."""
        known = Facts(
            sha256=digest,
            checkpoint_size=self.proven.checkpoint.size if self.proven else None,
            level=self.dated.level if self.dated else None,
            dated_at_us=_microseconds(self.dated.proven) if self.dated else None,
        )
        if self.entry is None:
            return known
        return replace(
            known,
            number=stated_number(self.attested) if self.attested else None,
            kind=self.attested.kind if self.attested else None,
            seq=self.entry.seq,
            at_us=self.entry.at_us,
            quantity_kg=self.quantity_kg,
            environment=self.attested.environment if self.attested else None,
            errata_seq=_printed(self.attested) if self.attested else None,
        )


def _printed(attested: Attested) -> int | None:
    return attested.errata.newest.seq if attested.errata else None


def _microseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1_000_000)
