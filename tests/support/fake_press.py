"""Presses that print a line instead of a page, and what goes wrong in workers, on demand.

    open_press = fake_press(tmp_path, dies={"retire/…": 1})

A fault is put down in a folder, so that all processes count it together.
"""

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from api.pool_worker import NotReadyError
from api.sheets import OpenPress, Press, Sheet, Trouble, Unmade

HANGS_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong with which subject, and how many times; the folder keeps the count."""

    folder: Path
    dies: Mapping[str, int] = field(default_factory=dict)
    hangs: Mapping[str, int] = field(default_factory=dict)
    troubles: Mapping[str, tuple[Trouble, int]] = field(default_factory=dict)
    undated: int = 0
    wait_s: float = 0.0

    def is_due(self, name: str, times: int) -> bool:
        """Say whether a fault happens now, at most so many times."""
        for number in range(times):
            try:
                (self.folder / f"{name.replace('/', '-')}.{number}").touch(exist_ok=False)
            except FileExistsError:
                continue
            return True
        return False


def fake_press(faults: Faults) -> OpenPress:
    return partial(_open, faults)


def _open(faults: Faults) -> Press:
    return partial(_press, faults)


def _press(faults: Faults, sheet: Sheet) -> bytes | Unmade:
    subject = sheet.subject
    if faults.is_due(f"die {subject}", faults.dies.get(subject, 0)):
        os.kill(os.getpid(), signal.SIGKILL)
    if faults.is_due(f"hang {subject}", faults.hangs.get(subject, 0)):
        time.sleep(HANGS_S)
    if faults.is_due("undated", faults.undated):
        return Unmade(trouble=Trouble.TIME, reason="the authority answered 503")
    trouble, times = faults.troubles.get(subject, (Trouble.PAPER, 0))
    if faults.is_due(f"trouble {subject}", times):
        return Unmade(trouble=trouble, reason=f"no typeface has U+E000 for {subject}")
    time.sleep(faults.wait_s)
    return b"%PDF " + sheet.number.encode() + os.urandom(16)


def closed_press() -> Press:
    raise NotReadyError("libharfbuzz-subset is missing")


def dying_press() -> Press:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError
