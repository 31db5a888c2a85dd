"""This machine's clock, asked by whoever runs here; rules and replay know only recorded times."""

import time


def clock_us() -> int:
    """Return this machine's clock in microseconds since 1970-01-01T00:00:00Z."""
    return time.time_ns() // 1_000
