"""Figures: they count what happened, follow Prometheus' conventions, and are all described."""

import re

from prometheus_client.parser import text_string_to_metric_families

from api.operations.metrics import Metrics
from contracts.refusal import RefusalCode, Refused
from ledger.intake.envelope import envelope_bytes
from ledger.publish.publisher import publish
from ledger.sequencing.tickets import ClosingError, Turn
from ledger.witness.asking import Outcome, WitnessAnswer
from tests.support import bodies
from tests.support.architecture import ROOT
from tests.support.ledger import Scene
from tests.support.service import Service

OPERATING = (ROOT / "docs" / "OPERATING.md").read_text(encoding="utf-8")
UNITS = ("_seconds", "_bytes", "_total", "_info", "_orders", "_entries", "_papers")


def figures(service: Service) -> dict[str, float]:
    """Return every sample of our own, by name and labels."""
    text = service.held.metrics.text().decode()
    return {
        f"{sample.name}{sorted(sample.labels.items()) or ''}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("sinkledger_")
    }


def families(service: Service) -> dict[str, str]:
    """Return the type of every family of our own."""
    text = service.held.metrics.text().decode()
    found = re.findall(r"^# TYPE (sinkledger_\w+) (\w+)$", text, re.MULTILINE)
    return {name: kind for name, kind in found if not name.endswith("_created")}


def test_orders_are_counted_by_what_they_were_answered(scene: Scene, node: Service) -> None:
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
    transfer = envelope_bytes(scene.world.signed("units.transfer", body))
    for content in (transfer, transfer):
        node.post(content)
    publish(node.registry)
    found = figures(node)

    assert found["sinkledger_orders_total[('code', ''), ('outcome', 'recorded')]"] == 1
    assert found["sinkledger_orders_total[('code', ''), ('outcome', 'again')]"] == 1
    assert found["sinkledger_batch_orders_count"] == 2
    assert found["sinkledger_batch_seconds_count"] == 2
    assert found["sinkledger_entries"] == node.registry.size()
    assert found["sinkledger_published_entries"] == node.registry.size()
    assert found["sinkledger_unpublished_entries"] == 0
    assert found["sinkledger_lease_epoch"] == 1
    assert found["sinkledger_epoch"] == 0
    assert found["sinkledger_queue_orders"] == 0
    assert found["sinkledger_ready[('check', 'database')]"] == 1
    assert found["sinkledger_disk_free_bytes[('volume', 'data')]"] > 0
    route = "('method', 'POST'), ('route', '/v1/orders')"
    assert found[f"sinkledger_http_requests_total[{route}, ('status', '201')]"] == 1
    assert found[f"sinkledger_http_requests_total[{route}, ('status', '200')]"] == 1


def test_refusals_and_faults_are_told_apart() -> None:
    metrics = Metrics("1")
    metrics.answer(Refused(RefusalCode.BALANCE_TOO_LOW, balance_kg=1, quantity_kg=2))
    metrics.answer(ClosingError("a text that is not shown"))
    metrics.witness(
        WitnessAnswer(url="https://w.example/secret", names=("w",), outcome=Outcome.UNREACHED)
    )
    metrics.batch(Turn(orders=3, recorded=2, seconds=0.02, waited_s=0.01))
    text = metrics.text().decode()

    code = RefusalCode.BALANCE_TOO_LOW.value
    assert f'sinkledger_orders_total{{code="{code}",outcome="refused"}} 1.0' in text
    assert 'sinkledger_orders_total{code="ClosingError",outcome="failed"} 1.0' in text
    assert 'sinkledger_witness_answers_total{outcome="unreached",witness="w"} 1.0' in text
    assert "sinkledger_batch_orders_sum 3.0" in text
    assert "secret" not in text


def test_a_database_that_is_gone_takes_only_its_own_figures_along(node: Service) -> None:
    node.registry.settings.database.write_bytes(b"no database")
    node.registry.reader.dispose()
    found = figures(node)
    assert found["sinkledger_ready[('check', 'database')]"] == 0
    assert "sinkledger_entries" not in found
    assert found["sinkledger_disk_free_bytes[('volume', 'data')]"] > 0


def described() -> dict[str, str]:
    """Return the figures of the operators' table, with their types."""
    return dict(
        re.findall(r"^\| `(sinkledger_(?!witness_co)\w+)`[^|]*\| (\w+) \|", OPERATING, re.M)
    )


def test_the_table_for_operators_names_every_figure(node: Service) -> None:
    node.get("/healthz")
    there = families(node)
    assert described() == there


def test_names_follow_the_conventions(node: Service) -> None:
    for name, kind in families(node).items():
        assert re.fullmatch(r"sinkledger_[a-z]+(_[a-z]+)*", name)
        assert (kind == "counter") is name.endswith("_total")


def test_addresses_that_people_typed_are_no_labels(node: Service) -> None:
    for path in ("/v1/accounts/CANARY", "/CANARY", "/verify/CANARY"):
        node.client.get(path)
    node.client.request("CANARY", "/v1/orders")
    text = node.held.metrics.text().decode()
    assert "CANARY" not in text
    assert 'method="other"' in text
