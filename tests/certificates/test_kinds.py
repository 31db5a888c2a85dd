"""Every kind of paper: one family, one set of limits, and nothing that a paper must never say."""

import colorsys
import re
from dataclasses import fields, is_dataclass, replace
from importlib.resources import files
from io import BytesIO

import pikepdf
import pytest

from certificates import wording
from certificates.content import ContentError, content_of, printed_text
from certificates.content_parts import Pair
from certificates.fitting import fit_front
from certificates.looks import LOOKS as ALL_LOOKS
from certificates.render import Renderer
from certificates.verdict import StepFailed
from certificates.verify import verify_pdf
from certificates.verify_log import Attested
from certificates.verify_units import check_units
from contracts.values import Json
from tests.certificates.test_render import squeezed, text_of
from tests.support.certificates import demo_log
from tests.support.sealed_paper import registry, sealed
from tests.support.specimens import (
    EMISSIONS,
    LOOKS,
    MAKER,
    VERIFIER_SHA256,
    paper,
    planting,
    subscription,
)

SIZE_MAX = 200 * 1024
# What a registry adds to a specimen: two proofs under a checkpoint with three ML-DSA signatures of
# 2,420 bytes each, and the seal with its time.
WITNESSES_AND_SEAL = 2 * 3 * 2_420 + 10 * 1024
POINTS_MIN = 7.0
LIMITS = ("市域自愿性单位", "不属于CCER", "不得用于配额清缴", "不是绿证")
CHECK = "无法联网核验不等于无效，请用镜像或离线工具核验，核验前勿采信"
REAL_BODIES = (
    "人民政府",
    "生态环境局",
    "林业和草原局",
    "中国质量认证中心",
    "中环联合",
    "国家能源局",
    "公章",
)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


def words_of(look: str) -> str:
    return "\n".join(printed_text(paper(look)[0]))


def test_every_look_has_a_specimen() -> None:
    assert set(LOOKS) == set(ALL_LOOKS)


@pytest.mark.parametrize("look", LOOKS)
def test_every_kind_says_what_its_units_are_not(look: str) -> None:
    text = words_of(look)
    assert [limit for limit in (*LIMITS, CHECK) if limit not in text] == []
    assert "not CCER" in text


@pytest.mark.parametrize("look", LOOKS)
def test_no_kind_says_what_only_others_may_say(look: str) -> None:
    text = words_of(look)
    assert [word for word in ("核证", "CCER-", *REAL_BODIES) if word in text] == []


@pytest.mark.parametrize(
    ("look", "sentence"),
    [
        ("RT", "本证书仅证明注销事实，不构成对受益人整体“碳中和”状态的认定。"),
        ("CL", "登记机构仅证明注销事实与数量关系；排放量由组织者核算。"),
        ("IN", "登记机构仅证明注销事实与数量关系；排放量由示例核算机构核算。"),
        ("PR", "非产品认证，非产品碳足迹标识。"),
        ("SB", "认购不等于注销，不得据此宣称零碳。"),
        ("FB", "不代表已实现的碳汇量。"),
        ("RG", "本证明仅记载登记事实，不创设物权，不替代不动产权属证书。"),
        ("HD", "持有不等于注销，不得据此宣称零碳。"),
    ],
)
def test_each_kind_has_its_own_limit(look: str, sentence: str) -> None:
    assert sentence in words_of(look)


@pytest.mark.parametrize("look", ["SB", "FB", "RG", "HD"])
def test_no_kind_but_a_retirement_says_that_units_are_retired(look: str) -> None:
    text = words_of(look)
    assert wording.PERMANENT.zh not in text
    assert wording.RETIREMENT_ONLY.zh not in text
    assert wording.RETIREMENT_LEAD.zh not in text


@pytest.mark.parametrize("look", ["CL", "MT", "IN", "PR"])
def test_what_decides_about_a_claim_stands_on_the_first_page(look: str) -> None:
    content, _ = paper(look)
    front = fit_front(content.body, content.body.limits, 2)
    labels = [one.label.zh for one in content.body.figures]
    labels += [cell.fact.label.zh for cell in front.cells if cell.fact in content.body.facts]
    for label in ("排放总量", "已实施减排", "剩余排放量", "覆盖率", "核算边界", "依据标准"):
        assert label in labels
    for label in ("核算方", "评价人", "抵消期限"):
        assert label in labels


@pytest.mark.parametrize("look", LOOKS)
def test_every_kind_is_drawn_whole_small_and_the_same_again(look: str, renderer: Renderer) -> None:
    content, statement = paper(look)
    data = renderer.draw(content, statement)
    text = text_of(data)
    assert [one for one in printed_text(content) if squeezed(one) not in text] == []
    assert squeezed(VERIFIER_SHA256) in text
    assert renderer.draw(content, statement) == data
    assert len(data) + WITNESSES_AND_SEAL <= SIZE_MAX


@pytest.mark.parametrize("look", LOOKS)
def test_the_map_is_drawn_where_a_paper_is_about_land(look: str, renderer: Renderer) -> None:
    content, statement = paper(look)
    with pikepdf.open(BytesIO(renderer.draw(content, statement))) as document:
        over = document.pages[0].Contents[-1].read_bytes()
    # The map's own scale of line widths; the code has no lines.
    assert (b" 0.625 w" in over) == bool(content.body.counties)
    assert bool(content.body.counties) == (look in {"RT", "SB", "FB", "RG", "HD"})


@pytest.mark.parametrize("look", LOOKS)
def test_no_seal_is_red(look: str) -> None:
    palette = ALL_LOOKS[look].palette
    for colour in (palette.deep, palette.main, palette.light):
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        hue, _, _ = colorsys.rgb_to_hls(red, green, blue)
        assert 20 / 360 < hue < 330 / 360


def test_every_fixed_sentence_is_in_both_languages() -> None:
    pairs = [value for value in vars(wording).values() if isinstance(value, Pair)]
    pairs += [
        pair
        for table in vars(wording).values()
        if isinstance(table, dict)
        for pair in table.values()
        if isinstance(pair, Pair)
    ]
    assert len(pairs) > 50
    assert [pair for pair in pairs if not (pair.zh and pair.en)] == []


@pytest.mark.parametrize("look", LOOKS)
def test_labels_and_titles_are_in_both_languages(look: str) -> None:
    body = paper(look)[0].body
    pairs = [body.title, body.lead, body.quantity_words, *body.limits]
    pairs += [one.label for one in (*body.facts, *body.annex_facts, *body.bars)]
    assert [pair for pair in pairs if not (pair.zh and pair.en)] == []


def test_nothing_is_set_smaller_than_seven_points() -> None:
    style = (files("certificates") / "templates" / "certificate.css").read_text("utf-8")
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)pt", style)]
    assert len(sizes) > 20
    assert min(sizes) >= POINTS_MIN
    for look in LOOKS:
        body = paper(look)[0].body
        assert min(_points(fit_front(body, body.limits, 2))) >= POINTS_MIN


def _points(value: object) -> list[float]:
    if isinstance(value, tuple):
        return [size for one in value for size in _points(one)]
    if not is_dataclass(value):
        return []
    found: list[float] = []
    for field in fields(value):
        inner = getattr(value, field.name)
        found += [inner] if field.name.endswith("pt") else _points(inner)
    return found


@pytest.mark.parametrize("kind", ["SB", "FB", "IN", "PR"])
def test_no_entry_states_the_kinds_whose_rules_do_not_exist(kind: str) -> None:
    log = demo_log()
    for seq in range(len(log.entries)):
        with pytest.raises(ContentError, match="does not state"):
            content_of(kind, log.parsed(0), log.parsed(seq))


@pytest.mark.parametrize("kind", ["INSTITUTION", "PRODUCT"])
def test_claims_whose_rules_do_not_exist_have_no_paper(kind: str) -> None:
    with pytest.raises(ContentError, match="no paper"):
        demo_log().restated("CL", kind=kind).content("CL")


def test_a_right_names_parcel_account_and_area_but_no_holder() -> None:
    body = demo_log().content("RG").body
    assert body.subject == Pair("地块 000000BB", "Parcel 000000BB")
    assert body.note.zh == "权利人账户 00000044"
    assert [figure.digits for figure in body.figures] == ["2,803.6890", "1,869,126"]
    assert body.quantity_words.en.endswith("one hundred and twenty-six square metres")


def test_a_sealed_right_is_valid_and_its_area_is_counted() -> None:
    verdict = verify_pdf(sealed("RG"), registry().trust)
    states = {step.name: step.state for step in verdict.steps}
    assert states["units"] == "passed"
    assert verdict.facts.quantity_kg == 0
    assert [name for name, state in states.items() if state == "failed"] == []


@pytest.mark.parametrize(
    ("fields", "text", "reason"),
    [
        pytest.param({"credited_area_m2": 1_869_127}, "", "does not follow", id="more-than-it-has"),
        pytest.param({}, "1,869,125m²", "lacks the credited area", id="another-area-on-the-page"),
        pytest.param({"registered_seq": 12}, "", "another entry", id="another-entrys-row"),
    ],
)
def test_a_right_whose_area_does_not_follow_is_refused(
    fields: dict[str, Json], text: str, reason: str
) -> None:
    log = demo_log().restated("RG", **fields)
    entry, opening = log.stating("RG"), log.parsed(0)
    rows = [row["value"] for row in opening.rows if row["key"] == "registry"]
    attested = Attested(entry=entry, registry=opening, registry_row=rows[0])
    with pytest.raises(StepFailed) as failed:
        check_units(attested, f"{log.content('RG').number}{text}")
    assert reason in str(failed.value.en)


def test_the_typed_examples_are_told_as_they_are() -> None:
    assert "120.500" in words_of("SB")
    assert str(subscription().retire_by.year) in words_of("SB")
    assert "120.0060" in words_of("FB")
    assert planting().species.zh in words_of("FB")
    assert EMISSIONS.boundary.zh in words_of("IN")
    assert MAKER.name.zh in words_of("PR")


def test_a_name_in_english_alone_is_set_as_large_as_a_chinese_one() -> None:
    body = paper("RT")[0].body
    alone = fit_front(replace(body, subject=Pair("", body.subject.en)), body.limits, 2)
    assert alone.subject_en_pt >= fit_front(body, body.limits, 2).subject_zh_pt
