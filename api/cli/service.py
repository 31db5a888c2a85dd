"""`sinkledger serve`, `demo`, `bench`: the service, the demonstration, the measurements."""

import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from api.cli.given import listening_at
from api.cli.output import CommandError, console, print_json, print_table
from api.cli.place import DataOption, JsonOption, KeysOption, open_place
from api.cli.verify import show
from api.demo.play import Performance, perform
from api.demo.witnesses import home_of
from api.founding import POLICY_LINK
from api.operations.logs import configure
from api.serving import Node, ServingError, alone
from api.serving import serve as run
from api.witness.local import resumed_witnesses
from ledger.registry import Registry
from ledger.witness.folder import WitnessFolderError

commands = typer.Typer()


@commands.command("serve")
def serve(
    data: DataOption = None,
    keys: KeysOption = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    *,
    confirm_clock: Annotated[
        bool,
        typer.Option(
            "--confirm-clock", help="The log was quiet for over 7 days: the clock is right."
        ),
    ] = False,
    publish: Annotated[
        bool, typer.Option(help="Publish as well; off where 'publish --watch' runs by itself.")
    ] = True,
) -> None:
    """Start the HTTP service on a registry, and publish what it records."""
    registry = open_place(data, keys)
    configure(registry.settings.log_level)
    if registry.read_only_reason is not None:
        console().print(f"[yellow]read-only:[/] {registry.read_only_reason}")
    listening = listening_at(host, port)
    console().print(f"http://{host}:{port}/  (stop with Ctrl-C)")
    node = Node(
        registry=registry,
        listening=listening,
        publishes=publish and registry.read_only_reason is None,
        clock_confirmed=confirm_clock,
    )
    witnesses = _witnesses(registry) if node.publishes else nullcontext()
    try:
        with alone(registry.settings), witnesses:
            run(node)
    except ServingError as error:
        raise CommandError(str(error)) from error


@contextmanager
def _witnesses(registry: Registry) -> Iterator[None]:
    """Run a demonstration's own witnesses again; any other registry's are elsewhere."""
    home = home_of(registry.settings)
    if not home.is_dir():
        yield
        return
    try:
        with resumed_witnesses(home) as names:
            console().print(f"示例见证方 demo witnesses: {', '.join(names)}")
            yield
    except WitnessFolderError as error:
        raise CommandError(str(error)) from error


@commands.command("demo")
def demo(
    data: Annotated[Path, typer.Option("--data", help="An empty folder for everything.")] = Path(
        "demo-data"
    ),
    *,
    as_json: JsonOption = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Play again beside an earlier demo in the folder.")
    ] = False,
) -> None:
    """Play the main job: from a tree plot to certificates that verify offline. All invented."""
    folder = data.resolve()
    if fresh:
        folder = _fresh(folder)
    if (folder / "ledger.db").exists():
        raise CommandError(
            f"{folder} holds a registry already; name another folder with --data, or add --fresh"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with console().status("…") as status:
        performance = perform(folder, status.update)
    _tell(performance, to_output=not as_json)
    if as_json:
        print_json(_summary(folder, performance))
    if not (performance.report.ok and all(verdict.ok for verdict in performance.verdicts)):
        raise typer.Exit(1)


def _fresh(folder: Path) -> Path:
    number = 2
    candidate = folder
    while (candidate / "ledger.db").exists():
        candidate = folder.with_name(f"{folder.name}-{number}")
        number += 1
    return candidate


def _tell(performance: Performance, *, to_output: bool) -> None:
    print_table("示例·无效 SYNTHETIC", performance.lines, to_output=to_output)
    files = [one.path for one in performance.certificates]
    show([(str(file), one) for file, one in zip(files, performance.verdicts, strict=True)])
    settings = performance.registry.settings
    holds = "成立 holds" if performance.report.ok else "不成立 DOES NOT HOLD"
    print_table(
        "结果 Result",
        [
            *(("证书 certificate", str(path)) for path in files),
            ("信任锚 trust anchors", str(settings.trust)),
            ("账本导出 export", str(performance.export)),
            ("审计 audit", f"{performance.report.entries} entries · {holds}"),
            ("用时 seconds", f"{performance.seconds:.1f}"),
            ("再核验 verify again", f"sinkledger verify {files[0]} --trust {settings.trust}"),
        ],
        to_output=to_output,
    )


def _summary(folder: Path, performance: Performance) -> dict[str, object]:
    settings = performance.registry.settings
    return {
        "audit_ok": performance.report.ok,
        "certificates": [str(one.path) for one in performance.certificates],
        "checkpoint": str(settings.log / "checkpoint"),
        "data_dir": str(folder),
        "entries": performance.report.entries,
        "export": str(performance.export),
        "keys": str(settings.keys),
        "log_dir": str(settings.log),
        "numbers": [one.number for one in performance.certificates],
        "policy": str(folder / POLICY_LINK),
        "proofs": [str(one.path.with_suffix(".tlog-proof")) for one in performance.certificates],
        "seconds": round(performance.seconds, 2),
        "supply": dict(performance.report.supply),
        "trust": str(settings.trust),
        "verified": [verdict.ok for verdict in performance.verdicts],
        "vkey": performance.vkey,
    }


@commands.command("bench")
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Default: all.")] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Run benchmarks from the source tree; each prints a ratio against a named limit or peer."""
    if not (Path.cwd() / "bench").is_dir():
        raise CommandError("benchmarks live in the source tree; run this there, or ./run bench")
    sys.argv = ["bench", *(names or []), *(["--json"] if as_json else [])]
    runpy.run_module("bench", run_name="__main__")
