"""The status copy itself: the issued file in it, its bytes, and what a forger can make of it."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from typer.testing import CliRunner

from api.cli.app import app
from api.stating import NotStatedError, NotYetError
from api.status_copies import drawn, status_copy, status_statement
from certificates.status_copy_page import render_status_copy
from ledger.log.state_claims import Presence
from ledger.log.state_file import StateProof
from tests.support.life_bodies import standing
from tests.support.office import renderer
from tests.support.told import Told


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(data))


def test_a_status_copy_brings_the_issued_file_unaltered_and_no_field_for_a_seal(
    suspended: Told,
) -> None:
    issued = suspended.registry.settings.certificates / f"{suspended.number}.pdf"
    with opened(status_copy(suspended.registry, suspended.number)) as pdf:
        original = pdf.attachments["original.pdf"]
        assert original.get_file().read_bytes() == issued.read_bytes()
        assert original.relationship == "/Source"
        assert sorted(pdf.attachments) == ["original.pdf", "status.state-proof"]
        assert "/AcroForm" not in pdf.Root
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
            assert metadata["pdfuaid:part"] == "1"
            assert str(metadata["dc:title"]).startswith("状态副本 Status copy")


def test_a_status_copy_is_the_same_bytes_again_and_another_one_after_a_new_commitment(
    suspended: Told,
) -> None:
    first = status_copy(suspended.registry, suspended.number)
    drawn.cache_clear()
    assert status_copy(suspended.registry, suspended.number) == first
    suspended.act("certificate.reinstate", standing(suspended.number, "no_error"))
    with pytest.raises(NotYetError, match="not yet in a published state; run"):
        status_copy(suspended.registry, suspended.number)
    assert suspended.copy().status_code == 503
    suspended.publish()
    assert status_copy(suspended.registry, suspended.number) != first
    # What it says of then stays true and proven; asked now, the registry says what is so now.
    verdict = suspended.judged(first, online=True)
    assert (verdict.step("state").state, verdict.step("now").state) == ("failed", "passed")


def rewritten(data: bytes, edit: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = BytesIO()
    with opened(data) as pdf:
        edit(pdf)
        pdf.save(out)
    return out.getvalue()


def another_original(pdf: pikepdf.Pdf) -> None:
    data = pdf.attachments["original.pdf"].get_file().read_bytes() + b"x"
    del pdf.attachments["original.pdf"]
    pdf.attachments["original.pdf"] = data


def one_more_page(pdf: pikepdf.Pdf) -> None:
    pdf.pages.append(pdf.pages[0])


def a_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


@pytest.mark.parametrize("edit", [another_original, one_more_page, a_script])
def test_a_status_copy_that_was_changed_is_refused(
    suspended: Told, edit: Callable[[pikepdf.Pdf], None]
) -> None:
    copy = rewritten(status_copy(suspended.registry, suspended.number), edit)
    verdict = suspended.judged(copy)
    assert not verdict.ok
    assert "failed" in {step.state for step in verdict.steps[:2]}


def test_a_status_copy_with_bytes_behind_it_is_refused(suspended: Told) -> None:
    copy = status_copy(suspended.registry, suspended.number)
    for data in (copy + b"%", copy + copy, copy[:-1]):
        assert "failed" in {step.state for step in suspended.judged(data).steps[:2]}


def test_the_words_that_a_forger_puts_on_a_status_copy_do_not_hold(suspended: Told) -> None:
    """A row that says "valid" with a path of its own: the drawing fits it, the log does not."""
    statement = status_statement(suspended.registry, suspended.number)
    proof = StateProof.parse(statement.state_proof)
    assert isinstance(proof.claim, Presence)
    row = proof.claim.value.replace('"state":"suspended"', '"state":"valid"')
    forged = replace(proof, claim=replace(proof.claim, value=row)).to_bytes()
    copy = render_status_copy(replace(statement, state_proof=forged), renderer())
    verdict = suspended.judged(copy)
    told = {step.name: step.state for step in verdict.steps}
    assert (told["copy"], told["drawn"], told["proven"]) == ("passed", "passed", "failed")
    assert told["state"] == "failed"


def test_the_command_writes_a_status_copy(suspended: Told, tmp_path: Path) -> None:
    out, folder = tmp_path / "copy.pdf", suspended.registry.settings.data
    words = ["certificate", "status", suspended.number, "--data", str(folder)]
    done = CliRunner().invoke(app, [*words, "--copy", str(out)])
    assert done.exit_code == 1, "it is not valid"
    assert out.read_bytes() == status_copy(suspended.registry, suspended.number)


def test_no_status_copy_is_made_of_a_file_that_is_not_the_recorded_one(suspended: Told) -> None:
    path = suspended.registry.settings.certificates / f"{suspended.number}.pdf"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(NotStatedError, match="not stored here as it was recorded"):
        status_copy(suspended.registry, suspended.number)
    assert suspended.copy().status_code == 404
