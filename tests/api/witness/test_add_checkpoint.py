"""A witness over HTTP: every status code of c2sp.org/tlog-witness, in its sequence."""

from base64 import b64encode
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.log.checkpoint import Checkpoint
from ledger.log.key import ALG_COSIGNATURE, ALG_ML_DSA_44
from ledger.log.note import Note, NoteSignature, Skey, parse_note, sign, verify
from ledger.log.witness_wire import AddCheckpoint, origin_hash, parse_lines
from ledger.witness.evidence import kept_evidence
from ledger.witness.folder import WitnessFolder
from tests.support.witnesses import NOW_S, ORIGIN, SmallLog, client_of, make_witness, seed

LOG = SmallLog.of(40)
STRANGER = Skey(ORIGIN, seed("a stranger"))


@pytest.fixture
def folder(tmp_path: Path) -> WitnessFolder:
    return make_witness(tmp_path / "w", LOG)


@pytest.fixture
def client(folder: WitnessFolder) -> Iterator[TestClient]:
    with client_of(folder) as client:
        yield client


def post(client: TestClient, body: bytes) -> tuple[int, bytes]:
    answer = client.post("/add-checkpoint", content=body)
    return answer.status_code, answer.content


def request(note: bytes, old: int = 0, path: tuple[bytes, ...] = ()) -> bytes:
    return AddCheckpoint(old_size=old, path=path, checkpoint=note).to_bytes()


def wrong_line() -> bytes:
    """A checkpoint that its log signed, and a second line in the log's name that fails."""
    note = parse_note(LOG.note(10))
    (line,) = note.signatures
    bad = NoteSignature(line.name, line.key_id, bytes(64))
    return Note(note.text, (line, bad)).to_bytes()


def test_cosigns_the_first_checkpoint_with_both_kinds_of_key(
    client: TestClient, folder: WitnessFolder
) -> None:
    status, body = post(client, LOG.request(0, 10))

    lines = parse_lines(body)
    assert status == 200
    verified = verify(Note(LOG.checkpoint(10).to_text(), lines), [key.vkey for key in folder.keys])
    assert [one.vkey.alg for one in verified] == [ALG_COSIGNATURE, ALG_ML_DSA_44]
    assert {one.timestamp for one in verified} == {NOW_S}


def test_cosigns_what_continues_the_last(client: TestClient) -> None:
    sizes = [0, 1, 7, 8, 9, 33, 33, 40]
    steps = [LOG.request(old, new) for old, new in pairwise(sizes)]
    assert [post(client, body)[0] for body in steps] == [200] * len(steps)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"old 0\n", id="no-checkpoint"),
        pytest.param(b"old 00\n\n" + LOG.note(10), id="leading-zero"),
        pytest.param(b"old -1\n\n" + LOG.note(10), id="negative"),
        pytest.param(b"old 0\r\n\n" + LOG.note(10), id="carriage-return"),
        pytest.param(b"old 0\nAAAA\n\n" + LOG.note(10), id="short-hash"),
        pytest.param(
            b"old 0\n" + (b64encode(bytes(32)) + b"\n") * 64 + b"\n" + LOG.note(10), id="64-hashes"
        ),
        pytest.param(b"old 11\n\n" + LOG.note(10), id="old-beyond-new"),
        pytest.param(b"old 0\n\n" + LOG.checkpoint(10).to_text().encode(), id="unsigned"),
        pytest.param(
            request(sign(LOG.checkpoint(10).to_text() + "extension\n", LOG.skeys)),
            id="extension-line",
        ),
        pytest.param(b"old 0\n\n" + LOG.note(10)[:-1], id="no-newline"),
    ],
)
def test_400(client: TestClient, folder: WitnessFolder, body: bytes) -> None:
    assert post(client, body)[0] == 400
    assert folder.store.latest(ORIGIN) is None


@pytest.mark.parametrize(
    "note",
    [
        pytest.param(sign(LOG.checkpoint(10).to_text(), [STRANGER]), id="a-strangers-key"),
        pytest.param(wrong_line(), id="one-line-of-the-logs-key-fails"),
    ],
)
def test_403(client: TestClient, folder: WitnessFolder, note: bytes) -> None:
    assert post(client, request(note))[0] == 403
    assert folder.store.latest(ORIGIN) is None


def test_404(client: TestClient) -> None:
    assert post(client, SmallLog.of(3, origin="other.example/log").request(0, 3))[0] == 404


def test_409_tells_the_size(client: TestClient) -> None:
    post(client, LOG.request(0, 10))

    answer = client.post("/add-checkpoint", content=LOG.request(0, 20))

    assert (answer.status_code, answer.content) == (409, b"10\n")
    assert answer.headers["content-type"] == "text/x.tlog.size"


def test_409_comes_before_the_proof_is_looked_at(client: TestClient) -> None:
    post(client, LOG.request(0, 10))
    assert post(client, request(LOG.note(20), 9, (bytes(32),)))[0] == 409


@pytest.mark.parametrize(
    ("held", "body"),
    [
        pytest.param(0, request(LOG.note(10), 0, (bytes(32),)), id="proof-from-nothing"),
        pytest.param(10, request(LOG.note(20), 10), id="no-proof"),
        pytest.param(10, request(LOG.note(20), 10, (bytes(32),) * 4), id="wrong-proof"),
        pytest.param(10, LOG.fork(3).request(10, 10), id="same-size-other-root"),
        pytest.param(10, LOG.fork(3).request(10, 20), id="a-fork"),
        pytest.param(
            0,
            request(sign(Checkpoint(origin=ORIGIN, size=0, root=bytes(32)).to_text(), LOG.skeys)),
            id="size-0-other-root",
        ),
    ],
)
def test_422(client: TestClient, folder: WitnessFolder, held: int, body: bytes) -> None:
    if held:
        post(client, LOG.request(0, held))
    before = folder.store.latest(ORIGIN)

    assert post(client, body)[0] == 422
    assert folder.store.latest(ORIGIN) == before


def test_two_roots_of_one_size_are_kept_as_evidence(
    client: TestClient, folder: WitnessFolder
) -> None:
    post(client, LOG.request(0, 10))
    forged = LOG.fork(3)

    for _ in range(2):
        post(client, forged.request(10, 10))

    (place,) = kept_evidence(folder.evidence)
    assert verify(parse_note((place / "held.note").read_bytes()), LOG.vkeys)
    assert (place / "offered.note").read_bytes() == forged.note(10)


def test_413_of_a_body_without_end(client: TestClient) -> None:
    assert post(client, b"old 0\n" * 100_000)[0] == 413
    assert post_in_parts(client) == 413


def post_in_parts(client: TestClient) -> int:
    return client.post("/add-checkpoint", content=iter([b"old 0\n" * 10_000] * 10)).status_code


def test_405_of_a_get(client: TestClient) -> None:
    assert client.get("/add-checkpoint").status_code == 405


def test_shows_what_was_cosigned_last(client: TestClient, folder: WitnessFolder) -> None:
    place = f"/{origin_hash(ORIGIN)}/checkpoint"
    assert client.get(place).status_code == 404

    stranger = parse_note(sign(LOG.checkpoint(10).to_text(), [STRANGER])).signatures
    note = parse_note(LOG.note(10))
    post(client, request(Note(note.text, (*note.signatures, *stranger)).to_bytes()))

    shown = parse_note(client.get(place).content)
    keys = [*LOG.vkeys, *(key.vkey for key in folder.keys)]
    assert [one.vkey for one in verify(shown, keys)] == keys
    assert len(shown.signatures) == len(keys)


def test_a_log_that_signs_with_two_keys_may_lose_neither(tmp_path: Path) -> None:
    log = SmallLog.of(10, both=True)
    with client_of(make_witness(tmp_path / "both", log)) as client:
        note = parse_note(log.note(10))
        broken = NoteSignature(note.signatures[1].name, note.signatures[1].key_id, bytes(2428))
        spoiled = Note(note.text, (note.signatures[0], broken)).to_bytes()

        assert post(client, request(spoiled))[0] == 403
        assert post(client, log.request(0, 10))[0] == 200


def test_many_logs_do_not_touch_each_other(tmp_path: Path) -> None:
    logs = [SmallLog.of(9, origin=f"log{number}.example/x") for number in range(30)]
    folder = make_witness(tmp_path / "many", *logs)
    with client_of(folder) as client:
        for size, log in enumerate(logs, start=1):
            assert post(client, log.request(0, size % 9 + 1))[0] == 200

    sizes = [folder.store.latest(log.origin) for log in logs]
    assert [one.checkpoint.size for one in sizes if one] == [n % 9 + 1 for n in range(1, 31)]


def test_time_never_runs_backwards(tmp_path: Path) -> None:
    folder = make_witness(tmp_path / "w", LOG)
    for now_s, stated in [(NOW_S, NOW_S), (NOW_S - 999, NOW_S), (NOW_S + 5, NOW_S + 5)]:
        with client_of(folder, now_s) as client:
            _status, body = post(client, LOG.request(size_of(folder), 10))
        note = Note(LOG.checkpoint(10).to_text(), parse_lines(body))
        assert {one.timestamp for one in verify(note, vkeys_of(folder))} == {stated}


def test_a_clock_at_zero_states_a_time_all_the_same(tmp_path: Path) -> None:
    folder = make_witness(tmp_path / "w", LOG)
    with client_of(folder, 0) as client:
        _status, body = post(client, LOG.request(0, 10))
    note = Note(LOG.checkpoint(10).to_text(), parse_lines(body))
    assert {one.timestamp for one in verify(note, vkeys_of(folder))} == {1}


def size_of(folder: WitnessFolder) -> int:
    latest = folder.store.latest(ORIGIN)
    return 0 if latest is None else latest.checkpoint.size


def vkeys_of(folder: WitnessFolder) -> list[object]:
    return [key.vkey for key in folder.keys]


def test_metrics_count_answers_and_show_sizes(client: TestClient) -> None:
    post(client, LOG.request(0, 10))
    post(client, LOG.request(0, 20))

    text = client.get("/metrics").text

    assert 'answers_total{asked="add-checkpoint",status="200"} 1.0' in text
    assert 'answers_total{asked="add-checkpoint",status="409"} 1.0' in text
    assert f'cosigned_size{{origin="{ORIGIN}"}} 10.0' in text
    assert "sinkledger_witness_evidence 0.0" in text


def test_introduces_itself_with_policy_lines(client: TestClient, folder: WitnessFolder) -> None:
    text = client.get("/").text
    assert all(key.vkey.to_text() in text for key in folder.keys)
    assert "PRIVATE" not in text
