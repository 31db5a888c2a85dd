"""Well-formed bytes, damaged as transfers, editors and attackers damage them."""

from hypothesis import strategies as st

_PIECES = (b"", b"\n", b"\n\n", b"\0", b" ", b"=", b"+", "— ".encode(), b"\xff", b"9" * 30, b"0")


def damaged(samples: list[bytes]) -> st.SearchStrategy[bytes]:
    """Return a sample after one to four edits: bits, cuts, repeats, swaps and foreign pieces."""
    return st.sampled_from(samples).flatmap(_edited)


@st.composite
def _edited(draw: st.DrawFn, sample: bytes) -> bytes:
    data = sample
    for _ in range(draw(st.integers(1, 4))):
        one, other = draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))
        start, end = sorted((one, other))
        edit = draw(st.sampled_from(["bit", "cut", "repeat", "replace", "lines"]))
        if edit == "bit" and data:
            flipped = data[start % len(data)] ^ 1 << draw(st.integers(0, 7))
            data = data[: start % len(data)] + bytes([flipped]) + data[start % len(data) + 1 :]
        elif edit == "cut":
            data = data[:start] + data[end:]
        elif edit == "repeat":
            data = data[:end] + data[start:end] + data[end:]
        elif edit == "replace":
            piece = draw(st.sampled_from(_PIECES) | st.binary(max_size=8))
            data = data[:start] + piece + data[min(end, start + 4) :]
        elif edit == "lines":
            lines = data.split(b"\n")
            at, to = start % len(lines), end % len(lines)
            lines[at], lines[to] = lines[to], lines[at]
            data = b"\n".join(lines)
    return data
