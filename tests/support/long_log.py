"""A log of many real entries, published as static files, for readers that others wrote."""

from dataclasses import dataclass
from pathlib import Path

from bench.trading import Market
from ledger.intake.envelope import read_envelope
from ledger.log.key import Vkey
from ledger.publish.publisher import publish

PAGE = 500


@dataclass(frozen=True, slots=True)
class LongLog:
    """A static log in a folder, and the log's own keys."""

    folder: Path
    size: int
    vkeys: tuple[Vkey, ...]


def long_log(folder: Path, size: int) -> LongLog:
    """Record orders until there are `size` entries; publish at the start and at the end."""
    market = Market(folder, seed=1)
    publish(market.registry)
    while missing := size - market.registry.size():
        page = [read_envelope(one) for one in market.orders(min(missing, PAGE))]
        recorded, _ = market.submit(page)
        assert recorded == len(page)
    publish(market.registry)
    market.registry.close()
    vkeys = tuple(one.vkey for one in market.log_keys)
    return LongLog(market.registry.settings.log, size, vkeys)
