"""Recovery: static files alone give back the same bytes and rows, and nothing false gets in."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ledger.audit.audit import audit
from ledger.database.tables import PROJECTIONS
from ledger.fetching import FetchError, static_log
from ledger.log.key import ALG_COSIGNATURE, Skey
from ledger.log.policy import Policy, PolicyLog, PolicyWitness
from ledger.publish.publisher import publish
from ledger.registry import Registry, open_registry
from ledger.replay.recovery import Recovery, RecoveryError, Until, recover, recover_until
from tests.support import bodies
from tests.support.ledger import LOG_KEY, ORIGIN, Scene, open_scene, settings_in

POLICY = Policy.of_keys([LOG_KEY.vkey])


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A scene of more than one bundle, published twice, so that it has a full and partial tiles."""
    scene = open_scene(tmp_path / "world")
    world = scene.world
    publish(world.registry)
    orders = [
        world.signed("units.transfer", bodies.transfer(scene.owner, scene.buyer, quantity_kg=kg))
        for kg in range(1, 301)
    ]
    world.submit(*orders)
    publish(world.registry)
    return scene


def recovered(scene: Scene, folder: Path, policy: Policy = POLICY) -> tuple[Registry, Recovery]:
    other = open_registry(settings_in(folder))
    with static_log(str(scene.world.registry.settings.log)) as fetch:
        return other, recover(other, fetch, policy)


def projections(registry: Registry) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(registry.settings.database)) as connection:
        return [
            sorted(connection.execute(f"SELECT * FROM {table.name}").fetchall())
            for table in PROJECTIONS
        ]


def test_the_same_bytes_and_the_same_rows_come_back(scene: Scene, tmp_path: Path) -> None:
    original = scene.world.registry
    other, made = recovered(scene, tmp_path / "new")

    assert made.verdict.checkpoint.size == other.size() == original.size() > 256
    entries = range(original.size())
    assert [other.entry_bytes(n) for n in entries] == [original.entry_bytes(n) for n in entries]
    assert projections(other) == projections(original)
    assert audit(other.settings).ok


def test_the_static_files_come_back_too(scene: Scene, tmp_path: Path) -> None:
    log = scene.world.registry.settings.log
    other, _ = recovered(scene, tmp_path / "new")
    made = {path.relative_to(other.settings.log) for path in other.settings.log.rglob("[0-9]*")}

    assert other.checkpoint() == scene.world.registry.checkpoint()
    for path in (path for path in made if (log / path).is_file()):
        assert (other.settings.log / path).read_bytes() == (log / path).read_bytes()
    third = open_registry(settings_in(tmp_path / "third"))
    with static_log(str(other.settings.log)) as fetch:
        recover(third, fetch, POLICY)
    assert third.root() == other.root()


@pytest.fixture
def served(scene: Scene) -> Iterator[str]:
    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            pass

    folder = str(scene.world.registry.settings.log)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder))
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_address_serves_as_well_as_a_folder(scene: Scene, served: str, tmp_path: Path) -> None:
    other = open_registry(settings_in(tmp_path / "new"))
    with static_log(served) as fetch:
        recover(other, fetch, POLICY)
    assert other.root() == scene.world.registry.root()


def test_nobody_at_the_address_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.fetching.PAUSE_S", 0.01)
    with static_log("http://127.0.0.1:1") as fetch, pytest.raises(FetchError, match="127"):
        fetch("checkpoint")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def swap(log: Path) -> None:
    """Put the right edge's bundle in the place of the full one, cut to fit the name."""
    (edge,) = (log / "tile/entries/001.p").iterdir()
    (log / "tile/entries/000").write_bytes(edge.read_bytes())


def older(log: Path) -> None:
    """Show entries of which the checkpoint says nothing: a checkpoint of another root."""
    note = (log / "checkpoint").read_bytes()
    lines = note.split(b"\n")
    lines[2] = b"A" * 43 + b"="
    (log / "checkpoint").write_bytes(b"\n".join(lines))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda it: (it / "checkpoint").unlink(), "missing", id="no-checkpoint"),
        pytest.param(lambda it: flip(it / "tile/entries/000"), "", id="bundle-flipped"),
        pytest.param(lambda it: (it / "tile/entries/000").unlink(), "missing", id="bundle-gone"),
        pytest.param(lambda it: flip(it / "tile/0/000"), "not the tile in", id="tile-flipped"),
        pytest.param(lambda it: (it / "tile/0/000").write_bytes(b""), "bytes", id="tile-empty"),
        pytest.param(swap, "does not hold just 256", id="bundles-swapped"),
        pytest.param(older, "does not verify", id="root-replaced"),
    ],
)
def test_nothing_is_taken_from_a_damaged_log(
    scene: Scene, tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(scene.world.registry.settings.log)
    with pytest.raises(RecoveryError, match=said or "entry|bundle"):
        recovered(scene, tmp_path / "new")
    other = open_registry(settings_in(tmp_path / "new"))
    assert (other.size(), other.checkpoint()) == (0, None)


def test_the_policy_decides_whose_log_it_is(scene: Scene, tmp_path: Path) -> None:
    stranger = Skey(ORIGIN, bytes(32))
    with pytest.raises(RecoveryError, match="not signed by a known key"):
        recovered(scene, tmp_path / "a", Policy.of_keys([stranger.vkey]))
    witness = Skey("witness.example", b"\1" * 32, ALG_COSIGNATURE)
    strict = Policy(
        logs=(PolicyLog(LOG_KEY.vkey),),
        witnesses=(PolicyWitness("w", witness.vkey),),
        quorum="w",
    )
    with pytest.raises(RecoveryError, match="quorum w is not met"):
        recovered(scene, tmp_path / "b", strict)


def moments(registry: Registry) -> list[tuple[Until, int]]:
    """Return moments to go back to, each with how many entries there were then."""
    entries = [registry.entry(seq) for seq in range(registry.size())]
    middle = entries[len(entries) // 2]
    early = entries[5]
    return [
        (Until(size=1), 1),
        (Until(size=257), 257),
        (Until(at_us=early.at_us), 6),
        (Until(at_us=middle.at_us), sum(entry.at_us <= middle.at_us for entry in entries)),
        (Until(at_us=middle.at_us - 1), sum(entry.at_us < middle.at_us for entry in entries)),
        (Until(at_us=2**52), len(entries)),
    ]


def test_an_earlier_moment_comes_back_byte_for_byte_and_never_grows(
    scene: Scene, tmp_path: Path
) -> None:
    original, static = scene.world.registry, str(scene.world.registry.settings.log)
    for number, (moment, size) in enumerate(moments(original)):
        settings = settings_in(tmp_path / f"then-{number}")
        other = open_registry(settings)
        with static_log(static) as fetch:
            made = recover_until(other, fetch, POLICY, moment)
        other.close()
        other = open_registry(settings)

        assert other.size() == size
        assert made.root == other.root() == original.root(size)
        assert [*range(size)] == [other.entry(seq).seq for seq in range(size)]
        if size < original.size():
            assert "an old copy was restored" in str(other.read_only_reason)
        other.close()


@pytest.mark.parametrize("moment", [Until(size=0), Until(size=10_000), Until(at_us=1)])
def test_a_moment_that_never_was_is_refused(scene: Scene, tmp_path: Path, moment: Until) -> None:
    other = open_registry(settings_in(tmp_path / "then"))
    refused = pytest.raises(RecoveryError, match="cannot be looked at")
    with static_log(str(scene.world.registry.settings.log)) as fetch, refused:
        recover_until(other, fetch, POLICY, moment)
    assert other.size() == 0
