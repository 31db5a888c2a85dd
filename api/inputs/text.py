"""From a file to its text: how large it may be, and which encodings are read."""

import re
from pathlib import Path
from typing import BinaryIO, Final

from api.inputs.errors import InputError

FILE_BYTES_MAX: Final = 20 * 1024 * 1024

_LINE_END_BYTES: Final = re.compile(rb"\r\n|\n|\r")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_BOM: Final = b"\xef\xbb\xbf"


def read_file(path: Path, *, bytes_max: int = FILE_BYTES_MAX) -> bytes:
    """Read a file whole, unless it is too large: its size is looked at before any byte.

    Raises:
        InputError: `FILE_TOO_LARGE`.
    """
    size = path.stat().st_size
    if size > bytes_max:
        raise _too_large(size, bytes_max)
    with path.open("rb") as stream:
        return read_stream(stream, bytes_max=bytes_max)


def read_stream(stream: BinaryIO, *, bytes_max: int = FILE_BYTES_MAX) -> bytes:
    """Read a stream of unknown length, and no more of it than one byte over the limit.

    Raises:
        InputError: `FILE_TOO_LARGE`.
    """
    raw = stream.read(bytes_max + 1)
    if len(raw) > bytes_max:
        raise _too_large(len(raw), bytes_max)
    return raw


def decode(raw: bytes) -> str:
    """Return the text of UTF-8, UTF-8 with a byte order mark, or GBK/GB18030.

    Raises:
        InputError: `FILE_TOO_LARGE`, `FILE_EMPTY`, `UTF16`, `NUL_BYTE`, `ENCODING_MIXED`,
            `ENCODING_UNKNOWN`.
    """
    if len(raw) > FILE_BYTES_MAX:
        raise _too_large(len(raw), FILE_BYTES_MAX)
    if not raw.strip():
        raise InputError(
            "FILE_EMPTY", 0, zh="文件是空的，请选择有数据的CSV文件。", en="The file is empty."
        )
    if raw.startswith(_UTF16):
        raise InputError(
            "UTF16",
            0,
            zh="文件是UTF-16编码，请在Excel中另存为“CSV UTF-8（逗号分隔）”。",
            en="The file is UTF-16; save it as CSV UTF-8 (comma delimited).",
        )
    nul = raw.find(b"\x00")
    if nul >= 0:
        raise InputError(
            "NUL_BYTE",
            _line_at(raw, nul),
            zh="含有空字节，文件可能不是CSV或已损坏，请重新导出。",
            en="it holds a NUL byte; this is no CSV file or it is damaged, export it again.",
        )
    body = raw.removeprefix(_BOM)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as fault:
        if len(body) < len(raw):
            # The file says it is UTF-8, so a broken byte is a broken byte.
            raise _mixed(_line_at(body, fault.start)) from fault
    return _decode_chinese(body)


def _decode_chinese(body: bytes) -> str:
    lines = _LINE_END_BYTES.split(body)
    for number, line in enumerate(lines, start=1):
        if _is_utf8_chinese(line):
            raise _mixed(number)
    try:
        return body.decode("gb18030")
    except UnicodeDecodeError as fault:
        raise InputError(
            "ENCODING_UNKNOWN",
            _line_at(body, fault.start),
            zh="编码既不是UTF-8也不是GBK，请另存为“CSV UTF-8”。",
            en="the encoding is neither UTF-8 nor GBK; save the file as CSV UTF-8.",
        ) from fault


def _is_utf8_chinese(line: bytes) -> bool:
    """Say whether a line is UTF-8 with a character of three bytes: almost never true of GBK."""
    try:
        return any(ord(character) > 0x7FF for character in line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _line_at(raw: bytes, offset: int) -> int:
    return len(_LINE_END_BYTES.findall(raw, 0, offset)) + 1


def _mixed(line: int) -> InputError:
    return InputError(
        "ENCODING_MIXED",
        line,
        zh="编码与其他行不同（UTF-8与GBK混用），请统一另存为“CSV UTF-8”。",
        en="its encoding differs from the other lines (UTF-8 and GBK mixed); save as CSV UTF-8.",
    )


def _too_large(size: int, bytes_max: int) -> InputError:
    mib, mib_max = -(-size // 2**20), bytes_max // 2**20
    return InputError(
        "FILE_TOO_LARGE",
        0,
        zh=f"文件至少{mib}MB，上限{mib_max}MB，未读取；请按层或样地拆分。",
        en=f"The file has {mib} MB or more, the limit is {mib_max} MB; nothing was read, split it.",
    )
