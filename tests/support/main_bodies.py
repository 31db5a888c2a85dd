"""The bodies of the main job's orders: one function a kind, each a fresh valid example.

Everything that names another entry (account, parcel, report …) is an argument; everything else
is filled in and can be changed on the dictionary that comes back.
"""

from contracts.values import Json
from tests.support.people import ORIGIN, Organisation, Person, hex_digest, key, organisation, person

Body = dict[str, Json]

FARM = organisation("示例国有林场", "Example State Forest Farm")
ENTERPRISE = organisation("示例稀土新材料公司", "Example Rare Earth Materials Co.")
ORGANISER = organisation("示例会展公司", "Example Events Co.")
VERIFIER = organisation("示例核查机构", "Example Verification Body")
VALIDATOR = organisation("示例审定机构", "Example Validation Body")
AGENT = organisation("示例窗口代办点", "Example Service Window")

PLOT_FACTOR = "param/forest/larix_component_stem"
EVENT_FACTOR = "param/event/grid_neimenggu_2023"
MEAL_FACTOR = "param/event/meal_default_derived"

AREA_M2 = 1_869_126
"""Of each rectangle of `polygon_record`, by the geodesic engine on CGCS2000."""

SERVICES = (
    ("anchors", "anchor.record"),
    ("certificates", "certificate.expire", "certificate.record", "loss.impair"),
    ("state", "state.commit"),
)


def service(name: str, *kinds: str) -> Body:
    """A service with its key and the kinds that it signs."""
    signer = key(f"service {name}")
    return {"alg": signer.alg, "key": signer.public, "kinds": [*kinds], "name": name}


def registry_open() -> Body:
    """Three officers and the three services."""
    officers: list[Json] = []
    for role in ("registrar", "issuer", "supervisor"):
        officer: Body = person(role).listed()
        del officer["roles"]
        officers.append({**officer, "role": role})
    return {
        "environment": "demo",
        "issuer": {"en": "Example registry", "zh": "示例登记机构"},
        "log": {"vkeys": [{"vkey": f"{ORIGIN}+00000000+AAAA"}]},
        "name": {"en": "Baotou carbon sink registry", "zh": "包头碳汇账本"},
        "officers": officers,
        "origin": ORIGIN,
        "policy_basis": "包府发〔2021〕43号",
        "seal": {"root_sha256": hex_digest("seal root")},
        "services": [service(*named) for named in SERVICES],
        "webauthn": {
            "origins": [{"origin": "https://demo.sinkledger.example"}],
            "rp_id": "demo.sinkledger.example",
        },
    }


def factor(name: str, *, applicability: str = "national", confidence_permille: int = 980) -> Body:
    """One row of a factor table."""
    return {
        "applicability": applicability,
        "confidence_permille": confidence_permille,
        "data_year": 2023,
        "domain": "ORG_EVENT",
        "factor_id": name,
        "name_en": f"Example factor {name}",
        "name_zh": f"示例因子 {name}",
        "region": "CN-NM",
        "source": "示例",
        "unit": "kgCO2/kWh",
        "valid_from": "2023-01-01",
        "valid_to": "2027-12-31",
        "value": "0.6479",
    }


def parameters_publish(table: str, rows: list[Json]) -> Body:
    """Part of a table."""
    return {"rows": rows, "table": table}


def parameters_confirm(table: str, *names: str) -> Body:
    """A supervisor's confirmation."""
    return {"factor_ids": list(names), "reason": "与供餐单位核对", "table": table}


def account_open(kind: str, org: Organisation, *people: tuple[Person, str]) -> Body:
    """An account of a new organisation; `people` are (person, roles divided by blanks)."""
    return {
        "affiliated": False,
        "commitment": org.private.commitment,
        "dual_control": len(people) > 1,
        "ets_covered": False,
        "representatives": [who.listed(*roles.split()) for who, roles in people],
        "type": kind,
    }


def mandate(account: str, agent: str) -> Body:
    """An account lets an agent retire and transfer for it."""
    return {
        "account": account,
        "action": "mandate",
        "agent": agent,
        "kinds": ["claim.measure", "claim.open", "units.retire", "units.transfer"],
        "mandate_sha256": hex_digest("mandate"),
        "until": "2027-12-31",
    }


def on_behalf_of(account: str) -> Body:
    """What an agent's order carries."""
    return {"account": account, "mandate_sha256": hex_digest("mandate")}


def polygon_record(column: int) -> Body:
    """A rectangle of 20,000 × 10,000 micro-degrees in 固阳县; columns share an edge."""
    west, south = 110_120_000 + 20_000 * column, 40_980_000
    ring: list[Json] = [
        [west, south],
        [west + 20_000, south],
        [west + 20_000, south + 10_000],
        [west, south + 10_000],
    ]
    return {"crs": "EPSG:4490", "polygons": [[ring]]}


def parcel_register(account: str, commitment: str) -> Body:
    """A forest parcel without overlaps."""
    return {
        "account": account,
        "commitment": commitment,
        "county": "150222",
        "dominant_species": "示例 落叶松",
        "ecosystem": "F",
        "forest_chief_level": "county",
        "overlaps": [],
        "stated_area_m2": AREA_M2,
        "sub_compartment": "示例-001",
        "tenure_evidence_sha256": hex_digest("tenure"),
        "title_area_m2": 1_900_000,
    }


def geometry_publish(parcel: str) -> Body:
    """A generalised outline of four points."""
    points: list[Json] = [
        {"lat": lat, "lon": lon}
        for lon, lat in (
            (110_120_000, 40_980_000),
            (110_140_000, 40_980_000),
            (110_140_000, 40_990_000),
            (110_120_000, 40_990_000),
        )
    ]
    return {"parcel": parcel, "reason": "公示", "rings": [{"points": points}]}


def external_lock(*parcels: str) -> Body:
    """A ticket of an earlier scheme."""
    return {
        "evidence_sha256": hex_digest("ticket"),
        "parcels": list(parcels),
        "scheme": "示例碳票",
        "ticket": "示例-0007",
    }


def project_register(account: str, *parcels: str, number: str = "0001") -> Body:
    """A LOCAL afforestation project."""
    return {
        "account": account,
        "activity": "afforestation",
        "additionality_sha256": hex_digest("additionality"),
        "ccer_warning_accepted": True,
        "crediting_period": {"end": "2041-08-31", "start": "2021-09-01"},
        "irrigation": "none",
        "methodology": {
            "id": "SL-FOREST-PLOT",
            "sha256": hex_digest("methodology"),
            "version": "1",
        },
        "name": {"en": "Example afforestation", "zh": "示例造林碳汇项目"},
        "number": number,
        "owner": FARM.named(),
        "parcels": list(parcels),
        "precipitation_mm": 310,
        "track": "LOCAL",
    }


def project_validate(account: str, *, project: str = "0001") -> Body:
    """A positive validation."""
    return {
        "account": account,
        "opinion": "positive",
        "project": project,
        "report_sha256": hex_digest("validation report"),
        "validator": VALIDATOR.named(),
    }


def report_submit(account: str, *, project: str = "0001") -> Body:
    """The worked example of `report.submit`: net 950,000 kg."""
    return {
        "account": account,
        "area_m2": 2 * AREA_M2,
        "baseline_reason": "示例：基线为荒山",
        "engine": {"id": "SL-FOREST-PLOT", "version": "1"},
        "input_sha256": hex_digest("plots"),
        "leakage_reason": "示例：无活动转移",
        "parameters": [PLOT_FACTOR],
        "period": {"end": "2026-08-31", "start": "2022-01-01"},
        "project": project,
        "result": {
            "baseline_kg": 20_000,
            "change_kg": 1_000_000,
            "deduction_kg": 30_000,
            "half_width_kg": 120_000,
            "leakage_kg": 0,
            "net_kg": 950_000,
            "uncertainty_permille": 120,
        },
    }


def report_verify(account: str, report: str) -> Body:
    """The worked example of `report.verify`: 948,500 kg, qualified."""
    return {
        "account": account,
        "opinion": "qualified",
        "report": report,
        "statement_sha256": hex_digest("verification statement"),
        "verified_kg": 948_500,
        "verifier": VERIFIER.named(),
    }
