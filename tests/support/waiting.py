"""Waiting for something that another process does, with a bound."""

import time
from collections.abc import Callable


def wait_until(holds: Callable[[], bool], *, within_s: float = 20) -> None:
    """Return as soon as it holds.

    Raises:
        TimeoutError: it did not within that time.
    """
    until = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError(f"{holds} does not hold after {within_s} s")
        time.sleep(0.01)
