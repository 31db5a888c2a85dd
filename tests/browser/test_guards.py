"""Guards that no tampered file reaches first: each is shown the one thing that it must refuse."""

from base64 import b64encode
from functools import cache
from typing import Any

import pytest

from certificates.seal import AppendingWriter
from ledger.log.canonical import canonical
from tests.browser.test_certificates import trust, verified
from tests.browser.test_state_proofs import case_of, checked
from tests.support import tampering
from tests.support.sealed_paper import registry, rendering, sealed

SCRIPT = """async ([pdf, pem]) => {
  const bytes = bytesOfBase64(pdf);
  const root = parsePemCertificate(pem);
  const file = await openCertificate(bytes);
  const known = {
    file, opening: await readOpening(file.attachments.get(ATTACHED_REGISTRY)),
    entry: parseEntry(file.attachments.get(ATTACHED_ENTRY)), sha256: sha256Hex(bytes),
  };
  known.statement = readStatement(known.entry);
  const found = (part) => indexOfBytes(readSeal(file).cms, part);
  const spoiltAt = (at) => {
    const seal = readSeal(file);
    const cms = seal.cms.slice();
    cms[at] ^= 1;
    return { ...seal, cms };
  };
  try { await (async () => { %s })(); } catch (error) {
    if (!(error instanceof CheckError) && !(error instanceof NotChecked)) throw error;
    return error.code;
  }
  return 'passed';
}"""


@cache
def case() -> list[str]:
    return [b64encode(sealed("RT")).decode(), trust()[2].decode()]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        pytest.param(
            "const {certificate} = await checkCms(readSeal(file));"
            "await requireUnder(certificate, root, readSeal(file).at)",
            "passed",
            id="nothing-wrong",
        ),
        pytest.param(
            "file.pdf.objects.set(99999, new Map([['ByteRange', []]])); readSeal(file)",
            "seal_count",
            id="two-signatures",
        ),
        pytest.param(
            """const seal = readSeal(file);
            await checkCms({...seal, covered: seal.covered.slice(1)})""",
            "seal_digest",
            id="other-content",
        ),
        pytest.param(
            "await checkCms(spoiltAt(readDer(readSeal(file).cms).end - 1))",
            "seal_signature",
            id="signature-changed",
        ),
        pytest.param(
            """const {certificate} = await checkCms(readSeal(file));
            await checkCms(spoiltAt(found(sha256(certificate.bytes))))""",
            "seal_signer",
            id="certificate-exchanged",
        ),
        pytest.param(
            "const {certificate} = await checkCms(readSeal(file));"
            "await requireUnder(certificate, root, 0)",
            "seal_expired",
            id="sealed-before-the-certificate-was",
        ),
        pytest.param(
            """const {certificate} = await checkCms(readSeal(file));
            await requireUnder(certificate, certificate, Date.now())""",
            "seal_root",
            id="a-seal-is-no-root",
        ),
        pytest.param(
            """const bytes = file.attachments.get(ATTACHED_ENTRY);
            await readSignedEntry(bytes, {order: {...known.opening.order, log: 'a.example/b'}})""",
            "other_log",
            id="entry-of-another-log",
        ),
        pytest.param(
            """const words = await pageWords(file);
            requireOnPage(words + 'BT-F-0001-20210918-20250917-01:1-2/X', known.statement)""",
            "page_strange",
            id="a-serial-number-more",
        ),
        pytest.param(
            "readStatement({...known.entry, outcome: {movements: [], rows: []}})",
            "row_missing",
            id="no-row",
        ),
        pytest.param(
            """const moved = structuredClone(known.entry);
            moved.outcome.movements[0].to = 'retired/1'; readStatement(moved)""",
            "moved_elsewhere",
            id="moved-to-another-retirement",
        ),
        pytest.param("joinedRanges([[0, 5], [4, 6]])", "moved_twice", id="a-unit-twice"),
        pytest.param(
            """const entry = structuredClone(known.entry);
            entry.order = {...entry.order, kind: 'certificate.record',
              body: {sha256: known.sha256, number: 'TH-RT-2026-0000014-P', subject: 'retire/x'}};
            await findRecord(known, {...nothingGiven(), entries: [{entry}]})""",
            "record_other",
            id="recorded-under-another-number",
        ),
        pytest.param(
            "await findRecord(known, nothingGiven())", "no_record", id="nothing-to-look-in"
        ),
    ],
)
def test_a_guard_refuses(scripts: Any, script: str, code: str) -> None:
    assert scripts.evaluate(SCRIPT % script, case()) == code


def test_the_seals_own_section_may_not_change_the_page(
    scripts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AppendingWriter, "_update_meta", lambda self: tampering.page_replaced(self))
    verdict = verified(scripts, registry().seal(rendering("RT")))
    assert verdict.codes["seal"] == "seal_section"
    assert verdict.verdict == "invalid"


def test_no_key_may_lie_between_two_neighbours(scripts: Any) -> None:
    """The first block and what follows the last one: all units between would be in one place."""
    value = case_of("unit 0")
    value["after"] = case_of("the last unit")["after"]
    value["number"] = 900_000
    verdict = checked(scripts, canonical(value).decode())
    assert verdict.codes["state"] == "state_between"


def test_a_retired_unit_cannot_be_told_by_a_block_before_it(scripts: Any) -> None:
    value = case_of("a retired unit")
    value["before"] = case_of("unit 0")["before"]
    assert checked(scripts, canonical(value).decode()).verdict == "invalid"
