"""Forged corrections: a corrected copy says what the log's errata say, and is replaced by newer."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from certificates.verdict import FAILED, Verdict
from certificates.verify import verify_pdf
from certificates.verify_log import Newer
from contracts.values import Json
from ledger.log.canonical import canonical, parse_canonical
from ledger.log.state_claims import Prefix
from ledger.log.state_file import StateProof
from tests.support.corrected_paper import (
    corrected,
    corrected_log,
    corrected_statement,
    errata_proof,
    number,
    status_row,
)
from tests.support.sealed_paper import first_failed, registry, renderer, sealed
from tests.support.tampering import added, attached, edited, removed

ERRATA = "errata.state-proof"


def judged(data: bytes, newer: Newer | None = None) -> Verdict:
    return verify_pdf(data, registry().trust, newer=newer)


def changed(*edits: Callable[..., None]) -> bytes:
    """Change the corrected copy's page and seal it with the stolen key."""
    page = renderer().render(corrected_statement())
    return registry().seal(edited(page, *edits))


def invented() -> bytes:
    """Print an erratum that no commitment has, with every key of the service."""
    statement = corrected_statement()
    proof = StateProof.parse(statement.errata_proof)
    assert isinstance(proof.claim, Prefix)
    ((key, text),) = proof.claim.rows
    row = parse_canonical(text.encode())
    assert isinstance(row, dict)
    rows = ((key, canonical({**row, "after": "冒名公司"}).decode()),)
    forged = replace(proof, claim=replace(proof.claim, rows=rows)).to_bytes()
    told = registry().statement("RT", state_proof=statement.state_proof, errata_proof=forged)
    return registry().seal(renderer().render(told))


def newer(state: str = "superseded", **fields: Json) -> Newer:
    row = status_row(state, state, **fields)
    log = corrected_log().committed([row])
    return Newer(state=log.state_proof(f"status/{number()}"))


def test_a_corrected_copy_is_good_and_the_first_one_is_superseded() -> None:
    assert judged(corrected()).ok
    later = newer(corrected_seq=20, errata=["beneficiary.zh"])
    assert judged(corrected(), later).ok
    assert first_failed(judged(sealed("RT"), later)) == "state"


@pytest.mark.parametrize(
    ("judge", "step"),
    [
        pytest.param(lambda: judged(changed(removed(ERRATA))), "file", id="errata-removed"),
        pytest.param(
            lambda: judged(changed(attached(ERRATA, errata_proof(corrected_log("另一公司"))))),
            "entry",
            id="errata-of-another-state",
        ),
        pytest.param(
            lambda: judged(changed(attached(ERRATA, b"{}"))), "entry", id="errata-emptied"
        ),
        pytest.param(
            lambda: judged(
                registry().seal(
                    edited(
                        renderer().render(registry().log.statement("RT")),
                        added(ERRATA, errata_proof(corrected_log())),
                    )
                )
            ),
            "entry",
            id="errata-added-to-the-first-paper",
        ),
        pytest.param(lambda: judged(invented()), "state", id="errata-invented"),
        pytest.param(
            lambda: judged(corrected(), newer(corrected_seq=25, errata=["beneficiary.zh"])),
            "state",
            id="corrected-again-since",
        ),
        pytest.param(lambda: judged(corrected(), newer("valid")), "state", id="errata-forgotten"),
    ],
)
def test_a_forged_or_outdated_correction_fails_its_step(
    judge: Callable[[], Verdict], step: str
) -> None:
    verdict = judge()
    assert first_failed(verdict) == step, verdict.steps
    assert verdict.step(step).state == FAILED
    assert not verdict.ok
