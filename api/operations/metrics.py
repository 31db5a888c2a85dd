"""What a node tells its operator's monitoring; docs/OPERATING.md has the table of names.

Counters are kept where things happen. What can be looked up (sizes, times, room) is looked up when
it is asked for, and left out if it cannot be.
"""

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from api.operations.exposition import exposed, gauge
from api.operations.readiness import Readiness
from api.watching import published_of
from contracts.refusal import Refused
from ledger import rulesets
from ledger.database.epoch import present_epoch
from ledger.jobs.job import State
from ledger.jobs.queues import queue_of
from ledger.log.note import NoteSignature
from ledger.log.policy import Policy
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.publish.lease import PUBLISHER, epoch_of
from ledger.publish.quorum import Ask, Consistency
from ledger.registry import Registry
from ledger.room import free_bytes, volumes_of
from ledger.sequencing.tickets import Answer, Recorded, Turn
from ledger.store import TamperedError
from ledger.witness.asking import WitnessAnswer, ask_each

_ORDERS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
JOBS_MAX: Final = 1_000
_WORLD: Final = (SQLAlchemyError, OSError, TamperedError)


class Metrics:
    """The figures of one service, in a registry of their own."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._version = version
        self._orders = self._counter("orders", "Orders answered.", "outcome", "code")
        self._batch = self._histogram("batch_orders", "Orders decided together.", _ORDERS)
        self._seconds = self._histogram(
            "batch_seconds", "Seconds to decide and commit a batch.", _SECONDS
        )
        self._waited = self._histogram(
            "queue_seconds", "Longest wait of an order in a batch before it was decided.", _SECONDS
        )
        self._witnesses = self._counter(
            "witness_answers", "What became of asking a witness.", "witness", "outcome"
        )
        self._requests = self._counter(
            "http_requests", "Requests answered, by route.", "method", "route", "status"
        )
        self._request = self._histogram(
            "http_request_seconds", "Seconds until an answer was complete.", _SECONDS, "route"
        )

    def batch(self, turn: Turn) -> None:
        """Count a batch."""
        self._batch.observe(turn.orders)
        self._seconds.observe(turn.seconds)
        self._waited.observe(turn.waited_s)

    def answer(self, answer: Answer) -> None:
        """Count what an order was answered: a refusal by its number, a fault by its kind."""
        if isinstance(answer, Recorded):
            self._orders.labels("again" if answer.again else "recorded", "").inc()
        elif isinstance(answer, Refused):
            self._orders.labels("refused", str(answer.code.value)).inc()
        else:
            self._orders.labels("failed", type(answer).__name__).inc()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is a template, never what somebody typed."""
        self._requests.labels(method, route, str(status)).inc()
        self._request.labels(route).observe(seconds)

    def witness(self, answer: WitnessAnswer) -> None:
        """Count what became of asking a witness."""
        name = ",".join(answer.names)
        self._witnesses.labels(name, answer.outcome.name.lower()).inc()

    def looks_at(
        self, registry: Registry, readiness: Readiness, waiting: Callable[[], int]
    ) -> None:
        """Look up the rest here whenever somebody asks."""
        self.registry.register(_Looked(registry, readiness, waiting, self._version))

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return exposed(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"sinkledger_{name}", text, labels, registry=self.registry)

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        full = f"sinkledger_{name}"
        return Histogram(full, text, labels, registry=self.registry, buckets=buckets)


def counted(count: Callable[[WitnessAnswer], None]) -> Ask:
    """Return what asks the policy's witnesses, and counts what became of it."""

    def ask(
        policy: Policy, note: bytes, consistency: Consistency, timeout_s: float
    ) -> tuple[NoteSignature, ...]:
        answers = ask_each(policy, note, consistency, timeout_s)
        for answer in answers:
            count(answer)
        return tuple(line for answer in answers for line in answer.signatures)

    return ask


class _Looked(Collector):
    """What is looked up at the moment of asking."""

    def __init__(
        self, registry: Registry, readiness: Readiness, waiting: Callable[[], int], version: str
    ) -> None:
        self._registry, self._readiness = registry, readiness
        self._waiting, self._version = waiting, version
        self._published = published_of(registry)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name nothing ahead: a database need not answer for a figure to be registered."""
        yield from ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield everything that can be looked up now."""
        build = gauge("build_info", "Version, and the rule set shipped newest.", "version", "rules")
        build.add_metric([self._version, rulesets.newest()], 1)
        waiting = gauge("queue_orders", "Orders on their way.")
        waiting.add_metric([], self._waiting())
        well = gauge("ready", "Whether something is well, as /readyz says.", "check")
        checks = self._readiness.checks_now()
        for name, holds in checks.items():
            well.add_metric([name], float(holds))
        yield from (build, waiting, well)
        yield from self._disk()
        if checks["database"]:
            try:
                yield from [*self._log(), *self._jobs()]
            except _WORLD:
                return

    def _log(self) -> Iterator[GaugeMetricFamily]:
        size, published = self._registry.size(), self._published()
        with self._registry.reader.connect() as connection:
            times_taken, epoch = epoch_of(connection, PUBLISHER), present_epoch(connection)
        for name, text, value in (
            ("entries", "Entries in the log.", size),
            ("published_entries", "Entries that the published checkpoint covers.", published),
            ("unpublished_entries", "Entries that it does not cover yet.", size - published),
            ("lease_epoch", "How often the lease to publish was taken.", times_taken),
            ("epoch", "Era of the database server; 0 on SQLite.", epoch),
        ):
            family = gauge(name, text)
            family.add_metric([], value)
            yield family
        time = gauge("checkpoint_time_seconds", "When the checkpoint was published or confirmed.")
        path = self._registry.settings.log / CHECKPOINT_PATH
        if path.exists():
            time.add_metric([], path.stat().st_mtime)
        yield time

    def _disk(self) -> Iterator[GaugeMetricFamily]:
        free = gauge("disk_free_bytes", "Bytes that may still be written.", "volume")
        for name, folder in volumes_of(self._registry.settings).items():
            try:
                free.add_metric([name], free_bytes(folder))
            except OSError:
                continue
        yield free

    def _jobs(self) -> Iterator[GaugeMetricFamily]:
        jobs = gauge("jobs", "Jobs by state, counted up to a thousand.", "state")
        queue = queue_of(self._registry)
        for state in (State.WAITING, State.RUNNING, State.DEAD):
            jobs.add_metric([state.value], len(queue.jobs(state=state, limit=JOBS_MAX)))
        yield jobs
