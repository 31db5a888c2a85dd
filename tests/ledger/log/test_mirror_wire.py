"""Sending entries to a mirror: in whatever pieces they arrive, each package proves itself."""

from collections.abc import Iterator
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.merkle import ProofError, leaf_hash
from ledger.log.mirror_wire import (
    PACKAGES_MAX,
    Head,
    MirrorInfo,
    Package,
    Reader,
    Span,
    requests,
    spans,
)
from ledger.log.tree_head import SIZE_MAX, Checkpoint
from ledger.log.witness_wire import WireError
from tests.support.tiled_log import tree_of

ORIGIN = "registry.example/sinks"
SIZE = 1_000
TREE = tree_of(SIZE)


def body(start: int, end: int, ticket: bytes = b"") -> bytes:
    head = Head(origin=ORIGIN, start=start, end=end, ticket=ticket)
    entries = TREE.entries
    return b"".join(requests(head, lambda first, last: entries[first:last], TREE.subtree))


def checkpoint(size: int) -> Checkpoint:
    return Checkpoint(origin=ORIGIN, size=size, root=TREE.roots[size])


def pieces(data: bytes, length: int) -> Iterator[bytes]:
    return (data[at : at + length] for at in range(0, len(data), length))


def check(package: Package, size: int) -> None:
    before = TREE.entries[package.span.base : package.span.start]
    package.check(map(leaf_hash, before), checkpoint(size))


bounds = st.tuples(st.integers(0, SIZE), st.integers(0, SIZE)).map(sorted)


@given(bounds=bounds, length=st.integers(1, 5_000), ticket=st.binary(max_size=50))
def test_what_is_sent_arrives_and_proves_itself(
    bounds: list[int], length: int, ticket: bytes
) -> None:
    start, end = bounds
    reader = Reader()
    packages = list(
        chain.from_iterable(reader.feed(part) for part in pieces(body(start, end, ticket), length))
    )
    assert reader.head == Head(origin=ORIGIN, start=start, end=end, ticket=ticket)
    assert reader.is_complete
    assert [package.span for package in packages] == list(spans(start, end))
    sent = tuple(chain.from_iterable(package.entries for package in packages))
    assert sent == TREE.entries[start:end]
    for package in packages:
        check(package, end)


def test_writes_the_bytes_of_the_specification() -> None:
    data = body(999, 1_000, b"tick")
    entry = TREE.entries[999]
    head = b"\0\x16" + ORIGIN.encode() + bytes(6) + b"\x03\xe7" + bytes(6) + b"\x03\xe8\0\x04tick"
    assert data.startswith(head + len(entry).to_bytes(2, "big") + entry)
    rest = data.removeprefix(head + len(entry).to_bytes(2, "big") + entry)
    assert rest[0] == (len(rest) - 1) // 32


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param(0, 0, [], id="nothing"),
        pytest.param(300, 300, [], id="nothing-later"),
        pytest.param(0, 256, [Span(0, 0, 256)], id="one-bundle"),
        pytest.param(5, 7, [Span(0, 5, 7)], id="inside-one"),
        pytest.param(
            200, 600, [Span(0, 200, 256), Span(256, 256, 512), Span(512, 512, 600)], id="three"
        ),
    ],
)
def test_parts_entries_at_multiples_of_256(start: int, end: int, expected: list[Span]) -> None:
    assert list(spans(start, end)) == expected


def test_sends_at_most_32_packages_and_the_rest_is_not_complete() -> None:
    head = Head(origin=ORIGIN, start=0, end=40 * 256)
    sent = list(requests(head, lambda first, last: [b""] * (last - first), lambda *_: bytes(32)))
    assert len(sent) == 1 + PACKAGES_MAX
    reader = Reader()
    assert len(reader.feed(b"".join(sent))) == PACKAGES_MAX
    assert not reader.is_complete


@given(cut=st.integers(0, 100_000))
def test_of_a_request_cut_off_anywhere_the_whole_packages_count(cut: int) -> None:
    data = body(100, 700)
    reader = Reader()
    packages = reader.feed(data[: cut % len(data)])
    assert not reader.is_complete
    assert [one.span for one in packages] == list(spans(100, 700))[: len(packages)]
    for package in packages:
        check(package, 700)


@given(at=st.integers(0, 100_000), bit=st.integers(0, 7))
def test_no_flipped_bit_is_taken_for_an_entry_of_the_log(at: int, bit: int) -> None:
    data = bytearray(body(100, 700))
    data[at % len(data)] ^= 1 << bit
    reader = Reader()
    try:
        packages = reader.feed(bytes(data))
    except WireError:
        return
    for package in packages:
        span = package.span
        try:
            check(package, 700)
        except ProofError:
            return
        assert package.entries == TREE.entries[span.start : span.end]


def test_refuses_entries_at_another_place_and_another_neighbourhood() -> None:
    (package,) = Reader().feed(body(600, 700))
    check(package, 700)
    with pytest.raises(ProofError):
        package.check([], checkpoint(700))
    with pytest.raises(ProofError):
        package.check(map(leaf_hash, TREE.entries[511:599]), checkpoint(700))
    with pytest.raises(ProofError):
        package.check(map(leaf_hash, TREE.entries[512:600]), checkpoint(701))


def test_refuses_bytes_after_the_last_package() -> None:
    for data in (body(0, 300) + b"\0", body(5, 5) + b"\0"):
        with pytest.raises(WireError, match="after the last"):
            Reader().feed(data)


def test_never_holds_more_than_one_package() -> None:
    reader = Reader()
    data = body(0, 1_000)
    for part in pieces(data, 64):
        reader.feed(part)
        assert len(reader._buffer) < 64 + 70


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\0\x01a" + b"\0" * 7 + b"\x02" + b"\0" * 7 + b"\x01\0\0", id="backwards"),
        pytest.param(b"\0\x01a" + b"\0" * 8 + b"\xff" * 8 + b"\0\0", id="end-too-large"),
        pytest.param(b"\0\x01\xff" + bytes(18), id="origin-not-utf-8"),
        pytest.param(
            Head(origin="a", start=0, end=1).to_bytes() + b"\0\0\x40", id="more-than-63-hashes"
        ),
    ],
)
def test_refuses_a_request(data: bytes) -> None:
    with pytest.raises(WireError):
        Reader().feed(data)


def test_refuses_a_head_that_cannot_be_written() -> None:
    for fields in ({"start": 2, "end": 1}, {"start": -1}, {"end": SIZE_MAX + 1}):
        with pytest.raises(WireError):
            Head(**{"origin": "a", "start": 0, "end": 5, **fields})
    with pytest.raises(WireError, match="too long"):
        Head(origin="a" * 65_536, start=0, end=0)
    with pytest.raises(WireError, match="too long"):
        Head(origin="a", start=0, end=0, ticket=bytes(65_536))


@given(data=st.binary(), length=st.integers(1, 20))
def test_any_bytes_are_read_or_refused(data: bytes, length: int) -> None:
    for whole in (data, Head(origin="a", start=0, end=600).to_bytes() + data):
        reader = Reader()
        try:
            for part in pieces(whole, length):
                reader.feed(part)
        except WireError:
            continue


infos = st.builds(
    MirrorInfo,
    size=st.integers(0, SIZE_MAX),
    next_entry=st.integers(0, SIZE_MAX),
    ticket=st.binary(max_size=200),
)


@given(info=infos)
def test_what_a_mirror_says_comes_back(info: MirrorInfo) -> None:
    assert MirrorInfo.parse(info.to_bytes()) == info


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1\n2\n",
        b"1\n2\nAA==",
        b"1\n2\nAB==\n",
        b"1\n2\nAAA\n",
        b"01\n2\n\n",
        b"1\n-2\n\n",
        b"1\n2\n\n\n",
        b"1\n9223372036854775808\n\n",
        b"1\n2\n" + b"A" * 200_000 + b"\n",
    ],
)
def test_refuses_what_no_mirror_says(data: bytes) -> None:
    with pytest.raises(WireError):
        MirrorInfo.parse(data)


@given(
    data=st.binary() | st.from_regex(rb"[0-9]{1,3}\n[0-9]{1,3}\n[A-Z+/=]{0,8}\n", fullmatch=True)
)
def test_any_bytes_are_what_a_mirror_says_or_refused(data: bytes) -> None:
    try:
        info = MirrorInfo.parse(data)
    except WireError:
        return
    assert info.to_bytes() == data
