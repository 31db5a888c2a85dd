"""Which claim is asked for: by key, by prefix, or by a serial as papers print it."""

from collections.abc import Callable
from typing import Final

from api.problems import ClaimError, NotFoundError
from contracts.check_digits import CheckDigitError
from contracts.form import BATCH
from contracts.ranges import Range, parse_serial
from ledger.log.state_claims import Claim
from ledger.registry import Registry
from ledger.state.proving import StateView, prove_key, prove_prefix, prove_unit
from ledger.state.store import STATE_FILE, StateStore

POLICY_FILE: Final = "policy"


def claim_of(
    *, key: str = "", prefix: str = "", serial: str = "", rows_max: int | None = None
) -> Callable[[StateView], Claim]:
    """Return how the one claim that is asked for is made.

    Args:
        key: A key of the state.
        prefix: The beginning of keys.
        serial: A serial of one unit: BATCH:N, counting from 1, or as papers print it.
        rows_max: How many rows a prefix may have.

    Raises:
        ClaimError: none or several are given, or the serial is of several units.
        NotFoundError: it is no serial.
    """
    if sum(map(bool, (key, prefix, serial))) != 1:
        raise ClaimError("give one of key, prefix and serial")
    if key:
        return lambda view: prove_key(view, key)
    if prefix:
        return lambda view: prove_prefix(view, prefix, rows_max=rows_max)
    batch, units = units_of(serial)
    if units.end - units.first != 1:
        raise ClaimError("give the serial of one unit, as BATCH:NUMBER")
    return lambda view: prove_unit(view, batch, units.first)


def units_of(serial: str) -> tuple[str, Range]:
    """Read a serial range from paper, or a single number written BATCH:N.

    Raises:
        NotFoundError: it is neither.
    """
    try:
        return parse_serial(serial)
    except CheckDigitError:
        batch, _, number = serial.upper().partition(":")
        plain = number.isascii() and number.isdigit() and 0 < len(number) <= 15
        if not BATCH.fullmatch(batch) or not plain or int(number) < 1:
            raise NotFoundError(serial) from None
        return batch, Range(int(number) - 1, int(number))


def store_of(registry: Registry) -> StateStore:
    """Open a registry's follower for reading.

    Raises:
        StateDamagedError: the file cannot be read.
    """
    return StateStore(registry.settings.data / STATE_FILE)
