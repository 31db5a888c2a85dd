"""The later acts: trade, the event and its inventory, two refusals, retirement, the claim."""

from datetime import date
from pathlib import Path
from typing import Final

from api import demo_data
from api.demo.cast import Body
from api.demo.stage import Stage
from api.drafting.claims import compute_event, draft_measurement
from api.drafting.draft import draft_order
from contracts.refusal import RefusalCode
from contracts.v1.claim_complete import residual_kg
from contracts.v1.event_inputs import Event
from contracts.values import Json

EVENT_NAME: Final[dict[str, Json]] = {
    "en": "Example Rare Earth Industry Fair 2026",
    "zh": "示例·2026稀土产业博览会",
}
PRICE_FEN_PER_T: Final = 5_000
"""50元/t, 示例."""


def transfer(stage: Stage, source: Body, target: Body, quantity_kg: int, trade_no: str) -> None:
    """Transfer units on an exchange's voucher."""
    body: dict[str, Json] = {
        "external_settlement": {
            "date": stage.today().isoformat(),
            "price_fen": quantity_kg * PRICE_FEN_PER_T // 1000,
            "trade_no": trade_no,
            "venue": "示例公共资源交易平台",
        },
        "from": source.account,
        "quantity_kg": quantity_kg,
        "to": target.account,
    }
    # The price stands in clear, so the buyer signs as well.
    seeds = (*source.seeds(), target.actors[0].seed)
    stage.do("units.transfer", f"acct/{source.account}", body, *seeds)
    sides = f"{source.name_zh} → {target.name_zh}"
    stage.say("转让 Transfer", f"{sides} {stage.tonnes(quantity_kg)} · {trade_no} · 50元/t 示例")


def open_claim(stage: Stage, organiser: Body) -> str:
    """Announce the event; return the claim's id."""
    recorded = stage.do(
        "claim.open", f"acct/{organiser.account}", claim_body(organiser), *organiser.seeds()
    )
    stage.say("零碳活动声明 Claim opened", recorded.id)
    return recorded.id


def claim_body(organiser: Body) -> dict[str, Json]:
    """Return what `claim.open` says of the event."""
    return {
        "account": organiser.account,
        "attendance": demo_data.EVENT_PEOPLE,
        "boundary": {
            "en": "Preparation, three days and dismantling, with all guest and staff travel",
            "zh": "筹备、三天会期与撤展；含嘉宾与工作人员往返交通、住宿餐饮、物料与废弃物",
        },
        "claimant": organiser.named(),
        "dates": {"end": demo_data.EVENT_LAST_DAY, "start": demo_data.EVENT_FIRST_DAY},
        "kind": "EVENT",
        "name": EVENT_NAME,
        "path": "units",
        "place": {
            "county": demo_data.EVENT_PLACE,
            "venue": {"en": "Example Exhibition Hall", "zh": "示例会展中心"},
        },
        "standard": {
            "en": "City rules (local units); source groups after MEE notice 2019 no. 19",
            "zh": "市域规则（地方单位）；排放源分类参照生态环境部公告2019年第19号",
        },
    }


def measure_claim(stage: Stage, organiser: Body, claim: str, folder: Path) -> int:
    """Measure the event from its activity CSV; return the kilograms to be retired."""
    path = demo_data.write_event(folder)
    event = Event(
        place=demo_data.EVENT_PLACE,
        first_day=date.fromisoformat(demo_data.EVENT_FIRST_DAY),
        last_day=date.fromisoformat(demo_data.EVENT_LAST_DAY),
    )
    measured = compute_event(event, path.read_bytes(), stage.parameter_rows())
    draft = draft_measurement(stage.desk, organiser.account, claim, measured)
    stage.submit(draft, organiser.seeds())
    total_g = measured.result.total_g
    stage.say(
        "活动排放 Event measured",
        f"{len(measured.result.lines)} lines · {total_g // 1000:,}.{total_g % 1000:03d} kg · "
        f"代用因子 proxies {len(measured.result.proxies)}",
    )
    return residual_kg(total_g)


def retire_for(stage: Stage, organiser: Body, claim: str, quantity_kg: int) -> str:
    """Retire units for the claim; return the retirement's id."""
    body: dict[str, Json] = {
        "account": organiser.account,
        "beneficiary": {"org": organiser.named()},
        "claim": claim,
        "consumption_period": {
            "end": demo_data.EVENT_LAST_DAY,
            "start": demo_data.EVENT_FIRST_DAY,
        },
        "place": {"county": demo_data.EVENT_PLACE},
        "purpose": "event",
        "quantity_kg": quantity_kg,
    }
    recorded = stage.do("units.retire", f"acct/{organiser.account}", body, *organiser.seeds())
    stage.say("注销 Retired", f"{stage.tonnes(quantity_kg)} · {recorded.id}")
    return recorded.id


def completion_body(stage: Stage, organiser: Body, claim: str) -> dict[str, Json]:
    """Return what `claim.complete` declares."""
    return {
        "account": organiser.account,
        "assurance": {"kind": "self"},
        "claim": claim,
        "declaration": {
            "conclusion": {
                "en": "The measured emissions are covered by retired units of the city's sinks",
                "zh": "核算排放量已由注销的市域碳汇单位覆盖",
            },
            "declarant": {"en": "Organising committee", "zh": "示例博览会组委会办公室"},
            "declared_on": stage.today().isoformat(),
            "evaluator": {"en": "Second reviewer of the organiser", "zh": "组织者第二复核人"},
        },
    }


def refuse_short_claim(stage: Stage, organiser: Body, claim: str) -> None:
    """Show that a claim whose retirements do not cover its residual is refused."""
    actor, body = f"acct/{organiser.account}", completion_body(stage, organiser, claim)
    draft = draft_order(stage.desk, "claim.complete", actor, body)
    what = "注销不足的声明 Claim short of its residual"
    stage.refused(draft, organiser.seeds(), RefusalCode.RETIRED_TOO_LITTLE, what)


def refuse_double_use(stage: Stage, organiser: Body, enterprise: Body, retirement: str) -> None:
    """Show that retired units cannot be transferred again."""
    first = stage.retired_ranges(retirement)[0]
    body: dict[str, Json] = {
        "from": organiser.account,
        "ranges": [{"batch": first.batch, "end": first.end, "first": first.first}],
        "to": enterprise.account,
    }
    draft = draft_order(stage.desk, "units.transfer", f"acct/{organiser.account}", body)
    what = "已注销单位再次转让 Double use"
    stage.refused(draft, organiser.seeds(), RefusalCode.UNITS_NOT_HELD, what)


def complete_claim(stage: Stage, organiser: Body, claim: str) -> None:
    """Complete the claim: the arithmetic gate is open."""
    body = completion_body(stage, organiser, claim)
    stage.do("claim.complete", f"acct/{organiser.account}", body, *organiser.seeds())
    completion = stage.row(f"claim/{claim}")["completion"]
    permille = completion["coverage_permille"] if isinstance(completion, dict) else 0
    stage.say("声明完成 Claim complete", f"{claim} · 覆盖率 coverage {permille} ‰")


def state_holding(stage: Stage, holder: Body) -> str:
    """State what a holder still holds; return the statement's id."""
    body: dict[str, Json] = {"account": holder.account}
    recorded = stage.do("holding.state", f"acct/{holder.account}", body, *holder.seeds())
    held_kg = stage.integer(f"holding/{recorded.id}", "quantity_kg")
    stage.say("持有记载 Holdings stated", f"{stage.tonnes(held_kg)} · {recorded.id}")
    return recorded.id
