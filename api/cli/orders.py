"""`sinkledger order …`: show an order, sign it locally, submit it; `keygen`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from api.cli import draft, sending
from api.cli.draft_file import load_order
from api.cli.output import CommandError, console, print_json, print_table
from api.cli.place import DataOption, JsonOption, KeysOption, open_place
from api.drafting.draft import DraftError, save
from api.founding import publish_first_entry
from api.keys import KeyFileError, load_seed, make_key
from api.text.refusals import explain
from contracts.check_digits import encode_id
from contracts.refusal import Refused
from contracts.values import Json
from ledger.clock import clock_us
from ledger.intake.envelope import read_envelope
from ledger.log.entry import Entry

order_commands = typer.Typer(help="Draft, show, sign and submit orders.", no_args_is_help=True)
order_commands.add_typer(draft.commands, name="draft")
order_commands.command("send")(sending.send)
order_commands.command("find")(sending.find)
commands = typer.Typer()
commands.add_typer(order_commands, name="order")


@commands.command("keygen")
def keygen(
    path: Annotated[Path, typer.Argument(help="The key file to make (0600).")],
    *,
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Ask for a passphrase and encrypt the file.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make an Ed25519 key pair; print the public key, which orders name."""
    secret = ""
    if passphrase:
        secret = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
    try:
        key = make_key(path, passphrase=secret.encode() or None)
    except KeyFileError as error:
        raise CommandError(str(error)) from error
    if as_json:
        print_json({"alg": "ed25519", "key": key, "path": str(path)})
    else:
        typer.echo(key)


@order_commands.command("show")
def show(path: Annotated[Path, typer.Argument(help="An .order file.")]) -> None:
    """Show what an order says and who has signed it."""
    loaded = load_order(path)
    order = loaded.order
    print_table(
        str(order["kind"]),
        [
            ("actor", str(order["actor"])),
            ("registry", str(order["log"])),
            ("signatures", str(len(loaded.sigs))),
            *((f"signed by {sig.alg}", sig.key.hex()) for sig in loaded.sigs),
            ("body", json.dumps(order["body"], ensure_ascii=False, indent=2, sort_keys=True)),
        ],
    )


@order_commands.command("sign")
def sign(
    path: Annotated[Path, typer.Argument(help="An .order file.")],
    key: Annotated[list[Path], typer.Option("--key", help="Key file; may be given again.")],
    out: Annotated[Path | None, typer.Option("--out", help="Default: the same file.")] = None,
) -> None:
    """Sign an order with one or more local keys; the file then goes to the next signer."""
    signed = load_order(path)
    for file in key:
        try:
            signed = signed.signed_with(_seed(file))
        except DraftError as error:
            raise CommandError(f"{file}: {error}") from error
    save(signed, out or path)
    console().print(f"{len(signed.sigs)} signature(s) on {signed.order['kind']}")


def _seed(file: Path) -> bytes:
    try:
        return load_seed(file)
    except KeyFileError as error:
        if "passphrase" not in str(error):
            raise CommandError(str(error)) from error
    secret = typer.prompt(f"Passphrase of {file}", hide_input=True, err=True)
    try:
        return load_seed(file, passphrase=secret.encode())
    except KeyFileError as error:
        raise CommandError(str(error)) from error


@order_commands.command("submit")
def submit(
    paths: Annotated[list[Path], typer.Argument(help=".order files, in this order.")],
    *,
    data: DataOption = None,
    keys: KeysOption = None,
    confirm_clock: Annotated[
        bool,
        typer.Option(
            "--confirm-clock", help="The ledger's last entry is more than 7 days old: append."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Submit signed orders; each sees the ones before it, one refusal stops none of the others."""
    registry = open_place(data, keys)
    envelopes = [load_order(path).envelope() for path in paths]
    signed = [read_envelope(envelope) for envelope in envelopes]
    results = registry.submit(signed, now_us=clock_us(), clock_confirmed=confirm_clock)
    if registry.size() > 0:
        publish_first_entry(registry)
    answers = [_answer(path, result) for path, result in zip(paths, results, strict=True)]
    if as_json:
        print_json({"results": answers})
    else:
        print_table("submitted", [(str(a["file"]), str(a["text"])) for a in answers])
    if any(answer["refused"] for answer in answers):
        raise typer.Exit(1)


def _answer(path: Path, result: Entry | Refused) -> dict[str, Json]:
    if isinstance(result, Refused):
        return {
            "code": result.code.value,
            "facts": dict(result.facts),
            "file": str(path),
            "name": result.code.name,
            "refused": True,
            "text": f"{result.code.value} {explain(result, 'zh')} / {explain(result, 'en')}",
        }
    return {
        "file": str(path),
        "id": encode_id(result.seq),
        "refused": False,
        "seq": result.seq,
        "text": f"recorded as entry {result.seq}, id {encode_id(result.seq)}",
    }
