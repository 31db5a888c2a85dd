"""Draft commands that compute: accounts from records, parcels from polygons, reports from CSVs."""

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli.draft_file import BodyOption, OutOption, SetOption, read_body, write
from api.cli.output import CommandError, console
from api.cli.place import DataOption, desk_of, open_place
from api.drafting.accounts import PersonPlan, Sealed, draft_account, new_person, seal_record
from api.drafting.claims import compute_event, draft_measurement
from api.drafting.draft import Desk
from api.drafting.parcels import ParcelPlan, draft_parcel
from api.drafting.published import overlaps_with, parameter_rows
from api.drafting.reports import ReportPlan, compute_report, draft_report
from api.inputs.errors import InputError
from api.inputs.text import read_file
from contracts.v1.event_inputs import Event
from contracts.v1.forest_inputs import Stated, Stratum
from contracts.v1.method_error import MethodError
from contracts.v1.parcel_register import DETAILS
from contracts.values import Json
from ledger.land.geometry import GeometryError, from_geojson
from ledger.registry import Registry

KINDS: Final = ("account.open", "claim.measure", "parcel.register", "report.submit")
commands = typer.Typer()

AreasOption = Annotated[
    list[str], typer.Option("--stratum", help="NAME=AREA_M2; once per stratum of the plot files.")
]


@commands.command("account.open")
def account_open(
    person: Annotated[
        list[str],
        typer.Option("--person", help="ROLE[+ROLE]:PUBLIC_KEY_HEX:RECORD.json, once per person."),
    ],
    kind: Annotated[str, typer.Option("--type", help="holder, verifier, validator or agent.")],
    org: Annotated[
        Path | None,
        typer.Option("--org", help="A new organisation's JSON record: name_zh, name_en, uscc."),
    ] = None,
    known_org: Annotated[
        str | None,
        typer.Option("--known-org", help="Id of a registered organisation: its further account."),
    ] = None,
    out: OutOption = Path("account.order"),
    data: DataOption = None,
    *,
    dual_control: Annotated[bool, typer.Option("--dual-control/--single-control")] = True,
    ets_covered: Annotated[bool, typer.Option("--ets-covered")] = False,
    affiliated: Annotated[bool, typer.Option("--affiliated")] = False,
) -> None:
    """Draft account.open: records go to the vault, the order holds salted commitments."""
    registry = open_place(data)
    desk = desk_of(registry)
    opener = _opener(registry, desk, org, known_org)
    people = []
    for item in person:
        roles, key, record = [*item.split(":", 2), "", ""][:3]
        sealed = seal_record(desk.origin, "person", _record(Path(record)))
        people.append(
            PersonPlan(person=new_person(), key=key, roles=tuple(roles.split("+")), record=sealed)
        )
    traits: dict[str, Json] = {
        "affiliated": affiliated,
        "dual_control": dual_control,
        "ets_covered": ets_covered,
        "type": kind,
    }
    write(draft_account(desk, traits, opener, people), out)


def _opener(registry: Registry, desk: Desk, org: Path | None, known: str | None) -> Sealed | str:
    """Return whose account it will be: a new organisation's sealed record, or a known one's id."""
    if (org is None) == (known is None):
        raise CommandError("give either --org FILE (a new organisation) or --known-org ID")
    if org is not None:
        return seal_record(desk.origin, "org", _record(org))
    if registry.books().row(f"org/{known}") is None:
        raise CommandError(
            f"there is no organisation {known}; its id is that of the first account it opened"
        )
    return str(known)


@commands.command("parcel.register")
def parcel_register(
    polygon: Annotated[Path, typer.Option("--polygon", help="GeoJSON, CGCS2000 (EPSG:4490).")],
    body: BodyOption = None,
    fields: SetOption = None,
    out: OutOption = Path("parcel.order"),
    data: DataOption = None,
) -> None:
    """Draft parcel.register: area, county, commitment and overlaps come from the polygon.

    The body gives account, ecosystem, title_area_m2, tenure_evidence_sha256 and the details.
    """
    registry = open_place(data)
    given = read_body(body, fields or [])
    try:
        geometry = from_geojson(json.loads(polygon.read_text(encoding="utf-8-sig")))
        plan = ParcelPlan(
            account=str(given["account"]),
            ecosystem=str(given["ecosystem"]),
            title_area_m2=int(str(given["title_area_m2"])),
            tenure_evidence_sha256=str(given["tenure_evidence_sha256"]),
            details={
                name: given[name] for name in (*DETAILS, "forest_chief_level") if name in given
            },
        )
    except (GeometryError, OSError, ValueError) as error:
        raise CommandError(f"{polygon}: {error}") from error
    except KeyError as error:
        raise CommandError(f"the body lacks {error}; see --help") from error
    overlaps = overlaps_with(registry, geometry)
    for parcel, overlap_m2 in overlaps:
        console().print(f"overlaps parcel {parcel} by {overlap_m2} m²")
    write(draft_parcel(desk_of(registry), plan, geometry, overlaps), out)


@commands.command("report.submit")
def report_submit(
    before: Annotated[Path, typer.Option("--before", help="Plot CSV of the earlier campaign.")],
    after: Annotated[Path, typer.Option("--after", help="Plot CSV of the later campaign.")],
    stratum: AreasOption,
    body: BodyOption = None,
    fields: SetOption = None,
    out: OutOption = Path("report.order"),
    data: DataOption = None,
) -> None:
    """Draft report.submit: the result is computed from two plot CSVs and published parameters.

    The body gives account, project, period {start, end}, baseline and leakage {kg, reason}.
    """
    registry = open_place(data)
    given = read_body(body, fields or [])
    try:
        period = given["period"]
        if not isinstance(period, dict):
            raise CommandError("period is an object with start and end")
        plan = ReportPlan(
            account=str(given["account"]),
            project=str(given["project"]),
            period=(
                date.fromisoformat(str(period["start"])),
                date.fromisoformat(str(period["end"])),
            ),
            strata=tuple(stratum_of(item) for item in stratum),
            baseline=_stated(given["baseline"]),
            leakage=_stated(given["leakage"]),
            plausibility_reason=(
                str(given["plausibility_reason"]) if given.get("plausibility_reason") else None
            ),
        )
        computed = compute_report(
            plan, read_file(before), read_file(after), parameter_rows(registry)
        )
    except KeyError as error:
        raise CommandError(f"the body lacks {error}; see --help") from error
    except InputError as error:
        raise CommandError(f"{error.zh}\n{error.en}") from error
    except (MethodError, ValueError) as error:
        raise CommandError(str(error)) from error
    result = computed.result
    console().print(
        f"{computed.trees} trees, U {result.uncertainty_permille} ‰, net {result.net_kg} kg"
    )
    write(draft_report(desk_of(registry), plan, computed), out)


@commands.command("claim.measure")
def claim_measure(
    activities: Annotated[Path, typer.Option("--activities", help="Activity CSV of the event.")],
    claim: Annotated[str, typer.Option("--claim", help="Id of the open claim.")],
    out: OutOption = Path("measure.order"),
    data: DataOption = None,
) -> None:
    """Draft claim.measure: the inventory is computed from an activity CSV and published factors."""
    registry = open_place(data)
    row = registry.books().row(f"claim/{claim}")
    if row is None:
        raise CommandError(f"there is no claim {claim}; claim.open gives the id")
    place, dates = row["place"], row["dates"]
    if not isinstance(place, dict) or not isinstance(dates, dict):
        raise CommandError(f"claim {claim} has no place or dates; run: sinkledger audit")
    event = Event(
        place=str(place["county"]),
        first_day=date.fromisoformat(str(dates["start"])),
        last_day=date.fromisoformat(str(dates["end"])),
    )
    try:
        measured = compute_event(event, read_file(activities), parameter_rows(registry))
    except InputError as error:
        raise CommandError(f"{error.zh}\n{error.en}") from error
    except MethodError as error:
        raise CommandError(str(error)) from error
    console().print(f"total {measured.result.total_g} g, to retire {measured.result.total_kg} kg")
    account = str(row["account"])
    write(draft_measurement(desk_of(registry), account, claim, measured), out)


def _record(path: Path) -> dict[str, Json]:
    return read_body(path, [])


def stratum_of(text: str) -> Stratum:
    """Read NAME=AREA_M2.

    Raises:
        CommandError: it is written otherwise.
    """
    name, _, area = text.rpartition("=")
    if not name or not area.isdigit():
        raise CommandError(f"--stratum {text}: write NAME=AREA_M2")
    return Stratum(stratum=name, area_m2=int(area))


def _stated(value: Json) -> Stated:
    if not isinstance(value, dict):
        raise CommandError("baseline and leakage are objects with kg and reason")
    try:
        return Stated(quantity_kg=Decimal(str(value["kg"])), reason=str(value["reason"]))
    except InvalidOperation as error:
        raise CommandError(f"{value['kg']} is no number of kilograms") from error
