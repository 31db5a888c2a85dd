"""One run of issuing at a time, and how far it is, for whoever looks on from another process.

The file tells people, and decides nothing: what is left to do, the ledger says (ADR-0030).
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from api.committing import clock_us
from ledger.files import in_turn
from ledger.settings import Settings

FILE: Final = "issuing.json"
ALIVE_US: Final = 60 * 1_000_000
"""A run shows a sign of life every few seconds; after a minute without one it is gone."""


class IssuingStoppedError(Exception):
    """No paper can be issued any more; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A run of issuing.

    Attributes:
        state: running, done, ended early, or interrupted: it was killed.
        found: Subjects without a paper when it began.
        issued: Papers that it has recorded.
        not_issued: Papers that could not be.
        began_at_us: When it began.
        updated_at_us: Its last sign of life.
    """

    state: str
    found: int
    issued: int
    not_issued: int
    began_at_us: int
    updated_at_us: int


@contextmanager
def one_run(settings: Settings) -> Iterator[None]:
    """Let one run at a time issue papers on a registry.

    Raises:
        IssuingStoppedError: another does.
    """
    try:
        with in_turn(settings.data / "issuing-run", patient=False):
            yield
    except BlockingIOError:
        job = job_of(settings, clock_us())
        far = f" ({job.issued} of {job.found} so far)" if job else ""
        raise IssuingStoppedError(
            f"another run issues papers here already{far}; let it end"
        ) from None


def tell_job(settings: Settings, job: Job) -> None:
    """Let others see it. Not made durable: after a crash nobody works on it any more."""
    path = _path(settings)
    temporary = path.with_name(f".{FILE}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(asdict(job)), encoding="ascii")
    temporary.replace(path)


def job_of(settings: Settings, now_us: int) -> Job | None:
    """Return the newest run of a registry; nothing if there was none, or its file is damaged."""
    try:
        fields: dict[str, Any] = json.loads(_path(settings).read_bytes())
        job = Job(**fields)
    except (OSError, ValueError, TypeError):
        return None
    if job.state == "running" and now_us - job.updated_at_us > ALIVE_US:
        return replace(job, state="interrupted")
    return job


def _path(settings: Settings) -> Path:
    return settings.data / FILE
