"""`log.keys`: a key of the log is announced before it is used, and dropped after its last use.

Between announcing the new key and dropping the old one, checkpoints carry the signatures of both,
so that whoever trusts either follows the log. The origin never changes, and the name in a key is
the origin.

Source: C2SP, tlog-checkpoint and signed-note (key names and vkeys), texts of 2026.

Example:
    Entry 70 announces a second Ed25519 key: row registry lists three keys, with the ML-DSA-44 one.
    Entry 95 drops the first: two are left. Dropping both of two is refused.
"""

import re
from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, officer
from contracts.books import Books
from contracts.form import Form
from contracts.lookup import registry, text_of, texts_of
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.values import Json, Moment, Outcome, Row

ACTIONS: Final = ("announce", "drop")
VKEYS_MAX: Final = 8
VKEY: Final = re.compile(
    r"(?=.{1,2500}\Z)([^+\s]+)\+[0-9a-f]{8}\+(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}[A-Za-z0-9+/=]=)?"
)
"""<name>+<8 hex digits of the key's ID>+<base64 of algorithm and key>, as signed-note writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeys:
    """The body: what happens to which keys of the log, and why."""

    action: str
    vkeys: tuple[str, ...]
    reason: str


def read(form: Form) -> LogKeys:
    """Read the body; a key stands in it once."""
    vkeys = tuple(_vkey(item) for item in form.forms("vkeys", least=1, most=VKEYS_MAX))
    for position, vkey in enumerate(vkeys):
        if vkey in vkeys[:position]:
            raise Refused(RefusalCode.DUPLICATE_ITEM, field="body.vkeys", item=vkey)
    body = LogKeys(
        action=form.choice("action", ACTIONS), vkeys=vkeys, reason=form.text("reason", most=500)
    )
    form.done()
    return body


def _vkey(form: Form) -> str:
    vkey = form.text("vkey", VKEY)
    form.done()
    return vkey


def needs(books: Books, order: Order, body: LogKeys) -> tuple[Need, ...]:
    """An issuer and a supervisor sign."""
    del books, body
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (officer("issuer"), officer("supervisor"))


def decide(books: Books, order: Order, body: LogKeys, moment: Moment) -> Outcome:
    """Change the list of announced keys; the last one stays.

    Raises:
        Refused: `LOG_KEY_NAME_WRONG`, `LOG_KEY_ALREADY_ANNOUNCED`, `LOG_KEY_UNKNOWN`,
            `LOG_KEYS_TOO_FEW`.
    """
    del order, moment
    row = registry(books)
    origin, announced = text_of(row, "origin"), texts_of(row, "log_vkeys")
    for vkey in body.vkeys:
        name = vkey.partition("+")[0]
        if name != origin:
            raise Refused(RefusalCode.LOG_KEY_NAME_WRONG, name=name, origin=origin)
    if body.action == "announce":
        listed = _announced(announced, body.vkeys)
    else:
        listed = _dropped(announced, body.vkeys)
    value: dict[str, Json] = {**row, "log_vkeys": listed}
    return Outcome(rows=(Row("registry", value),))


def _announced(announced: list[str], vkeys: tuple[str, ...]) -> list[Json]:
    for vkey in vkeys:
        if vkey in announced:
            raise Refused(RefusalCode.LOG_KEY_ALREADY_ANNOUNCED, vkey=vkey)
    return [*announced, *vkeys]


def _dropped(announced: list[str], vkeys: tuple[str, ...]) -> list[Json]:
    for vkey in vkeys:
        if vkey not in announced:
            raise Refused(RefusalCode.LOG_KEY_UNKNOWN, vkey=vkey)
    left: list[Json] = [vkey for vkey in announced if vkey not in vkeys]
    if not left:
        raise Refused(RefusalCode.LOG_KEYS_TOO_FEW, announced=len(announced))
    return left


RULE: Final = Rule(kind="log.keys", read=read, needs=needs, decide=decide)
