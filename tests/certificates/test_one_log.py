"""Two stories of one log: checkpoints of one size in one file, or beside it, have one root."""

from dataclasses import replace

import pytest

from certificates.outline import outline_key
from certificates.verdict import PASSED
from certificates.verify import verify_pdf
from certificates.verify_log import Newer
from tests.certificates.test_attacks import newer_state
from tests.certificates.test_verify import checkpoint
from tests.support.sealed_paper import first_failed, registry, renderer, sealed


def told_twice(key: str) -> bytes:
    """Return a state proof under a checkpoint of the same size as the paper's, of another log."""
    log = registry().log
    other = replace(log, entries=(*log.entries[:5], log.entries[6], *log.entries[6:]))
    return other.state_proof(key)


def of_one_size(kind: str, attachment: str) -> tuple[bytes, Newer]:
    status = f"status/{registry().log.content(kind).number}"
    if attachment == "newer":
        return sealed(kind), Newer(state=told_twice(status))
    key = status
    if attachment == "outline_proof":
        key = str(outline_key(registry().log.stating(kind)))
    statement = registry().statement(kind, **{attachment: told_twice(key)})
    return registry().seal(renderer().render(statement)), Newer()


@pytest.mark.parametrize(
    ("kind", "attachment", "named"),
    [
        ("RT", "state_proof", "status.state-proof"),
        ("RG", "outline_proof", "outline.state-proof"),
        ("RT", "newer", "the state proof given"),
    ],
)
def test_a_log_that_gives_one_size_two_roots_in_one_file_is_refused(
    kind: str, attachment: str, named: str
) -> None:
    data, newer = of_one_size(kind, attachment)
    verdict = verify_pdf(data, registry().trust, newer=newer)
    assert verdict.step("proof").state == PASSED
    assert first_failed(verdict) == "state"
    assert "entry.tlog-proof" in verdict.step("state").en
    assert named in verdict.step("state").en


def test_a_newer_checkpoint_of_the_state_proofs_size_must_have_its_root() -> None:
    state = newer_state("valid", "reinstated")
    size = len(registry().log.entries) + 1
    newer = Newer(state=state, note=checkpoint(size))
    verdict = verify_pdf(sealed("RT"), registry().trust, newer=newer)
    assert first_failed(verdict) == "status"
    assert "the checkpoint given" in verdict.step("status").en


def test_the_state_says_which_checkpoints_were_compared() -> None:
    alike = verify_pdf(sealed("RT"), registry().trust).step("state")
    newer = Newer(state=newer_state("valid", "reinstated"))
    differing = verify_pdf(sealed("RT"), registry().trust, newer=newer).step("state")
    size = len(registry().log.entries)

    assert f"one checkpoint, of size {size}" in alike.en
    assert f"of sizes {size}, {size + 1}" in differing.en
    assert "no consistency proof" in differing.en
