"""Corrected copies in the offline verifier: good while they print all errata, as Python says."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from certificates.qr import qr_text
from certificates.verdict import FAILED
from certificates.verify import verify_pdf
from certificates.verify_log import Newer
from ledger.log.entry import build_entry
from tests.browser.test_certificates import trust, verified
from tests.certificates.test_corrected_attacks import ERRATA, changed, invented, newer
from tests.support.certificates import BASE_URL
from tests.support.corrected_paper import (
    AFTER,
    corrected,
    corrected_log,
    corrected_statement,
    errata_proof,
    erratum_row,
    number,
    status_row,
)
from tests.support.offline import check_offline, export_of
from tests.support.sealed_paper import registry, renderer, sealed
from tests.support.tampering import added, attached, edited, removed

PROOF = {"checkpoint", "inclusion", "proof"}


def beside(newer_state: Newer | None) -> list[bytes]:
    return [] if newer_state is None or newer_state.state is None else [newer_state.state]


def by_browser(scripts: Any, pdf: bytes, newer_state: Newer | None = None) -> tuple[bool, str]:
    found = verified(scripts, pdf, *beside(newer_state))
    failed = (name for name, state in found.states.items() if state == "failed")
    named = ("proof" if name in PROOF else name for name in failed if name != "page")
    return found.verdict == "valid", next(named, "none")


def by_python(pdf: bytes, newer_state: Newer | None = None) -> tuple[bool, str]:
    verdict = verify_pdf(pdf, registry().trust, newer=newer_state)
    failed = (step.name for step in verdict.steps if step.state == FAILED and step.name != "text")
    return not verdict.has_failed, next(failed, "none")


def first_paper_with_errata() -> bytes:
    page = renderer().render(registry().log.statement("RT"))
    return registry().seal(edited(page, added(ERRATA, errata_proof(corrected_log()))))


def later() -> Newer:
    return newer(corrected_seq=20, errata=["beneficiary.zh"])


@cache
def of_another_kind() -> bytes:
    """Attach the errata of the retirement to the claim's paper."""
    errata = corrected_statement().errata_proof
    statement = replace(registry().log.statement("CL"))
    page = renderer().render(statement)
    return registry().seal(edited(page, added(ERRATA, errata)))


def test_a_corrected_copy_is_valid_and_shows_what_was_corrected(scripts: Any) -> None:
    assert by_python(corrected()) == by_browser(scripts, corrected()) == (True, "none")
    found = verified(scripts, corrected())
    assert (found.codes["state"], found.states["page"]) == ("status_corrected", "passed")


def test_it_says_which_text_was_corrected(page: Any, tmp_path: Any) -> None:
    path = tmp_path / "corrected.pdf"
    path.write_bytes(corrected())
    page.locator("#files").set_input_files([str(path)])
    page.wait_for_selector("article.result")
    said = page.locator(".says").text_content()
    assert f"“示例会展公司” → “{AFTER}”（第 20 号记录）" in said
    assert said.count(AFTER) > 2


@pytest.mark.parametrize(
    ("pdf", "newer_state"),
    [
        pytest.param(corrected, later, id="the-newest-copy"),
        pytest.param(lambda: sealed("RT"), later, id="the-first-copy"),
        pytest.param(
            corrected, lambda: newer(corrected_seq=25, errata=["beneficiary.zh"]), id="again-since"
        ),
        pytest.param(corrected, lambda: newer("valid"), id="errata-forgotten"),
        pytest.param(corrected, lambda: newer("revoked", corrected_seq=20), id="revoked-since"),
        pytest.param(lambda: changed(removed(ERRATA)), lambda: None, id="errata-removed"),
        pytest.param(
            lambda: changed(attached(ERRATA, errata_proof(corrected_log("另一公司")))),
            lambda: None,
            id="errata-of-another-state",
        ),
        pytest.param(lambda: changed(attached(ERRATA, b"{}")), lambda: None, id="errata-emptied"),
        pytest.param(first_paper_with_errata, lambda: None, id="errata-added"),
        pytest.param(invented, lambda: None, id="errata-invented"),
        pytest.param(of_another_kind, lambda: None, id="errata-of-another-paper"),
    ],
)
def test_both_judge_a_correction_alike(
    scripts: Any, pdf: Callable[[], bytes], newer_state: Callable[[], Newer | None]
) -> None:
    assert by_browser(scripts, pdf(), newer_state()) == by_python(pdf(), newer_state())


def test_an_older_state_beside_the_file_changes_nothing(scripts: Any) -> None:
    first = registry().log.statement("RT").state_proof
    found = check_offline(scripts, *trust(), corrected(), first).of("certificate")
    assert found.verdict == "valid"


def whole_ledger() -> bytes:
    """Return the log with an entry that corrects the paper, as an export."""
    log = registry().log
    last = log.parsed(len(log.entries) - 1)
    rows = [status_row("superseded", "superseded", corrected_seq=20, errata=["beneficiary.zh"])]
    content = build_entry(
        seq=last.seq + 1,
        prev=last.leaf_hash,
        at_us=last.at_us,
        order=last.order_bytes,
        sigs=last.sigs,
        movements=[],
        rows=sorted([*rows, erratum_row()], key=lambda row: str(row["key"])),
    )
    return export_of([*log.entries, content])


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(lambda: corrected_statement().code, id="corrected-copy"),
        pytest.param(lambda: registry().log.statement("RT").code, id="first-copy"),
    ],
)
def test_a_code_of_either_copy_is_known_to_the_ledger(
    scripts: Any, code: Callable[[], bytes]
) -> None:
    text = qr_text(BASE_URL, number(), code())
    found = check_offline(scripts, trust()[1], whole_ledger(), text).of("code")
    assert found.codes["entry"] == "code_entry_ok"


def test_a_corrected_number_is_told_with_its_correction(scripts: Any) -> None:
    script = """async ([ledger, text]) => {
      const given = { ...nothingGiven(), ledger: await readLedger(utf8(ledger)) };
      const found = await verifyTyped(text, given, 'valid');
      return [found.statement.row.beneficiary.org.name.zh, found.steps.at(-2).code];
    }"""
    said = scripts.evaluate(script, [whole_ledger().decode(), number()])
    assert said == [AFTER, "status_not_valid"]
