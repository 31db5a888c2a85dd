"""`sinkledger jobs …`: see what the registry works at, have it tried again, work at it."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

from api.cli.given import content_of
from api.cli.output import CommandError, console, print_json, print_table
from api.cli.place import DataOption, JsonOption, KeysOption, open_place
from api.cli.shown import CHINA
from api.tasks.submitting import hand_in
from api.tasks.table import TASKS
from api.working import Once, start
from ledger.jobs import lines
from ledger.jobs.here import BusyError, do_here
from ledger.jobs.job import Job, JobUnknownError, State
from ledger.jobs.queues import queue_of
from ledger.jobs.task import Task

UPLOAD_BYTES_MAX: Final = 1 << 30

jobs_commands = typer.Typer(
    help="Long work: see it, try it again, drop it, do it.", no_args_is_help=True
)
commands = typer.Typer()
commands.add_typer(jobs_commands, name="jobs")

NumberArgument = Annotated[int, typer.Argument(help="The job's number.", min=1)]


@jobs_commands.command("list")
def list_(
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    state: Annotated[State | None, typer.Option(help="Only jobs that stand so.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """List jobs, the newest first; dead letters wait for a person."""
    registry = open_place(data, keys)
    found = queue_of(registry).jobs(state=state, limit=limit)
    if as_json:
        print_json({"jobs": [asdict(job) for job in found]})
        return
    print_table("jobs", [(f"{job.id} {job.task}", _line(job)) for job in found])


@jobs_commands.command("show")
def show(
    number: NumberArgument,
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show a job, what it was given, its newest sentence, and the answers of an upload."""
    registry = open_place(data, keys)
    try:
        job = queue_of(registry).job(number)
    except JobUnknownError as error:
        raise CommandError(str(error)) from error
    answers = []
    if job.task == "submit":
        upload = json.loads(job.arguments)["upload"]
        found = lines.answers(registry.reader, upload)
        answers = [{"line": row.position + 1, **json.loads(row.answer)} for row in found]
    if as_json:
        print_json({**asdict(job), "answers": answers})
        return
    rows = [(name, str(value)) for name, value in asdict(job).items()]
    refused = [
        (f"line {one['line']}", f"{one['code']} {one['name']}") for one in answers if "code" in one
    ]
    print_table(f"job {number}", [*rows, *refused])


@jobs_commands.command("retry")
def retry(number: NumberArgument, data: DataOption = None, keys: KeysOption = None) -> None:
    """Try a dead letter again, or a waiting job at once."""
    with _said_if_unknown():
        queue_of(open_place(data, keys)).retry(number)
    console().print(f"job {number} is tried again as soon as somebody works at jobs")


@jobs_commands.command("drop")
def drop(number: NumberArgument, data: DataOption = None, keys: KeysOption = None) -> None:
    """Remove a job that does not run; what it has done stays."""
    with _said_if_unknown():
        queue_of(open_place(data, keys)).drop(number)
    console().print(f"job {number} is gone")


@jobs_commands.command("run")
def run(
    task: Annotated[str, typer.Argument(help="check, export, issue or tidy.")],
    arguments: Annotated[str, typer.Argument(help="What it is given, as a JSON object.")] = "{}",
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Do one job now, in this process."""
    wanted = _task(task)
    try:
        given = wanted.arguments.model_validate_json(arguments)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        )
        raise CommandError(f"{task} is not given {arguments}: {problems}", exit_code=2) from error
    registry = open_place(data, keys)
    with _stopped_by_signals() as stop:
        try:
            job = do_here(registry, wanted, given, stop, lambda *_: None)
        except BusyError as error:
            raise CommandError(str(error)) from error
    if as_json:
        print_json(asdict(job))
    else:
        console().print(f"job {job.id}: {_line(job)}", markup=False)
    if job.state is not State.DONE:
        raise typer.Exit(1)


@jobs_commands.command("submit")
def submit(
    path: Annotated[Path, typer.Argument(help="Signed envelopes, one a line.")],
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    confirm_clock: Annotated[
        bool,
        typer.Option("--confirm-clock", help="The ledger was quiet for over 7 days: append."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Hand in a file of signed orders; it is submitted line by line by whoever works at jobs."""
    registry = open_place(data, keys)
    try:
        content = content_of(path, UPLOAD_BYTES_MAX)
        number = hand_in(queue_of(registry), content, clock_confirmed=confirm_clock)
    except ValueError as error:
        raise CommandError(f"{path}: {error}") from error
    if as_json:
        print_json({"job": number})
    else:
        console().print(f"job {number}; see: sinkledger jobs show {number}")


@jobs_commands.command("work")
def work(data: DataOption = None, keys: KeysOption = None) -> None:
    """Work at jobs until Ctrl-C or a stop; what is in hand is then finished or handed back."""
    registry = open_place(data, keys)
    console().print("working at jobs  (stop with Ctrl-C)")
    with _stopped_by_signals() as stop:
        for thread in start(registry, Once(console().print), stop, TASKS):
            thread.join()


def _task(name: str) -> Task[Any]:
    try:
        return TASKS[name]
    except KeyError:
        raise CommandError(f"there is no task {name}; there are {', '.join(TASKS)}") from None


def _line(job: Job) -> str:
    parts = [job.state.value]
    if job.total:
        parts.append(f"{job.done:,} of {job.total:,}")
    if job.next_try_at_us and job.failures:
        moment = datetime.fromtimestamp(job.next_try_at_us / 1e6, tz=UTC).astimezone(CHINA)
        parts.append(f"failed {job.failures}×, next try {moment:%m-%d %H:%M:%S} UTC+8")
    return "; ".join([*parts, *([job.text] if job.text else [])])


@contextmanager
def _said_if_unknown() -> Iterator[None]:
    try:
        yield
    except JobUnknownError as error:
        raise CommandError(str(error)) from error


@contextmanager
def _stopped_by_signals() -> Iterator[Event]:
    stop = Event()
    before = {
        one: signal.signal(one, lambda *_: stop.set()) for one in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
