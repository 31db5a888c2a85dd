"""A child that answers about signatures in ways no answer may be taken from, or at once.

python -m tests.support.odd_checker WAY
"""

import sys
from typing import IO

from ledger.children import number, read_number

WAYS = ("of-another-page", "of-other-signs", "cut-short")
AT_ONCE = "at-once"


def answer(way: str, asked: IO[bytes], said: IO[bytes]) -> None:
    """Call every signature good, and spoil the answer."""
    while (page := read_number(asked)) is not None:
        count = read_number(asked) or 0
        asked.read(read_number(asked) or 0)
        page += way == "of-another-page"
        signs = (b"\x00" if way == "of-other-signs" else b"+") * count
        said.write(number(page) + (signs[1:] if way == "cut-short" else signs))
        said.flush()
        if way == "cut-short":
            return


if __name__ == "__main__":
    answer(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
