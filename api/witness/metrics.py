"""What a witness tells its operator's monitoring, in a registry of its own."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.operations.exposition import exposed, gauge
from ledger.witness.evidence import kept_evidence
from ledger.witness.folder import WitnessFolder
from ledger.witness.mirror import Mirror


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
        return exposed(self._registry)


class _Held(Collector):
    """What the witness holds at the moment of asking."""

    def __init__(self, folder: WitnessFolder, mirror: Mirror | None) -> None:
        self._folder = folder
        self._mirror = mirror

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield size and time of each log, entries kept, and the count of evidence."""
        size = gauge("witness_cosigned_size", "Largest tree cosigned, in entries.", "origin")
        time = gauge("witness_cosigned_time_seconds", "When it was cosigned last.", "origin")
        entries = gauge(
            "witness_mirrored_entries", "Entries kept and cosigned as mirror.", "origin"
        )
        store = self._folder.store
        for log in store.logs():
            latest = store.latest(log.origin)
            if latest is not None:
                size.add_metric([log.origin], latest.checkpoint.size)
                time.add_metric([log.origin], latest.at_s)
            if self._mirror is not None:
                entries.add_metric([log.origin], self._mirror.copy_of(log).size())
        yield from (size, time, entries)
        evidence = gauge("witness_evidence", "Logs caught contradicting themselves: look at once.")
        evidence.add_metric([], len(kept_evidence(self._folder.evidence)))
        yield evidence
