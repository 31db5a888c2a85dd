"""Jobs and messages on PostgreSQL, as any node does them, also under the role of nodes."""

from ledger.audit.audit import audit
from ledger.jobs.queues import queue_of
from tests.support.ledger import Scene, pay
from tests.support.outbox_kills import subscribe, tell
from tests.support.receivers import receiver


def test_a_subscriber_is_told_every_entry_and_the_audit_knows_the_tables(scene: Scene) -> None:
    registry = scene.world.registry
    pay(scene, 20)
    with receiver() as hook:
        subscribe(registry, hook)
        assert tell(registry) == ""
        assert hook.seqs == list(range(registry.size()))
        assert (len(hook.came), hook.forged) == (registry.size(), 0)
    assert queue_of(registry).jobs() == []
    assert audit(registry.settings).ok
