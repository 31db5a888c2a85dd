"""Every refusal of every step: an attack meets it, and without it the attack gets further.

The list is read from the source: a step or a refusal that is added without an attack of its own
fails here.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from certificates import verify_content
from certificates.seal import AppendingWriter
from certificates.verdict import FAILED, STEPS, Verdict
from certificates.verify import verify_pdf
from certificates.verify_log import Newer
from ledger.log.policy import Policy
from tests.certificates import test_extend_forged as forgeries
from tests.certificates import test_parser_differences
from tests.certificates.test_attacks import newer_state
from tests.certificates.test_one_log import of_one_size
from tests.certificates.test_seal_time import dated
from tests.certificates.test_tamper import WITHOUT_THE_SEAL
from tests.certificates.test_tamper_stolen_seal import SIGNED_PARTS, WITH_THE_SEAL
from tests.certificates.test_tamper_trust import done
from tests.certificates.test_verify import checkpoint
from tests.support import extended_paper
from tests.support import refusal_attacks as attacks
from tests.support.bombs import many_objects
from tests.support.corrected_paper import corrected
from tests.support.extended_paper import DAY
from tests.support.refusal_attacks import OTHER, judged, restated_behind
from tests.support.revoked import revoked
from tests.support.seal_bytes import with_an_attribute, with_another_algorithm_named
from tests.support.sealed_paper import WHEN, registry, rendering, sealed
from tests.support.step_sabotage import Site, refused_at, sites, without
from tests.support.stolen_seal import code_of_another, maker_renamed, page_twice
from tests.support.tampering import resealed, substituted

ENTRIES = registry().log.entries
Judge = Callable[[], Verdict]
FILES = (
    "certificates/verify_case.py",
    "certificates/verify_content.py",
    "certificates/verify_credential.py",
    "certificates/verify_extension.py",
    "certificates/verify_file.py",
    "certificates/verify_holding.py",
    "certificates/verify_log.py",
    "certificates/verify_one_log.py",
    "certificates/verify_seal.py",
    "certificates/verify_state.py",
    "certificates/verify_time.py",
    "certificates/verify_units.py",
)

TABLE = {
    **{name: make for name, make, _ in WITHOUT_THE_SEAL},
    **{name: make for name, make, _ in test_parser_differences.CASES},
    **{
        name: lambda edit=edit: resealed(edit())
        for name, edit, _ in (*WITH_THE_SEAL, *SIGNED_PARTS)
    },  # type: ignore[misc]  # the loop's own edit
}


def row(name: str) -> Judge:
    return lambda: verify_pdf(TABLE[name](), registry().trust)


def of(make: Callable[[], bytes], newer: Callable[[], Newer] = Newer, **anchors: object) -> Judge:
    return lambda: judged(make(), newer(), **anchors)


def extended(make: Callable[[], bytes]) -> Judge:
    return lambda: verify_pdf(make(), extended_paper.trust())


def newest(note: bytes, **anchors: object) -> Judge:
    return of(lambda: sealed("RT"), lambda: Newer(note=note), **anchors)


def nothing(writer: AppendingWriter) -> None:
    """Append nothing but evidence."""


def forged(change: Callable[[AppendingWriter], None] = nothing, **options: object) -> Judge:
    return extended(lambda: forgeries.appended(change, **options))  # type: ignore[arg-type]  # its options


CASES: dict[str, tuple[str, Judge]] = {
    "case.Case.not_revoked:0": (
        "state",
        of(
            attacks.with_newer_state,
            lambda: Newer(state=registry().log.statement("RT").state_proof),
        ),
    ),
    "content._check_printed:0": ("text", of(lambda: resealed(maker_renamed, code_of_another))),
    "content._check_printed:1": ("text", of(lambda: resealed(maker_renamed, page_twice))),
    "content.check_text:0": ("text", row("text-changed")),
    "credential._unsecured:1": ("credential", row("credential-of-another-paper")),
    "credential.check_credential:0": (
        "credential",
        of(lambda: resealed(attacks.credential_of_ours(lambda one: one.update(quantityKg=1)))),
    ),
    "credential.check_code:1": ("code", row("code-of-another-paper-attached")),
    "extension._check_section:0": ("file", forged(forgeries.new_page_content)),
    "extension._check_stamp:0": ("file", forged(name="Other")),
    "extension._end:0": ("file", extended(attacks.archive_from_one)),
    "extension._evidence:0": ("file", forged(attacks.more_evidence)),
    "extension._evidence:1": ("file", forged(forgeries.evidence_that_draws)),
    "extension.open_sections:0": ("file", row("title-changed-in-a-new-section")),
    "extension.with_archives:0": ("time", forged(paper=lambda: sealed("RT"))),
    "extension.with_archives:1": ("time", forged(when=WHEN - DAY / 2)),
    "file.attached:0": ("file", row("listed-beside-a-tree")),
    "file.attached:1": ("file", row("attachment-huge")),
    "file.attached:2": ("file", row("attachment-added")),
    "file.attached:3": ("file", row("attachment-hidden")),
    "file._check_sections:0": ("file", row("never-sealed")),
    "file._check_sections:1": ("file", row("table-and-stream")),
    "file._check_sections:2": ("file", row("end-mark-in-a-comment")),
    "file._check_size:0": ("file", row("too-large")),
    "file.check_still:0": ("file", row("script-on-opening")),
    "file.open_document:0": ("file", row("version-two")),
    "file.open_document:1": ("file", row("garbage-after-the-end")),
    "file.read_strictly:0": ("file", row("encrypted")),
    "file.read_strictly:1": ("file", of(lambda: resealed(many_objects(10_500)))),
    "holding.check_holding:0": ("units", of(lambda: restated_behind("HD", account="00000043"))),
    "holding.check_holding:1": ("units", of(lambda: restated_behind("HD", quantity_kg=1))),
    "holding.check_holding:2": (
        "units",
        of(lambda: restated_behind("HD", ranges=attacks.ranges_shifted())),
    ),
    "log._newest:1": ("status", newest(checkpoint(99, key=OTHER), policy=attacks.both_logs())),
    "log._newest:2": ("status", newest(checkpoint(3))),
    "log.check_anchors:0": ("entry", of(lambda: sealed("RT"), opening=ENTRIES[1])),
    "log.check_anchors:1": ("entry", of(lambda: sealed("RT"), policy=Policy.of_keys([OTHER.vkey]))),
    "log.check_anchors:2": ("entry", row("registry-with-another-log-key")),
    "log.check_anchors:3": ("entry", row("registry-with-another-root")),
    "log.check_proof:1": ("proof", row("proof-index-changed")),
    "log.check_proof:2": ("proof", row("proof-with-extra-bytes")),
    "log.check_proof:4": (
        "proof",
        of(lambda: resealed(attacks.proof_of_another_log()), policy=attacks.both_logs()),
    ),
    "log.check_status:0": ("status", of(lambda: sealed("RT"), lambda: Newer(witnessed_after=1))),
    "log.read_attested:0": ("entry", row("registry-is-another-entry")),
    "log.read_attested:1": ("entry", row("entry-of-another-kind")),
    "log.read_attested:2": ("entry", row("registry-of-another-log")),
    "log.read_entry:0": ("entry", attacks.proof_for_a_stranger),
    "one_log.check_one_log:0": ("state", of(lambda: of_one_size("RT", "state_proof")[0])),
    "seal._check_section:0": ("seal", of(attacks.sealed_with_a_change)),
    "seal._check_status:0": ("seal", row("another-version")),
    "seal._check_status:1": ("seal", of(attacks.by_another_root)),
    "seal._check_status:3": ("seal", of(attacks.by_another_digest)),
    "seal._only_signature:0": ("seal", row("subfilter-changed")),
    "seal._only_signature:1": ("seal", row("changes-allowed")),
    "seal._only_signature:2": ("seal", row("range-short-of-the-end")),
    "seal._only_signature:3": ("seal", row("signature-padding-used")),
    "state.check_standing:0": (
        "state",
        of(lambda: sealed("RT"), lambda: Newer(state=newer_state("revoked", "revoked"))),
    ),
    "state.prove_standing:1": ("state", row("state-of-another-paper")),
    "state.prove_standing:2": (
        "state",
        of(lambda: resealed(attacks.state_of_another_log()), policy=attacks.both_logs()),
    ),
    "state.prove_standing:3": ("state", row("state-before-the-entry")),
    "state.standing_of_copy:0": (
        "state",
        of(corrected, lambda: Newer(state=newer_state("valid", "reinstated", commits=2))),
    ),
    "time.check_revocation:0": ("seal", of(lambda: sealed("RT"), revoked=revoked(WHEN - DAY))),
    "time.check_time:0": ("time", extended(lambda: dated(timedelta(minutes=61)))),
    "time.read_time:0": ("seal", of(lambda: substituted(b"/M (D", b"/N (D"))),
    "time.read_stamp:0": ("seal", of(with_another_algorithm_named)),
    "time.read_time:1": ("seal", of(with_an_attribute)),
    "time.read_time:2": ("seal", of(attacks.stamped_twice)),
    "units._check_claim:0": ("units", of(lambda: restated_behind("CL", retirements=[]))),
    "units._check_claim:1": (
        "units",
        of(lambda: restated_behind("CL", retired_kg=1, retirements=[{"quantity_kg": 1}])),
    ),
    "units._check_claim:2": (
        "units",
        of(lambda: restated_behind("CL", completion=done(coverage_permille=2000))),
    ),
    "units._check_retirement:0": (
        "units",
        of(lambda: restated_behind("RT", **{"from": "acct/00000044"})),
    ),
    "units._check_retirement:1": ("units", of(lambda: restated_behind("RT", quantity_kg=42_319))),
    "units._check_retirement:2": (
        "units",
        of(lambda: restated_behind("RT", movements=attacks.units_shifted())),
    ),
    "units._check_right:0": ("units", of(lambda: restated_behind("RG", credited_area_m2=1))),
    "units._check_right:1": (
        "units",
        of(lambda: restated_behind("RG", credited_area_m2=1, stated_area_m2=1, overlaps=[])),
    ),
    "units.check_units:0": ("units", row("both-papers-mixed")),
    "units.stated_row:0": ("units", of(lambda: attacks.without_rows("RT"))),
    "units.stated_row:1": ("units", of(lambda: restated_behind("RT", retired_seq=23))),
}
"""Where a refusal stands (file, function, which one there), its step, and the attack."""

UNREACHED = {
    "seal._check_status:2": "coverage is asked before; this holds what the library finds as well",
}
BACKED = {
    "credential._unsecured:1",
    "extension.with_archives:0",
    "file._check_sections:0",
    "file._check_size:0",
    "file.read_strictly:0",
    "log.check_anchors:1",
    "log.check_proof:1",
    "log.read_attested:0",
    "log.read_attested:1",
    "log.read_attested:2",
    "seal._check_status:0",
    "seal._only_signature:0",
    "seal._only_signature:1",
    "seal._only_signature:2",
    "time.check_revocation:0",
    "time.read_time:0",
    "time.read_time:1",
    "units._check_claim:1",
    "units._check_right:0",
    "units.stated_row:0",
}
"""Refusals behind which the same step has another, or cannot go on; the attack's answer changes."""


def name_of(site: Site) -> str:
    file = site.file.removeprefix("certificates/verify_").removesuffix(".py")
    return f"{file}.{site.function}:{site.position}"


def answer(judge: Judge, step: str) -> tuple[str, str]:
    """Return a step's state and words; without its refusal a verifier may also break."""
    try:
        found = judge().step(step)
    except KeyError as error:
        return FAILED, repr(error)
    return found.state, found.en


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_is_met_by_its_attack_and_holds_it(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    step, judge = CASES[name]
    if step != "text":
        # Drawing takes most of the time, and no other step looks at it.
        monkeypatch.setattr(verify_content, "_rendered", lambda _: rendering("RT"))
    site, verdict = refused_at(judge, step)
    assert site is not None
    assert name_of(site) == name
    before = (verdict.step(step).state, verdict.step(step).en)
    with without(site):
        after = answer(judge, step)
    assert before[0] == FAILED
    assert after != before
    assert (after[0] == FAILED) == (name in BACKED), after


def test_every_refusal_in_the_source_has_its_attack() -> None:
    assert {name_of(site) for site in sites(*FILES)} == CASES.keys() | UNREACHED


def test_every_step_has_a_saboteur() -> None:
    assert {step for name, (step, _) in CASES.items() if name not in BACKED} == set(STEPS)
