"""`sinkledger rebuild`: a registry from static files alone, whole or as it was at a moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from api.cli.given import PolicyOption, all_or_nothing, policy_of
from api.cli.ledger import progress_bar
from api.cli.output import CommandError, console, print_json
from api.cli.place import JsonOption, settings_for
from api.founding import keep_trust
from ledger.fetching import Fetch, static_log
from ledger.log.policy import Policy
from ledger.registry import Registry, open_registry
from ledger.replay.recovery import Recovery, RecoveryError, Until, recover, recover_until

commands = typer.Typer()
Progress = Callable[[int, int], None]


@commands.command("rebuild")
def rebuild_command(
    source: Annotated[str, typer.Option("--from", help="A static log: a folder or an address.")],
    data: Annotated[Path, typer.Option("--data", help="The new, empty data folder.")],
    policy: PolicyOption,
    until: Annotated[
        str | None,
        typer.Option(help="As it was: how many entries, or a time like 2026-11-23T08:00+08:00."),
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Make a registry anew from static files alone, checking every tile, order and signature.

    Put keys and marks back afterwards, and the vault by 'import-vault', if they were saved; none of
    them is public. What is made with --until opens read-only, because the log has gone on.
    """
    if (data / "ledger.db").exists():
        raise CommandError(f"{data} holds a registry already; name a new folder")
    trusted = policy_of(policy)
    moment = None if until is None else _moment_of(until)
    with (
        all_or_nothing(data),
        _keys_of(data, moment) as keys,
        static_log(source) as fetch,
        progress_bar() as bar,
    ):
        registry = open_registry(settings_for(data, keys))
        task = bar.add_task("rebuilding", total=None)
        try:
            made = _recover(
                registry,
                fetch,
                trusted,
                moment,
                lambda done, total: bar.update(task, completed=done, total=total or None),
            )
            keep_trust(registry, trusted)
            size = registry.size()
        except RecoveryError as error:
            raise CommandError(
                f"{error}; --from names a folder or address with 'checkpoint' and 'tile/', "
                "and nothing was made"
            ) from error
        finally:
            registry.close()
    _tell(made, size, data, as_json=as_json)


def _recover(
    registry: Registry, fetch: Fetch, policy: Policy, moment: Until | None, progress: Progress
) -> Recovery:
    if moment is None:
        return recover(registry, fetch, policy, progress)
    return recover_until(registry, fetch, policy, moment, progress)


@contextmanager
def _keys_of(data: Path, moment: Until | None) -> Iterator[Path]:
    """Give a folder of keys: the copy's own, which keeps it read-only, or one that goes away.

    The marks of the old machine must not be raised, nor looked at before entries are in.
    """
    if moment is not None:
        yield data / "keys"
        return
    with TemporaryDirectory() as keys:
        yield Path(keys)


def _moment_of(text: str) -> Until:
    if text.isdigit():
        return Until(size=int(text))
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"--until {text}: neither a number of entries nor a time like 2026-11-23T08:00+08:00",
            exit_code=2,
        ) from error
    if at.tzinfo is None:
        raise CommandError(f"--until {text}: say the zone, as in {text}+08:00", exit_code=2)
    return Until(at_us=(at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))


def _tell(made: Recovery, size: int, data: Path, *, as_json: bool) -> None:
    witnesses = [name for name, _ in made.verdict.witnesses]
    if as_json:
        print_json(
            {
                "anchors": made.anchors,
                "anchors_missing": made.anchors_missing,
                "entries": size,
                "root": made.root.hex(),
                "witnesses": witnesses,
            }
        )
    else:
        seen = ", ".join(witnesses) or "nobody, and the policy asks for none"
        console().print(f"{size} entries in {data}; witnessed by {seen}")
