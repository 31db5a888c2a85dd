"""What each kind of paper must say, and must not: a table of kinds and phrases, text and ink."""

import colorsys
from dataclasses import replace
from functools import cache

import pypdfium2
import pytest

from certificates import wording
from certificates.content_parts import Pair
from certificates.fitting import fit_front
from tests.certificates.test_render import characters_and_ink, squeezed, text_of
from tests.support.certificates import BASE_URL, MIRROR_URL
from tests.support.sealed_paper import renderer
from tests.support.specimens import LOOKS, VERIFIER_SHA256, paper

EVERY = (
    "市域自愿性单位",
    "不属于CCER",
    "不得用于配额清缴",
    "不是绿证",
    "not CCER",
    "无法联网核验不等于无效，请用镜像或离线工具核验，核验前勿采信",
    "Not checkable online does not mean void",
    f"{BASE_URL}/verify/TH-",
    MIRROR_URL,
    VERIFIER_SHA256,
    "示例·无效",
    "SAMPLE · NOT VALID",
    "检查点",
)
OF_UNITS = ("碳汇项目", "方法学及版本", "SL-FOREST-PLOT v1", "监测期", "固阳县", "所在旗县区")
OF_CLAIMS = (
    "核算边界",
    "Boundary",
    "依据标准",
    "Standard",
    "排放总量",
    "Total",
    "已实施减排",
    "Reductions",
    "剩余排放量",
    "Residual",
    "覆盖率",
    "Coverage",
    "核算方",
    "Computed by",
    "评价方式",
    "Assurance",
    "评价人",
    "Evaluator",
    "抵消期限",
    "Deadline",
    "抵消方式",
    "登记机构仅证明注销事实与数量关系",
    "tCO2e",
)
OF_LAND = ("亩", "平方米整", "square metres", "不代表已实现的碳汇量")
OWN = {
    "RT": (
        *OF_UNITS,
        "碳汇注销证书",
        "永久注销",
        "/W",
        "序列号",
        "核查机构",
        "不构成对受益人整体“碳中和”状态的认定",
    ),
    "CL": (*OF_CLAIMS, "零碳活动声明证书", "组织者", "注销证书", "使用的替代因子", "正餐（推导）"),
    "MT": (*OF_CLAIMS, "零碳会议声明证书", "组织者", "注销证书"),
    "IN": (*OF_CLAIMS, "零碳机关声明证书", "核算年度"),
    "PR": (*OF_CLAIMS, "零碳产品声明登记证明", "产品批次", "非产品认证，非产品碳足迹标识"),
    "SB": (*OF_UNITS, "碳汇认购证书", "认购不等于注销，不得据此宣称零碳", "已预留，未注销"),
    "FB": (*OF_LAND, "所在旗县区", "碳汇林建设证书", "树种", "营造年份", "已签发单位"),
    "RG": (*OF_LAND, "公布范围与旗县区", "碳汇权益登记证明", "不创设物权", "权利人账户"),
    "HD": (*OF_UNITS, "碳汇单位持有证明", "序列号", "持有不等于注销，不得据此宣称零碳", "截至第"),
}
BANNED = ("核证", "公章", "专用章", "人民政府", "生态环境局", "林业和草原局", "CCER-", "CDM")
CAPITALS, PLACES = frozenset("壹贰叁肆伍陆柒捌玖"), frozenset("拾佰仟万亿")


@cache
def drawn(look: str) -> bytes:
    return renderer().draw(*paper(look))


@cache
def words(look: str) -> str:
    return text_of(drawn(look))


@pytest.mark.parametrize(
    ("look", "phrase"),
    [
        pytest.param(look, phrase, id=f"{look} {phrase}")
        for look in LOOKS
        for phrase in (*EVERY, *OWN[look])
    ],
)
def test_each_kind_prints_what_it_must(look: str, phrase: str) -> None:
    assert squeezed(phrase) in words(look)


@pytest.mark.parametrize("look", LOOKS)
def test_no_kind_prints_what_it_must_not(look: str) -> None:
    # The only place of CCER is the denial, so no code of its methods is there either.
    assert words(look).replace("不属于CCER", "").replace("notCCER", "").count("CCER") == 0
    assert [word for word in BANNED if word in words(look)] == []


@pytest.mark.parametrize("look", LOOKS)
def test_quantities_stand_in_digits_capitals_and_english(look: str) -> None:
    body = paper(look)[0].body
    for told in (*(one.digits for one in body.figures), body.quantity_words.en):
        assert squeezed(told) in words(look)
    assert set(body.quantity_words.zh) & CAPITALS
    assert set(body.quantity_words.zh) & PLACES
    assert squeezed(body.quantity_words.zh) in words(look)


@pytest.mark.parametrize("look", LOOKS)
def test_every_character_of_every_kind_leaves_ink(look: str) -> None:
    with pypdfium2.PdfDocument(drawn(look)) as document:
        found = [one for page in document for one in characters_and_ink(page)]
    assert len(found) > 800
    assert [character for character, ink in found if not ink] == []


@pytest.mark.parametrize("look", LOOKS)
def test_no_kind_has_anything_red(look: str) -> None:
    with pypdfium2.PdfDocument(drawn(look)) as document:
        pages = [page.render(scale=1).to_pil().convert("RGB") for page in document]
    colours = {colour for page in pages for _, colour in page.getcolors(1 << 20)}
    assert len(colours) > 100
    assert [colour for colour in colours if is_red(colour)] == []


def is_red(colour: tuple[int, int, int]) -> bool:
    """Say whether a colour is the red of an official seal; the rust of a sample's mark is none."""
    red, green, blue = colour
    hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    return saturation > 0.45 and value > 0.35 and not 12 / 360 < hue < 340 / 360


def test_red_would_be_seen() -> None:
    assert is_red((200, 20, 20))
    assert is_red((0xD7, 0x00, 0x0F))
    assert not is_red((0xA8, 0x39, 0x0F))


def test_a_text_too_long_in_two_languages_stays_in_chinese() -> None:
    body = paper("RT")[0].body
    fact = body.facts[0]
    longer = replace(fact, value=Pair("示例碳汇项目" * 5, "Example sink project " * 8))
    told = replace(body, facts=(longer, *body.facts[1:]))
    fit = fit_front(told, body.limits, 2)
    assert fit.cells[0].fact.value == Pair(longer.value.zh, wording.SEE_ANNEX.en)
    assert longer in fit.moved
