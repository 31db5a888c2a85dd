"""Orders over HTTP against a route that does nothing, and batches of lines against `submit`."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path

from bench.http_paced import paced_ms
from bench.trading import Market
from ledger.intake.envelope import read_envelope
from ledger.registry import open_registry

NAME = "http"
ROUNDS = 5
CLIENTS = 64
SECONDS = 3
PER_ROUND = 3_500 * SECONDS
"""More orders than are sent in a round; each is sent once."""

PACED = 1_000
GROUP = 500
GROUPS = 8
GROUP_CLIENTS = 3
SCRIPT = Path(__file__).parent / "orders.lua"


@dataclass(slots=True)
class _Server:
    port: int
    pid: int
    peak_rss_mb: int = 0

    def cpu_s(self) -> float:
        """Return the processor time of the server itself, without its children."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class _Figures:
    noop_per_s: list[float] = field(default_factory=list)
    orders_per_s: list[float] = field(default_factory=list)
    ratio: list[float] = field(default_factory=list)
    noop_cpu_us: list[float] = field(default_factory=list)
    order_cpu_us: list[float] = field(default_factory=list)
    p99_full_ms: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    lines_per_s: list[float] = field(default_factory=list)
    submit_per_s: list[float] = field(default_factory=list)
    submit_read_per_s: list[float] = field(default_factory=list)


def run() -> dict[str, object]:
    """Measure with 64 clients of wrk, then half as fast, then batches; five rounds of each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        market = Market(folder / "a", seed=1)
        market.registry.close()
        figures = _Figures()
        stock = market.orders(10**9)
        with _server("noop", 0) as noop, _server(str(folder / "a"), market.now_us) as ours:
            for _ in range(ROUNDS):
                _round(figures, folder / "orders", stock, (noop, ours))
        for _ in range(ROUNDS):
            _submit_round(figures, market, stock)
    return _shown(figures, ours)


def _round(
    figures: _Figures, file: Path, stock: Iterator[bytes], servers: tuple[_Server, _Server]
) -> None:
    noop, ours = servers
    bodies = list(islice(stock, PER_ROUND + PACED + GROUP * GROUPS))
    file.write_bytes(b"\n".join(bodies[:PER_ROUND]) + b"\n")
    plain, recorded = _wrk(noop, file), _wrk(ours, file)
    figures.noop_per_s.append(_per_s(plain))
    figures.orders_per_s.append(_per_s(recorded))
    figures.ratio.append(_per_s(recorded) / _per_s(plain))
    figures.noop_cpu_us.append(plain["cpu_us"])
    figures.order_cpu_us.append(recorded["cpu_us"])
    figures.p99_full_ms.append(recorded["p99_ms"])
    paced = bodies[PER_ROUND : PER_ROUND + PACED]
    p50_ms, p99_ms = paced_ms(ours.port, paced, _per_s(recorded) / 2)
    figures.p50_ms.append(p50_ms)
    figures.p99_ms.append(p99_ms)
    figures.lines_per_s.append(_lines_per_s(ours.port, bodies[PER_ROUND + PACED :]))


def _submit_round(figures: _Figures, market: Market, stock: Iterator[bytes]) -> None:
    """Measure `submit` on the same ledger, as many orders together as the batches had."""
    settings = market.registry.settings
    registry = open_registry(settings)
    envelopes = list(islice(stock, GROUP * GROUPS))
    began = time.perf_counter()
    read = [read_envelope(envelope) for envelope in envelopes]
    reading_s = time.perf_counter() - began
    began = time.perf_counter()
    for start in range(0, len(read), GROUP):
        registry.submit(read[start : start + GROUP], now_us=market.now_us, clock_confirmed=True)
    submit_s = time.perf_counter() - began
    registry.close()
    figures.submit_per_s.append(len(read) / submit_s)
    figures.submit_read_per_s.append(len(read) / (submit_s + reading_s))


def _wrk(server: _Server, file: Path) -> dict[str, float]:
    url = f"http://127.0.0.1:{server.port}/v1/orders"
    asked = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-s", str(SCRIPT), url]
    before_s = server.cpu_s()
    done = subprocess.run(
        [*asked, "--", str(file), "0", str(PER_ROUND)], check=True, capture_output=True, text=True
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if told["failed"]:
        raise RuntimeError(f"{told['failed']} requests failed")
    return {**told, "cpu_us": (server.cpu_s() - before_s) / told["requests"] * 1e6}


def _per_s(told: dict[str, float]) -> float:
    return told["requests"] / told["seconds"]


def _lines_per_s(port: int, bodies: Sequence[bytes]) -> float:
    """Return how many orders a second are recorded that come in batches of lines."""
    groups = [b"\n".join(bodies[start : start + GROUP]) for start in range(0, len(bodies), GROUP)]
    began = time.perf_counter()
    with ThreadPoolExecutor(GROUP_CLIENTS) as clients:
        recorded = sum(clients.map(lambda group: _post_lines(port, group), groups))
    if recorded != len(bodies):
        raise RuntimeError(f"only {recorded} of {len(bodies)} lines were recorded")
    return len(bodies) / (time.perf_counter() - began)


def _post_lines(port: int, content: bytes) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(
        "POST", "/v1/orders:batch", content, {"Content-Type": "application/x-ndjson"}
    )
    answer = connection.getresponse().read()
    connection.close()
    return answer.count(b'"status":"recorded"')


@contextmanager
def _server(what: str, now_us: int) -> Iterator[_Server]:
    command = [sys.executable, "-m", "bench.http_server", what, str(now_us)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        output = child.stdout
        if output is None:
            raise RuntimeError("the server has no output")
        server = _Server(int(output.readline()), child.pid)
        try:
            yield server
        finally:
            status = Path(f"/proc/{child.pid}/status").read_text()
            server.peak_rss_mb = int(status.partition("VmHWM:")[2].split()[0]) // 1024
            child.terminate()


def _shown(figures: _Figures, server: _Server) -> dict[str, object]:
    middle = statistics.median
    return {
        "name": NAME,
        "ratio": round(middle(figures.ratio), 3),
        "against": "requests per second of a bare FastAPI `def` route with a dict body, same run",
        "figures": {
            "clients": CLIENTS,
            "orders_per_s": round(middle(figures.orders_per_s)),
            "noop_per_s": round(middle(figures.noop_per_s)),
            "server_cpu_us_per_noop": round(middle(figures.noop_cpu_us)),
            "server_cpu_us_per_order": round(middle(figures.order_cpu_us)),
            "p99_ms_at_saturation": round(middle(figures.p99_full_ms), 1),
            "p50_ms_at_half": round(middle(figures.p50_ms), 1),
            "p99_ms_at_half": round(middle(figures.p99_ms), 1),
            "batch_lines_per_s": round(middle(figures.lines_per_s)),
            "submit_per_s": round(middle(figures.submit_per_s)),
            "batch_ratio": round(middle(figures.lines_per_s) / middle(figures.submit_per_s), 3),
            "batch_ratio_with_reading": round(
                middle(figures.lines_per_s) / middle(figures.submit_read_per_s), 3
            ),
            "server_peak_rss_mb": server.peak_rss_mb,
            "cores": len(os.sched_getaffinity(0)),
            "load": round(os.getloadavg()[0], 1),
        },
    }
