"""Certificates by a thief of all keys, betrayed by the sums, and certificates of strangers."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from certificates.trust import Trust
from certificates.verdict import FAILED
from certificates.verify import verify_pdf
from contracts.values import Json
from ledger.log.key import Skey
from ledger.log.policy import Policy
from tests.support.certificates import demo_log
from tests.support.people import ORIGIN, digest
from tests.support.sealed_paper import (
    first_failed,
    registry,
    renderer,
    sealed,
)
from tests.support.seals import make_seal
from tests.support.tampering import (
    attached,
    resealed,
)


def restated(kind: str, **fields: Json) -> bytes:
    """Return a paper whose entry the log's key vouches for, though no rule decided it."""
    log = registry().log.restated(kind, **fields)
    stating = log.stating(kind)
    entry = attached("entry.json", stating.content)
    return resealed(entry, attached("entry.tlog-proof", log.proof(stating.seq)), kind=kind)


def batches(quantity_kg: int) -> Json:
    row = next(row for row in registry().log.stating("RT").rows if row["key"][:7] == "retire/")
    listed = row["value"]["batches"]
    return [{**one, "quantity_kg": quantity_kg} for one in listed]


def done(**fields: Json) -> Json:
    row = next(row for row in registry().log.stating("CL").rows if row["key"][:6] == "claim/")
    return {**row["value"]["completion"], **fields}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        pytest.param("RT", lambda: {"quantity_kg": 42_319}, id="one-kilogram-more"),
        pytest.param("RT", lambda: {"batches": batches(42_317)}, id="batches-do-not-add-up"),
        pytest.param("RT", lambda: {"retired_seq": 23}, id="row-of-another-entry"),
        pytest.param("RT", lambda: {"retired_at_us": 1}, id="row-of-another-time"),
        pytest.param("RT", lambda: {"from": "acct/00000044"}, id="from-another-account"),
        pytest.param("CL", lambda: {"retired_kg": 42_317}, id="less-than-was-emitted"),
        pytest.param("CL", lambda: {"retirements": []}, id="no-retirement"),
        pytest.param("CL", lambda: {"retired_kg": 50_000}, id="retirements-do-not-add-up"),
        pytest.param("CL", lambda: {"completion": done(coverage_permille=2000)}, id="coverage"),
        pytest.param("CL", lambda: {"completion": done(seq=1)}, id="completed-elsewhere"),
    ],
)
def test_a_thief_of_all_keys_is_betrayed_by_the_sums(
    kind: str, fields: Callable[[], dict[str, Json]]
) -> None:
    verdict = verify_pdf(restated(kind, **fields()), registry().trust)
    assert verdict.step("proof").state == "passed"
    assert verdict.step("units").state == FAILED
    assert not verdict.ok


def other_root(tmp_path: Path) -> Trust:
    make_seal(tmp_path)
    return replace(registry().trust, seal_root=Trust.load(tmp_path / "trust").seal_root)


def other_key(tmp_path: Path) -> Trust:
    del tmp_path
    return replace(registry().trust, policy=Policy.of_keys([Skey(ORIGIN, digest("other")).vkey]))


def other_log(tmp_path: Path) -> Trust:
    del tmp_path
    key = Skey("other.example/log", digest("log key"))
    return replace(registry().trust, policy=Policy.of_keys([key.vkey]))


@pytest.mark.parametrize(
    ("trust", "step"),
    [
        pytest.param(other_root, "seal", id="another-root"),
        pytest.param(other_key, "entry", id="another-log-key"),
        pytest.param(other_log, "entry", id="another-log"),
    ],
)
def test_a_good_paper_of_a_stranger_is_refused(
    tmp_path: Path, trust: Callable[[Path], Trust], step: str
) -> None:
    verdict = verify_pdf(sealed("RT"), trust(tmp_path))
    assert first_failed(verdict) == step
    assert not verdict.ok


def test_another_registry_s_paper_is_refused() -> None:
    page = renderer().render(demo_log(seal_root_sha256="00" * 32).statement("RT"))
    assert first_failed(verify_pdf(registry().seal(page), registry().trust)) == "entry"
