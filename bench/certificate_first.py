"""A new process issues one paper and ends: STATEMENT KEYS ROOTS ADDRESS."""

import pickle
import sys
from pathlib import Path

from certificates.issue import issue
from certificates.render import Renderer
from certificates.seal import Sealer
from certificates.time_stamper import Authority
from ledger.anchors.time_stamps import read_roots


def main(statement: str, keys: str, roots: str, address: str) -> None:
    """Issue the statement of a file that the bench has just written."""
    sealer = Sealer(Path(keys), Authority(address, read_roots(Path(roots))))
    issue(pickle.loads(Path(statement).read_bytes()), sealer, Renderer())  # our own file


if __name__ == "__main__":
    main(*sys.argv[1:])
