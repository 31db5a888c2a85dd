"""`sinkledger verify`: check papers, proofs, numbers, serials and codes, step by step."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from api.cli.given import content_of, sentence_of
from api.cli.output import CommandError, console, print_json
from api.cli.place import DataOption, JsonOption, open_place, settings_for
from certificates.offered import Offered, recognise
from certificates.trust import Trust, TrustError
from certificates.verdict import Verdict
from certificates.verify import EXIT_FAILED, EXIT_NOT_CHECKED
from certificates.verify_any import Asking, verify
from certificates.verify_file import SIZE_MAX
from certificates.verify_log import Newer
from ledger.clock import clock_us
from ledger.log.state_file import STATE_PROOF_SIZE_MAX

MARKS: Final = {
    "passed": "[green]✓[/]",
    "failed": "[bold red]✗[/]",
    "not_checked": "[yellow]–[/]",
}
TEXTS: Final = (Offered.NUMBER, Offered.SERIAL, Offered.CODE)

commands = typer.Typer()


@commands.command("verify")
def verify_given(
    given: Annotated[
        list[str],
        typer.Argument(help="PDFs, proof files, photos; numbers, serials, texts of QR codes."),
    ],
    trust: Annotated[
        Path | None,
        typer.Option("--trust", help="Folder of trust anchors; default: the data folder's."),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--newer", "--checkpoint", help="A newer checkpoint or state proof to compare with."
        ),
    ] = None,
    fresh_hours: Annotated[
        int | None,
        typer.Option("--fresh-hours", min=1, help="Refuse checkpoints witnessed longer ago."),
    ] = None,
    data: DataOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Check step by step; exit 0 if every step passed, 1 if one failed, 2 if some were not checked.

    Trust anchors (policy, seal-root.pem, seal-root.crl, tsa-root.pem, registry.json) come from the
    folder only, never from the document. With --data the registry there is asked as well; without
    it a file answers for itself, as of its own checkpoint.
    """
    folder = _anchors(trust, data)
    after = None if fresh_hours is None else clock_us() // 1_000_000 - fresh_hours * 3600
    contents = [(one, _content(one)) for one in given]
    asking = Asking(
        trust_dir=folder,
        registry=open_place(data) if data is not None else None,
        newer=_newer(checkpoint, after),
    )
    verdicts = [(one, verify(content, asking)) for one, content in contents]
    if as_json:
        results = [{"file": one, **verdict.to_json()} for one, verdict in verdicts]
        print_json({"ok": all(verdict.ok for _, verdict in verdicts), "results": results})
    else:
        show(verdicts)
    if any(verdict.has_failed for _, verdict in verdicts):
        raise typer.Exit(EXIT_FAILED)
    if not all(verdict.ok for _, verdict in verdicts):
        raise typer.Exit(EXIT_NOT_CHECKED)


def _content(given: str) -> bytes:
    """Return a file's bytes; what is no file's name but a number, a serial or a code, as it is."""
    text = given.encode("utf-8", "surrogateescape")
    if recognise(text) in TEXTS and not _is_there(given):
        return text
    return content_of(Path(given), SIZE_MAX)


def _is_there(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:
        return False


def _newer(path: Path | None, after: int | None) -> Newer:
    """Return what the reader has besides; which of both a file is, its content tells."""
    if path is None:
        return Newer(witnessed_after=after)
    content = content_of(path, STATE_PROOF_SIZE_MAX)
    if recognise(content) is Offered.STATE_PROOF:
        return Newer(state=content, witnessed_after=after)
    return Newer(note=content, witnessed_after=after)


def _anchors(trust: Path | None, data: Path | None) -> Path:
    """Return the folder of anchors, after a look at each of them."""
    if trust is not None and not trust.is_dir():
        raise CommandError(f"{trust} is no folder of trust anchors; check the name", exit_code=2)
    folder = trust or settings_for(data).trust
    try:
        Trust.load(folder)
    except OSError as error:
        raise CommandError(sentence_of(error), exit_code=2) from error
    except TrustError as error:
        message = f"{folder} is damaged, fetch the trust anchors again: {error}"
        raise CommandError(message, exit_code=2) from error
    return folder


def show(verdicts: Sequence[tuple[str, Verdict]]) -> None:
    """Print the numbered steps of each verdict."""
    for one, verdict in verdicts:
        title = Path(one).name if Path(one).is_file() else one  # a serial number has a slash
        table = Table(title=title, title_justify="left", show_header=False, box=None)
        for number, step in enumerate(verdict.steps, start=1):
            table.add_row(
                str(number), MARKS[step.state], step.name, f"{step.zh}\n[dim]{step.en}[/]"
            )
        console().print(table)
        console().print(_outcome(verdict))


def _outcome(verdict: Verdict) -> str:
    if verdict.ok:
        return "[bold green]核验通过 every step passed[/]"
    if verdict.has_failed:
        return "[bold red]未通过 not verified: do not rely on this paper[/]"
    return "[bold yellow]未核验完 not all checked: do not rely on this paper yet[/]"
