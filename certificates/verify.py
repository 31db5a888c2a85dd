"""Verifying a certificate offline, in numbered steps, with the reader's own trust anchors.

    python -m certificates.verify CERTIFICATE.pdf --trust FOLDER

    1  file        a rendering, one seal, six attachments, nothing that acts, nothing appended
    2  seal        one intact certification signature over the whole file, under the trusted root
    3  time        when it was sealed, by the word of an authority whose root is trusted
    4  entry       well formed, its order signed, of the registry that names the trusted anchors
    5  proof       exactly these bytes stand in the trusted log, witnessed as the policy demands
    6  text        the page, drawn again from the entry, is the same
    7  units       movements, row and the serial numbers on the page are one amount
    8  credential  signed by the registry's service, and says what the page says
    9  code        what the QR code says is signed too, and is of this paper
    10 state       not revoked or suspended in a state that the log commits to
    11 status      as of which checkpoint

A step whose trust anchor is missing is not checked, and then the verdict is not ok.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

from certificates.offered import Offered
from certificates.steps import Steps
from certificates.trust import Trust, TrustError
from certificates.verdict import FOREIGN, PROOF_STEPS, SEALED, STEPS, Verdict
from certificates.verify_case import Case
from certificates.verify_content import check_text
from certificates.verify_credential import check_code, check_credential
from certificates.verify_file import ENTRY, PROOF
from certificates.verify_log import Newer
from certificates.verify_process import verify_in_child
from certificates.verify_seal import check_seal
from certificates.verify_status_copy import is_status_copy, verify_status_copy
from contracts.dates import BEIJING

EXIT_OK: Final = 0
EXIT_FAILED: Final = 1
EXIT_NOT_CHECKED: Final = 2
"""Nothing failed, but a step was not checked, as a trust anchor is missing; or a wrong call."""


def verify_pdf(data: bytes, trust: Trust, *, newer: Newer | None = None) -> Verdict:
    """Verify a sealed certificate, or a status copy and the certificate in it.

    Args:
        data: The whole file. For files from strangers use `verify_in_child`.
        trust: What the reader trusts.
        newer: A newer checkpoint of the log, or how fresh one has to be.

    Returns:
        All steps; a step that builds on a failed one is not checked.
    """
    asked = newer or Newer()
    if is_status_copy(data):
        return verify_status_copy(data, trust, asked, partial(_verify_paper, trust))
    return _verify_paper(trust, data, asked)


def _verify_paper(trust: Trust, data: bytes, newer: Newer) -> Verdict:
    steps, case = Steps(STEPS), Case(trust=trust, newer=newer)
    steps.take("file", lambda: case.open(data))
    document = case.document
    if document is not None:
        steps.take("seal", lambda: check_seal(document, trust))
        if not steps.has_failed("seal"):
            steps.take("time", lambda: case.date(document))
        steps.take("entry", lambda: case.attest(document.attachments))
        entry_bytes, proof_bytes = document.attachments[ENTRY], document.attachments[PROOF]
        attested = case.attested
        if attested is not None:
            steps.take("proof", lambda: case.prove(entry_bytes, proof_bytes))
            steps.take("text", lambda: check_text(document, attested))
            steps.take("units", lambda: case.count(attested, document.text))
            steps.take("credential", lambda: check_credential(document, attested))
            steps.take("code", lambda: check_code(document, attested))
            steps.take("state", lambda: case.not_revoked(attested, document))
            if not steps.has_failed("proof"):
                steps.take("status", lambda: case.state(attested.entry))
    is_ours = document is not None and steps.has_passed("seal")
    return Verdict(
        steps=steps.results(),
        facts=case.facts(sha256(data).hexdigest()),
        identity=SEALED if is_ours else FOREIGN,
        standing=case.standing,
    )


def verify_proof(
    entry_bytes: bytes, proof_bytes: bytes, trust: Trust, *, newer: Newer | None = None
) -> Verdict:
    """Verify an entry and its proof file without any page: steps entry, proof and status.

    Passkeys' scope stands in entry 0, which is not here; so the order's signatures are left to
    the proof, which only the log can have made.
    """
    steps, case = Steps(PROOF_STEPS), Case(trust=trust, newer=newer or Newer())
    steps.take("entry", lambda: case.read(entry_bytes))
    entry = case.entry
    if entry is not None:
        steps.take("proof", lambda: case.prove(entry_bytes, proof_bytes))
        if not steps.has_failed("proof"):
            steps.take("status", lambda: case.state(entry))
    facts = case.facts(sha256(entry_bytes).hexdigest())
    return Verdict(steps=steps.results(), facts=facts, offered=Offered.PROOF)


def main(argv: Sequence[str] | None = None) -> int:
    """Verify a file and print each step; the exit code is one of `EXIT_…`."""
    parser = argparse.ArgumentParser(
        prog="certificates.verify", description="Verify a certificate offline."
    )
    parser.add_argument("file", type=Path, help="the certificate, a PDF file")
    parser.add_argument("--trust", type=Path, required=True, help="folder of your trust anchors")
    parser.add_argument("--newest", type=Path, help="file with a newer signed checkpoint")
    parser.add_argument(
        "--witnessed-since",
        type=date.fromisoformat,
        metavar="DATE",
        help="refuse older checkpoints",
    )
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    given = parser.parse_args(argv)
    try:
        newer = Newer(
            note=given.newest.read_bytes() if given.newest else None,
            witnessed_after=_midnight(given.witnessed_since) if given.witnessed_since else None,
        )
        verdict = verify_in_child(given.file.read_bytes(), given.trust, newer=newer)
    except (OSError, TrustError) as error:
        print(f"cannot verify: {error}", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(verdict.to_json(), ensure_ascii=False))
    else:
        for position, step in enumerate(verdict.steps, start=1):
            print(f"{position} {step.name:10} {step.state:12} {step.zh} / {step.en}")
    if verdict.ok:
        return EXIT_OK
    return EXIT_FAILED if verdict.has_failed else EXIT_NOT_CHECKED


def _midnight(day: date) -> int:
    """Return when a day begins in Beijing, in POSIX seconds."""
    return int(datetime.combine(day, time(), tzinfo=BEIJING).timestamp())


if __name__ == "__main__":
    sys.exit(main())
