"""The ledger that `./run bench scaling` measures on: what it holds is what submit would record."""

from pathlib import Path

from bench.loaded_ledger import load
from ledger.audit.audit import audit
from tests.support.ledger import entries_of

COUNT = 300


def test_a_loaded_ledger_audits_and_takes_orders(tmp_path: Path) -> None:
    ledger = load(tmp_path, COUNT)
    registry = ledger.scene.world.registry
    assert registry.size() > COUNT

    orders = list(ledger.orders(100, naming=True))
    assert len(entries_of(ledger.scene.world.submit(*orders))) == len(orders)
    assert audit(registry.settings).ok
