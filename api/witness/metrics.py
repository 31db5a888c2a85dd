"""What a witness tells its operator's monitoring, in a registry of its own."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ledger.witness.evidence import kept_evidence
from ledger.witness.folder import WitnessFolder
from ledger.witness.mirror import Mirror

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counts answers, and reads sizes and times from the witness's file when asked."""

    def __init__(self, folder: WitnessFolder, mirror: Mirror | None) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Held(folder, mirror))
        self._answers = Counter(
            "sinkledger_witness_answers",
            "Requests answered, by what was asked and the status code.",
            ("asked", "status"),
            registry=self._registry,
        )

    def count(self, asked: str, status: int) -> None:
        """Count one answer."""
        self._answers.labels(asked, str(status)).inc()

    def text(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self._registry)


class _Held(Collector):
    """What the witness holds at the moment of asking."""

    def __init__(self, folder: WitnessFolder, mirror: Mirror | None) -> None:
        self._folder = folder
        self._mirror = mirror

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield size and time of each log, entries kept, and the count of evidence."""
        size = _gauge("cosigned_size", "Largest tree cosigned, in entries.", "origin")
        time = _gauge("cosigned_time_seconds", "When it was cosigned last.", "origin")
        entries = _gauge("mirrored_entries", "Entries kept and cosigned as mirror.", "origin")
        store = self._folder.store
        for log in store.logs():
            latest = store.latest(log.origin)
            if latest is not None:
                size.add_metric([log.origin], latest.checkpoint.size)
                time.add_metric([log.origin], latest.at_s)
            if self._mirror is not None:
                entries.add_metric([log.origin], self._mirror.copy_of(log).size())
        yield from (size, time, entries)
        evidence = _gauge("evidence", "Logs caught contradicting themselves: look at once.")
        evidence.add_metric([], len(kept_evidence(self._folder.evidence)))
        yield evidence


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"sinkledger_witness_{name}", text, labels=labels)
