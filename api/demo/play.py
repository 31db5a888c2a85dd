"""The whole demonstration, from an empty folder to certificates verified and a ledger audited."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from api.committing import commit_state
from api.demo import event_acts, forest_acts
from api.demo.authority import DemoAuthority
from api.demo.cast import make_cast
from api.demo.stage import Stage
from api.demo.witnesses import NAMES, demo_witnesses
from api.drafting.draft import Desk
from api.founding import FoundingPlan, draft_opening, make_anchors, publish_first_entry
from api.issuing import Issued, Issuer
from api.sealing import add_time_roots
from certificates.pki import PkiFolders, make_pki
from certificates.render import Renderer
from certificates.seal import Sealer
from certificates.trust import Trust
from certificates.verdict import Verdict
from certificates.verify import verify_pdf
from contracts.dates import BEIJING
from ledger import rulesets
from ledger.audit.audit import AuditReport, audit
from ledger.export import export_ledger
from ledger.publish.publisher import publish
from ledger.registry import Registry, open_registry
from ledger.settings import Settings

PLAN: Final = FoundingPlan(
    origin="demo.sinkledger.example/baotou",
    environment="demo",
    name={"en": "Baotou Carbon Sink Registry (demo)", "zh": "包头市林草碳汇登记账本（示例）"},
    issuer={"en": "Example Registration Body", "zh": "示例登记机构"},
    policy_basis="包府发〔2021〕43号（2021年10月8日）",
)
FOUNDED: Final = date(2026, 8, 17)
MEASURED: Final = date(2026, 8, 24)
SOLD: Final = date(2026, 9, 3)
ANNOUNCED: Final = date(2026, 9, 21)
COMPUTED: Final = date(2026, 10, 28)
RETIRED: Final = date(2026, 11, 5)
ISSUED: Final = date(2026, 11, 9)
EXTRA_KG: Final = 4_318
SHORT_KG: Final = 9_000
ROOT: Final = "seal-root"
"""A real registry keeps this folder off the machine; here everything is invented."""

EXPORT_FILE: Final = "ledger.jsonl"

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """What came of it."""

    registry: Registry
    lines: tuple[tuple[str, str], ...]
    certificates: tuple[Issued, ...]
    verdicts: tuple[Verdict, ...]
    report: AuditReport
    vkey: str
    export: Path
    seconds: float


def perform(folder: Path, progress: Progress) -> Performance:
    """Play everything in an empty folder; keys lie in `folder`/keys.

    Raises:
        FileExistsError: a registry is there already.
        StageError: the play did not go as written.
    """
    started = time.monotonic()
    settings = Settings(data=folder, keys=folder / "keys", database_url=None)
    if settings.database.exists():
        raise FileExistsError(settings.database)
    progress("开立登记账本 Opening the registry")
    registry = open_registry(settings)
    stage, vkeys = _found(registry, progress)
    _forest(stage, folder, progress)
    claim, retirements = _event(stage, folder, progress)
    with demo_witnesses(settings, vkeys):
        progress("出具证书 Rendering and sealing certificates")
        issued = _issue(stage, claim, retirements)
    progress("离线核验 Verifying offline")
    trust = Trust.load(settings.trust)
    verdicts = tuple(verify_pdf(one.path.read_bytes(), trust) for one in issued)
    progress("审计 Replaying the ledger")
    report = audit(settings)
    export = folder / EXPORT_FILE
    export_ledger(registry, export)
    return Performance(
        registry=registry,
        lines=tuple(stage.lines),
        certificates=issued,
        verdicts=verdicts,
        report=report,
        vkey=vkeys[0],
        export=export,
        seconds=time.monotonic() - started,
    )


def _found(registry: Registry, progress: Progress) -> tuple[Stage, tuple[str, ...]]:
    moment = datetime(FOUNDED.year, FOUNDED.month, FOUNDED.day, 9, tzinfo=BEIJING)
    now_us = int(moment.timestamp()) * 1_000_000
    rules = rulesets.newest()
    cast = make_cast(PLAN.origin, registry.settings.keys)
    settings = registry.settings
    folders = PkiFolders(root=settings.data / ROOT, keys=settings.keys, trust=settings.trust)
    make_pki(folders, PLAN.holder, now=moment)
    anchors = make_anchors(settings, PLAN, now_us)
    stage = Stage(registry=registry, origin=PLAN.origin, rules=rules, cast=cast, now_us=now_us)
    officers = [actor.plan for actor in cast.officers.values()]
    opening = draft_opening(
        Desk(origin=PLAN.origin, rules=rules, now_us=now_us), PLAN, anchors, officers
    )
    stage.submit(opening, tuple(actor.seed for actor in cast.officers.values()))
    publish_first_entry(registry)
    stage.say("登记账本 Registry", f"{PLAN.origin} · {PLAN.environment} · 示例·无效")
    progress("公布参数表 Publishing factor tables")
    forest_acts.publish_parameters(stage)
    progress("开户 Opening accounts")
    forest_acts.open_accounts(stage, cast)
    return stage, anchors.vkeys


def _forest(stage: Stage, folder: Path, progress: Progress) -> None:
    cast, inputs = stage.cast, folder / "inputs"
    inputs.mkdir(exist_ok=True)
    progress("登记小班与项目 Registering parcels and project")
    stage.jump_to(MEASURED)
    parcels, strata = forest_acts.register_land(stage, cast)
    forest_acts.register_project(stage, cast, parcels)
    progress("由样地数据计算监测报告 Computing the report from plot data")
    report = forest_acts.measure_forest(stage, cast, strata, inputs)
    forest_acts.issue_units(stage, report)


def _event(stage: Stage, folder: Path, progress: Progress) -> tuple[str, tuple[str, ...]]:
    cast = stage.cast
    progress("转让 Transfers")
    stage.jump_to(SOLD)
    event_acts.transfer(stage, cast.farm, cast.enterprise, 500_000, "示例-2026-0903")
    event_acts.transfer(stage, cast.farm, cast.buyer, 120_000, "示例-2026-0904")
    progress("零碳活动 Zero-carbon event")
    stage.jump_to(ANNOUNCED)
    claim = event_acts.open_claim(stage, cast.organiser)
    stage.jump_to(COMPUTED)
    needed_kg = event_acts.measure_claim(stage, cast.organiser, claim, folder / "inputs")
    stage.jump_to(RETIRED)
    sold_kg = needed_kg + EXTRA_KG
    event_acts.transfer(stage, cast.enterprise, cast.organiser, sold_kg, "示例-2026-1105")
    first = event_acts.retire_for(stage, cast.organiser, claim, needed_kg - SHORT_KG)
    event_acts.refuse_double_use(stage, cast.organiser, cast.enterprise, first)
    event_acts.refuse_short_claim(stage, cast.organiser, claim)
    second = event_acts.retire_for(stage, cast.organiser, claim, SHORT_KG)
    event_acts.complete_claim(stage, cast.organiser, claim)
    return claim, (first, second)


def _subjects(stage: Stage, claim: str, retirements: tuple[str, ...]) -> tuple[str, ...]:
    """Return what papers are issued of: one of every kind that the registry may issue."""
    parcel = stage.registry.books().rows_under("parcel/", limit=1)[0][0]
    holding = event_acts.state_holding(stage, stage.cast.enterprise)
    retired = tuple(f"retire/{name}" for name in retirements)
    return (*retired, f"claim/{claim}", parcel, f"holding/{holding}")


def _issue(stage: Stage, claim: str, retirements: tuple[str, ...]) -> tuple[Issued, ...]:
    registry = stage.registry
    stage.jump_to(ISSUED)
    subjects = _subjects(stage, claim, retirements)
    commit_state(registry, stage.now_us)
    publish(registry)
    authority, renderer = DemoAuthority(stage.now), Renderer()
    add_time_roots(registry.settings, (authority.root,))
    issued = []
    for subject in subjects:
        sealer = Sealer(registry.settings.keys, authority.at(stage.now))
        issuer = Issuer(registry=registry, renderer=renderer, sealer=sealer)
        one = issuer.issue(subject, stage.desk)
        stage.now_us += 60_000_000
        stage.say(
            "证书 Certificate", f"{one.number} · 第{one.copy}份 · 记于条目 {one.recorded_seq}"
        )
        issued.append(one)
    publish(registry)
    stage.say("检查点 Checkpoint", f"{registry.size()} entries · {len(NAMES)} 见证方 witnesses")
    return tuple(issued)
