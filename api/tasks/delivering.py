"""The job that tells a subscriber, and seeing who has not been told yet."""

from typing import Final

from pydantic import Field

from ledger.jobs.queue import Queue
from ledger.jobs.task import Arguments, Retries, Task, Work
from ledger.outbox import subscribers
from ledger.outbox.addresses import Rules
from ledger.outbox.delivering import deliver, end_for
from ledger.registry import Registry

NAME: Final = r"^[a-z0-9][a-z0-9-]{0,39}$"


class DeliverArguments(Arguments):
    """Who is told."""

    subscriber: str = Field(pattern=NAME)


def rules_of(registry: Registry) -> Rules:
    """Return where this registry's messages may go."""
    row = registry.books().row("registry") or {}
    networks = registry.settings.webhook_networks
    return Rules(networks=networks, is_demo=row.get("environment") == "demo")


def tell(work: Work, arguments: DeliverArguments) -> str:
    """Tell a subscriber all that it has not been told."""
    return deliver(work, arguments.subscriber, rules_of(work.registry))


DELIVER: Final = Task(
    name="deliver",
    arguments=DeliverArguments,
    function=tell,
    key=lambda arguments: arguments.subscriber,
    # From a minute to a day apart, over some three and a half days.
    retries=Retries(failures_max=14, first_s=60.0, most_s=86_400.0),
    is_kept=False,
)


def add_due(registry: Registry, queue: Queue) -> None:
    """Make a job for each subscriber that has not been told everything.

    None is made for one whose job waits or runs, nor beside a dead letter: that waits for a person.
    """
    for subscriber in subscribers.everybody(registry.reader):
        if not subscriber.is_on or subscriber.cursor >= end_for(registry, subscriber):
            continue
        arguments = DeliverArguments(subscriber=subscriber.name)
        if not queue.alive(DELIVER.key_of(arguments)):
            queue.add(DELIVER, arguments)
