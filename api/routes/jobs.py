"""Reading how far the registry's own work is."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from api.deps import NowDep, RegistryDep
from api.jobs import job_of

router = APIRouter(prefix="/v1", tags=["jobs"])


@router.get("/jobs")
def list_jobs(registry: RegistryDep, now: NowDep) -> list[dict[str, Any]]:
    """Return the newest run of each job; `issue` makes the papers that have become due.

    A run is running, done, ended early, or interrupted: it was killed. What it left undone, the
    next one does.
    """
    job = job_of(registry.settings, now)
    return [{"job": "issue", **asdict(job)}] if job else []
