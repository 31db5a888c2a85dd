"""Dated papers of the shared registry, and the same extended for later years."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

from cryptography import x509

from certificates.extend import Evidence, extend
from certificates.seal import Sealer
from certificates.trust import Trust
from certificates.verdict import Verdict
from certificates.verify import verify_pdf
from tests.support.sealed_paper import WHEN, first_failed, registry, rendering
from tests.support.time_stamps import authority, time_root

DAY = timedelta(days=1)


def trust() -> Trust:
    return replace(registry().trust, time_roots=(time_root(WHEN),))


def evidence() -> Evidence:
    anchors = trust()
    assert anchors.seal_root is not None
    assert anchors.revoked is not None
    roots = (x509.load_der_x509_certificate(anchors.seal_root), time_root(WHEN))
    return Evidence(roots=roots, lists=(anchors.revoked, authority(WHEN).revoked(WHEN)))


@cache
def dated() -> bytes:
    return Sealer(registry().folder / "keys", authority(WHEN).at(WHEN)).seal(
        rendering("RT"), when=WHEN
    )


@cache
def extended(times: int) -> bytes:
    before = extended(times - 1) if times > 1 else dated()
    return extend(before, evidence(), authority(WHEN).at(WHEN + times * DAY))


def refused(data: bytes) -> str:
    verdict: Verdict = verify_pdf(data, trust())
    assert not verdict.ok
    return first_failed(verdict)
