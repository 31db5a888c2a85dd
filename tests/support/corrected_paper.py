"""A corrected copy of the retirement's paper, made without a registry, and what may be forged."""

from dataclasses import replace
from functools import cache

from certificates.statement import Statement
from contracts.values import Json
from ledger.log.state_file import StateProof
from ledger.state.proving import prove_prefix
from tests.support.certificates import FakeLog
from tests.support.sealed_paper import registry, renderer

SEQ = 20
AFTER = "示例会展服务集团有限公司"


def number() -> str:
    """Return the certificate's number."""
    return registry().log.content("RT").number


def status_row(state: str, event: str, **fields: Json) -> dict[str, Json]:
    """Return a row of what became of the certificate."""
    value: dict[str, Json] = {
        "copies_superseded": 1,
        "corrected_seq": None,
        "errata": [],
        "event": event,
        "reason": "error",
        "seq": SEQ,
        "state": state,
        **fields,
    }
    return {"key": f"status/{number()}", "value": value}


def erratum_row(after: str = AFTER) -> dict[str, Json]:
    """Return the row of a corrected beneficiary."""
    row = registry().log.stating("RT")
    value: dict[str, Json] = {
        "after": after,
        "at_us": row.at_us,
        "before": "示例会展公司",
        "seq": SEQ,
    }
    return {"key": f"erratum/{number()}/beneficiary.zh", "value": value}


@cache
def corrected_log(after: str = AFTER) -> FakeLog:
    """Return the log with a commitment to a state in which the certificate is corrected."""
    status = status_row("superseded", "superseded", corrected_seq=SEQ, errata=["beneficiary.zh"])
    return registry().log.committed([status, erratum_row(after)])


def errata_proof(log: FakeLog) -> bytes:
    """Prove that these are all errata of the certificate in the log's last commitment."""
    known = StateProof.parse(log.state_proof(f"status/{number()}"))
    return replace(known, claim=prove_prefix(log.view, f"erratum/{number()}/")).to_bytes()


def corrected_statement() -> Statement:
    """Return what the corrected copy is made from."""
    log = corrected_log()
    return registry().statement(
        "RT",
        state_proof=log.state_proof(f"status/{number()}"),
        errata_proof=errata_proof(log),
    )


@cache
def corrected() -> bytes:
    """Return the corrected copy, sealed."""
    return registry().seal(renderer().render(corrected_statement()))
