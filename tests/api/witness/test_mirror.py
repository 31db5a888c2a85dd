"""A mirror takes in, follows, keeps and serves; and cosigns nothing that it does not hold whole."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.log.mirror_wire import Head, MirrorInfo, Package, requests, spans
from ledger.log.note import Note, parse_note, verify
from ledger.log.subtree import subtree_consistency_path
from ledger.log.tile_reader import TileReader
from ledger.log.tiles import TileError
from ledger.log.witness_wire import origin_hash, parse_lines
from ledger.witness.evidence import kept_evidence
from ledger.witness.folder import WitnessFolder, open_folder
from ledger.witness.mirror import Mirror
from ledger.witness.mirror_pull import BehindError, Pulled, RewrittenError, pull
from ledger.witness.mirror_store import MirrorStore, MirrorStoreError
from tests.support.witnesses import NOW_S, ORIGIN, SmallLog, client_of, fetcher, make_witness

LOG = SmallLog.of(700)
PLACE = f"/mirror/{origin_hash(ORIGIN)}"


@pytest.fixture
def folder(tmp_path: Path) -> WitnessFolder:
    return make_witness(tmp_path / "m", LOG, mirror=True)


@pytest.fixture
def client(folder: WitnessFolder) -> Iterator[TestClient]:
    with client_of(folder) as client:
        yield client


def copy_of(folder: WitnessFolder) -> MirrorStore:
    return MirrorStore(folder.copies / origin_hash(ORIGIN))


def body_of(start: int, end: int, log: SmallLog = LOG) -> bytes:
    head = Head(origin=ORIGIN, start=start, end=end)
    return b"".join(requests(head, lambda first, last: log.entries[first:last], log.subtree))


def head_size(start: int, end: int) -> int:
    return len(Head(origin=ORIGIN, start=start, end=end).to_bytes())


def cosign(client: TestClient, old: int, new: int) -> None:
    assert client.post("/add-checkpoint", content=LOG.request(old, new)).status_code == 200


def send(client: TestClient, body: bytes, **headers: str) -> tuple[int, bytes]:
    answer = client.post("/add-entries", content=body, headers=headers)
    return answer.status_code, answer.content


def pulled(folder: WitnessFolder, log: SmallLog, size: int) -> Pulled:
    known = folder.store.log(ORIGIN)
    assert known is not None
    clock = lambda: NOW_S  # noqa: E731 # a clock that stands
    return pull(folder.witness(clock), Mirror.of(folder, clock), known, log.fetch(size))


def test_takes_all_entries_and_cosigns_under_its_own_name(
    client: TestClient, folder: WitnessFolder
) -> None:
    cosign(client, 0, 700)

    status, body = send(client, body_of(0, 700))

    note = Note(LOG.checkpoint(700).to_text(), parse_lines(body))
    assert status == 200
    assert len(verify(note, [key.vkey for key in folder.mirror_keys])) == 2
    assert {line.name for line in note.signatures} == {"witness.example/m1"}


def test_serves_every_file_of_the_log_under_its_hash(client: TestClient) -> None:
    cosign(client, 0, 300)
    send(client, body_of(0, 300))
    cosign(client, 300, 700)
    send(client, body_of(300, 700))

    for size in (300, 700):
        files = LOG.files(size)
        del files["checkpoint"]
        assert {path: client.get(f"{PLACE}/{path}").content for path in files} == files
    shown = parse_note(client.get(f"{PLACE}/checkpoint").content)
    assert len(verify(shown, LOG.vkeys)) == 1
    answer = client.get(f"{PLACE}/tile/0/000")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", [".next", "checkpoint.lock", "../witness.db", "tile/0/0", ""])
def test_serves_nothing_else(client: TestClient, path: str) -> None:
    cosign(client, 0, 300)
    send(client, body_of(0, 300))
    assert client.get(f"{PLACE}/{path}").status_code == 404


def test_takes_gzip(client: TestClient) -> None:
    cosign(client, 0, 700)
    assert send(client, gzip.compress(body_of(0, 700)), **{"content-encoding": "gzip"})[0] == 200


@pytest.mark.parametrize(
    ("encoding", "status"), [("br", 415), ("gzip", 400)], ids=["unknown", "not-what-it-says"]
)
def test_refuses_an_encoding(client: TestClient, encoding: str, status: int) -> None:
    cosign(client, 0, 700)
    assert send(client, body_of(0, 700), **{"content-encoding": encoding})[0] == status


def test_an_interrupted_upload_is_202_and_goes_on_after_a_restart(
    client: TestClient, folder: WitnessFolder
) -> None:
    cosign(client, 0, 700)
    whole = body_of(0, 700)

    status, body = send(client, whole[: len(whole) * 2 // 3])

    info = MirrorInfo.parse(body)
    assert (status, info.size, info.next_entry) == (202, 700, 256)
    assert copy_of(folder).note() is None
    with client_of(open_folder(folder.path)) as again:
        assert send(again, body_of(info.next_entry, info.size))[0] == 200
    assert copy_of(folder).size() == 700


@pytest.mark.parametrize(
    "length",
    [pytest.param(3, id="in-the-head"), pytest.param(2_000, id="in-the-first-package")],
)
def test_400_when_nothing_whole_came(client: TestClient, length: int) -> None:
    cosign(client, 0, 700)
    assert send(client, body_of(0, 700)[:length])[0] == 400


def test_400_of_bytes_after_the_end(client: TestClient) -> None:
    cosign(client, 0, 700)
    assert send(client, body_of(0, 700) + b"x")[0] == 400


def test_400_of_an_entry_longer_than_what_comes(client: TestClient, folder: WitnessFolder) -> None:
    cosign(client, 0, 700)
    head = Head(origin=ORIGIN, start=0, end=700).to_bytes()
    assert send(client, head + b"\xff\xff" + bytes(60_000))[0] == 400
    assert copy_of(folder).next_entry() == 0


def test_404_of_an_unknown_log(client: TestClient) -> None:
    assert send(client, Head(origin="other.example", start=0, end=0).to_bytes())[0] == 404


def test_404_of_a_witness_that_keeps_nothing(tmp_path: Path) -> None:
    with client_of(make_witness(tmp_path / "plain", LOG)) as client:
        assert send(client, body_of(0, 300))[0] == 404


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(0, 0, id="a-question"),
        pytest.param(0, 555, id="no-checkpoint-of-this-size"),
        pytest.param(301, 700, id="a-gap"),
    ],
)
def test_409_tells_where_to_go_on(client: TestClient, start: int, end: int) -> None:
    cosign(client, 0, 300)
    send(client, body_of(0, 300))
    cosign(client, 300, 700)

    answer = client.post(
        "/add-entries", content=Head(origin=ORIGIN, start=start, end=end).to_bytes()
    )

    info = MirrorInfo.parse(answer.content)
    assert (answer.status_code, info.size, info.next_entry) == (409, 700, 300)
    assert answer.headers["content-type"] == "text/x.tlog.mirror-info"


def test_a_pending_checkpoint_of_before_still_counts(client: TestClient) -> None:
    cosign(client, 0, 300)
    cosign(client, 300, 700)
    assert send(client, body_of(0, 300))[0] == 200
    assert send(client, body_of(300, 700))[0] == 200
    assert send(client, body_of(300, 300))[0] == 409


@pytest.mark.parametrize("at", [0, 255, 256, 699])
def test_422_of_a_wrong_entry_and_nothing_of_its_package_is_kept(
    client: TestClient, folder: WitnessFolder, at: int
) -> None:
    cosign(client, 0, 700)
    forged = SmallLog(list(LOG.entries))
    forged.entries[at] = b"forged"

    assert send(client, body_of(0, 700, forged))[0] == 422
    assert copy_of(folder).next_entry() == at // 256 * 256
    assert copy_of(folder).note() is None


def test_422_of_a_wrong_proof(client: TestClient) -> None:
    cosign(client, 0, 700)
    (span, *_rest) = spans(0, 700)
    path = subtree_consistency_path(0, 256, 700, LOG.subtree)
    package = Package(span=span, entries=tuple(LOG.entries[:256]), path=path[::-1])
    head = Head(origin=ORIGIN, start=0, end=700).to_bytes()
    assert send(client, head + package.to_bytes())[0] == 422


def test_cosigns_nothing_that_was_damaged_on_its_own_disk(
    client: TestClient, folder: WitnessFolder
) -> None:
    cosign(client, 0, 700)
    whole = body_of(0, 700)
    send(client, whole[: len(whole) * 2 // 3])
    bundle = copy_of(folder).folder / "tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(b"entry 77", b"entry 78"))

    with pytest.raises(MirrorStoreError):
        client.post("/add-entries", content=body_of(256, 700))
    assert copy_of(folder).note() is None


def test_reads_everything_back_before_it_cosigns(client: TestClient, folder: WitnessFolder) -> None:
    cosign(client, 0, 700)
    whole = body_of(0, 700)
    send(client, whole[: len(whole) * 2 // 3])
    damaged = SmallLog([*LOG.entries[:77], b"damaged!", *LOG.entries[78:]]).files(700)
    for path in ("tile/entries/000", "tile/0/000"):  # they agree with each other, not with the root
        (copy_of(folder).folder / path).write_bytes(damaged[path])

    with pytest.raises(MirrorStoreError, match="not the tree signed"):
        client.post("/add-entries", content=body_of(256, 700))
    assert copy_of(folder).note() is None


def test_pulls_what_is_new_and_serves_it(folder: WitnessFolder) -> None:
    assert [pulled(folder, LOG, size).added for size in (5, 300, 300, 700)] == [5, 295, 0, 400]
    copy = copy_of(folder)
    checkpoint = LOG.checkpoint(700)
    held = TileReader(copy.fetch, checkpoint.size, checkpoint.root).entries()
    assert list(held) == LOG.entries
    assert max(copy.check()) == 700


def test_goes_on_where_a_pull_was_interrupted(folder: WitnessFolder) -> None:
    files = LOG.files(700)
    missing = files.pop("tile/entries/001")
    known = folder.store.log(ORIGIN)
    assert known is not None
    mirror = Mirror.of(folder, lambda: NOW_S)

    with pytest.raises(TileError):
        pull(folder.witness(lambda: NOW_S), mirror, known, fetcher(files))
    assert (copy_of(folder).next_entry(), copy_of(folder).size()) == (256, 0)

    files["tile/entries/001"] = missing
    assert pull(folder.witness(lambda: NOW_S), mirror, known, fetcher(files)).added == 444


@pytest.mark.parametrize(
    ("at", "size"),
    [(at, size) for at in (0, 3, 255, 256, 279, 299) for size in (280, 300, 500) if at < size],
)
def test_names_the_first_rewritten_entry_and_keeps_both_notes(
    folder: WitnessFolder, at: int, size: int
) -> None:
    pulled(folder, LOG, 300)

    with pytest.raises(RewrittenError) as caught:
        pulled(folder, LOG.fork(at), size)

    (place,) = kept_evidence(folder.evidence)
    assert caught.value.first_entry == at
    assert caught.value.evidence == place
    assert json.loads((place / "what.json").read_text())["first_differing_entry"] == at
    for name, signed in (("held.note", LOG), ("offered.note", LOG.fork(at))):
        assert verify(parse_note((place / name).read_bytes()), signed.vkeys)
    assert copy_of(folder).size() == 300


def test_an_older_checkpoint_of_the_same_history_is_no_evidence(folder: WitnessFolder) -> None:
    pulled(folder, LOG, 300)
    with pytest.raises(BehindError, match="shows 200 entries, 300 were cosigned"):
        pulled(folder, LOG, 200)
    assert kept_evidence(folder.evidence) == ()


@pytest.mark.parametrize("path", ["tile/0/000", "tile/entries/001", "tile/1/000.p/2"])
def test_believes_no_tile_that_does_not_lead_to_the_root(folder: WitnessFolder, path: str) -> None:
    files = LOG.files(700)
    files[path] = files[path][:-1] + b"\xee"
    known = folder.store.log(ORIGIN)
    assert known is not None
    with pytest.raises(TileError):
        pull(folder.witness(lambda: NOW_S), Mirror.of(folder, lambda: NOW_S), known, fetcher(files))
    assert copy_of(folder).note() is None


def test_a_check_of_the_copy_finds_one_flipped_bit(folder: WitnessFolder) -> None:
    pulled(folder, LOG, 700)
    bundle = copy_of(folder).folder / "tile/entries/001"
    content = bytearray(bundle.read_bytes())
    content[5] ^= 1
    bundle.write_bytes(content)
    with pytest.raises(TileError, match="entry 256"):
        list(copy_of(folder).check())
