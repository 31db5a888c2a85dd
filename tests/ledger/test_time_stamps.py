"""Time stamps: what a real authority answers is taken, and whatever is not that answer refused."""

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from ledger.anchors import time_stamps
from ledger.anchors.time_stamps import (
    TimeStampError,
    ask_over_http,
    check_time_stamp,
    read_roots,
    request_time_stamp,
)
from tests.support.time_authority import Authority, found_authority, serving

TEXT = b"registry.example/baotou\n15\nMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=\n"


def now_us() -> int:
    return time.time_ns() // 1_000


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return found_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def address(authority: Authority) -> Iterator[str]:
    with serving(authority) as address:
        yield address


@pytest.fixture(scope="module")
def stamped(authority: Authority, address: str) -> bytes:
    return request_time_stamp(TEXT, address, read_roots(authority.roots), now_us=now_us()).answer


def test_a_real_authority_stamps_over_http(authority: Authority, address: str) -> None:
    before = now_us()
    stamp = request_time_stamp(TEXT, address, read_roots(authority.roots), now_us=before)

    assert stamp.trusted
    assert abs(stamp.gen_time_us - before) < 10_000_000


def test_without_roots_the_answer_is_taken_but_called_untrusted(address: str) -> None:
    assert not request_time_stamp(TEXT, address, (), now_us=now_us()).trusted


def test_another_program_verifies_the_kept_answer(
    authority: Authority, stamped: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a.tsr").write_bytes(stamped)
    (tmp_path / "text").write_bytes(TEXT)
    done = subprocess.run(
        [
            *("openssl", "ts", "-verify", "-in", str(tmp_path / "a.tsr")),
            *("-data", str(tmp_path / "text"), "-CAfile", str(authority.roots / "root.pem")),
            *("-untrusted", str(authority.folder / "tsa.pem")),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Verification: OK" in done.stdout


def stale(authority: Authority) -> bytes:
    """Return an honest answer to another request for the same text."""
    query = TimestampRequestBuilder().data(TEXT).hash_algorithm(HashAlgorithm.SHA256).build()
    return authority.reply(query.as_bytes())


def other(authority: Authority) -> bytes:
    query = TimestampRequestBuilder().data(b"other").hash_algorithm(HashAlgorithm.SHA256).build()
    return authority.reply(query.as_bytes())


def long_hash(authority: Authority) -> bytes:
    query = TimestampRequestBuilder().data(TEXT).hash_algorithm(HashAlgorithm.SHA512).build()
    return authority.reply(query.as_bytes())


REFUSAL = bytes.fromhex("3009300702010203020520")
"""PKIStatusInfo: rejection, failure info bad request (RFC 3161, clause 2.4.2)."""


@pytest.mark.parametrize("roots", [True, False], ids=["with-roots", "without-roots"])
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        pytest.param(stale, "nonce is not ours", id="wrong-nonce"),
        pytest.param(other, "stamps other bytes", id="other-digest"),
        pytest.param(long_hash, "another hash than SHA-256", id="other-hash"),
        pytest.param(lambda it: stale(it)[:-1], "no time stamp", id="truncated"),
        pytest.param(lambda it: stale(it)[:40], "no time stamp", id="truncated-early"),
        pytest.param(lambda _: b"", "no time stamp", id="empty"),
        pytest.param(lambda it: stale(it) + b"\0", "no time stamp", id="trailing-byte"),
        pytest.param(lambda _: b"<html>", "no time stamp", id="a-page"),
        pytest.param(lambda it: stale(it) + bytes(70_000), "longer than", id="oversize"),
        pytest.param(lambda _: REFUSAL, "the authority refused", id="refused-by-the-authority"),
    ],
)
def test_refuses_what_does_not_answer_the_question(
    authority: Authority, answer: object, sentence: str, *, roots: bool
) -> None:
    assert callable(answer)
    spoiled = answer(authority)
    trusted = read_roots(authority.roots) if roots else ()
    with pytest.raises(TimeStampError, match=sentence):
        request_time_stamp(TEXT, "", trusted, now_us=now_us(), ask=lambda *_: spoiled)


def test_refuses_a_root_that_did_not_name_the_authority(stamped: bytes, tmp_path: Path) -> None:
    stranger = found_authority(tmp_path / "stranger")
    with pytest.raises(TimeStampError, match="trusted roots"):
        check_time_stamp(stamped, TEXT, read_roots(stranger.roots))


def test_refuses_a_certificate_that_had_expired(tmp_path: Path) -> None:
    lapsed = found_authority(tmp_path / "lapsed", days=400, until_days=-1)
    with serving(lapsed) as address, pytest.raises(TimeStampError, match="trusted roots"):
        request_time_stamp(TEXT, address, read_roots(lapsed.roots), now_us=now_us())


def test_refuses_a_clock_far_from_ours(address: str) -> None:
    with pytest.raises(TimeStampError, match="five minutes apart"):
        request_time_stamp(TEXT, address, (), now_us=now_us() - 301_000_000)


def test_every_flipped_byte_is_refused_or_changes_no_statement(
    authority: Authority, stamped: bytes
) -> None:
    """The signed part is covered; of the rest (status text, certificates) nothing can lie."""
    roots = read_roots(authority.roots)
    honest, random, refused = check_time_stamp(stamped, TEXT, roots), Random(3161), 0
    for place in range(len(stamped)):
        bad = bytearray(stamped)
        bad[place] ^= 1 << random.randrange(8)
        try:
            accepted = check_time_stamp(bytes(bad), TEXT, roots)
        except TimeStampError:
            refused += 1
        else:
            assert accepted.gen_time_us == honest.gen_time_us
    assert refused > len(stamped) * 0.9


@pytest.mark.parametrize(
    ("twist", "kind", "sentence"),
    [
        pytest.param(lambda it: it * 99, time_stamps.REPLY_TYPE, "longer than", id="oversize"),
        pytest.param(bytes, "text/html", "something else", id="another-type"),
    ],
)
def test_refuses_over_http(authority: Authority, twist: object, kind: str, sentence: str) -> None:
    assert callable(twist)
    expected = pytest.raises(TimeStampError, match=sentence)
    with serving(authority, twist=twist, kind=kind) as address, expected:
        request_time_stamp(TEXT, address, (), now_us=now_us())


def test_nobody_there_is_one_sentence() -> None:
    with pytest.raises(TimeStampError, match="cannot be asked"):
        ask_over_http("http://127.0.0.1:1/", b"")
    with pytest.raises(TimeStampError, match="cannot be asked"):
        ask_over_http("ftp://127.0.0.1/", b"")


def test_a_silent_authority_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_stamps, "ANSWER_SECONDS", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(TimeStampError, match="cannot be asked"):
            ask_over_http(address, b"")


def test_a_named_folder_must_trust_somebody(tmp_path: Path) -> None:
    with pytest.raises(TimeStampError, match="no trusted certificate"):
        read_roots(tmp_path)
    (tmp_path / "bad.pem").write_text("nothing", encoding="ascii")
    with pytest.raises(TimeStampError, match="holds no certificate"):
        read_roots(tmp_path)
