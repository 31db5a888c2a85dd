"""The same transfers on PostgreSQL, against raw signature checking and a plain double entry.

The peer's function is our own: what pgledger's `pgledger_create_transfer` does (lock two accounts
in order, move two balances, write a transfer and two entries), with cheaper keys. pgledger itself
is not part of this repository; `SINKLEDGER_BENCH_PGLEDGER=FILE.sql` measures one that is given.
"""

import os
import re
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from statistics import median

from bench.submit_sqlite import figures_of, rounds_of
from bench.trading import Market
from tests.support.postgres import Cluster, binary, cluster

NAME = "submit-postgres"
CLIENTS = 8
PEER_S = 4
ROUNDS = 5
PLAIN = Path(__file__).with_name("double_entry.sql")
PEER_VARIABLE = "SINKLEDGER_BENCH_PGLEDGER"
_PLAIN_CALL = "SELECT plain_create_transfer('account_' || :a, 'account_' || :b, 1);"
_PGLEDGER_SETUP = (
    "CREATE TABLE peer AS SELECT n, (pgledger_create_account('account ' || n, 'CNY')).id AS id "
    "FROM generate_series(1, 32) AS n; CREATE UNIQUE INDEX ON peer (n);"
)
_PGLEDGER_CALL = (
    "SELECT id FROM pgledger_create_transfer((SELECT id FROM peer WHERE n = :a), "
    "(SELECT id FROM peer WHERE n = :b), 1);"
)
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


def run() -> dict[str, object]:
    """Measure submit on a PostgreSQL with fsync; each round also times the peer and raw checks."""
    given = os.environ.get(PEER_VARIABLE)
    with (
        tempfile.TemporaryDirectory() as folder,
        cluster(fsync=True, settings={"shared_buffers": "128MB"}) as server,
        server.database() as url,
        server.database() as peer,
    ):
        _prepare_peer(server, peer, given)
        market = Market(Path(folder), seed=1, database_url=url)
        peers_per_s = []
        rounds = []
        for _ in range(ROUNDS):
            rounds += rounds_of(market, 1)
            peers_per_s.append(_peer_rate(server, peer, Path(folder), given))
        market.registry.close()
        memory_mb = _memory_mb(server)
    measured = figures_of(rounds)
    per_s = float(str(measured["transfers_per_s"]))
    return {
        "name": NAME,
        "ratio": measured.pop("ratio"),
        "against": "raw single-core Ed25519 verifications per second of cryptography, same run",
        "figures": {
            **measured,
            "peer": "pgledger, from the file given" if given else "our own plain SQL double entry",
            "peer_clients": CLIENTS,
            "peer_transfers_per_s": round(median(peers_per_s)),
            "times_the_peer": round(per_s / median(peers_per_s), 2),
            "fsync": server.settings["fsync"],
            "server_memory_mb": memory_mb,
            "load_average": os.getloadavg()[0],
        },
    }


def _prepare_peer(server: Cluster, url: str, given: str | None) -> None:
    source = Path(given) if given else PLAIN
    with server.connect(url.rpartition("/")[2]) as connection:
        connection.execute(source.read_bytes())
        if given:
            connection.execute(_PGLEDGER_SETUP.encode())


def _peer_rate(server: Cluster, url: str, folder: Path, given: str | None) -> float:
    """Return the transfers per second of so many clients that call the peer's function."""
    script = folder / "peer.sql"
    call = _PGLEDGER_CALL if given else _PLAIN_CALL
    script.write_text(
        f"\\set a random(1, 32)\n\\set b (:a + random(0, 30)) % 32 + 1\n{call}\n", encoding="ascii"
    )
    command = [binary("pgbench"), "--no-vacuum", "--protocol=prepared", f"--file={script}"]
    command += [f"--client={CLIENTS}", "--jobs=2", f"--time={PEER_S}", url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = _TPS.search(done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench says no rate:\n{done.stdout}{done.stderr}")
    return float(found[1])


def _memory_mb(server: Cluster) -> int:
    """Return what the server's processes hold, shared pages counted once for all that share."""
    total_kb = 0
    for process in server.processes():
        with suppress(ProcessLookupError, FileNotFoundError):
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            total_kb += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total_kb // 1024
