"""Request bodies, taken piece by piece and never beyond a limit."""

import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Final

from starlette.requests import Request

from ledger.witness.cosigner import AnswerError, refusal

CHECKPOINT_BYTES_MAX: Final = 256 * 1024
"""63 hashes and a note of some 70 lines by ML-DSA-44 keys."""

PIECE_BYTES_MAX: Final = 1 << 20


async def read_body(request: Request, limit: int) -> bytes:
    """Return a body of at most `limit` bytes.

    Raises:
        AnswerError: 413, as soon as more is announced or has come.
    """
    parts, size = [], 0
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and len(announced) < 20 and int(announced) > limit:
        raise _too_large(limit)
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


async def decoded_pieces(request: Request) -> AsyncIterator[bytes]:
    """Yield a body without its content encoding, in pieces of at most 1 MiB.

    A body that ends in the middle of its compression ends here too, as an interrupted one does.

    Raises:
        AnswerError: 415 another encoding than gzip; 400 not gzip although it says so.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise AnswerError(refusal(415, "only gzip is understood"))
    inflate = None if encoding == "identity" else zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    async for part in request.stream():
        for piece in (part,) if inflate is None else _inflated(inflate, part):
            if piece:
                yield piece


def _inflated(inflate: "zlib._Decompress", part: bytes) -> Iterator[bytes]:
    """Yield what a part holds, never more than a piece at a time: a bomb bursts piece by piece."""
    try:
        piece = inflate.decompress(part, PIECE_BYTES_MAX)
        while piece:
            yield piece
            piece = inflate.decompress(inflate.unconsumed_tail, PIECE_BYTES_MAX)
    except zlib.error as error:
        raise AnswerError(refusal(400, f"not gzip: {error}")) from error


def _too_large(limit: int) -> AnswerError:
    return AnswerError(refusal(413, f"the body is larger than {limit} bytes"))
