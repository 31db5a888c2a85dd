"""Asking a witness: requests and answers come back, and only its own good lines are taken."""

from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.checkpoint import sign_checkpoint
from ledger.log.cosignature import cosign
from ledger.log.note import NoteError, NoteSignature
from ledger.log.tree_head import SIZE_MAX
from ledger.log.witness_wire import (
    AddCheckpoint,
    WireError,
    accepted_lines,
    format_lines,
    format_size,
    origin_hash,
    parse_lines,
    parse_size,
)
from tests.support.policies import LOG, NOW, TREE, WITNESSES

NOTE = sign_checkpoint(TREE, [LOG])
OLD, NEW = WITNESSES["x1"], WITNESSES["x2"]
HASH_LINE = b64encode(bytes(32)).decode()

hashes = st.binary(min_size=32, max_size=32)
requests = st.builds(
    AddCheckpoint,
    old_size=st.integers(0, SIZE_MAX),
    path=st.lists(hashes, max_size=63).map(tuple),
    checkpoint=st.just(NOTE) | st.binary(min_size=1),
)
signatures = st.builds(
    NoteSignature,
    st.text(st.sampled_from("ab/.林é"), min_size=1),
    st.binary(min_size=4, max_size=4),
    st.binary(min_size=1, max_size=100),
)


@given(request=requests)
def test_a_request_comes_back(request: AddCheckpoint) -> None:
    assert AddCheckpoint.parse(request.to_bytes()) == request


def test_writes_the_form_of_the_specification() -> None:
    request = AddCheckpoint(old_size=20852014, path=(bytes(32),), checkpoint=NOTE)
    assert request.to_bytes() == f"old 20852014\n{HASH_LINE}\n\n".encode() + NOTE
    assert AddCheckpoint(old_size=0, path=(), checkpoint=NOTE).to_bytes() == b"old 0\n\n" + NOTE


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("", id="nothing"),
        pytest.param("old", id="no-size"),
        pytest.param("old ", id="empty-size"),
        pytest.param("old 01", id="leading-zero"),
        pytest.param("old -1", id="negative"),
        pytest.param("old +1", id="plus"),
        pytest.param("old  1", id="two-spaces"),
        pytest.param("Old 1", id="capital"),
        pytest.param("old 1 ", id="space-after"),
        pytest.param("old 1\r", id="carriage-return"),
        pytest.param("old １", id="wide-digit"),
        pytest.param("old 9223372036854775808", id="size-2-to-the-63"),
        pytest.param(f"{HASH_LINE}\nold 1", id="hash-first"),
        pytest.param("old 1\nAAAA", id="short-hash"),
        pytest.param(f"old 1\n{HASH_LINE[:-1]}", id="no-padding"),
        pytest.param(f"old 1\n {HASH_LINE}", id="space-before-hash"),
        pytest.param("\n".join(["old 1", *[HASH_LINE] * 64]), id="64-hashes"),
        pytest.param("\n".join(["old 1", *["x"] * 100_000]), id="endless"),
    ],
)
def test_refuses_a_request(head: str) -> None:
    with pytest.raises(WireError):
        AddCheckpoint.parse(f"{head}\n\n".encode() + NOTE)


@pytest.mark.parametrize("data", [b"", b"old 1", b"old 1\n", b"old 1\n\n", b"old 1\n" + NOTE])
def test_refuses_a_request_without_a_checkpoint(data: bytes) -> None:
    with pytest.raises(WireError):
        AddCheckpoint.parse(data)
    with pytest.raises(WireError, match="too long"):
        AddCheckpoint.parse(b"old 1\n\n" + bytes(2_000_000))


@given(data=st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_request_or_refused(data: bytes) -> None:
    for body in (data, b"old 5\n" + data):
        try:
            request = AddCheckpoint.parse(body)
        except WireError:
            continue
        assert request.to_bytes() == body


@given(lines=st.lists(signatures, max_size=100).map(tuple))
def test_answers_come_back(lines: tuple[NoteSignature, ...]) -> None:
    assert parse_lines(format_lines(lines)) == lines


@given(data=st.binary() | st.text().map(str.encode))
def test_any_bytes_are_an_answer_or_refused(data: bytes) -> None:
    try:
        lines = parse_lines(data)
    except WireError:
        return
    assert format_lines(lines) == data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\n", id="empty-line"),
        pytest.param("— a AAAAAAA=".encode(), id="no-newline"),
        pytest.param("— a AAAAAAA=\n\n".encode(), id="empty-line-after"),
        pytest.param(b"- a AAAAAAA=\n", id="hyphen"),
        pytest.param(b"\xff\n", id="not-utf-8"),
        pytest.param("— a AAAAAAA=\n".encode() * 101, id="101-lines"),
        pytest.param(b"x" * 1_000_000 + b"\n", id="too-long"),
    ],
)
def test_refuses_an_answer(data: bytes) -> None:
    with pytest.raises(WireError):
        parse_lines(data)


def test_takes_the_witness_s_own_lines_and_leaves_those_of_strangers() -> None:
    good = (cosign(TREE, OLD, NOW), cosign(TREE, NEW, NOW))
    stranger = cosign(TREE, WITNESSES["x3"], NOW)
    assert accepted_lines(NOTE, (stranger, *good), [OLD.vkey, NEW.vkey]) == good
    assert accepted_lines(NOTE, good, [OLD.vkey]) == good[:1]
    for lines in ((), (stranger,)):
        with pytest.raises(NoteError, match="known key"):
            accepted_lines(NOTE, lines, [OLD.vkey])


def test_takes_no_answer_with_a_wrong_line_of_the_witness_or_one_without_time() -> None:
    good = cosign(TREE, OLD, NOW)
    for bad in (
        cosign(replace(TREE, size=22), NEW, NOW),
        cosign(replace(TREE, root=bytes(32)), NEW, NOW),
        cosign(TREE, NEW, 0),
        replace(cosign(TREE, NEW, NOW), signature=b"junk"),
    ):
        with pytest.raises(NoteError):
            accepted_lines(NOTE, (good, bad), [OLD.vkey, NEW.vkey])


@given(size=st.integers(0, SIZE_MAX))
def test_sizes_come_back(size: int) -> None:
    assert parse_size(format_size(size)) == size


@pytest.mark.parametrize(
    "data", [b"", b"1", b"01\n", b"-1\n", b"1\n\n", b" 1\n", b"9223372036854775808\n", b"\xff\n"]
)
def test_refuses_a_size(data: bytes) -> None:
    with pytest.raises(WireError):
        parse_size(data)


def test_names_a_log_in_paths_by_the_hash_of_its_origin() -> None:
    assert len(origin_hash("a")) == 64
    assert origin_hash("a").startswith("ca978112ca1bbdca")
