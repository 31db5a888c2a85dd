"""Certificates changed and sealed again with the registry's own, stolen key."""

from collections.abc import Callable

import pytest
from pikepdf import Name, String

from certificates.verdict import FAILED
from certificates.verify import verify_pdf
from certificates.verify_file import CODE, CREDENTIAL, STATE_PROOF
from ledger.log.key import Skey
from tests.support import tampering
from tests.support.people import ORIGIN, digest
from tests.support.sealed_paper import (
    first_failed,
    registry,
    rendering,
)
from tests.support.stolen_seal import (
    checkpoint,
    code_of_another,
    entry_of,
    form_of_xml,
    in_credential,
    in_registry,
    link,
    maker_renamed,
    more_claimed,
    movement_changed,
    named_script,
    no_keywords,
    old_state,
    order_changed,
    other_addresses,
    other_environment,
    page_action,
    page_twice,
    proof,
    revoked_state,
    row_changed,
    signature_changed,
    signed_again,
    spaced,
    state_changed,
    state_of,
    statement_attached,
    unsigned_proof,
)
from tests.support.tampering import (
    attached,
    content_replaced,
    entry_changed,
    proof_changed,
    resealed,
)

WITH_THE_SEAL: list[tuple[str, Callable[[], tampering.Edit], str]] = [
    ("attachment-removed", lambda: tampering.removed("entry.json"), "file"),
    ("proof-removed", lambda: tampering.removed("entry.tlog-proof"), "file"),
    ("attachment-renamed", lambda: tampering.renamed("entry.json", "entry2.json"), "file"),
    ("attachment-added", lambda: tampering.added("more.json", b"{}"), "file"),
    ("attachment-doubled", lambda: tampering.added("entry.json", b"{}"), "file"),
    ("attachment-hidden", lambda: tampering.added("x.json", b"{}", listed=False), "file"),
    ("attachment-huge", lambda: attached("entry.json", bytes(3_000_000)), "file"),
    (
        "script-on-opening",
        lambda: tampering.catalog("/OpenAction", {"/S": Name.JavaScript, "/JS": String("1")}),
        "file",
    ),
    (
        "program-launched",
        lambda: tampering.catalog("/OpenAction", {"/S": Name.Launch, "/F": String("a.exe")}),
        "file",
    ),
    ("script-by-name", lambda: named_script, "file"),
    ("link-to-elsewhere", lambda: link, "file"),
    ("page-that-acts", lambda: page_action, "file"),
    ("form-of-xml", lambda: form_of_xml, "file"),
    ("entry-with-a-space", lambda: spaced("entry.json"), "entry"),
    ("registry-with-a-space", lambda: spaced("registry.json"), "entry"),
    ("entry-emptied", lambda: attached("entry.json", b"{}"), "entry"),
    ("order-changed", lambda: entry_changed(order_changed), "entry"),
    ("order-signature-changed", lambda: entry_changed(signature_changed), "entry"),
    ("entry-of-another-kind", lambda: entry_of(26), "entry"),
    ("first-entry-as-the-entry", lambda: entry_of(0), "entry"),
    (
        "registry-is-another-entry",
        lambda: attached("registry.json", registry().log.entries[1]),
        "entry",
    ),
    ("registry-of-another-log", lambda: in_registry("origin", "other.example/log"), "entry"),
    ("registry-with-another-log-key", lambda: in_registry("log_vkeys", ["x"]), "entry"),
    ("registry-with-another-root", lambda: in_registry("seal_root_sha256", "00" * 32), "entry"),
    ("row-changed", lambda: entry_changed(row_changed), "proof"),
    ("movement-changed", lambda: entry_changed(movement_changed), "proof"),
    ("entry-of-another-paper", lambda: statement_attached("CL", "entry.json"), "proof"),
    ("proof-of-another-paper", lambda: statement_attached("CL", "entry.tlog-proof"), "proof"),
    ("proof-emptied", lambda: attached("entry.tlog-proof", b"\n"), "proof"),
    ("proof-index-changed", lambda: proof_changed(index=23), "proof"),
    ("proof-hash-changed", lambda: proof_changed(path=(bytes(32), *proof().path[1:])), "proof"),
    ("proof-hash-removed", lambda: proof_changed(path=proof().path[1:]), "proof"),
    ("proof-hash-added", lambda: proof_changed(path=(*proof().path, bytes(32))), "proof"),
    ("proof-hashes-swapped", lambda: proof_changed(path=proof().path[::-1]), "proof"),
    ("proof-with-extra-bytes", lambda: proof_changed(extra=b"999 t"), "proof"),
    ("checkpoint-size-changed", lambda: proof_changed(checkpoint=checkpoint(size=33)), "proof"),
    ("checkpoint-root-changed", lambda: proof_changed(checkpoint=checkpoint()), "proof"),
    ("checkpoint-unsigned", lambda: proof_changed(checkpoint=unsigned_proof()), "proof"),
    (
        "checkpoint-by-another-key",
        lambda: proof_changed(checkpoint=checkpoint(key=Skey(ORIGIN, digest("other")))),
        "proof",
    ),
    (
        "checkpoint-of-another-log",
        lambda: proof_changed(checkpoint=checkpoint(key=Skey("a.example/b", digest("log key")))),
        "proof",
    ),
    ("text-changed", lambda: content_replaced(b" Tm\n", b" Tm \n"), "text"),
    ("code-of-another-paper", lambda: code_of_another, "text"),
    ("page-added", lambda: page_twice, "text"),
    ("addresses-removed", lambda: no_keywords, "text"),
    ("addresses-changed", lambda: other_addresses, "text"),
    ("both-papers-mixed", lambda: entry_of(25), "text"),
    ("demonstration-no-more", lambda: entry_changed(other_environment, "registry.json"), "text"),
]

SIGNED_PARTS: list[tuple[str, Callable[[], tampering.Edit], str]] = [
    ("credential-changed", lambda: in_credential(more_claimed), "credential"),
    ("credential-by-another-key", lambda: signed_again(more_claimed), "credential"),
    ("credential-of-another-paper", lambda: statement_attached("CL", CREDENTIAL), "credential"),
    ("credential-emptied", lambda: attached(CREDENTIAL, b"{}"), "credential"),
    ("credential-no-json", lambda: attached(CREDENTIAL, b"\xff"), "credential"),
    ("code-of-another-paper-attached", lambda: statement_attached("CL", CODE), "code"),
    ("code-emptied", lambda: attached(CODE, b"\xa0"), "code"),
    ("code-endless", lambda: attached(CODE, b"\x9b" + b"\xff" * 8), "code"),
    ("code-deep", lambda: attached(CODE, b"\x81" * 500), "code"),
    ("state-of-another-paper", lambda: statement_attached("CL", STATE_PROOF), "state"),
    ("state-of-another-key", lambda: state_of("registry"), "state"),
    ("state-emptied", lambda: attached(STATE_PROOF, b"{}"), "state"),
    ("state-path-changed", lambda: state_changed(path="00"), "state"),
    ("state-before-the-entry", old_state, "state"),
    ("state-revoked", revoked_state, "state"),
]
"""Changes of what the registry signed; the page, drawn again, differs as well."""


@pytest.mark.parametrize(
    ("edit", "step"), [pytest.param(edit, step, id=name) for name, edit, step in SIGNED_PARTS]
)
def test_what_the_service_signed_cannot_be_exchanged(
    edit: Callable[[], tampering.Edit], step: str
) -> None:
    verdict = verify_pdf(resealed(edit()), registry().trust)
    assert verdict.step(step).state == FAILED
    assert not verdict.ok


@pytest.mark.parametrize(
    ("edit", "step"), [pytest.param(edit, step, id=name) for name, edit, step in WITH_THE_SEAL]
)
def test_a_thief_of_the_seal_is_betrayed(edit: Callable[[], tampering.Edit], step: str) -> None:
    verdict = verify_pdf(resealed(edit()), registry().trust)
    assert first_failed(verdict) == step
    assert not verdict.ok


def test_an_old_version_is_no_excuse_for_a_missing_text() -> None:
    data = resealed(maker_renamed, code_of_another)
    assert first_failed(verify_pdf(data, registry().trust)) == "text"


def test_the_seal_s_own_section_may_not_change_the_page() -> None:
    from certificates.seal import AppendingWriter

    def hidden(self: AppendingWriter) -> None:
        tampering.page_replaced(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AppendingWriter, "_update_meta", hidden)
        data = registry().seal(rendering("RT"))
    verdict = verify_pdf(data, registry().trust)
    assert data.startswith(rendering("RT"))
    assert first_failed(verdict) == "seal"
