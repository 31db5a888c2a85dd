"""Rule set v1: which rule decides which order kind, and the checks that come before any rule."""

from collections.abc import Sequence
from typing import Any, Final

from contracts import authority
from contracts.books import Books
from contracts.form import Form
from contracts.lookup import registry
from contracts.orders import Order, check_time
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.size import outcome_bytes, outcome_fits
from contracts.v1 import (
    account_keys,
    account_open,
    anchor_record,
    batch_issue,
    certificate_correct,
    certificate_expire,
    certificate_record,
    certificate_reinstate,
    certificate_revoke,
    certificate_suspend,
    claim_complete,
    claim_measure,
    claim_open,
    external_lock,
    geometry_publish,
    holding_state,
    log_freeze,
    log_keys,
    loss_declare,
    loss_impair,
    loss_replace,
    parameters_confirm,
    parameters_publish,
    parcel_register,
    project_register,
    project_validate,
    registry_open,
    report_submit,
    report_verify,
    rules_activate,
    state_commit,
    units_cancel,
    units_retire,
    units_transfer,
)
from contracts.values import OUTCOME_BYTES_MAX, Moment, Outcome

_MODULES: Final = (
    registry_open,
    rules_activate,
    parameters_publish,
    parameters_confirm,
    account_open,
    account_keys,
    parcel_register,
    geometry_publish,
    external_lock,
    project_register,
    project_validate,
    report_submit,
    report_verify,
    batch_issue,
    units_transfer,
    units_retire,
    units_cancel,
    holding_state,
    claim_open,
    claim_measure,
    claim_complete,
    certificate_record,
    certificate_suspend,
    certificate_reinstate,
    certificate_revoke,
    certificate_correct,
    certificate_expire,
    loss_declare,
    loss_replace,
    loss_impair,
    state_commit,
    anchor_record,
    log_keys,
    log_freeze,
)
RULES: Final[dict[str, Rule[Any]]] = {module.RULE.kind: module.RULE for module in _MODULES}


def decide(books: Books, order: Order, keys: Sequence[tuple[str, str]], moment: Moment) -> Outcome:
    """Decide one order whose signatures by `keys` (hex key, algorithm) are known to be good.

    Raises:
        Refused: as `read`, then as `decide_read`.
    """
    return decide_read(books, order, read(order), keys, moment)


def read(order: Order) -> object:
    """Read the body of an order, for which no books are needed.

    Raises:
        Refused: class 1: `KIND_UNKNOWN` and the form of the body.
    """
    rule = RULES.get(order.kind)
    if rule is None:
        raise Refused(RefusalCode.KIND_UNKNOWN, kind=order.kind)
    return rule.read(Form(order.body))


def decide_read(
    books: Books, order: Order, body: object, keys: Sequence[tuple[str, str]], moment: Moment
) -> Outcome:
    """Decide one order whose body `read` has returned, as `decide`.

    Raises:
        Refused: by class: `REGISTRY_NOT_OPEN`, `WRONG_LOG`, `RULES_NOT_ACTIVE`, `ORDER_EXPIRED`,
            `VALID_TOO_LONG`, the keys, the signers; then `LOG_FROZEN`, and what the rule of the
            kind refuses; last `TOO_LARGE`, when what would happen does not fit into an entry.
    """
    rule = RULES[order.kind]
    if order.kind != registry_open.RULE.kind:
        _check_place(books, order)
    check_time(order, moment)
    needs = rule.needs(books, order, body)
    signers = authority.identify(books, keys, moment, needs)
    authority.check(books, order, signers, needs)
    log_freeze.check_frozen(books, order)
    outcome: Outcome = rule.decide(books, order, body, moment)
    if not outcome_fits(outcome, OUTCOME_BYTES_MAX):
        size = outcome_bytes(outcome)
        raise Refused(RefusalCode.TOO_LARGE, outcome_bytes=size, bytes_max=OUTCOME_BYTES_MAX)
    return outcome


def _check_place(books: Books, order: Order) -> None:
    origin = registry(books)["origin"]
    if order.log != origin:
        raise Refused(RefusalCode.WRONG_LOG, log=order.log, origin=origin)
    active = books.row("rules/active")
    if active is None or active["hash"] != order.rules:
        raise Refused(RefusalCode.RULES_NOT_ACTIVE, active=active["hash"] if active else None)
