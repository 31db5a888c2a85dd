"""Every kind of paper that may be issued: Python and the browser judge the same files alike."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from certificates.trust import Trust
from certificates.verdict import FAILED, Verdict
from certificates.verify import verify_pdf
from contracts.values import Json
from tests.browser.test_certificates import trust, verified
from tests.support.certificates import FakeLog
from tests.support.main_steps import ENTERPRISE_ID
from tests.support.sealed_paper import registry, renderer
from tests.support.tampering import attached, edited

MEETING: Json = {"zh": "示例座谈会", "en": "Example Round Table"}
LETTERS = {"MT": "CL"}
KINDS = ("RT", "CL", "MT", "RG", "HD")
PROOF = {"checkpoint", "inclusion", "proof"}

Changes = dict[str, bytes]


@cache
def log_of(look: str) -> FakeLog:
    log = registry().log
    return log.restated("CL", kind="MEETING", name=MEETING) if look == "MT" else log


def letters(look: str) -> str:
    return LETTERS.get(look, look)


def another(look: str) -> str:
    """Return a kind whose paper is another one than this."""
    return "RT" if look != "RT" else "HD"


@cache
def drawn(look: str) -> bytes:
    return renderer().render(log_of(look).statement(letters(look)))


def paper(look: str, changes: Changes) -> bytes:
    """Return the paper with other attachments, sealed by a thief of the seal."""
    if not changes:
        return registry().seal(drawn(look))
    edits = [attached(name, content) for name, content in changes.items()]
    return registry().seal(edited(drawn(look), *edits))


def told(look: str, **fields: Json) -> Changes:
    """Return the entry with its row told otherwise, which the log's own key vouches for."""
    log = log_of(look).restated(letters(look), **fields)
    entry = log.stating(letters(look))
    return {"entry.json": entry.content, "entry.tlog-proof": log.proof(entry.seq)}


def entry_of_another(look: str) -> Changes:
    return {"entry.json": registry().log.statement(another(look)).entry}


def proof_of_another(look: str) -> Changes:
    return {"entry.tlog-proof": registry().log.statement(another(look)).proof}


def credential_of_another(look: str) -> Changes:
    return {"credential.json": registry().log.statement(another(look)).credential}


def code_of_another(look: str) -> Changes:
    return {"statement.cose": registry().log.statement(another(look)).code}


def state_of_another(look: str) -> Changes:
    return {"status.state-proof": registry().log.statement(another(look)).state_proof}


def state_of_a_revoked_one(look: str) -> Changes:
    key = f"status/{log_of(look).content(letters(look)).number}"
    value: dict[str, Json] = {
        "copies_superseded": 0,
        "event": "revoked",
        "reason": "issued_in_error",
        "seq": 30,
        "state": "revoked",
    }
    committed = log_of(look).committed([{"key": key, "value": value}])
    return {"status.state-proof": committed.state_proof(key)}


EXCHANGED: tuple[Callable[[str], Changes], ...] = (
    entry_of_another,
    proof_of_another,
    credential_of_another,
    code_of_another,
    state_of_another,
    state_of_a_revoked_one,
)

LIES: dict[str, tuple[dict[str, Json], ...]] = {
    "RT": ({"quantity_kg": 42_319}, {"retired_seq": 23}, {"from": "acct/00000044"}),
    "CL": ({"retired_kg": 42_317}, {"retirements": []}),
    "MT": ({"retired_kg": 42_317},),
    "RG": ({"credited_area_m2": 1_869_127}, {"registered_seq": 12}, {"overlaps": [{"area_m2": 9}]}),
    "HD": (
        {"quantity_kg": 726_226},
        {"ranges": []},
        {"account": ENTERPRISE_ID},
        {"stated_seq": 12},
        {"batches": []},
    ),
}


def first_failed(failed: Iterator[str]) -> str:
    """Name the first failed step that both verifiers have; the drawing is Python's alone."""
    named = ("proof" if name in PROOF else name for name in failed)
    return next((name for name in named if name not in {"page", "text"}), "none")


def by_python(pdf: bytes, anchors: Trust) -> tuple[bool, str]:
    verdict: Verdict = verify_pdf(pdf, anchors)
    failed = (step.name for step in verdict.steps if step.state == FAILED)
    return not verdict.has_failed, first_failed(failed)


def by_browser(scripts: Any, pdf: bytes) -> tuple[bool, str]:
    verdict = verified(scripts, pdf)
    failed = (name for name, state in verdict.states.items() if state == "failed")
    return verdict.verdict == "valid", first_failed(failed)


@pytest.mark.parametrize("look", KINDS)
def test_both_call_a_good_paper_good(scripts: Any, look: str) -> None:
    pdf = paper(look, {})
    assert by_python(pdf, registry().trust) == (True, "none")
    assert by_browser(scripts, pdf) == (True, "none")
    assert verified(scripts, pdf).states["page"] == "passed"
    assert len(trust()) == 3


@pytest.mark.parametrize("change", EXCHANGED, ids=lambda change: change.__name__)
@pytest.mark.parametrize("look", ["CL", "RG", "HD"])
def test_both_refuse_what_is_exchanged_at_one_step(
    scripts: Any, look: str, change: Callable[[str], Changes]
) -> None:
    pdf = paper(look, change(look))
    refused = by_python(pdf, registry().trust)
    assert refused == by_browser(scripts, pdf)
    assert not refused[0]
    assert refused[1] != "none"


@pytest.mark.parametrize(
    ("look", "fields"), [(look, fields) for look, lies in LIES.items() for fields in lies]
)
def test_both_refuse_sums_that_do_not_add_up(
    scripts: Any, look: str, fields: dict[str, Json]
) -> None:
    pdf = paper(look, told(look, **fields))
    assert by_python(pdf, registry().trust) == by_browser(scripts, pdf) == (False, "units")


@pytest.mark.parametrize("look", KINDS)
def test_the_words_of_another_page_are_noticed(scripts: Any, look: str) -> None:
    own = log_of(look).statement(letters(look))
    files = {
        "credential.json": own.credential,
        "entry.json": own.entry,
        "entry.tlog-proof": own.proof,
        "statement.cose": own.code,
        "status.state-proof": own.state_proof,
    }
    edits = [attached(name, content) for name, content in files.items()]
    pdf = registry().seal(edited(drawn(another(look)), *edits))
    assert verified(scripts, pdf).states["page"] == "failed"
    assert verify_pdf(pdf, registry().trust).step("text").state == FAILED
