"""Verifying a serial number: where its units are, by which paper they were retired, what became.

1 serial  its check character fits
2 units   the batch has them, and each stands in one place
3 proof   the published checkpoint covers the retirements
4 now     the certificates of the retirements are valid
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from certificates.number import certificate_number
from certificates.offered import Offered
from certificates.steps import Steps
from certificates.verdict import Facts, Finding, Standing, StepFailed, Verdict
from certificates.verify_ledger import Answering
from certificates.verify_state import check_standing
from contracts.check_digits import CheckDigitError, encode_id
from contracts.lookup import integer_of
from contracts.ranges import Range, parse_serial

SERIAL_STEPS: Final = ("serial", "units", "proof", "now")
PAPERS_MAX: Final = 50
"""Certificates that one answer looks at; a range across more is asked for in parts."""

_RETIRED: Final = "retired/"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    """The retirement that holds some of the units: its entry, and its certificate's number."""

    seq: int
    number: str


@dataclass(slots=True, kw_only=True)
class _Asked:
    answering: Answering
    batch: str = ""
    units: Range | None = None
    papers: list[_Paper] = field(default_factory=list)
    standing: Standing | None = None

    def read(self, text: str) -> Finding:
        try:
            self.batch, self.units = parse_serial(text)
        except CheckDigitError as error:
            raise StepFailed("序列号有误，请核对后重输", f"no serial number: {error}") from error
        return f"序列号校验相符，共{len(self.units)}千克", f"it fits; {len(self.units)} kg"

    def locate(self, units: Range) -> Finding:
        books = self.answering.opened.books()
        blocks = books.blocks(self.batch, units.first, units.end)
        if sum(block.quantity_kg for block in blocks) != len(units):
            raise StepFailed("登记簿中没有这些单位", "the log holds no such units")
        places = sorted({block.place for block in blocks})
        retired = [place for place in places if place.startswith(_RETIRED)]
        if len(retired) > PAPERS_MAX:
            raise StepFailed(f"涉及{len(retired)}次注销，请分段查询", "too many: ask in parts")
        for place in retired:
            row = books.row(f"retire/{encode_id(int(place.removeprefix(_RETIRED)))}")
            if row is None:
                raise StepFailed("没有对应的注销记录", "no retirement is recorded for them")
            seq, at_us = integer_of(row, "retired_seq"), integer_of(row, "retired_at_us")
            self.papers.append(_Paper(seq=seq, number=certificate_number("RT", seq, at_us)))
        kg = sum(block.quantity_kg for block in blocks if block.place.startswith(_RETIRED))
        numbers = "、".join(paper.number for paper in self.papers)
        return (
            f"已注销{kg}千克（{numbers or '无'}），其余{len(units) - kg}千克未注销",
            f"{kg} kg are retired ({numbers or 'none'}), {len(units) - kg} kg are not",
        )

    def prove(self) -> Finding:
        registry = self.answering.opened
        seqs = [paper.seq for paper in self.papers] or [0]
        for seq in seqs:
            found = self.answering.covered(registry.entry(seq))
        size = found.checkpoint.size
        return f"在检查点{size}之内", f"under checkpoint {size}"

    def ask_now(self) -> Finding:
        if not self.papers:
            return "没有涉及任何注销证书", "no certificate of retirement is concerned"
        findings = []
        for paper in self.papers:
            self.standing = self.answering.standing(paper.number)
            findings.append(check_standing(self.standing))
        return findings[-1]


def verify_serial(text: str, answering: Answering) -> Verdict:
    """Verify a serial number as papers print it, BATCH:FIRST-LAST/CHECK."""
    asked, steps = _Asked(answering=answering), Steps(SERIAL_STEPS)
    steps.take("serial", lambda: asked.read(text))
    units = asked.units
    if units is not None:
        steps.take("units", lambda: asked.locate(units))
        if steps.has_passed("units"):
            steps.take("proof", asked.prove)
            steps.take("now", asked.ask_now)
    return Verdict(
        steps=steps.results(),
        facts=_facts(asked.papers, units),
        offered=Offered.SERIAL,
        standing=asked.standing,
    )


def _facts(papers: Sequence[_Paper], units: Range | None) -> Facts:
    quantity_kg = len(units) if units else None
    if len(papers) != 1:
        return Facts(quantity_kg=quantity_kg)
    (paper,) = papers
    return Facts(number=paper.number, kind="RT", seq=paper.seq, quantity_kg=quantity_kg)
