"""`sinkledger order send` and `find`: hand signed orders to a registry elsewhere, or ask for them.

The `.order` file is the journal here: it holds the very bytes that are sent, so running the same
command again after any failure records nothing twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from api.cli.draft_file import load_order
from api.cli.given import policy_of
from api.cli.output import CommandError, print_json, print_table
from api.cli.place import JsonOption
from api.client import (
    Client,
    MismatchError,
    Patience,
    Receipt,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
    Unrecorded,
)
from api.drafting.draft import Draft
from contracts.values import Json
from ledger.log.policy import Policy

UNKNOWN: Final = 3
"""Exit code when an order may be recorded or not."""

UrlOption = Annotated[
    str, typer.Option("--url", help="The registry's address, such as https://registry.example.")
]
PathsArgument = Annotated[list[Path], typer.Argument(help=".order files, in this order.")]
SecondsOption = Annotated[
    float, typer.Option("--for", min=0, help="Seconds to go on asking for each order.")
]


def send(
    paths: PathsArgument,
    url: UrlOption,
    *,
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy", help="Wait until whoever counts by this policy has signed each entry's log."
        ),
    ] = None,
    seconds: SecondsOption = 60.0,
    as_json: JsonOption = False,
) -> None:
    """Send signed orders to a registry's address until each one's outcome is known.

    Running it again is safe: the file holds the bytes that were sent. Exit code 0 if all are
    recorded, 1 if one is refused, 2 if the registry is out of reach or publishes nothing, 3 if an
    outcome is unknown.
    """
    drafts = [load_order(path) for path in paths]
    answers: list[dict[str, Json]] = []
    try:
        with _client(url, seconds, policy_of(policy) if policy else None) as client:
            for path, draft in zip(paths, drafts, strict=True):
                with _failing(path):
                    outcome = _outcome(client, draft)
                    answers.append(_shown(path, outcome))
                    if policy and isinstance(outcome, Receipt):
                        client.wait_final(outcome)
                        answers[-1]["final"] = True
    finally:
        # Should one fail, what is known of those before it is shown all the same.
        _show("sent", answers, as_json=as_json)
    if any(answer["refused"] for answer in answers):
        raise typer.Exit(1)


def find(
    paths: PathsArgument,
    url: UrlOption,
    *,
    seconds: SecondsOption = 60.0,
    as_json: JsonOption = False,
) -> None:
    """Ask a registry whether orders are recorded, without sending them.

    Exit code 0 if all are, 1 if one can never be any more, 3 if one may still be.
    """
    drafts = [load_order(path) for path in paths]
    answers, code = [], 0
    with _client(url, seconds, None) as client:
        for path, draft in zip(paths, drafts, strict=True):
            with _failing(path):
                found = client.resolve(draft)
            answers.append(_shown(path, found))
            if isinstance(found, Unrecorded):
                code = max(code, 1 if found.never else UNKNOWN)
    _show("found", answers, as_json=as_json)
    if code:
        raise typer.Exit(code)


@contextmanager
def _client(url: str, seconds: float, policy: Policy | None) -> Iterator[Client]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CommandError(f"{url}: a registry's address begins with https://", exit_code=2)
    with Client(url, policy=policy, patience=Patience(deadline_s=seconds)) as client:
        yield client


@contextmanager
def _failing(path: Path) -> Iterator[None]:
    """Say of which file an outcome is not known, and what to do."""
    try:
        yield
    except UnknownOutcomeError as error:
        raise CommandError(
            f"{path}: {error}; it may be recorded or not. Run the same command again: the same "
            "file is never recorded twice. Do not sign another order for it before.",
            exit_code=UNKNOWN,
        ) from error
    except UnreachableError as error:
        raise CommandError(f"{path}: {error}; run the same command again", exit_code=2) from error
    except MismatchError as error:
        raise CommandError(
            f"{path}: {error}. Keep the file and this message, and tell the registrar.",
        ) from error


def _outcome(client: Client, draft: Draft) -> Receipt | RefusedError:
    try:
        return client.submit(draft)
    except RefusedError as refused:
        return refused


def _shown(path: Path, outcome: Receipt | RefusedError | Unrecorded) -> dict[str, Json]:
    if isinstance(outcome, Receipt):
        return _recorded(path, outcome)
    if isinstance(outcome, RefusedError):
        return _refused(path, outcome)
    later = "and never will be: it has expired" if outcome.never else "but it may still arrive"
    return {
        "entries": outcome.size,
        "file": str(path),
        "never": outcome.never,
        "refused": False,
        "text": f"not among the first {outcome.size} entries, {later}",
    }


def _recorded(path: Path, receipt: Receipt) -> dict[str, Json]:
    return {
        "again": receipt.again,
        "file": str(path),
        "id": receipt.id,
        "leaf_hash": receipt.leaf_hash.hex(),
        "refused": False,
        "seq": receipt.seq,
        "text": f"recorded as entry {receipt.seq}, id {receipt.id}",
    }


def _refused(path: Path, refused: RefusedError) -> dict[str, Json]:
    return {
        "code": refused.code,
        "earlier_open": refused.earlier_open,
        "facts": dict(refused.facts),
        "file": str(path),
        "name": refused.name,
        "refused": True,
        "text": f"{refused.code} {refused.detail_zh} / {refused.detail_en}",
    }


def _show(title: str, answers: list[dict[str, Json]], *, as_json: bool) -> None:
    if as_json:
        print_json({"results": answers})
    else:
        print_table(title, [(str(a["file"]), str(a["text"])) for a in answers])
