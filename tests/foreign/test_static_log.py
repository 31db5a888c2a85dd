"""A published log, read by tools that others wrote and that share nothing with this project.

`tlog-scales` is always there. Go's `golang.org/x/mod` is where Go is and its module was fetched
before (`cd tests/foreign/gocheck && go mod download`), as no test goes to the network.
"""

import atexit
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import pytest
from tlog_scales import signing, tiles
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader

from tests.support.long_log import LongLog, long_log

GOCHECK = Path(__file__).parent / "gocheck"
SIZES = [
    pytest.param(700, id="700-entries"),
    pytest.param(70_000, id="70000-entries", marks=pytest.mark.faults),
]


@cache
def log_of(size: int) -> LongLog:
    folder = Path(mkdtemp(prefix="sinkledger-long-"))
    atexit.register(shutil.rmtree, folder)
    return long_log(folder, size)


@cache
def go_program() -> Path | None:
    """Build the checker; nothing where Go or its module is missing."""
    go = shutil.which("go")
    if go is None:
        return None
    folder = Path(mkdtemp(prefix="sinkledger-go-"))
    atexit.register(shutil.rmtree, folder)
    program = folder / "gocheck"
    built = subprocess.run(
        [go, "build", "-o", program, "."],
        cwd=GOCHECK,
        env={**os.environ, "GOPROXY": "off", "GOFLAGS": "-mod=readonly"},
        capture_output=True,
        check=False,
    )
    return program if built.returncode == 0 else None


def run_go(log: LongLog) -> subprocess.CompletedProcess[str]:
    program = go_program()
    if program is None:
        pytest.skip("Go or its module golang.org/x/mod is not on this machine")
    vkey = log.vkeys[0].to_text()
    return subprocess.run(
        [program, log.folder, vkey], capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("size", SIZES)
def test_go_reads_the_checkpoint_every_entry_and_proofs(size: int) -> None:
    done = run_go(log_of(size))

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"ok: {size} entries, ")


@pytest.mark.parametrize("size", SIZES)
def test_tlog_scales_checks_both_signatures_and_random_entries(size: int) -> None:
    log = log_of(size)
    reader = TilesReader(LocalBackend(log.folder))
    checkpoint = reader.get_checkpoint()
    known = signing.VkeySet(*(signing.Vkey.from_string(vkey.to_text()) for vkey in log.vkeys))

    assert len(known.verify(checkpoint.signatures, checkpoint)) == len(log.vkeys)
    reader.set_size(checkpoint.size)
    assert reader.calculate_root_hash() == checkpoint.root_hash
    random = Random(size)
    for index in [0, size - 1, *(random.randrange(size) for _ in range(200))]:
        proof = reader.get_inclusion_proof(index, checkpoint.size)
        proof.check(tiles.leaf_hash(reader.get_entry(index)), checkpoint.root_hash)


@pytest.mark.parametrize("path", ["tile/0/001", "tile/entries/002.p/188"])
def test_go_refuses_one_flipped_bit(path: str, tmp_path: Path) -> None:
    """The saboteur: a checker that would accept anything proves nothing."""
    log = log_of(700)
    folder = tmp_path / "log"
    shutil.copytree(log.folder, folder)
    content = bytearray((folder / path).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / path).chmod(0o644)
    (folder / path).write_bytes(bytes(content))

    assert run_go(LongLog(folder, log.size, log.vkeys)).returncode == 1
