"""Bodies of orders for tests: complete, plausible, and different only where a test says so."""

from hashlib import sha256

from stdnum.cn import uscc as uscc_number

from contracts.values import Json
from ledger.log.key import Vkey
from tests.support.signing import Signer

Body = dict[str, Json]


def digest(name: str) -> str:
    """Return a digest for evidence that nobody reads."""
    return sha256(name.encode()).hexdigest()


def uscc(number: int) -> str:
    """Return a valid 统一社会信用代码 with a made-up number."""
    start = f"91150200{number:09d}"
    return start + str(uscc_number.calc_check_digit(start))


def organisation(number: int) -> Body:
    """Return an organisation as orders name it in clear."""
    return {"name": {"en": f"Example {number}", "zh": f"示例单位{number}"}, "uscc": uscc(number)}


def opening(vkey: Vkey, officers: dict[str, Signer], services: dict[str, Signer]) -> Body:
    """Return the body of `registry.open`; `services` by the one kind that each signs."""
    named: list[Json] = [
        {**signer.key_json(), "commitment": digest(role), "person": signer.person, "role": role}
        for role, signer in sorted(officers.items())
    ]
    return {
        "environment": "demo",
        "issuer": {"zh": "示例登记机构"},
        "log": {"vkeys": [{"vkey": vkey.to_text()}]},
        "name": {"en": "Example registry", "zh": "示例登记簿"},
        "officers": named,
        "origin": vkey.name,
        "policy_basis": "示例",
        "seal": {"root_sha256": digest("seal")},
        "services": [
            {**service.key_json(), "kinds": [kind], "name": service.name}
            for kind, service in sorted(services.items())
        ],
        "webauthn": {"origins": [{"origin": "https://example.test"}], "rp_id": "example.test"},
    }


def account(type_: str, commitment: str, people: list[Signer], *, dual: bool = False) -> Body:
    """Return the body of `account.open` for a new organisation."""
    representatives: list[Json] = [
        {
            **signer.key_json(),
            "commitment": digest(signer.person),
            "person": signer.person,
            "roles": ["initiate"] if position == 0 else ["approve"],
        }
        for position, signer in enumerate(people)
    ]
    return {
        "affiliated": False,
        "commitment": commitment,
        "dual_control": dual,
        "ets_covered": False,
        "representatives": representatives,
        "type": type_,
    }


def parameters(number: int = 1, rows: int = 1) -> Body:
    """Return the body of `parameters.publish`."""
    listed: list[Json] = [
        {
            "applicability": "national",
            "confidence_permille": 900,
            "domain": "SINK",
            "factor_id": f"f{position}",
            "source": "示例",
            "valid_from": "2020-01-01",
            "value": f"0.{number}",
        }
        for position in range(rows)
    ]
    return {"rows": listed, "table": f"table{number}"}


def parcel(account_id: str, commitment: str, area_m2: int) -> Body:
    """Return the body of `parcel.register` for a parcel in 固阳县 without neighbours."""
    return {
        "account": account_id,
        "commitment": commitment,
        "county": "150222",
        "dominant_species": "油松",
        "ecosystem": "F",
        "overlaps": [],
        "stated_area_m2": area_m2,
        "tenure_evidence_sha256": digest("tenure"),
        "title_area_m2": area_m2,
    }


def project(account_id: str, number: str, parcel_id: str) -> Body:
    """Return the body of `project.register`."""
    return {
        "account": account_id,
        "activity": "afforestation",
        "additionality_sha256": digest("additionality"),
        "ccer_warning_accepted": True,
        "crediting_period": {"end": "2040-12-31", "start": "2021-01-01"},
        "irrigation": "none",
        "methodology": {"id": "SL-FOREST-PLOT", "sha256": digest("method"), "version": "1"},
        "name": {"zh": "示例项目"},
        "number": number,
        "owner": organisation(1),
        "parcels": [parcel_id],
        "precipitation_mm": 310,
        "track": "LOCAL",
    }


def validation(account_id: str, number: str) -> Body:
    """Return the body of `project.validate`."""
    return {
        "account": account_id,
        "opinion": "positive",
        "project": number,
        "report_sha256": digest("validation"),
        "validator": organisation(2),
    }


def report(account_id: str, number: str, period: tuple[str, str], net_kg: int) -> Body:
    """Return the body of `report.submit`, on the parameters of `parameters()`."""
    return {
        "account": account_id,
        "area_m2": 1,
        "baseline_reason": "荒地",
        "engine": {"id": "SL-FOREST-PLOT", "version": "1"},
        "input_sha256": digest("plots"),
        "leakage_reason": "无",
        "parameters": ["param/table1/f0"],
        "period": {"end": period[1], "start": period[0]},
        "plausibility_reason": "示例",
        "project": number,
        "result": {
            "baseline_kg": 0,
            "change_kg": net_kg,
            "deduction_kg": 0,
            "half_width_kg": 0,
            "leakage_kg": 0,
            "net_kg": net_kg,
            "uncertainty_permille": 0,
        },
    }


def verification(account_id: str, report_id: str, verified_kg: int) -> Body:
    """Return the body of `report.verify`."""
    return {
        "account": account_id,
        "opinion": "positive",
        "report": report_id,
        "statement_sha256": digest("statement"),
        "verified_kg": verified_kg,
        "verifier": organisation(3),
    }


def issuance(report_id: str, run: int, attestation_seq: int, gross_kg: int) -> Body:
    """Return the body of `batch.issue` with the smallest buffer."""
    return {
        "attestation_seq": attestation_seq,
        "buffer_permille": 150,
        "gross_kg": gross_kg,
        "report": report_id,
        "run": run,
    }


def transfer(source: str, target: str, **units: Json) -> Body:
    """Return the body of `units.transfer`; `units` is `quantity_kg` or `ranges`."""
    return {"from": source, "to": target, **units}


def retirement(account_id: str, **units: Json) -> Body:
    """Return the body of `units.retire` without a claim."""
    return {
        "account": account_id,
        "beneficiary": {"org": organisation(4)},
        "purpose": "voluntary",
        **units,
    }


def cancellation(account_id: str, **units: Json) -> Body:
    """Return the body of `units.cancel`."""
    return {
        "account": account_id,
        "evidence_sha256": digest("loss"),
        "reason": "loss",
        "statement": {"zh": "火灾"},
        **units,
    }
