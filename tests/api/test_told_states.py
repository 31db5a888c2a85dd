"""Every state of a certificate, told at three places: its page, the status lists, a status copy."""

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.lives import Life
from api.status_copies import drawn
from certificates.wording_status import STATES
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

Check = Callable[[Told, "Case"], None]


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


def check_page(case: Told, expected: Case) -> None:
    page = case.service.client.get(f"/verify/{case.number}").text
    assert f'<body class="{expected.body_class}">' in page
    assert expected.page in page
    link = f"/v1/certificates/{case.number}/status-copy"
    assert (link in page) is (expected.banner is not None)


def check_lists(case: Told, expected: Case) -> None:
    bits = (case.bit("revocation"), case.bit("suspension"))
    assert bits == (expected.revoked, expected.suspended)


def check_copy(case: Told, expected: Case) -> None:
    answer = case.copy()
    if expected.banner is None:
        assert answer.status_code == 404
        return
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


def test_a_state_is_told_at_all_three_places(told: tuple[Told, Case]) -> None:
    for check in (check_page, check_lists, check_copy):
        check(*told)


def text_of(pdf: bytes) -> str:
    said = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return re.sub(r"\s", "", said.stdout.decode())


@pytest.mark.parametrize(
    ("check", "target", "broken"),
    [
        pytest.param(check_page, "api.pages.lookup.life_of", lambda *_: Life(), id="page"),
        pytest.param(
            check_lists,
            "certificates.status_list.PURPOSES",
            {
                "revocation": frozenset({"revoked"}),
                "suspension": frozenset(),
                "message": frozenset(),
            },
            id="lists",
        ),
        pytest.param(
            check_copy,
            "certificates.status_copy_page.wording_status.STATES",
            dict.fromkeys(STATES, STATES["valid"]),
            id="banner",
        ),
        pytest.param(
            check_copy,
            "certificates.verify_any.check_standing",
            lambda _: ("有效", "valid"),
            id="verdict-now",
        ),
    ],
)
def test_a_place_that_tells_another_state_is_noticed(
    suspended: Told, monkeypatch: pytest.MonkeyPatch, check: Check, target: str, broken: object
) -> None:
    drawn.cache_clear()
    monkeypatch.setattr(target, broken)
    with pytest.raises(AssertionError):
        check(suspended, CASES["suspended"])
    drawn.cache_clear()
