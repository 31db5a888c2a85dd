"""Server-sent events (HTML standard, clause 9.2): how they are written and sent."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from fastapi.responses import StreamingResponse

MEDIA_TYPE: Final = "text/event-stream"
HEARTBEAT: Final = b": \n\n"
"""A comment, which says that the line still stands; proxies close silent ones."""

HEARTBEAT_S: Final = 10.0
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event(name: str, data: bytes, number: int | None = None) -> bytes:
    """Return one event; a reader that comes again names the number it has seen last."""
    lines = [f"event: {name}".encode()]
    if number is not None:
        lines.append(f"id: {number}".encode())
    lines += [b"data: " + line for line in data.split(b"\n")]
    return b"\n".join(lines) + b"\n\n"


def event_stream(
    events: AsyncIterator[bytes], status: int = 200, headers: Mapping[str, str] | None = None
) -> StreamingResponse:
    """Return an answer that sends events as they come; it ends when its reader has gone."""
    return StreamingResponse(events, status, {**_HEADERS, **(headers or {})}, MEDIA_TYPE)
