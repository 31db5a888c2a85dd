"""Page texts: both languages have every one, with the same facts, and nothing lies unused."""

import re
from pathlib import Path
from string import Formatter

import pytest

from api.pages import refusing
from api.pages.lookup import State
from api.text.catalogue import LANGUAGES, translations
from api.text.compile import po_files
from certificates.offered import Offered
from certificates.verdict import FOREIGN, IDENTICAL, OTHER_BYTES, PROOF_STEPS, SEALED, STEPS
from certificates.verify_any import RECORD_STEPS, STATE_STEPS
from certificates.verify_serial import SERIAL_STEPS
from certificates.verify_state import STATES, VALID
from certificates.verify_text import NUMBER_STEPS, PHOTO_STEPS
from contracts.v1 import (
    certificate_correct,
    certificate_reinstate,
    certificate_revoke,
    certificate_suspend,
    impairment,
)
from contracts.v1.ruleset import RULES
from contracts.values import SUPPLY_NAMES
from tests.support.architecture import ROOT

TEMPLATES = sorted((ROOT / "api" / "templates").glob("*.html"))
LISTS = ("projects", "batches", "retirements", "claims", "certificates", "parameters", "supply")
MESSAGES = ("unknown", "malformed", "unopened", "busy", "nothing", *refusing.MESSAGES.values())
OUTCOMES = ("passed", "failed", "altered", "open")
EVENTS = (
    "expired",
    "impaired",
    "reinstated",
    "restored",
    "revoked",
    "superseded",
    "suspended",
)
REASONS = {
    *certificate_suspend.REASONS,
    *certificate_reinstate.REASONS,
    *certificate_revoke.REASONS,
    impairment.IMPAIRED.reason,
    impairment.RESTORED.reason,
    "display_right_ended",
    "erratum",
}
COMPOSED = {
    *(f"head_{state.value}" for state in State),
    *(f"sub_{state.value}" for state in State),
    *(f"{part}_{message}" for part in ("head", "sub", "next") for message in MESSAGES),
    *(f"supply_{name}" for name in SUPPLY_NAMES.values()),
    *(f"kind.{kind}" for kind in RULES),
    *(f"data_{name}" for name in LISTS),
    *(f"{part}_{kind}" for part in ("subject", "related") for kind in ("RT", "CL")),
    *(f"event_{event}" for event in EVENTS),
    *(f"reason_{reason}" for reason in REASONS),
    *(f"text_{field}" for field in certificate_correct.FIELDS),
    *(f"language_{language}" for language in certificate_correct.LANGUAGES),
    *(f"judged_{sub}{outcome}" for sub in ("", "sub_") for outcome in OUTCOMES),
    *(f"step_{step}" for step in {*STEPS, *RECORD_STEPS, *PHOTO_STEPS, *SERIAL_STEPS}),
    *(f"step_{step}" for step in {*STATE_STEPS, *NUMBER_STEPS, *PROOF_STEPS, "checkpoint"}),
    *(f"state_{state}" for state in ("passed", "failed", "not_checked")),
    *(f"offered_{offered}" for offered in Offered),
    *(f"identity_{identity}" for identity in (IDENTICAL, OTHER_BYTES, SEALED, FOREIGN)),
    *(f"status_{state}" for state in (VALID, *STATES)),
    "head_good_sample",
    "subject_HD",
    "subject_RG",
    "time",
}


def named_in_templates() -> set[str]:
    """Return the ids that templates name in full."""
    found: set[str] = set()
    for path in TEMPLATES:
        for call in re.findall(r"\bt\((.*?)\)", path.read_text(encoding="utf-8")):
            words = re.findall(r"[\"']([a-z_]+)[\"']", call)
            found.update(word for word in words if not word.endswith("_"))
    return found - {"kind", "not", "yes"}


def ids_of(path: Path) -> set[str]:
    return set(re.findall(r'^msgid "page\.(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("path", po_files(), ids=lambda path: path.parts[-3])
def test_the_catalogue_holds_what_pages_say_and_no_more(path: Path) -> None:
    assert ids_of(path) == COMPOSED | named_in_templates()


@pytest.mark.parametrize("message", sorted(ids_of(po_files()[0])))
def test_both_languages_name_the_same_facts(message: str) -> None:
    sentences = [translations(language).gettext(f"page.{message}") for language in LANGUAGES]
    named = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in sentences]

    assert all(sentences)
    assert named[0] == named[1]
