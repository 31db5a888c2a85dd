"""The bodies of the orders that issue, move, retire and claim units, and that record papers."""

from contracts.values import Json
from tests.support.main_bodies import EVENT_FACTOR, MEAL_FACTOR, ORGANISER, Body
from tests.support.people import hex_digest

BATCH = "BT-F-0001-20220101-20260831-01"


def batch_issue(report: str, attestation_seq: int) -> Body:
    """The worked example of `batch.issue`."""
    return {
        "attestation_seq": attestation_seq,
        "buffer_permille": 150,
        "gross_kg": 948_500,
        "report": report,
        "run": 1,
    }


def units_transfer(source: str, target: str, quantity_kg: int) -> Body:
    """A transfer of an amount."""
    return {"from": source, "quantity_kg": quantity_kg, "to": target}


def external_settlement(trade_no: str) -> Body:
    """A sale settled at the public-resources exchange, its price a commitment."""
    return {
        "date": "2026-10-08",
        "price_commitment": hex_digest("price"),
        "trade_no": trade_no,
        "venue": "示例公共资源交易中心",
    }


def claim_open(account: str) -> Body:
    """An event of three days."""
    return {
        "account": account,
        "attendance": 600,
        "boundary": {"zh": "示例：场馆、交通、住宿、餐饮、物料、废弃物"},
        "claimant": ORGANISER.named(),
        "dates": {"end": "2026-10-22", "start": "2026-10-20"},
        "kind": "EVENT",
        "name": {"en": "Example Event 2026", "zh": "示例大会2026"},
        "path": "units",
        "place": {"county": "150203", "venue": {"zh": "示例会展中心"}},
        "standard": {"zh": "生态环境部公告2019年第19号"},
    }


def claim_measure(account: str, claim: str) -> Body:
    """The worked example of `claim.measure`: 42,317.604 kg."""
    return {
        "account": account,
        "claim": claim,
        "engine": {"id": "SL-EVENT", "version": "1"},
        "excluded": [
            {
                "category": {"zh": "快递"},
                "estimate_g": 100_000,
                "reason": {"zh": "数据缺失，估算小于百分之一"},
            }
        ],
        "factors": [EVENT_FACTOR, MEAL_FACTOR],
        "groups_g": {
            "energy": 9_870_004,
            "fuel": 1_204_300,
            "hospitality": 8_200_000,
            "supplies": 1_300_800,
            "transport": 21_400_500,
            "waste": 342_000,
        },
        "input_sha256": hex_digest("activities"),
        "proxies": [MEAL_FACTOR],
        "reductions": [
            {
                "description": {"zh": "接驳车改用电动客车"},
                "evidence_sha256": hex_digest("reduction"),
                "quantity_kg": 1_500,
            }
        ],
        "residual_g": 42_317_604,
        "total_g": 42_317_604,
    }


def units_retire(account: str, quantity_kg: int, beneficiary: Body) -> Body:
    """A voluntary retirement without a claim."""
    return {
        "account": account,
        "beneficiary": {"org": beneficiary},
        "purpose": "voluntary",
        "quantity_kg": quantity_kg,
    }


def units_retire_for_claim(account: str, claim: str, quantity_kg: int) -> Body:
    """A retirement for the claim of `claim_open`."""
    return {
        **units_retire(account, quantity_kg, ORGANISER.named()),
        "claim": claim,
        "consumption_period": {"end": "2026-10-22", "start": "2026-10-20"},
        "place": {"county": "150203"},
        "purpose": "event",
    }


def claim_complete(account: str, claim: str) -> Body:
    """A declaration without third-party assurance."""
    return {
        "account": account,
        "assurance": {"kind": "self"},
        "claim": claim,
        "declaration": {
            "conclusion": {"zh": "示例大会2026实现碳中和"},
            "declarant": {"zh": "示例会展公司"},
            "declared_on": "2026-10-26",
            "evaluator": {"zh": "示例会展公司"},
        },
    }


def units_cancel(pool: str, quantity_kg: int) -> Body:
    """A loss drawn from the buffer."""
    return {
        "evidence_sha256": hex_digest("fire"),
        "pool": pool,
        "quantity_kg": quantity_kg,
        "reason": "loss",
        "statement": {"zh": "示例：火灾损失"},
    }


def certificate_record(number: str, subject: str, *, copy: int = 1) -> Body:
    """The first copy of a paper."""
    paper: dict[str, Json] = {
        "copy": copy,
        "number": number,
        "proof_sha256": hex_digest(f"proof {number} {copy}"),
        "sha256": hex_digest(f"paper {number} {copy}"),
        "subject": subject,
    }
    return paper
