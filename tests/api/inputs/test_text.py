"""Bytes to text: three encodings are read, everything else gets one sentence."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.inputs.errors import InputError
from api.inputs.text import FILE_BYTES_MAX, decode, read_file, read_stream

CHINESE = "样地号,树种\nP1,油松\nP2,华北落叶松\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_reads(encoding: str) -> None:
    assert decode(CHINESE.encode(encoding)) == CHINESE


@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00\ufeff")))
def test_reads_back_any_utf8(text: str) -> None:
    if text.encode().strip():
        assert decode(text.encode()) == text


@pytest.mark.parametrize(
    ("raw", "code", "line"),
    [
        pytest.param(b"", "FILE_EMPTY", 0, id="empty"),
        pytest.param(b" \r\n\t\n", "FILE_EMPTY", 0, id="blank"),
        pytest.param(CHINESE.encode("utf-16"), "UTF16", 0, id="utf-16"),
        pytest.param(b"a,b\n1,\x002\n", "NUL_BYTE", 2, id="nul"),
        pytest.param(
            "样地号\n".encode() + "油松\n".encode("gbk"), "ENCODING_MIXED", 1, id="utf8-then-gbk"
        ),
        pytest.param(
            "样地号\n榆树\n".encode("gbk") + "油松\n".encode(), "ENCODING_MIXED", 3, id="gbk-utf8"
        ),
        pytest.param(
            b"\xef\xbb\xbfplot\n" + "油松\n".encode("gbk"), "ENCODING_MIXED", 2, id="marked-utf8"
        ),
        pytest.param(b"plot\nP1\n\xff\xff\n", "ENCODING_UNKNOWN", 3, id="neither"),
    ],
)
def test_refuses(raw: bytes, code: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        decode(raw)
    assert (caught.value.code, caught.value.line) == (code, line)
    assert caught.value.zh
    assert caught.value.en


def test_looks_at_the_size_before_it_reads(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as stream:
        stream.truncate(100 * 2**20)
    with pytest.raises(InputError) as caught:
        read_file(huge)
    assert caught.value.code == "FILE_TOO_LARGE"
    assert "100MB" in caught.value.zh
    assert "20 MB" in caught.value.en


def test_reads_no_more_of_a_stream_than_one_byte_over_the_limit() -> None:
    stream = io.BytesIO(b"x" * 1000)
    with pytest.raises(InputError) as caught:
        read_stream(stream, bytes_max=10)
    assert caught.value.code == "FILE_TOO_LARGE"
    assert stream.tell() == 11


def test_reads_what_fits(tmp_path: Path) -> None:
    path = tmp_path / "small.csv"
    path.write_bytes(b"abc")
    assert read_file(path) == b"abc"


def test_refuses_bytes_that_slipped_past_the_file_limit() -> None:
    with pytest.raises(InputError) as caught:
        decode(b"x" * (FILE_BYTES_MAX + 1))
    assert caught.value.code == "FILE_TOO_LARGE"


def test_an_error_reads_as_one_line_in_both_languages() -> None:
    error = InputError("X", 3, zh="错了。", en="it is wrong.")
    assert str(error) == "第3行：错了。 / Line 3: it is wrong."
