"""The job that writes the ledger, or what accounts hold, into a file below DATA/exports."""

from typing import Final, Literal

from ledger.export import export_ledger
from ledger.export_holdings import export_holdings
from ledger.jobs.task import Arguments, JobError, Task, Work

FOLDER: Final = "exports"


class ExportArguments(Arguments):
    """What is written."""

    what: Literal["ledger", "holdings"] = "ledger"


def export(work: Work, arguments: ExportArguments) -> str:
    """Write a file that appears when it is complete; a second try writes it again."""
    folder = work.registry.settings.data / FOLDER
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
        if arguments.what == "holdings":
            path = export_holdings(work.registry, folder)
        else:
            path = folder / f"ledger-{work.registry.size()}.jsonl"
            export_ledger(work.registry, path, work.tell)
    except OSError as error:
        raise JobError(f"the export could not be written: {error.strerror}") from error
    return f"written to {FOLDER}/{path.name}"


EXPORT: Final = Task(
    name="export",
    arguments=ExportArguments,
    function=export,
    key=lambda arguments: arguments.what,
)
