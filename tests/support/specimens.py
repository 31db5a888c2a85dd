"""One paper of every kind, and papers of texts that strain the page; all of them samples.

Kinds that an entry states are of the main job's log. The others are typed examples: their rules
do not exist yet, and no entry states them.
"""

from dataclasses import replace
from datetime import date

from certificates.content import Content
from certificates.content_announced import Emissions, institution_body, product_body
from certificates.content_body import Body
from certificates.content_parts import Pair
from certificates.content_planned import (
    Party,
    Planting,
    Subscription,
    planting_body,
    subscription_body,
)
from certificates.number import certificate_number
from certificates.statement import Statement
from contracts.values import Json
from tests.support.certificates import FakeLog, demo_log

LOOKS = ("RT", "CL", "MT", "IN", "PR", "SB", "FB", "RG", "HD")
NUMBERED = {"MT": "CL", "IN": "CL", "PR": "CL"}
VERIFIER_SHA256 = "3f" * 32

OFFICE = Party(name=Pair("示例机关事务中心", "Example Office Services"), uscc="9115020014825206XQ")
MAKER = Party(name=Pair("示例乳业公司", "Example Dairy Co."), uscc="9115020014825206XQ")
EMISSIONS = Emissions(
    total_g=318_042_117,
    reduced_kg=41_200,
    retired_kg=318_043,
    computed_by=Pair("示例核算机构", "Example Accounting Body"),
    assurance=Pair("示例评价机构", "Example Evaluation Body"),
    evaluator=Pair("示例评价机构", "Example Evaluation Body"),
    standard=Pair("示例核算规程", "Example accounting procedure"),
    boundary=Pair("示例：办公楼、公务用车、外购电力热力", "Example: offices, cars, power, heat"),
    completed_on=date(2026, 10, 26),
    deadline=date(2027, 6, 30),
)


def paper(look: str) -> tuple[Content, Statement]:
    """Return what a look's specimen says, and a statement with addresses and attachments."""
    if look in {"RT", "CL", "RG", "HD"}:
        return _stated(demo_log(), look)
    if look == "MT":
        name: Json = {"zh": "示例座谈会", "en": "Example Round Table"}
        return _stated(demo_log().restated("CL", kind="MEETING", name=name), "CL")
    log = demo_log()
    content, statement = _stated(log, "RT")
    kind, entry = NUMBERED.get(look, look), log.parsed(len(log.entries) - 1)
    told = replace(
        content,
        kind=kind,
        number=certificate_number(kind, entry.seq, entry.at_us),
        seq=entry.seq,
        leaf_hash=entry.leaf_hash.hex(),
        at_us=entry.at_us,
        body=_body(look),
    )
    return told, statement


def _stated(log: FakeLog, kind: str) -> tuple[Content, Statement]:
    statement = replace(log.statement(kind), verifier_sha256=VERIFIER_SHA256)
    return log.content(kind), statement


def _body(look: str) -> Body:
    match look:
        case "IN":
            return institution_body(OFFICE, 2026, EMISSIONS)
        case "PR":
            batch = Pair("示例-20260901，20,000 箱", "Example-20260901, 20,000 boxes")
            return product_body(Pair("示例纯牛奶", "Example milk"), batch, MAKER, EMISSIONS)
        case "SB":
            return subscription_body(subscription())
        case _:
            return planting_body(planting())


def subscription() -> Subscription:
    """Return an example subscription."""
    return Subscription(
        subscriber=MAKER,
        project=Pair("示例造林碳汇项目（0001）", "Example afforestation (0001)"),
        counties=("150222",),
        ecosystem="F",
        methodology="SL-FOREST-PLOT v1",
        period="2022-01-01 – 2026-08-31",
        quantity_kg=120_500,
        purpose="voluntary",
        subscribed_on=date(2026, 10, 26),
        retire_by=date(2026, 11, 9),
    )


def planting() -> Planting:
    """Return an example planting."""
    return Planting(
        builder=OFFICE,
        project=Pair("示例同心林", "Example Common Grove"),
        counties=("150221", "150223"),
        area_m2=80_004,
        species=Pair("示例：落叶松、樟子松", "Example: larch, Scots pine"),
        year=2026,
        keeper=Pair("示例国有林场", "Example State Forest Farm"),
        survey_on=date(2029, 9, 30),
    )
