"""A job as it stands, whichever runner has it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a job stands; `dead` is a dead letter, which waits for a person."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class JobUnknownError(LookupError):
    """There is no such job, or what is asked cannot be done with it as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job.

    Attributes:
        id: Its number.
        task: What it does.
        arguments: What it was given, canonical JSON.
        state: Where it stands.
        done: How much is done, of `total`; both 0 if nothing was told yet.
        total: How much there is.
        tries: How often a worker has begun it.
        failures: How often it failed since it was made, or told to try again.
        next_try_at_us: When it is begun next; nothing unless it waits.
        text: The newest sentence about it: why it failed, or what should be known.
        updated_at_us: When something was told of it last; 0 for never.
    """

    id: int
    task: str
    arguments: str
    state: State
    done: int
    total: int
    tries: int
    failures: int
    next_try_at_us: int | None
    text: str
    updated_at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job in the hands of one worker; `worker` is who, so that nobody else can speak for it."""

    job: int
    task: str
    arguments: str
    failures: int
    worker: str
