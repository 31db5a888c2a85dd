"""The log as files over HTTP: right types, kept for ever, open to all, and nothing beside them."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.routes import static_log
from ledger.blobs import Access, write_blob
from ledger.log.checkpoint import open_checkpoint
from ledger.log.tile_reader import TileReader
from ledger.log.tiles import tiles_of
from tests.support import bodies
from tests.support.ledger import LOG_KEY, ORIGIN, entries_of, open_scene
from tests.support.publishing import near_publisher
from tests.support.service import Service, is_problem

FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    scene = open_scene(tmp_path_factory.mktemp("static"))
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
    entries_of(
        scene.world.submit(*(scene.world.signed("units.transfer", body) for _ in range(300)))
    )
    near_publisher(scene.world.registry).publish()
    service = Service.on(scene.world.registry, scene.world.now_us)
    yield service
    service.close()


def get(service: Service, path: str, **headers: str) -> Any:
    return service.client.get(path, headers={"accept-encoding": "identity", **headers})


def test_a_stranger_reads_the_whole_log_from_files(service: Service) -> None:
    note = get(service, "/log/checkpoint").content
    checkpoint = open_checkpoint(note, [LOG_KEY.vkey], ORIGIN)
    fetch = lambda path: get(service, f"/log/{path}").content  # noqa: E731  # a reader in a line
    reader = TileReader(fetch, checkpoint.size, checkpoint.root)
    registry = service.registry
    wanted = [registry.entry_bytes(seq) for seq in range(registry.size())]
    assert list(reader.entries()) == wanted


def test_types_and_how_long_they_may_be_kept(service: Service) -> None:
    note = get(service, "/log/checkpoint")
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    assert note.headers["cache-control"] == "public, max-age=5"
    for tile in tiles_of(service.registry.size()):
        answer = get(service, f"/log/{tile.path}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == FOREVER
        assert answer.headers["access-control-allow-origin"] == "*"


def test_bundles_are_compressed_for_who_can_read_it(service: Service) -> None:
    plain = get(service, "/log/tile/entries/000")
    with service.client.stream(
        "GET", "/log/tile/entries/000", headers={"accept-encoding": "gzip"}
    ) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 2


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        pytest.param("", False, id="nothing"),
        pytest.param("gzip", True, id="named"),
        pytest.param("br, GZIP;q=0.5", True, id="named-among-others-in-capitals"),
        pytest.param("x-gzip", True, id="by-its-old-name"),
        pytest.param("gzip;q=0", False, id="forbidden"),
        pytest.param("gzip ; q=0.000, br", False, id="forbidden-with-spaces-and-places"),
        pytest.param("*", True, id="anything"),
        pytest.param("*;q=0.001", True, id="anything-reluctantly"),
        pytest.param("gzip;q=0, *", False, id="anything-but-it"),
        pytest.param("*;q=0, gzip;q=1.000", True, id="nothing-but-it"),
        pytest.param("identity, *;q=0", False, id="only-plain"),
        pytest.param("gzipped", False, id="another-name"),
        pytest.param("gzip;q=high", False, id="a-weight-that-is-none"),
    ],
)
def test_bundles_are_packed_only_for_who_takes_gzip(
    service: Service, accepted: str, packed: bool
) -> None:
    answer = get(service, "/log/tile/entries/000", **{"accept-encoding": accepted})
    assert ("content-encoding" in answer.headers) == packed


def test_anchors_lie_beside_the_log(service: Service) -> None:
    path = service.registry.settings.log / "anchors/rfc3161/12-0123456789abcdef.tsr"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a time stamp")
    answer = get(service, "/log/anchors/rfc3161/12-0123456789abcdef.tsr")
    assert (answer.status_code, answer.content) == (200, b"a time stamp")
    assert get(service, "/log/anchors/rfc3161/13-0123456789abcdef.tsr").status_code == 404


def test_public_documents_are_found_by_their_digest(service: Service) -> None:
    folder = service.registry.settings.blobs
    public = write_blob(folder, b"a document", Access.PUBLIC)
    private = write_blob(folder, b"a secret", Access.PRIVATE)
    answer = get(service, f"/log/blob/{public}")
    assert answer.content == b"a document"
    assert answer.headers["content-disposition"] == "attachment"
    assert get(service, f"/log/blob/{private}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("tile/0/999", id="not-there"),
        pytest.param("tile/0/000.p/255", id="a-width-never-published"),
        pytest.param("tile/00/000", id="level-spelt-twice"),
        pytest.param("tile/64/000", id="level-too-high"),
        pytest.param("tile/0/x000/000", id="index-spelt-longer"),
        pytest.param("tile/0/000.p/256", id="full-spelt-partial"),
        pytest.param("tile/0/0", id="short-index"),
        pytest.param("tile/0/000/", id="trailing-slash"),
        pytest.param("tile/0/..%2F..%2Fcheckpoint", id="upwards"),
        pytest.param("tile/entries/..%2F0%2F000", id="sideways"),
        pytest.param("tile/entries/%2E%2E/0/000", id="dots-in-percent"),
        pytest.param("tile/entries/000.p", id="a-folder"),
        pytest.param(".staging/1", id="staging"),
        pytest.param("publisher.lock", id="another-file"),
        pytest.param("blob/..%2F..%2Fledger.db", id="database"),
        pytest.param(f"blob/{'A' * 64}", id="digest-in-capitals"),
        pytest.param("", id="folder"),
    ],
)
def test_nothing_else_is_served(service: Service, path: str) -> None:
    answer = get(service, f"/log/{path}")
    assert answer.status_code in (404, 422)
    assert is_problem(answer)
    assert answer.headers["access-control-allow-origin"] == "*"


def test_even_our_own_fault_is_readable_under_the_log(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_path: str) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(static_log, "parse_path", failing)
    client = TestClient(service.client.app, raise_server_exceptions=False)
    answer = client.get("/log/tile/0/000")
    assert answer.status_code == 500
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]


def test_other_paths_are_not_open_to_other_pages(service: Service) -> None:
    assert "access-control-allow-origin" not in get(service, "/v1/checkpoint").headers


def test_the_folder_holds_only_what_is_served(service: Service) -> None:
    folder: Path = service.registry.settings.log
    for path in folder.rglob("*"):
        if path.is_file():
            assert get(service, f"/log/{path.relative_to(folder)}").status_code == 200, path
