"""Claims whose rules are not in force: an institution's year and a product batch, in words.

Content and layout stand; `content_claim` refuses these kinds of claims, so none can be issued.
"""

from dataclasses import dataclass, replace
from datetime import date

from certificates import wording
from certificates.amounts import (
    chinese_amount,
    english_amount,
    grams_as_tonnes_text,
    permille_text,
    tonnes_text,
)
from certificates.content_body import Body
from certificates.content_claim import emission_figures
from certificates.content_parts import Fact, Pair, day
from certificates.content_planned import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Emissions:
    """What was measured and what covers it.

    Attributes:
        total_g: Grams emitted; the residual, since reductions come before it.
        reduced_kg: Kilograms avoided by real reductions.
        retired_kg: Kilograms retired for the claim.
        computed_by: Who computed; nobody for the declarant.
        assurance: Who assured it, a third party; nobody where it is self-declared.
        evaluator: Who evaluated.
        standard: By which standard.
        boundary: What was counted.
        completed_on: When the last unit was retired.
        deadline: Until when it had to be.
    """

    total_g: int
    reduced_kg: int
    retired_kg: int
    computed_by: Pair | None
    assurance: Pair | None
    evaluator: Pair
    standard: Pair
    boundary: Pair
    completed_on: date
    deadline: date


def institution_body(institution: Party, year: int, emissions: Emissions) -> Body:
    """Put an institution's calendar year into words."""
    period = Fact(Pair("核算年度", "Year"), Pair(f"{year}年", str(year)))
    return _body(institution.name, institution, period, emissions)


def product_body(product: Pair, batch: Pair, producer: Party, emissions: Emissions) -> Body:
    """Put a product batch into words: no certification, and no footprint label."""
    first = Fact(Pair("产品批次", "Product batch"), batch)
    body = _body(product, producer, first, emissions)
    return replace(
        body,
        look="PR",
        title=wording.PRODUCT_TITLE,
        lead=wording.PRODUCT_LEAD,
        limits=(wording.NO_PRODUCT_MARK, *body.limits),
    )


def _declared_by(party: Party) -> Pair:
    zh, en = party.name.zh or party.name.en, party.name.en or party.name.zh
    return Pair(f"声明人：{zh}（{party.uscc}）", f"Declared by {en} ({party.uscc})")


def _body(subject: Pair, declarant: Party, first: Fact, emissions: Emissions) -> Body:
    """Return an institution's paper, of which a product's is a variant."""
    one = emissions
    return Body(
        look="IN",
        title=wording.INSTITUTION_TITLE,
        lead=wording.CLAIM_LEAD,
        subject=subject,
        note=_declared_by(declarant),
        quantity_kg=one.retired_kg,
        figures=emission_figures(
            total=grams_as_tonnes_text(one.total_g),
            reduced=tonnes_text(one.reduced_kg),
            residual=grams_as_tonnes_text(one.total_g),
            retired=tonnes_text(one.retired_kg),
            coverage=permille_text(one.retired_kg * 1_000_000 // one.total_g),
        ),
        quantity_words=Pair(chinese_amount(one.retired_kg), english_amount(one.retired_kg)),
        bars=(),
        facts=(
            first,
            Fact(Pair("核算边界", "Boundary"), one.boundary),
            Fact(Pair("依据标准", "Standard"), one.standard),
            Fact(Pair("核算方", "Computed by"), one.computed_by or wording.DECLARANT),
            Fact(Pair("评价方式", "Assurance"), wording.assured_by(one.assurance)),
            Fact(Pair("评价人", "Evaluator"), one.evaluator),
            Fact(Pair("抵消完成日期", "Offset completed"), day(one.completed_on)),
            Fact(Pair("抵消期限", "Deadline for the offset"), day(one.deadline)),
        ),
        annex_facts=(Fact(Pair("抵消方式", "Type of offset"), wording.OFFSET_TYPE),),
        units=(),
        limits=(
            wording.UNITS,
            wording.who_computed(one.computed_by, wording.DECLARANT),
            wording.RETIREMENT_ONLY,
        ),
    )
