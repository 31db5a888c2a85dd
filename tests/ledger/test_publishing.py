"""A published log as strangers read it: files that lead to the signed root, at every size."""

from pathlib import Path

import pytest

from ledger.log.checkpoint import open_checkpoint
from ledger.log.merkle import inclusion_path, leaf_hash, verify_inclusion
from ledger.log.policy import check_policy, parse_policy
from ledger.log.tiles import tiles_of
from ledger.publish import growth, publisher
from ledger.publish.lease import LeaseError, end_lease, renew_lease, take_lease
from ledger.publish.quorum import AheadError, NoQuorumError, PublishError
from ledger.publish.tiling import STAGING, write_once
from ledger.registry import Registry, open_registry
from ledger.store import TamperedError
from tests.support.ledger import LOG_KEY, ORIGIN, Scene, open_scene, pay
from tests.support.publishing import NearWitness, NearWitnesses, near_publisher

LEASE_S = 61 * 1_000_000


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path / "world")


def read_all(registry: Registry, note: bytes) -> list[bytes]:
    checkpoint = open_checkpoint(note, [LOG_KEY.vkey], ORIGIN)
    return list(registry.tiles(checkpoint.size, checkpoint.root).entries())


def stored(registry: Registry) -> list[bytes]:
    return [registry.entry_bytes(seq) for seq in range(registry.size())]


def files(registry: Registry) -> set[str]:
    folder = registry.settings.log
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_every_published_size_can_be_read_from_files(scene: Scene) -> None:
    registry, notes = scene.world.registry, []
    for times in (1, 1, 229, 13, 300):
        pay(scene, times)
        notes.append((near_publisher(registry).publish(), registry.size()))
    for note, size in notes:
        assert read_all(registry, note) == stored(registry)[:size]
    wanted = {tile.path for _, size in notes for tile in tiles_of(size)}
    assert files(registry) == {"checkpoint", *wanted}


def test_long_logs_are_taken_in_steps_of_a_checkpoint_each(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(scene, 600)
    monkeypatch.setattr(publisher, "STEP_ENTRIES", 100)
    one = near_publisher(scene.world.registry)
    note = one.publish()
    assert len(one.signer.notes) == 7
    assert read_all(scene.world.registry, note) == stored(scene.world.registry)


def test_a_proof_is_computed_from_files_alone(scene: Scene) -> None:
    pay(scene, 300)
    registry = scene.world.registry
    checkpoint = open_checkpoint(near_publisher(registry).publish(), [LOG_KEY.vkey], ORIGIN)
    tiles = registry.tiles(checkpoint.size, checkpoint.root)
    path = inclusion_path(7, checkpoint.size, tiles.subtree)
    leaf = leaf_hash(registry.entry_bytes(7))
    verify_inclusion(leaf, 7, checkpoint.size, path, checkpoint.root)


def test_an_idle_log_is_not_signed_again(scene: Scene) -> None:
    registry = scene.world.registry
    assert near_publisher(registry).publish() == near_publisher(registry).publish()


def test_the_hook_before_a_publication_is_published_with_it(scene: Scene) -> None:
    registry = scene.world.registry
    note = near_publisher(registry, before=lambda: pay(scene)).publish()
    assert len(read_all(registry, note)) == registry.size()


def test_a_checkpoint_shows_once_the_quorum_is_met(scene: Scene) -> None:
    registry = scene.world.registry
    ask = NearWitnesses((NearWitness("a/w"), NearWitness("b/w"), NearWitness("c/w", silent=True)))
    ask.write_policy(registry, 2)
    note = near_publisher(registry, ask).publish()
    verdict = check_policy(parse_policy(registry.settings.policy.read_text()), note)
    assert [name for name, _ in verdict.witnesses] == ["a", "b"]
    assert registry.checkpoint() == note


def test_without_quorum_the_old_checkpoint_stays_and_the_tiles_too(scene: Scene) -> None:
    registry, size = scene.world.registry, scene.world.registry.size()
    witnesses = NearWitness("a/w"), NearWitness("b/w")
    ask = NearWitnesses(witnesses)
    ask.write_policy(registry, 2)
    note = near_publisher(registry, ask).publish()
    pay(scene, 3)
    witnesses[1].silent = True
    reason = f"checkpoint of {size} entries stays, tiles reach to {size + 3}"
    with pytest.raises(NoQuorumError, match=reason):
        near_publisher(registry, ask).publish()
    assert registry.checkpoint() == note
    assert {tile.path for tile in tiles_of(registry.size())} <= files(registry)
    assert open_registry(registry.settings).read_only_reason is None

    witnesses[1].silent = False
    pay(scene, 300)
    later = near_publisher(registry, ask).publish()
    assert read_all(registry, later) == stored(registry)


def test_an_idle_log_is_cosigned_again_under_its_stored_note(scene: Scene) -> None:
    registry = scene.world.registry
    ask = NearWitnesses((NearWitness("a/w"), NearWitness("b/w")))
    ask.write_policy(registry, 1)
    policy = parse_policy(registry.settings.policy.read_text())
    first = near_publisher(registry, ask).publish()
    ask.witnesses[0].now_s += 600
    ask.witnesses[1].silent = True
    second = near_publisher(registry, ask).publish()
    assert second.partition(b"\n\n")[0] == first.partition(b"\n\n")[0]
    times = dict(check_policy(policy, second).witnesses)
    assert times["a"] - times["b"] == 600  # b said nothing: its earlier line still counts


def test_a_witness_that_knows_more_stops_everything(scene: Scene) -> None:
    registry = scene.world.registry
    ask = NearWitnesses((NearWitness("a/w"), NearWitness("b/w")))
    ask.write_policy(registry, 1)
    near_publisher(registry, ask).publish()
    assert ask.witnesses[0].last is not None
    ask.witnesses[0].last = type(ask.witnesses[0].last)(origin=ORIGIN, size=999, root=bytes(32))
    pay(scene)
    note = registry.checkpoint()
    with pytest.raises(AheadError, match="999 entries"):
        near_publisher(registry, ask).publish()
    assert registry.checkpoint() == note


def test_the_same_name_with_other_bytes_ends_everything(scene: Scene, tmp_path: Path) -> None:
    write_once(tmp_path, {"tile/0/000": b"a", "tile/1/000": b"b"})
    write_once(tmp_path, {"tile/0/000": b"a"})
    with pytest.raises(TamperedError, match="other bytes"):
        write_once(tmp_path, {"tile/0/000": b"c"})
    assert (tmp_path / "tile/0/000").read_bytes() == b"a"
    assert list((tmp_path / STAGING).iterdir()) == []


@pytest.mark.parametrize("damaged", ["tile/0/000.p/13", "tile/entries/000.p/13"])
def test_damaged_tiles_are_never_built_upon(scene: Scene, damaged: str) -> None:
    registry = scene.world.registry
    note = near_publisher(registry).publish()
    path = registry.settings.log / damaged
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    reason = open_registry(registry.settings).read_only_reason
    assert reason is not None
    assert "tiles do not make up the published checkpoint" in reason
    assert registry.checkpoint() == note


def test_one_publisher_at_a_time(scene: Scene) -> None:
    engine, now_us = scene.world.registry.writer, scene.world.now_us
    first = take_lease(engine, "one", now_us)
    with pytest.raises(LeaseError, match="one is the publisher for another 6"):
        take_lease(engine, "two", now_us, alone=True)
    second = take_lease(engine, "two", now_us + LEASE_S)
    assert second.epoch == first.epoch + 1
    with pytest.raises(LeaseError, match="in between"):
        renew_lease(engine, first, now_us)
    end_lease(engine, renew_lease(engine, second, now_us + LEASE_S))
    assert take_lease(engine, "one", now_us).epoch == 3


def test_what_a_killed_publisher_held_is_free_on_its_own_machine(scene: Scene) -> None:
    engine, now_us = scene.world.registry.writer, scene.world.now_us
    take_lease(engine, "one", now_us)
    assert take_lease(engine, "one", now_us, alone=True).epoch == 2
    with pytest.raises(LeaseError):
        take_lease(engine, "one", now_us)


def test_who_lost_the_lease_shows_no_checkpoint(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = scene.world.registry
    real = publisher.write_once

    def stolen(*given: object) -> None:
        real(*given)  # type: ignore[arg-type]  # as it came
        take_lease(registry.writer, "two", 2**60)

    monkeypatch.setattr(publisher, "write_once", stolen)
    with pytest.raises(LeaseError, match="in between"):
        near_publisher(registry).publish()
    assert registry.checkpoint() is None


def test_stored_hashes_are_compared_with_the_files_to_be(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "tile_bytes", lambda tile, _subtree: bytes(32 * tile.width))
    one = near_publisher(scene.world.registry)
    with pytest.raises(TamperedError, match="would not hold"):
        one.publish()
    assert one.signer.notes == []


def test_a_published_checkpoint_of_another_log_stops_everything(scene: Scene) -> None:
    registry = scene.world.registry
    (registry.settings.log / "checkpoint").write_text("no note")
    with pytest.raises(PublishError, match="not this log's"):
        near_publisher(registry).publish()
