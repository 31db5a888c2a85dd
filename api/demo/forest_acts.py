"""The first acts: parameters, accounts, parcels, project, measurement, issuance."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final

from api import demo_data
from api.demo.cast import Cast
from api.demo.land import lands
from api.demo.stage import Stage
from api.drafting.accounts import draft_account
from api.drafting.parcels import ParcelPlan, draft_parcel
from api.drafting.reports import Computed, ReportPlan, compute_report, draft_report
from api.inputs.factors import FactorRow, load_tables, param_batches
from contracts.v1.forest_inputs import Stratum
from contracts.values import Json
from ledger.land.geometry import area_m2

PERIOD: Final = (date(2021, 9, 18), date(2025, 9, 17))
PROJECT: Final = "0001"
BUFFER_PERMILLE: Final = 150


def evidence(title: str) -> str:
    """Return the digest that stands for an invented document."""
    return sha256(f"示例 SYNTHETIC {title}".encode()).hexdigest()


def publish_parameters(stage: Stage) -> None:
    """Publish every factor table; a supervisor confirms the proxies that the event rests on."""
    issuer, supervisor = stage.officer("issuer"), stage.officer("supervisor")
    tables = load_tables()
    orders = 0
    for table, rows in tables.items():
        for part in param_batches(rows):
            body: dict[str, Json] = {"rows": [*part], "table": table}
            stage.do("parameters.publish", "registrar", body, issuer)
            orders += 1
    stage.say("参数表 Factor tables", f"{sum(map(len, tables.values()))} rows, {orders} orders")
    for table, names in _to_confirm(tables.items()):
        body = {
            "evidence_sha256": None,
            "factor_ids": [*names],
            "reason": "示例：缺少本地数值，经办公室会商后采用，并在证书上列出",
            "table": table,
        }
        stage.do("parameters.confirm", "registrar", body, supervisor)
        stage.say("代用因子确认 Proxies confirmed", f"{table}: {len(names)}")


def _to_confirm(
    tables: Iterable[tuple[str, tuple[FactorRow, ...]]],
) -> Iterable[tuple[str, list[str]]]:
    for table, rows in tables:
        names = sorted(
            row.factor_id for row in rows if row.factor_id in demo_data.CONFIRMED_FACTORS
        )
        if names:
            yield table, names


def open_accounts(stage: Stage, cast: Cast) -> None:
    """Open an account for every organisation, countersigned by the registrar."""
    for body in cast.bodies():
        plans = [actor.plan for actor in body.actors]
        draft = draft_account(stage.desk, body.traits, body.org, plans)
        recorded = stage.submit(draft, (stage.officer("registrar"), *body.seeds()))
        body.account = recorded.id
        stage.say("开户 Account", f"{body.name_zh} · {recorded.id}")


def register_land(stage: Stage, cast: Cast) -> tuple[tuple[str, ...], tuple[Stratum, ...]]:
    """Register the parcels; return their ids and the strata with their credited areas."""
    farm = cast.farm
    parcels, areas = [], dict[str, int]()
    for land in lands():
        overlaps = stage.overlaps(land.geometry)
        plan = ParcelPlan(
            account=farm.account,
            ecosystem="F",
            title_area_m2=area_m2(land.geometry) * land.title_share_permille // 1000,
            tenure_evidence_sha256=evidence("不动产权证书"),
            details=land.details,
        )
        draft = draft_parcel(stage.desk, plan, land.geometry, overlaps)
        recorded = stage.submit(draft, (*farm.seeds(), stage.officer("registrar")))
        credited_m2 = stage.integer(f"parcel/{recorded.id}", "credited_area_m2")
        areas[land.stratum] = areas.get(land.stratum, 0) + credited_m2
        parcels.append(recorded.id)
        note = "".join(f" · 与 {name} 压盖 {m2} m²（已扣减）" for name, m2 in overlaps)
        mu = credited_m2 * 15 // 10_000
        stage.say("小班 Parcel", f"{recorded.id} · {credited_m2 // 10_000} ha / {mu} 亩{note}")
    strata = tuple(Stratum(stratum=name, area_m2=area) for name, area in areas.items())
    return tuple(parcels), strata


def register_project(stage: Stage, cast: Cast, parcels: tuple[str, ...]) -> None:
    """Register the project on the LOCAL track and have it validated."""
    farm, validator = cast.farm, cast.validator
    body: dict[str, Json] = {
        "account": farm.account,
        "activity": "forest_tending",
        "additionality_sha256": evidence("额外性说明"),
        "ccer_warning_accepted": True,
        "crediting_period": {"end": "2041-08-31", "start": "2021-09-01"},
        "irrigation": "none",
        "legal_basis_sha256": None,
        "methodology": {
            "id": "SL-FOREST-PLOT",
            "sha256": evidence("方法学文本 SL-FOREST-PLOT v1"),
            "version": "1",
        },
        "name": {
            "en": "Example Daqingshan Forest Tending Sink Project",
            "zh": "示例·大青山森林抚育碳汇项目",
        },
        "number": PROJECT,
        "owner": farm.named(),
        "parcels": [*parcels],
        "precipitation_mm": 310,
        "track": "LOCAL",
    }
    signers = (*farm.seeds(), stage.officer("registrar"))
    stage.do("project.register", f"acct/{farm.account}", body, *signers)
    validation: dict[str, Json] = {
        "account": validator.account,
        "opinion": "positive",
        "project": PROJECT,
        "report_sha256": evidence("审定报告"),
        "validator": validator.named(),
    }
    stage.do("project.validate", f"acct/{validator.account}", validation, *validator.seeds())
    stage.say("项目登记与审定 Project", f"{PROJECT} · LOCAL · 可能永久丧失CCER资格（已告知）")


def measure_forest(stage: Stage, cast: Cast, strata: tuple[Stratum, ...], folder: Path) -> str:
    """Compute the report from the plot CSVs, submit it and have it verified; return its id."""
    farm, verifier = cast.farm, cast.verifier
    before, after = demo_data.write_plots(folder, seed=2026)
    plan = ReportPlan(
        account=farm.account,
        project=PROJECT,
        period=PERIOD,
        strata=strata,
        baseline=demo_data.BASELINE,
        leakage=demo_data.LEAKAGE,
    )
    rows = stage.parameter_rows()
    computed = compute_report(plan, before.read_bytes(), after.read_bytes(), rows)
    draft = draft_report(stage.desk, plan, computed)
    recorded = stage.submit(draft, farm.seeds())
    _say_report(stage, computed)
    body: dict[str, Json] = {
        "account": verifier.account,
        "opinion": "positive",
        "report": recorded.id,
        "statement_sha256": evidence("核查声明"),
        "verified_kg": computed.result.net_kg,
        "verifier": verifier.named(),
    }
    stage.do("report.verify", f"acct/{verifier.account}", body, *verifier.seeds())
    stage.say("核查 Verified", stage.tonnes(computed.result.net_kg))
    return recorded.id


def _say_report(stage: Stage, computed: Computed) -> None:
    result = computed.result
    stage.say(
        "监测报告 Report",
        f"{computed.trees} 株次 trees · {result.growth_t_per_ha_year:.2f} tCO2/ha/yr · "
        f"U {result.uncertainty_permille / 10:.1f} % · 净 net {stage.tonnes(result.net_kg)}",
    )


def issue_units(stage: Stage, report: str) -> str:
    """Issue the verified kilograms with the buffer first; return the batch's id."""
    row = stage.row(f"report/{report}")
    verification = row["verification"]
    if not isinstance(verification, dict):
        raise TypeError("the report is not verified")
    body: dict[str, Json] = {
        "attestation_seq": verification["seq"],
        "buffer_permille": BUFFER_PERMILLE,
        "gross_kg": verification["verified_kg"],
        "report": report,
        "run": 1,
    }
    issuer, supervisor = stage.officer("issuer"), stage.officer("supervisor")
    recorded = stage.do("batch.issue", "registrar", body, issuer, supervisor)
    batch = next(key for key in recorded.keys if key.startswith("batch/")).removeprefix("batch/")
    buffer = stage.integer(f"batch/{batch}", "buffer_kg")
    stage.say("签发 Issued", f"{batch} · 缓冲 buffer {stage.tonnes(buffer)}")
    return batch
