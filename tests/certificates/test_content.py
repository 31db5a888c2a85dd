"""A paper's words: all from two entries, none that the papers must never say."""

import pytest

from certificates.content import ContentError, content_of, printed_text
from certificates.content_parts import Pair
from certificates.number import NumberError, certificate_number, parse_number
from contracts.ranges import parse_serial
from contracts.values import Json, Movement
from tests.support.certificates import demo_log

KINDS = ["RT", "CL"]
AGENT: dict[str, Json] = {"account": "00000099", "mandate_sha256": "00" * 32, "org": "x"}


def text_of(paper: str, **fields: Json) -> str:
    return "\n".join(printed_text(demo_log().restated(paper, **fields).content(paper)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_says_what_it_is_not(kind: str) -> None:
    text = text_of(kind)
    assert "市域自愿性单位，不属于CCER，不得用于配额清缴，不是绿证" in text
    assert "未经公示程序" in text
    assert "本证书仅证明注销事实，不构成对受益人整体“碳中和”状态的认定" in text
    assert "无法联网核验不等于无效，请用镜像或离线工具核验，核验前勿采信" in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_never_says_certified_reduction(kind: str) -> None:
    assert "核证" not in text_of(kind)
    assert "CCER-" not in text_of(kind)


def test_a_retirement_states_quantity_beneficiary_and_units() -> None:
    content = demo_log().content("RT")
    assert content.quantity_kg == 42_318
    assert content.body.subject == Pair("示例会展公司", "Example Events Co.")
    batch, part = parse_serial(content.serials[0])
    assert (batch, len(part)) == ("BT-F-0001-20220101-20260831-01", 42_318)


def test_a_claim_cites_the_number_on_its_retirements_paper() -> None:
    retirement, claim = (demo_log().content(kind) for kind in KINDS)
    assert f"{retirement.number} · 42.318 tCO2e" in printed_text(claim)


def test_a_retirement_for_a_claim_names_it_and_bars_other_claims() -> None:
    assert "专用于本声明（000000PP），不得另作主张。" in text_of("RT")
    assert "专用于本声明" not in text_of("RT", claim=None)


def test_a_claim_shows_coverage_groups_and_who_computed() -> None:
    text = text_of("CL")
    assert "100.0%" in text
    for group in ("燃料", "电力热力", "交通", "餐饮住宿", "物料", "废弃物"):
        assert group in text
    assert "登记机构仅证明注销事实与数量关系；排放量由组织者核算。" in text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param(
            {"ets_covered": True},
            "注销账户属全国碳市场配额管理单位：不得抵减其配额清缴。",
            id="emissions trading",
        ),
        pytest.param({"agent": AGENT}, "由代办账户 00000099 代办。", id="agent"),
    ],
)
def test_circumstances_are_told(kind: str, fields: dict[str, Json], sentence: str) -> None:
    assert sentence not in text_of(kind)
    assert sentence in text_of(kind, **fields)


@pytest.mark.parametrize("kind", KINDS)
def test_emissions_trading_is_said_of_the_account_that_retired(kind: str) -> None:
    assert "受益人属" not in text_of(kind, ets_covered=True)


def test_a_natural_person_is_never_named() -> None:
    text = text_of("RT", beneficiary={"person": "ab" * 32})
    assert "自然人（身份见本人所持文件）" in text
    assert "abab" not in text


def test_only_a_demo_is_a_sample() -> None:
    assert "示例·无效" in printed_text(demo_log().content("RT"))
    production = demo_log(environment="production").content("RT")
    assert "示例·无效" not in printed_text(production)


def test_the_meetings_paper_has_its_own_title() -> None:
    assert "零碳会议声明证书（市域）" in text_of("CL", kind="MEETING")


def test_units_that_the_row_does_not_name_are_noticed() -> None:
    moved = [Movement("BT-F-0001-20220101-20260831-01", 0, 42_317, "acct/x", "retired/24")]
    log = demo_log().restated("RT", movements=moved)
    with pytest.raises(ContentError, match="does not move"):
        log.content("RT")


@pytest.mark.parametrize(
    ("kind", "registry_seq", "seq"),
    [
        pytest.param("RT", 0, 25, id="another kind's entry"),
        pytest.param("XX", 0, 24, id="an unknown kind"),
        pytest.param("RT", 1, 24, id="not entry 0"),
    ],
)
def test_entries_that_state_no_such_paper(kind: str, registry_seq: int, seq: int) -> None:
    log = demo_log()
    with pytest.raises(ContentError):
        content_of(kind, log.parsed(registry_seq), log.parsed(seq))


def test_a_row_that_lacks_a_field_is_no_paper() -> None:
    with pytest.raises(ContentError, match="lacks"):
        demo_log().restated("RT", purpose="none such").content("RT")


def test_a_number_is_read_back_from_paper() -> None:
    number = certificate_number("RT", 42, 1_791_424_800_000_000)
    parsed = parse_number(f" {number.lower()} ")
    assert (parsed.kind, parsed.year, parsed.seq, parsed.text) == ("RT", 2026, 42, number)


@pytest.mark.parametrize("text", ["", "TH-RT-2026-000001A", "TH-XX-2026-000001A-0"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NumberError):
        parse_number(text)


def test_a_copying_mistake_is_noticed() -> None:
    number = certificate_number("RT", 42, 1_791_424_800_000_000)
    with pytest.raises(NumberError, match="check character"):
        parse_number(number.replace("000001A", "00000A1"))
