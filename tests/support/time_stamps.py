"""A time-stamping authority for tests; it stamps in memory, without a network."""

from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from pyhanko.sign.timestamps import DummyTimeStamper

from api.demo.authority import DemoAuthority


@cache
def authority(day: datetime) -> DemoAuthority:
    """Return an authority that is a day old at a moment."""
    return DemoAuthority(day - timedelta(days=1))


def time_stamper(now: datetime) -> DummyTimeStamper:
    """Return an authority whose clock stands at `now`."""
    return authority(now).at(now)


def time_root(now: datetime) -> x509.Certificate:
    """Return the root of that authority."""
    return authority(now).root
