"""`sinkledger pki …`: the root of the registry's seals, the seals below it, the revoked ones."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509

from api.cli.output import CommandError, console, print_json, print_table
from api.cli.place import DataOption, JsonOption, KeysOption, settings_for
from api.cli.plan import PlanOption, read_plan
from api.sealing import key_place
from certificates.pki import PkiFolders, chain_of, make_pki, publish_list, rotate
from certificates.pki_certificates import certificate_digest, serial_text
from certificates.pki_root import REASONS, REVOCATION_LIST, ROOT_KEY, Root, RootError, list_number
from certificates.seal_key import SealKeyError, Token
from certificates.trust import Trust, TrustError
from ledger.clock import clock_us
from ledger.settings import Settings, SettingsError

RootOption = Annotated[
    Path, typer.Option("--root", help="The root's own folder, on a medium kept off the machine.")
]
PassphraseOption = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="Read the root's passphrase from a file; or be asked."),
]

pki_commands = typer.Typer(help="Root, seals and revocations: docs/KEYS.md.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(pki_commands, name="pki")


@pki_commands.command("init")
def init(
    plan: PlanOption,
    root: RootOption,
    passphrase_file: PassphraseOption = None,
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    no_passphrase: Annotated[
        bool, typer.Option("--no-passphrase", help="Leave the root's key plain: for rehearsals.")
    ] = False,
) -> None:
    """Make the root, its first list of revoked seals, and the first seal; before 'init'."""
    settings = settings_for(data, keys)
    secret = None if no_passphrase else _new_passphrase(passphrase_file)
    try:
        fingerprint = make_pki(
            _folders(root, settings),
            read_plan(plan).holder,
            now=_now(),
            passphrase=secret,
            place=key_place(settings),
        )
    except (RootError, SealKeyError, SettingsError, TrustError) as error:
        raise CommandError(str(error)) from error
    console().print(f"seal root SHA-256 to publish: {fingerprint}")
    console().print(f"take {root} off this machine; nothing that runs needs it")


@pki_commands.command("rotate")
def rotate_command(
    root: RootOption,
    passphrase_file: PassphraseOption = None,
    data: DataOption = None,
    keys: KeysOption = None,
) -> None:
    """Make a new seal under the same root. Old papers and the trust folder stay as they are."""
    settings = settings_for(data, keys)
    try:
        certificate = rotate(
            _open(root, passphrase_file, settings),
            _folders(root, settings),
            now=_now(),
            place=key_place(settings),
        )
    except (RootError, SealKeyError, SettingsError, TrustError) as error:
        raise CommandError(str(error)) from error
    console().print(f"new seal: {serial_text(certificate.serial_number)}")
    console().print("restart what seals; then destroy the old key")


@pki_commands.command("revoke")
def revoke_command(
    serial: Annotated[str, typer.Argument(help="Serial number of a seal, as 'pki show' says it.")],
    root: RootOption,
    reason: Annotated[str, typer.Option("--reason", help=", ".join(REASONS))] = REASONS[0],
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at",
            formats=["%Y-%m-%dT%H:%M:%S%z"],
            help="Since when it is not to be believed, such as 2026-11-22T08:30:00+0800; now.",
        ),
    ] = None,
    passphrase_file: PassphraseOption = None,
    data: DataOption = None,
    keys: KeysOption = None,
) -> None:
    """Revoke a seal. What it sealed before, by an authority's clock, stays good."""
    settings = settings_for(data, keys)
    try:
        number = int(serial, 16)
    except ValueError as error:
        raise CommandError(f"{serial} is no serial number; see: sinkledger pki show") from error
    now = _now()
    try:
        opened = _open(root, passphrase_file, settings)
        opened.revoke(number, at=at or now, reason=reason, now=now)
        listed = publish_list(opened, settings.trust)
        in_use = chain_of(settings.keys)[0].serial_number
    except (RootError, TrustError) as error:
        raise CommandError(str(error)) from error
    console().print(f"{_described(listed)}; hand out {settings.trust / REVOCATION_LIST}")
    if in_use == number:
        console().print("this is the seal in use: run 'sinkledger pki rotate' before sealing again")


@pki_commands.command("crl")
def crl_command(
    root: RootOption,
    passphrase_file: PassphraseOption = None,
    data: DataOption = None,
    keys: KeysOption = None,
) -> None:
    """Sign the list of revoked seals again, at least once a year, and put it beside the root."""
    settings = settings_for(data, keys)
    try:
        opened = _open(root, passphrase_file, settings)
        opened.sign_list(opened.revocations(), _now())
        listed = publish_list(opened, settings.trust)
    except (RootError, TrustError) as error:
        raise CommandError(str(error)) from error
    console().print(f"{_described(listed)}; hand out {settings.trust / REVOCATION_LIST}")


@pki_commands.command("show")
def show(data: DataOption = None, keys: KeysOption = None, *, as_json: JsonOption = False) -> None:
    """Show root, seal in use and revocations; the root itself is not needed."""
    settings = settings_for(data, keys)
    try:
        seal, root = chain_of(settings.keys)
        place = key_place(settings)
        place.find(seal)
        listed = x509.load_der_x509_crl((settings.trust / REVOCATION_LIST).read_bytes())
    except (RootError, SealKeyError, SettingsError, ValueError) as error:
        raise CommandError(str(error)) from error
    facts = {
        "key": f"token {place.label}" if isinstance(place, Token) else "file",
        "list_number": list_number(listed),
        "list_of": listed.last_update_utc.isoformat(),
        "list_until": listed.next_update_utc.isoformat() if listed.next_update_utc else None,
        "revoked": [
            {"at": one.revocation_date_utc.isoformat(), "serial": serial_text(one.serial_number)}
            for one in listed
        ],
        "root_sha256": certificate_digest(root),
        "serial": serial_text(seal.serial_number),
        "valid_from": seal.not_valid_before_utc.isoformat(),
        "valid_until": seal.not_valid_after_utc.isoformat(),
    }
    if as_json:
        print_json(facts)
        return
    print_table("seal", [(name, str(value)) for name, value in sorted(facts.items())])


def _folders(root: Path, settings: Settings) -> PkiFolders:
    return PkiFolders(root=root, keys=settings.keys, trust=settings.trust)


def _open(root: Path, passphrase_file: Path | None, settings: Settings) -> Root:
    """Open the root, and be sure that it is the one whose certificate readers have."""
    path = root / ROOT_KEY
    secret = _from_file(passphrase_file) if passphrase_file else None
    if secret is None and path.exists() and b"ENCRYPTED" in path.read_bytes():
        asked = typer.prompt(f"Passphrase of {path}", hide_input=True, err=True)
        secret = str(asked).encode()
    opened = Root.open(root, secret)
    trusted = Trust.load(settings.trust).seal_root_sha256
    if trusted != certificate_digest(opened.certificate):
        raise RootError(f"{root} holds another root than this registry's")
    return opened


def _new_passphrase(file: Path | None) -> bytes:
    if file is not None:
        return _from_file(file)
    asked = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
    return str(asked).encode()


def _from_file(path: Path) -> bytes:
    secret = path.read_bytes().strip()
    if not secret:
        raise CommandError(f"{path} is empty; a passphrase has at least one character")
    return secret


def _described(listed: x509.CertificateRevocationList) -> str:
    return f"list {list_number(listed)} names {len(listed)} revoked seal(s)"


def _now() -> datetime:
    return datetime.fromtimestamp(clock_us() // 1_000_000, tz=UTC)
