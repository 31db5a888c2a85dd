"""`sinkledger verify` and `certificate …`: check papers offline, issue and extend them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.cli.given import content_of, sentence_of
from api.cli.lives import due, status
from api.cli.output import CommandError, console, print_json
from api.cli.place import (
    DataOption,
    JsonOption,
    KeysOption,
    desk_of,
    now_us,
    open_place,
    settings_for,
)
from api.extending import extend_certificate
from api.issuing import Issued, Issuer, IssuingError
from api.sealing import FAILURES, authority_of, open_sealer
from certificates.render import Renderer
from certificates.trust import Trust, TrustError
from certificates.verdict import Verdict
from certificates.verify import verify_pdf
from certificates.verify_file import SIZE_MAX
from certificates.verify_log import Newer
from ledger.log.note import NOTE_SIZE_MAX

MARKS = {"passed": "[green]✓[/]", "failed": "[bold red]✗[/]", "not_checked": "[yellow]–[/]"}

certificate_commands = typer.Typer(
    help="Issue and extend papers, and tell what became of them.", no_args_is_help=True
)
certificate_commands.command("due")(due)
certificate_commands.command("status")(status)
commands = typer.Typer()
commands.add_typer(certificate_commands, name="certificate")


@commands.command("verify")
def verify(
    files: Annotated[list[Path], typer.Argument(help="Certificate PDFs.")],
    trust: Annotated[
        Path | None,
        typer.Option("--trust", help="Folder of trust anchors; default: the data folder's."),
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", help="A newer checkpoint to compare with.")
    ] = None,
    fresh_hours: Annotated[
        int | None,
        typer.Option("--fresh-hours", min=1, help="Refuse checkpoints witnessed longer ago."),
    ] = None,
    data: DataOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Check certificates offline, step by step; exit 0 only when every step of each passed.

    Trust anchors (policy, seal-root.pem, seal-root.crl, tsa-root.pem, registry.json) come from the
    folder only, never from the document.
    """
    if trust is not None and not trust.is_dir():
        raise CommandError(f"{trust} is no folder of trust anchors; check the name", exit_code=2)
    anchors = _anchors(trust or settings_for(data).trust)
    after = None if fresh_hours is None else now_us() // 1_000_000 - fresh_hours * 3600
    note = content_of(checkpoint, NOTE_SIZE_MAX) if checkpoint else None
    newer = Newer(note=note, witnessed_after=after)
    contents = [(file, content_of(file, SIZE_MAX)) for file in files]
    verdicts = [(file, verify_pdf(content, anchors, newer=newer)) for file, content in contents]
    if as_json:
        results = [{"file": str(file), **verdict.to_json()} for file, verdict in verdicts]
        print_json({"ok": all(verdict.ok for _, verdict in verdicts), "results": results})
    else:
        show(verdicts)
    if not all(verdict.ok for _, verdict in verdicts):
        raise typer.Exit(1)


def _anchors(folder: Path) -> Trust:
    try:
        return Trust.load(folder)
    except OSError as error:
        raise CommandError(sentence_of(error), exit_code=2) from error
    except TrustError as error:
        message = f"{folder} is damaged, fetch the trust anchors again: {error}"
        raise CommandError(message, exit_code=2) from error


def show(verdicts: Sequence[tuple[Path, Verdict]]) -> None:
    """Print the numbered steps of each verdict."""
    for file, verdict in verdicts:
        table = Table(title=f"{file.name}", title_justify="left", show_header=False, box=None)
        for number, step in enumerate(verdict.steps, start=1):
            table.add_row(
                str(number), MARKS[step.state], step.name, f"{step.zh}\n[dim]{step.en}[/]"
            )
        console().print(table)
        good = "[bold green]核验通过 every step passed[/]"
        bad = "[bold red]未通过 not verified: do not rely on this paper[/]"
        console().print(good if verdict.ok else bad)


@certificate_commands.command("issue")
def issue(
    subject: Annotated[str, typer.Argument(help="retire/ID or claim/ID.")],
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Issue the next copy of a certificate: render, seal, store, record."""
    registry = open_place(data, keys)
    try:
        sealer = open_sealer(registry.settings)
        issuer = Issuer(registry=registry, renderer=Renderer(), sealer=sealer)
        issued = issuer.issue(subject, desk_of(registry))
    except (IssuingError, *FAILURES) as error:
        raise CommandError(str(error)) from error
    _tell(issued, as_json=as_json)


@certificate_commands.command("extend")
def extend(
    named: Annotated[str, typer.Argument(help="A certificate's number, or one of its files.")],
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Add evidence and an archive timestamp for later years, as another recorded file."""
    registry = open_place(data, keys)
    try:
        authority = authority_of(registry.settings)
        if authority is None:
            raise CommandError("no authority is named; set SINKLEDGER_ANCHOR_URL")
        extended = extend_certificate(registry, desk_of(registry), named, authority)
    except (IssuingError, *FAILURES) as error:
        raise CommandError(str(error)) from error
    _tell(extended, as_json=as_json)


def _tell(issued: Issued, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "copy": issued.copy,
                "number": issued.number,
                "path": str(issued.path),
                "recorded_seq": issued.recorded_seq,
                "sha256": issued.sha256,
            }
        )
    else:
        console().print(f"{issued.number}: {issued.path}")
