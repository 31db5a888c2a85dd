"""Every state of a certificate, told at three places: its page, the status lists, a status copy."""

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.many_papers import copied
from tests.support.told import (
    Told,
    correct,
    expire,
    first_retirement,
    impair,
    nothing,
    reinstate,
    restore,
    revoke,
    suspend,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is done, and what each place then says."""

    do: Callable[[Told], None]
    page: str
    body_class: str
    revoked: bool = False
    suspended: bool = False
    banner: str | None
    step: str = "failed"


CASES = {
    "valid": Case(do=nothing, page="", body_class="good", banner=None),
    "suspended": Case(
        do=suspend, page="暂停", body_class="bad", suspended=True, banner="已暂停SUSPENDED"
    ),
    "reinstated": Case(
        do=reinstate,
        page="恢复",
        body_class="good",
        banner="有效（已恢复）VALIDAGAIN",
        step="passed",
    ),
    "revoked": Case(do=revoke, page="撤销", body_class="bad", revoked=True, banner="已撤销REVOKED"),
    "superseded": Case(do=correct, page="更正", body_class="stale", banner="已更正CORRECTED"),
    "impaired": Case(
        do=impair, page="受损", body_class="stale", suspended=True, banner="已减损IMPAIRED"
    ),
    "restored": Case(
        do=restore,
        page="补足恢复",
        body_class="good",
        banner="有效（已恢复）VALIDAGAIN",
        step="passed",
    ),
    "expired": Case(
        do=expire, page="展示期", body_class="stale", revoked=True, banner="已失效EXPIRED"
    ),
}


@pytest.fixture(params=[pytest.param(case, id=name) for name, case in CASES.items()])
def told(
    request: pytest.FixtureRequest, played: Path, tmp_path: Path
) -> Iterator[tuple[Told, Case]]:
    told = first_retirement(copied(played, tmp_path / "own"))
    request.param.do(told)
    told.publish()
    yield told, request.param
    told.service.close()


def test_a_state_is_told_at_all_three_places(told: tuple[Told, Case]) -> None:
    case, expected = told
    page = case.service.client.get(f"/verify/{case.number}").text
    assert f'<body class="{expected.body_class}">' in page
    assert expected.page in page
    assert (case.bit("revocation"), case.bit("suspension")) == (
        expected.revoked,
        expected.suspended,
    )
    answer = case.copy()
    if expected.banner is None:
        assert answer.status_code == 404
        assert "status-copy" not in page
        return
    assert f"/v1/certificates/{case.number}/status-copy" in page
    assert answer.status_code == 200
    told_text = text_of(answer.content)
    assert expected.banner in told_text
    assert "状态副本Statuscopy·本文件不是证书Thisisnotacertificate" in told_text
    assert "示例·无效SAMPLE·NOTVALID·包头市" in told_text
    verdict = case.judged(answer.content)
    assert (verdict.offered, verdict.number) == ("status_copy", case.number)
    assert [step.name for step in verdict.steps[:3]] == ["copy", "drawn", "proven"]
    assert {step.state for step in verdict.steps[:3]} == {"passed"}
    assert verdict.step("state").state == expected.step
    online = case.judged(answer.content, online=True)
    assert (online.identity, online.step("now").state) == ("identical", expected.step)


def text_of(pdf: bytes) -> str:
    said = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return re.sub(r"\s", "", said.stdout.decode())
