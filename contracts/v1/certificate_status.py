"""The status row of a certificate: what has happened to a paper since its entry was recorded.

A certificate without a row `status/<number>` is valid and was never touched, so that its validity
at a committed state is one proof of absence. Standing is what officers, errata and time decide;
impaired kilograms come and go with losses, beside it. The state is the graver of both.

Source: ISO 14064-2:2019 and VCS AFOLU NPRT (reversals); this registry's design, signed documents.

Example:
    A suspended certificate with 5 impaired kg is suspended; reinstated, it is impaired; once the
    5 kg are replaced, it is valid, and its row tells all three.
"""

from dataclasses import dataclass
from typing import Final

from contracts.books import Books
from contracts.lookup import integer_of, list_of, text_of
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json, Moment, Row, Value

LOSS_EVENTS: Final = ("impaired", "restored")
HISTORY_MAX: Final = 8
"""Changes that a row repeats, the newest last; the log has them all."""

_VALID: Final = "valid"
_GRAVER_THAN_LOSS: Final = ("revoked", "suspended")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to a certificate: the event's name, why, and the digest of the case file."""

    event: str
    reason: str
    evidence_sha256: str | None = None


def certificate(books: Books, number: str) -> Value:
    """Return the row of a recorded certificate.

    Raises:
        Refused: `CERTIFICATE_UNKNOWN` when no file of it has been recorded.
    """
    row = books.row(f"cert/{number}")
    if row is None:
        raise Refused(RefusalCode.CERTIFICATE_UNKNOWN, number=number)
    return row


def status(books: Books, number: str) -> Value:
    """Return a certificate's status row; what a valid one would be if it never was touched."""
    untouched: dict[str, Json] = {
        "by_loss": None,
        "by_standing": None,
        "copies_superseded": 0,
        "corrected_seq": None,
        "errata": [],
        "history": [],
        "impaired_kg": 0,
        "impairments": [],
        "standing": _VALID,
        "standing_before": None,
    }
    return books.row(f"status/{number}") or untouched


def check_standing(number: str, known: Value, *allowed: str) -> str:
    """Return the standing, which must be one of those from which the change is allowed.

    Raises:
        Refused: `CERTIFICATE_STATE_WRONG`.
    """
    standing = text_of(known, "standing")
    if standing not in allowed:
        raise Refused(
            RefusalCode.CERTIFICATE_STATE_WRONG,
            number=number,
            standing=standing,
            allowed=list(allowed),
        )
    return standing


def status_row(number: str, known: Value, change: Change, moment: Moment, fields: Value) -> Row:
    """Return the row after a change; `fields` replace those of the row before.

    At its top stands the event that explains the state: what a loss did if the state is impaired,
    what officers or time did if it is not.
    """
    happened: dict[str, Json] = {"at_us": moment.at_us, "event": change.event, "seq": moment.seq}
    explained: dict[str, Json] = {
        **happened,
        "evidence_sha256": change.evidence_sha256,
        "reason": change.reason,
    }
    value: dict[str, Json] = {
        **known,
        **fields,
        "by_loss" if change.event in LOSS_EVENTS else "by_standing": explained,
        "history": [*list_of(known, "history"), happened][-HISTORY_MAX:],
    }
    state = state_of(text_of(value, "standing"), integer_of(value, "impaired_kg"))
    top = _explanation(state, value, explained)
    return Row(f"status/{number}", {**value, **top, "state": state})


def _explanation(state: str, value: Value, newest: dict[str, Json]) -> dict[str, Json]:
    by_loss, by_standing = value["by_loss"], value["by_standing"]
    if not isinstance(by_loss, dict) or not isinstance(by_standing, dict) or state == "valid":
        return newest
    return by_loss if state == "impaired" else by_standing


def state_of(standing: str, impaired_kg: int) -> str:
    """Return the graver of a certificate's standing and of what a loss made of it.

    Example:
        state_of("superseded", 5) == "impaired"; state_of("suspended", 5) == "suspended".
    """
    if standing in _GRAVER_THAN_LOSS or impaired_kg == 0:
        return standing
    return "impaired"
