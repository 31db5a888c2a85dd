"""The bodies of the orders about losses and about what becomes of certificates."""

from contracts.values import Json
from tests.support.main_bodies import Body
from tests.support.people import hex_digest


def standing(number: str, reason: str) -> Body:
    """What officers ask about a certificate: suspend, reinstate or revoke."""
    return {"evidence_sha256": hex_digest("case"), "number": number, "reason": reason}


def certificate_correct(number: str, *corrections: Json) -> Body:
    """An erratum."""
    return {
        "corrections": [*corrections],
        "evidence_sha256": hex_digest("case"),
        "number": number,
    }


def correction(field: str, before: str | None, after: str, *, language: str = "zh") -> Json:
    """One text of an erratum."""
    return {"after": after, "before": before, "field": field, "language": language}


def loss_declare(quantity_kg: int, *, project: str = "0001", day: str = "2026-10-20") -> Body:
    """A fire somewhere in the project."""
    return {
        "cause": "fire",
        "evidence_sha256": hex_digest("fire"),
        "happened_on": day,
        "project": project,
        "quantity_kg": quantity_kg,
    }


def holding_state(account: str) -> Body:
    """All that an account holds."""
    return {"account": account}


def loss_replace(account: str, loss: str, quantity_kg: int) -> Body:
    """Units that the owner gives for a loss."""
    return {"account": account, "loss": loss, "quantity_kg": quantity_kg}
