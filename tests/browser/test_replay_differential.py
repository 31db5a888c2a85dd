"""Python and JavaScript judge random ledgers, sound and broken: one verdict, entry and root."""

import pytest

from tests.support.browser import Chromium
from tests.support.golden import LEDGER, ROOT
from tests.support.random_acts import random_ledger
from tests.support.replay_cases import (
    Case,
    cases_of,
    compare,
    disagreements,
    opened,
    replaying,
)
from tests.support.replay_verdict import judge

LEDGERS, BROKEN_OF_EACH = 50, 2

UNCHECKED = (
    "const check = refuseIf;"
    " refuseIf = (bad, name, facts) => name !== '%s' && check(bad, name, facts);"
)
"""The rules without one of their refusals."""


def test_both_judge_random_ledgers_alike(browser: Chromium) -> None:
    tally = compare(browser, range(LEDGERS), BROKEN_OF_EACH)

    assert tally.differing == []
    assert tally.seen["sound"] == LEDGERS
    assert tally.seen.total() == LEDGERS * (1 + BROKEN_OF_EACH)
    assert tally.never_bad() == []


def test_the_golden_ledger_replays_to_its_root(browser: Chromium) -> None:
    case = Case(0, "golden", LEDGER.read_bytes().splitlines())
    with replaying(browser) as replay:
        verdict = replay(case)
    assert disagreements(judge(case.lines), verdict) == []
    assert ROOT.read_text() == f"{verdict['entries']} {verdict['root']}\n"
    assert (verdict["ok"], verdict["commitments"]) == (True, 2)


@pytest.mark.parametrize(
    ("sabotage", "what"),
    [
        pytest.param("checkSigners = () => {};", "wrong-mover", id="who-signs"),
        pytest.param(
            "const fill = fillNeeds; fillNeeds = (fits, signers, at, used) =>"
            " fill(fits, signers, at, used, []);",
            "one-person-twice",
            id="persons-not-keys",
        ),
        pytest.param(UNCHECKED % "SIGNATURE_MISSING", "missing-signature", id="every-need"),
        pytest.param(UNCHECKED % "SIGNATURE_SURPLUS", "surplus-signature", id="no-show"),
        pytest.param(UNCHECKED % "KEY_NOT_VALID", "ended-key", id="key-validity"),
        pytest.param(UNCHECKED % "MORE_THAN_VERIFIED", "issued-beyond-verified", id="verified"),
        pytest.param(UNCHECKED % "NOT_INDEPENDENT", "not-independent", id="independence"),
        pytest.param(UNCHECKED % "RETIRED_TOO_LITTLE", "claim-short", id="coverage"),
        pytest.param(UNCHECKED % "CERTIFICATE_COPY_WRONG", "second-certificate", id="copies"),
        pytest.param(UNCHECKED % "LOSS_NOT_DUE", "impaired-too-early", id="due-dates"),
        pytest.param(UNCHECKED % "CERTIFICATE_STATE_WRONG", "revoked-unwarned", id="standings"),
        pytest.param("sameJson = () => true;", "impaired-out-of-order", id="published-order"),
        pytest.param(
            "LedgerBooks.prototype.heldIn = (place, batch, first, end) => end - first;",
            "spent-twice",
            id="units-where-they-are",
        ),
        pytest.param(
            "movementFault = () => null; LedgerBooks.prototype.heldIn = (p, b, f, end) => end - f;"
            " sameJson = () => true;",
            "retired-unit-moved",
            id="terminal-places",
        ),
        pytest.param("sameJson = () => true;", "outcome-mutated", id="outcome"),
        pytest.param("sameJson = () => true;", "younger-units-first", id="oldest-first"),
        pytest.param(
            "LedgerReplay.prototype.compareCommitment = () => {};", "wrong-state-root", id="state"
        ),
        pytest.param("sameJson = () => true;", "wrong-supply", id="supply"),
        pytest.param("LedgerReplay.prototype.checkNonce = () => {};", "nonce-again", id="nonce"),
        pytest.param("EntryChain.prototype.fault = () => null;", "out-of-place", id="chain"),
        pytest.param("signaturesHold = () => [];", "bad-signature", id="signatures"),
    ],
)
def test_without_a_check_the_verdicts_part(browser: Chromium, sabotage: str, what: str) -> None:
    """Each check of the JavaScript is taken away once; the broken ledgers then tell."""
    with replaying(browser, sabotage) as replay:
        parted = [
            case for case in cases_of(what, 3) if disagreements(judge(case.lines), replay(case))
        ]
    assert parted != []


def test_a_long_replay_tells_its_progress_and_lets_the_page_live(browser: Chromium) -> None:
    script = """async (text) => {
      const seen = [];
      let turns = 0;
      const timer = setInterval(() => { turns += 1; }, 1);
      const onProgress = (done, all, entries) => seen.push([done / all, entries]);
      const verdict = await replayLedger(text, { onProgress });
      clearInterval(timer);
      return { seen, turns, ok: verdict.ok };
    }"""
    lines = random_ledger(1, acts=1500).lines()
    text = Case(1, "long", lines).text()
    with opened(browser) as page:
        told = page.evaluate(script, text)
    assert told["ok"]
    assert told["seen"][-1] == [1, len(lines)]
    assert len(told["seen"]) > 1
    assert told["turns"] > 0
