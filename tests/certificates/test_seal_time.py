"""The seal's time: whose word it is, what a reader trusts, and what a revoked key still proves.

Papers are dated in memory here; `test_time_stamper.py` asks a real authority over HTTP.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from asn1crypto import cms
from cryptography import x509
from pyhanko.sign.timestamps import TimeStamper

from certificates.pki import publish_list
from certificates.pki_root import Root
from certificates.seal import Sealer
from certificates.trust import Trust, TrustError
from certificates.verdict import Verdict
from certificates.verify import verify_pdf
from tests.support.revoked import outdated, revoked
from tests.support.sealed_paper import WHEN, first_failed, registry, rendering, sealed
from tests.support.seals import folders, make_seal
from tests.support.time_stamps import authority, time_root

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def trust(**changes: object) -> Trust:
    anchors = {"time_roots": (time_root(WHEN),), **changes}
    return replace(registry().trust, **anchors)  # type: ignore[arg-type] # any field


@cache
def dated(apart: timedelta = timedelta()) -> bytes:
    """Return a paper whose stamp is so much later than its seal claims."""
    stamper = authority(WHEN).at(WHEN + apart)
    return Sealer(registry().folder / "keys", stamper).seal(rendering("RT"), when=WHEN)


def steps(verdict: Verdict) -> tuple[str, str]:
    return verdict.step("seal").state, verdict.step("time").state


def test_a_dated_seal_is_named_by_its_level_and_time() -> None:
    verdict = verify_pdf(dated(), trust())
    assert verdict.ok
    assert (verdict.facts.level, verdict.facts.dated_at_us) == (
        "B-T",
        int(WHEN.timestamp()) * 1_000_000,
    )
    assert "2026-11-22 16:30 UTC+8" in verdict.step("time").zh
    assert "B-T" in verdict.step("time").en


def test_whoever_knows_authorities_is_told_that_a_seal_has_no_stamp() -> None:
    verdict = verify_pdf(sealed("RT"), trust())
    assert (verdict.ok, steps(verdict)) == (False, ("passed", "not_checked"))
    assert "taken off" in verdict.step("time").en


def test_an_undated_seal_is_its_own_word_and_says_so() -> None:
    verdict = verify_pdf(sealed("RT"), registry().trust)
    assert verdict.ok
    assert (verdict.facts.level, verdict.facts.dated_at_us) == ("B-B", None)
    assert "own word" in verdict.step("time").en


def test_without_a_root_of_authorities_the_time_is_not_checked() -> None:
    verdict = verify_pdf(dated(), registry().trust)
    assert steps(verdict) == ("passed", "not_checked")
    assert "tsa-root.pem" in verdict.step("time").en
    assert (verdict.facts.level, verdict.facts.dated_at_us) == ("B-T", None)
    assert not verdict.ok
    assert not verdict.has_failed


def test_another_authority_is_not_believed() -> None:
    other = time_root(WHEN - DAY)
    verdict = verify_pdf(dated(), trust(time_roots=(other,)))
    assert first_failed(verdict) == "seal"
    assert "timestamp does not hold" in verdict.step("seal").en


@pytest.mark.parametrize(
    ("apart", "state"),
    [
        pytest.param(timedelta(minutes=59), "passed", id="within-an-hour"),
        pytest.param(timedelta(minutes=61), "failed", id="stamped-much-later"),
        pytest.param(timedelta(minutes=-61), "failed", id="stamped-before-its-claim"),
    ],
)
def test_the_seal_and_the_authority_agree_on_the_time(apart: timedelta, state: str) -> None:
    assert verify_pdf(dated(apart), trust()).step("time").state == state


class Elsewhere(TimeStamper):
    """Stamps other bytes than it is asked to, with a good signature."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        other = bytes(len(message_digest))
        return await authority(WHEN).at(WHEN).async_timestamp(other, md_algorithm)


def test_a_stamp_of_another_seal_is_refused() -> None:
    stamper = Elsewhere()  # type: ignore[no-untyped-call] # theirs has no types
    data = Sealer(registry().folder / "keys", stamper).seal(rendering("RT"), when=WHEN)
    for anchors in (trust(), registry().trust):
        verdict = verify_pdf(data, anchors)
        assert first_failed(verdict) == "seal"
        assert not verdict.ok


@pytest.mark.parametrize(
    ("paper", "anchors", "expected"),
    [
        pytest.param(
            dated, lambda: trust(revoked=revoked(WHEN + HOUR)), "passed", id="dated-before"
        ),
        pytest.param(dated, lambda: trust(revoked=revoked(WHEN)), "failed", id="dated-that-second"),
        pytest.param(
            dated, lambda: trust(revoked=revoked(WHEN - HOUR)), "failed", id="dated-after"
        ),
        pytest.param(
            lambda: sealed("RT"),
            lambda: trust(revoked=revoked(WHEN + HOUR)),
            "failed",
            id="claims-to-be-older",
        ),
        pytest.param(
            dated,
            lambda: replace(registry().trust, revoked=revoked(WHEN + HOUR)),
            "not_checked",
            id="nobody-to-believe-the-date",
        ),
    ],
)
def test_a_revoked_seal_is_good_for_what_it_sealed_before(
    paper: Callable[[], bytes], anchors: Callable[[], Trust], expected: str
) -> None:
    verdict = verify_pdf(paper(), anchors())
    assert verdict.step("seal").state == expected
    assert verdict.ok is (expected == "passed")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        pytest.param(lambda: None, "without a list", id="no-list"),
        pytest.param(outdated, "outdated", id="outdated"),
    ],
)
def test_without_a_current_list_nobody_knows_whether_the_key_was_revoked(
    known: Callable[[], x509.CertificateRevocationList | None], said: str
) -> None:
    verdict = verify_pdf(dated(), trust(revoked=known()))
    assert steps(verdict) == ("passed", "not_checked")
    assert said in verdict.step("time").en
    assert not verdict.ok
    assert not verdict.has_failed


def test_the_seal_step_says_what_the_list_says() -> None:
    late = trust(revoked=revoked(WHEN + HOUR))
    assert "2026-11-22 17:30" in verify_pdf(dated(), late).step("seal").zh
    assert "not revoked in the list of 2026-11-22" in verify_pdf(dated(), trust()).step("seal").en
    assert "no list" in verify_pdf(dated(), trust(revoked=None)).step("seal").en


def test_a_trust_folder_brings_the_list_that_its_root_signed() -> None:
    folder = registry().folder
    assert Trust.load(folder / "trust").revoked is not None


def test_a_strangers_list_is_damage(tmp_path_factory: pytest.TempPathFactory) -> None:
    one, other = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("other")
    make_seal(one)
    make_seal(other)
    publish_list(Root.open(other / "root", None), folders(one).trust)
    with pytest.raises(TrustError, match=r"not signed by seal-root\.pem"):
        Trust.load(one / "trust")
