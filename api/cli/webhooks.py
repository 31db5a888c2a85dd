"""`sinkledger webhooks …`: whom the outbox tells of entries, and how far each has been told."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer

from api.cli.output import CommandError, console, print_json, print_table
from api.cli.place import DataOption, JsonOption, KeysOption, open_place
from api.tasks.delivering import DELIVER, NAME, DeliverArguments, rules_of
from ledger.jobs.job import State
from ledger.jobs.queues import queue_of
from ledger.outbox import subscribers
from ledger.outbox.addresses import AddressError, target_of
from ledger.outbox.delivering import end_for
from ledger.outbox.signing import (
    SECRETS_MAX,
    SecretError,
    new_secret,
    read_secrets,
    secret_file,
    write_secrets,
)
from ledger.outbox.subscribers import Subscriber, SubscriberError
from ledger.registry import Registry

WORD: Final = re.compile(r"[A-Za-z0-9_.]{1,60}")

webhooks_commands = typer.Typer(
    help="Tell others of entries: Standard Webhooks, at least once.", no_args_is_help=True
)
commands = typer.Typer()
commands.add_typer(webhooks_commands, name="webhooks")

NameArgument = Annotated[str, typer.Argument(help="The subscriber's name.")]


@webhooks_commands.command("add")
def add(
    name: NameArgument,
    url: Annotated[str, typer.Argument(help="https://… where messages are posted.")],
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    kind: Annotated[
        list[str] | None, typer.Option(help="Kind of order, or 'units.' for all of them.")
    ] = None,
    account: Annotated[list[str] | None, typer.Option(help="Entries that touch it.")] = None,
    recorded: Annotated[
        bool, typer.Option("--recorded", help="Tell at once, not when a checkpoint covers it.")
    ] = False,
    since: Annotated[
        int | None, typer.Option("--from", min=0, help="First entry; default: the next one.")
    ] = None,
    ed25519: Annotated[
        bool, typer.Option("--ed25519", help="Sign with a key, not a shared secret.")
    ] = False,
) -> None:
    """Register a subscriber and make its secret, in KEYS/webhooks; give it to nobody else."""
    registry = open_place(data, keys)
    words = [*(kind or ()), *(account or ())]
    if not re.fullmatch(NAME, name) or not all(WORD.fullmatch(one) for one in words):
        text = "a name is a-z, 0-9 and -; kinds and accounts are single words"
        raise CommandError(text, exit_code=2)
    try:
        target_of(url, rules_of(registry))
    except AddressError as error:
        raise CommandError(f"{url}: {error}") from error
    subscriber = Subscriber(
        name=name,
        url=url,
        moment="recorded" if recorded else "final",
        kinds=tuple(kind or ()),
        accounts=tuple(account or ()),
        cursor=registry.size() if since is None else since,
    )
    path = secret_file(registry.settings.keys, name)
    if path.exists():
        raise CommandError(f"{path} exists; remove it, or choose another name")
    # If we crash between the two, the file has no subscriber, and this says so next time.
    secret = new_secret(is_key=ed25519)
    write_secrets(path, [secret])
    with _said():
        subscribers.add(registry.writer, subscriber)
    console().print(f"{path} is signed with; give the receiver: {secret.for_receiver}")


@webhooks_commands.command("list")
def list_(data: DataOption = None, keys: KeysOption = None, *, as_json: JsonOption = False) -> None:
    """List subscribers, how far each has been told, and what keeps it from being told more."""
    registry = open_place(data, keys)
    shown = [_shown(registry, one) for one in subscribers.everybody(registry.reader)]
    if as_json:
        print_json({"subscribers": shown})
        return
    lines = [
        (
            str(one["name"]),
            f"{one['url']}; {one['moment']}; told {one['cursor']} of {one['end']}; {one['state']}"
            + (f"; {one['text']}" if one["text"] else ""),
        )
        for one in shown
    ]
    print_table("webhooks", lines)


@webhooks_commands.command("resume")
def resume(
    name: NameArgument,
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    skip: Annotated[
        bool, typer.Option("--skip", help="Leave out the next entry; it is never told.")
    ] = False,
) -> None:
    """Tell a subscriber again that is off or whose message is a dead letter."""
    registry = open_place(data, keys)
    with _said():
        subscriber = subscribers.of(registry.reader, name)
        if skip:
            subscribers.advance(registry.writer, name, subscriber.cursor + 1)
        subscribers.turn(registry.writer, name, on=True)
    queue = queue_of(registry)
    for job in queue.alive(DELIVER.key_of(DeliverArguments(subscriber=name))):
        if job.state is not State.RUNNING:
            queue.retry(job.id)


@webhooks_commands.command("off")
def off(name: NameArgument, data: DataOption = None, keys: KeysOption = None) -> None:
    """Tell a subscriber nothing until it is resumed; nothing is lost meanwhile."""
    registry = open_place(data, keys)
    with _said():
        subscribers.turn(registry.writer, name, on=False)


@webhooks_commands.command("rotate")
def rotate(
    name: NameArgument,
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Sign with the newest only, from now on.")
    ] = False,
) -> None:
    """Sign with a new secret as well; once the receiver knows it, drop the old ones."""
    registry = open_place(data, keys)
    path = secret_file(registry.settings.keys, name)
    try:
        known = read_secrets(path)
    except SecretError as error:
        raise CommandError(str(error)) from error
    if drop_old:
        write_secrets(path, known[:1])
        return
    if len(known) == SECRETS_MAX:
        raise CommandError("there are too many secrets; drop the old ones first: --drop-old")
    secret = new_secret(is_key=known[0].is_key)
    write_secrets(path, [secret, *known])
    console().print(f"give the receiver: {secret.for_receiver}")


@webhooks_commands.command("remove")
def remove(name: NameArgument, data: DataOption = None, keys: KeysOption = None) -> None:
    """Forget a subscriber and its secret."""
    registry = open_place(data, keys)
    with _said():
        subscribers.remove(registry.writer, name)
    secret_file(registry.settings.keys, name).unlink(missing_ok=True)


def _shown(registry: Registry, subscriber: Subscriber) -> dict[str, object]:
    key = DELIVER.key_of(DeliverArguments(subscriber=subscriber.name))
    jobs = queue_of(registry).alive(key)
    dead = [job for job in jobs if job.state is State.DEAD]
    state = "off" if not subscriber.is_on else "dead letter" if dead else "on"
    return {
        "accounts": list(subscriber.accounts),
        "cursor": subscriber.cursor,
        "end": end_for(registry, subscriber),
        "kinds": list(subscriber.kinds),
        "moment": subscriber.moment,
        "name": subscriber.name,
        "state": state,
        "text": next((job.text for job in [*dead, *jobs] if job.text), ""),
        "url": subscriber.url,
    }


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except SubscriberError as error:
        raise CommandError(str(error)) from error
