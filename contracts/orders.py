"""An order as the rules see it: parsed, its signatures already checked."""

import re
from dataclasses import dataclass
from typing import Final

from contracts.form import Form
from contracts.refusal import RefusalCode, Refused
from contracts.values import ORDER_LIFE_US, Json, Moment

NONCE: Final = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
KIND: Final = re.compile(r"[a-z]+\.[a-z]+")
ACTOR: Final = re.compile(
    r"registrar|service/[a-z][a-z0-9-]{0,31}|acct/[0-9A-HJKMNP-TV-Z]{7,13}[0-9A-HJKMNP-TV-Z*~$=U]"
)
ORIGIN: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,120}(/[a-z0-9._-]{1,60})*")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an actor asks: the fields that every signer has signed."""

    actor: str
    kind: str
    body: Json
    log: str
    nonce: str
    rules: str
    valid_until_us: int


def read_order(value: Json) -> Order:
    """Read the outer fields of an order; its body is read by the rule of its kind.

    Raises:
        Refused: class 1, a field missing, unknown or malformed.
    """
    form = Form(value, "order")
    order = Order(
        actor=form.text("actor", ACTOR),
        body=form.object("body"),
        kind=form.text("kind", KIND),
        log=form.text("log", ORIGIN),
        nonce=form.text("nonce", NONCE),
        rules=form.text("rules", _SHA256),
        valid_until_us=form.integer("valid_until_us"),
    )
    form.done()
    return order


def check_time(order: Order, moment: Moment) -> None:
    """Refuse an order that has expired, or that would stay valid for more than 30 days.

    Raises:
        Refused: `ORDER_EXPIRED`, `VALID_TOO_LONG`.
    """
    if order.valid_until_us < moment.at_us:
        raise Refused(
            RefusalCode.ORDER_EXPIRED, valid_until_us=order.valid_until_us, at_us=moment.at_us
        )
    if order.valid_until_us > moment.at_us + ORDER_LIFE_US:
        raise Refused(
            RefusalCode.VALID_TOO_LONG,
            valid_until_us=order.valid_until_us,
            latest_us=moment.at_us + ORDER_LIFE_US,
        )
