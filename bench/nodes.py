"""Two API nodes on one PostgreSQL, each limited to one core, against one such node.

Orders are signed by two persons with passkeys (P-256), so signatures dominate; the same is measured
with one Ed25519 signature, where a second node brings little and must cost little. PostgreSQL and
the load run on the same machine, on whatever core is free: with two cores they take from the nodes
what a second machine would not.
"""

import gc
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.trading import Market, one_person, two_passkeys
from tests.support.people import Person
from tests.support.postgres import Cluster, cluster

NAME = "nodes"
LINES = 100
BATCHES = 16
ROUNDS = 5
SENDERS = 4
"""Batches in flight at each node: one is decided while others are checked."""

START_S = 60
BATCH_PATH = "/v1/orders:batch"
LINES_TYPE = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class _Node:
    port: int
    process: subprocess.Popen[bytes]

    @property
    def rss_mb(self) -> int:
        """The largest memory it has had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def run() -> dict[str, object]:
    """Measure orders per second through one node and through two, in turns."""
    with cluster(fsync=True) as server:
        heavy = _measure(server, two_passkeys)
        light = _measure(server, one_person)
    return {
        "name": NAME,
        "ratio": heavy.ratio,
        "against": "one node limited to one core, same PostgreSQL, same run",
        "figures": {
            "orders_per_round": LINES * BATCHES,
            "rounds": ROUNDS,
            "cores": len(os.sched_getaffinity(0)),
            "two_passkeys_one_node_per_s": heavy.one_per_s,
            "two_passkeys_two_nodes_per_s": heavy.two_per_s,
            "one_signature_ratio": light.ratio,
            "one_signature_one_node_per_s": light.one_per_s,
            "one_signature_two_nodes_per_s": light.two_per_s,
            "node_peak_rss_mb": max(heavy.rss_mb, light.rss_mb),
            "load_average": os.getloadavg()[0],
        },
    }


@dataclass(frozen=True, slots=True)
class _Measured:
    ratio: float
    one_per_s: int
    two_per_s: int
    rss_mb: int


def _measure(server: Cluster, people: Callable[[str], tuple[Person, ...]]) -> _Measured:
    with tempfile.TemporaryDirectory() as name, server.database() as url:
        folder = Path(name)
        market = Market(folder, seed=1, database_url=url, people=people)
        market.registry.close()
        with _nodes(market, folder, url) as nodes:
            for warming in (nodes[:1], nodes[1:], nodes):
                _rate(market, warming)
            ones, twos = [], []
            for _ in range(ROUNDS):
                ones.append(_rate(market, nodes[:1]))
                twos.append(_rate(market, nodes))
            rss_mb = max(node.rss_mb for node in nodes)
    pairs = zip(ones, twos, strict=True)
    return _Measured(
        ratio=round(statistics.median(two / one for one, two in pairs), 3),
        one_per_s=round(statistics.median(ones)),
        two_per_s=round(statistics.median(twos)),
        rss_mb=rss_mb,
    )


@contextmanager
def _nodes(market: Market, folder: Path, url: str) -> Iterator[list[_Node]]:
    """Run a node on each of two cores, each with a folder and a mark of its own."""
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        found = []
        for number in range(2):
            place = folder / str(number)
            words = [sys.executable, "-m", "bench.http_server", str(place), str(market.now_us)]
            core = str(cores[number % len(cores)])
            process = subprocess.Popen(
                ["taskset", "--cpu-list", core, *words],
                env={**os.environ, "SINKLEDGER_DATABASE_URL": url},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
            )
            stack.callback(process.wait, START_S)
            stack.callback(process.terminate)
            assert process.stdout is not None
            found.append(_Node(int(process.stdout.readline()), process))
        yield found


def _rate(market: Market, nodes: list[_Node]) -> float:
    """Return how many orders per second the nodes record together."""
    envelopes = list(market.orders(LINES * BATCHES))
    bodies = [b"\n".join(envelopes[i : i + LINES]) for i in range(0, len(envelopes), LINES)]
    left = list(bodies)
    gc.collect()
    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS * len(nodes)) as pool:
        sent = [pool.submit(_send, node, left) for node in nodes for _ in range(SENDERS)]
        recorded = sum(future.result() for future in sent)
    seconds = time.perf_counter() - began
    if recorded != len(envelopes):
        raise RuntimeError(f"only {recorded} of {len(envelopes)} orders were recorded")
    return recorded / seconds


def _send(node: _Node, left: list[bytes]) -> int:
    """Send what is left, batch by batch; return how many orders were recorded."""
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=60)
    recorded = 0
    while left:
        try:
            body = left.pop()
        except IndexError:
            break
        connection.request("POST", BATCH_PATH, body, {"content-type": LINES_TYPE})
        lines = connection.getresponse().read().splitlines()
        recorded += sum(b'"seq"' in line for line in lines)
    connection.close()
    return recorded
