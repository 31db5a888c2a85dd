"""The code: what it holds, and that scanners of paper and photographs read it."""

import subprocess
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageFilter

from certificates.art_layer import CODE_MM
from certificates.compact import BENEFICIARY_SIZE_MAX, read_code
from certificates.qr import QUIET_MODULES, code_of_text, qr_matrix, qr_text
from contracts.values import Json
from tests.support.certificates import BASE_URL, SERVICE_KEY, FakeLog, demo_log
from tests.support.sealed_paper import renderer
from tests.support.specimens import LOOKS, paper

SIDE_MM = CODE_MM[2]
MODULE_MM_MIN = 0.45
LONG = "内蒙古自治区包头市示例生态环境保护与大型活动综合服务（集团）股份有限公司" * 2


def with_name(name: str) -> FakeLog:
    named: Json = {"org": {"name": {"zh": name}, "uscc": "9115020014825206XQ"}}
    return demo_log().restated("RT", beneficiary=named)


CASES = (*LOOKS, "long name")


@pytest.fixture(scope="module", params=CASES)
def drawn(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """What the code of a paper holds, and the paper: one of every kind, one of a long name."""
    if request.param == "long name":
        log = with_name(LONG[:60])
        content, statement = log.content("RT"), log.statement("RT")
    else:
        content, statement = paper(str(request.param))
    text = qr_text(BASE_URL, content.number, statement.code)
    return text, renderer().draw(content, statement)


def image_of(data: bytes, dpi: int) -> Image.Image:
    with pypdfium2.PdfDocument(data) as document:
        return document[0].render(scale=dpi / 72).to_pil().convert("L")


def photographed(image: Image.Image) -> Image.Image:
    """Turn, blur and compress a page as a hand-held camera does."""
    turned = image.rotate(4, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    target = BytesIO()
    turned.filter(ImageFilter.GaussianBlur(0.8)).save(target, "JPEG", quality=40)
    return Image.open(target)


def by_zxing(image: Image.Image) -> str:
    return "".join(found.text for found in zxingcpp.read_barcodes(image))


def by_zbar(image: Image.Image, folder: Path) -> str:
    path = folder / "page.png"
    image.save(path)
    command = ["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


@pytest.mark.parametrize("dpi", [150, 300])
def test_two_scanners_read_a_page(drawn: tuple[str, bytes], dpi: int, tmp_path: Path) -> None:
    text, data = drawn
    image = image_of(data, dpi)
    assert by_zxing(image) == text
    assert by_zbar(image, tmp_path) == text


def test_a_coarse_page_is_read(drawn: tuple[str, bytes], tmp_path: Path) -> None:
    text, data = drawn
    image = image_of(data, 100)
    assert text in (by_zxing(image), by_zbar(image, tmp_path))


def test_a_crooked_blurred_photograph_is_read(drawn: tuple[str, bytes], tmp_path: Path) -> None:
    text, data = drawn
    image = photographed(image_of(data, 150))
    assert text in (by_zxing(image), by_zbar(image, tmp_path))


@pytest.mark.parametrize(
    "base_url",
    [
        pytest.param("http://127.0.0.1:8000", id="local"),
        pytest.param("https://registry.baotou-carbon.example.cn", id="a-long-host"),
    ],
)
@pytest.mark.parametrize("count", [1, 6, 20, 60, 200])
def test_modules_are_never_too_small(base_url: str, count: int) -> None:
    log = with_name("长" * count)
    statement = log.statement("RT")
    matrix = qr_matrix(qr_text(base_url, log.content("RT").number, statement.code))
    assert SIDE_MM / (len(matrix) + 2 * QUIET_MODULES) >= MODULE_MM_MIN


def test_a_usual_name_fits_into_version_10() -> None:
    log = demo_log()
    for kind in ("RT", "CL"):
        text = qr_text(BASE_URL, log.content(kind).number, log.statement(kind).code)
        assert len(qr_matrix(text)) <= 57


def test_a_long_name_is_cut_at_a_whole_character() -> None:
    for name in ("长" * 60, "长" * 21, "a" + "长" * 30, "𬭩" * 40, "a" * 61):
        claims = read_code(with_name(name).statement("RT").code, SERVICE_KEY.public)
        assert len(claims.beneficiary.encode()) <= BENEFICIARY_SIZE_MAX
        assert claims.beneficiary.endswith("…")
        assert name.startswith(claims.beneficiary[:-1])
    kept = read_code(with_name("长" * 20).statement("RT").code, SERVICE_KEY.public)
    assert kept.beneficiary == "长" * 20


def test_a_codes_text_gives_the_statement_back() -> None:
    code = demo_log().statement("RT").code
    assert code_of_text(qr_text(BASE_URL, "TH-RT-2026-0000024-X", code)) == code
    assert code_of_text(f"{BASE_URL}/verify/TH-RT-2026-0000024-X") == b""


@pytest.mark.parametrize("fragment", ["x", "1" * 1_301, "١٢", "-1", "1.5"])
def test_what_is_no_number_is_no_statement(fragment: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        code_of_text(f"{BASE_URL}/verify/TH#{fragment}")


def test_an_address_with_other_letters_is_kept() -> None:
    code = demo_log().statement("RT").code
    text = qr_text("https://example.cn/a_b", "TH-RT-2026-0000024-X", code)
    assert text.startswith("HTTPS://EXAMPLE.CN/A_B/VERIFY/TH-RT-2026-0000024-X#")
    assert len(qr_matrix(text)) > 0
