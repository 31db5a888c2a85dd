"""What people, and those who mean no good, hand in to be verified; and what they are told."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from struct import pack
from zlib import compress, crc32

from PIL import Image, ImageOps

from certificates.number import certificate_number
from contracts.check_digits import mod_37_36
from contracts.ranges import Range, serial_text
from tests.support.bombs import picture


@dataclass(frozen=True)
class Paper:
    """A good paper of the registry that is asked, in the forms that it can be handed in."""

    number: str
    serial: str
    code: str
    proof: bytes
    photo: Image.Image
    other_photo: Image.Image


@dataclass(frozen=True)
class Given:
    """Bytes that are handed in, and the answer: the failed step, none if all pass, and why."""

    name: str
    make: Callable[[Paper], bytes]
    step: str | None
    zh: str
    en: str


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    target = BytesIO()
    image.save(target, kind, **options)  # type: ignore[arg-type]  # any option
    return target.getvalue()


def other_last(text: str) -> str:
    """Miscopy the last character."""
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def foreign_serial(_: Paper) -> bytes:
    return serial_text("BT-F-9999-20210901-20250831-01", Range(0, 9)).encode()


def foreign_prefix(paper: Paper) -> bytes:
    stem = "HH" + paper.number[2:-2]
    return f"{stem}-{mod_37_36(stem)}".encode()


def rotated(paper: Paper) -> bytes:
    """Return a photo that lies on its side and says so, as phones do."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(paper.photo.rotate(90, expand=True), "JPEG", exif=exif)


def beside(paper: Paper) -> bytes:
    one, other = paper.photo, paper.other_photo
    both = Image.new("L", (one.width + other.width, max(one.height, other.height)), 255)
    both.paste(one, (0, 0))
    both.paste(other, (one.width, 0))
    return saved(both, "PNG")


def transparent(paper: Paper) -> bytes:
    """Return a picture whose white is not there at all, and black where nobody sees it."""
    ink = ImageOps.invert(paper.photo.convert("L"))
    image = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    image.putalpha(ink)
    return saved(image, "PNG")


def unfolding_text(_: Paper) -> bytes:
    """Return a PNG whose comment unfolds to a gigabyte."""
    packed = b"x\0\0" + compress(bytes(200_000_000), 9)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + kind + body + pack(">I", crc32(kind + body))

    image = saved(Image.new("L", (9, 9)), "PNG")
    at = image.index(b"IDAT") - 4
    return image[:at] + chunk(b"zTXt", packed) + image[at:]


def svg(_: Paper) -> bytes:
    return b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'


def text(value: str) -> Callable[[Paper], bytes]:
    return lambda _: value.encode()


UNKNOWN = ("file", "无法识别", "not recognised")
NO_NUMBER = ("number", "证书编号有误", "no number")
NO_CODE = ("photo", "没有读到证书二维码", "no certificate's code")
TABLE: tuple[Given, ...] = (
    Given("nothing", text(""), "file", "没有内容", "nothing to verify"),
    Given("blanks", text(" \n\t"), "file", "没有内容", "nothing to verify"),
    Given("a-word", text("你好"), *UNKNOWN),
    Given("nul-bytes", lambda _: bytes(900), *UNKNOWN),
    Given("no-text", lambda _: b"\xff\xfe" * 300, *UNKNOWN),
    Given("a-long-text", text("TH-" + "9" * 5_000), *UNKNOWN),
    Given("a-word-processor-file", lambda _: b"PK\x03\x04" + bytes(500), *UNKNOWN),
    Given("number", lambda p: p.number.encode(), None, "校验相符", "check character fits"),
    Given(
        "number-in-small-letters",
        lambda p: f" {p.number.lower()}\n".encode(),
        None,
        "校验相符",
        "fits",
    ),
    Given(
        "number-in-wide-letters",
        lambda p: "".join(chr(ord(one) + 0xFEE0) for one in p.number).encode(),
        None,
        "校验相符",
        "fits",
    ),
    Given("number-miscopied", lambda p: other_last(p.number).encode(), *NO_NUMBER),
    Given("number-cut", lambda p: p.number[:-3].encode(), *NO_NUMBER),
    Given("number-with-a-nul", lambda p: f"{p.number[:9]}\0{p.number[9:]}".encode(), *NO_NUMBER),
    Given("number-and-more", lambda p: f"{p.number} and".encode(), *NO_NUMBER),
    Given(
        "number-of-another-registry",
        text(certificate_number("RT", 10**9, 1_800_000_000_000_000)),
        "entry",
        "没有此证书编号",
        "no such certificate",
    ),
    Given("number-of-another-system", foreign_prefix, *UNKNOWN),
    Given("serial", lambda p: p.serial.encode(), None, "序列号校验相符", "fits"),
    Given(
        "serial-miscopied", lambda p: other_last(p.serial).encode(), "serial", "有误", "no serial"
    ),
    Given("serial-of-another-registry", foreign_serial, "units", "没有这些单位", "no such units"),
    Given("code", lambda p: p.code.encode(), None, "二维码指向本登记处", "leads to this registry"),
    Given("code-changed", lambda p: other_last(p.code).encode(), "code", "不成立", "statement"),
    Given(
        "code-without-a-statement",
        lambda p: p.code.partition("#")[0].encode(),
        "",
        "未带签名",
        "no signed",
    ),
    Given("code-of-words", lambda p: (p.code + "x").encode(), "code", "不成立", "no number"),
    Given(
        "code-of-another-host",
        lambda p: p.code.replace("//", "//EVIL.EXAMPLE/", 1).encode(),
        "address",
        "请勿打开",
        "do not open",
    ),
    Given("address-of-no-paper", text("https://example.org/"), *NO_NUMBER),
    Given("address-of-nothing", text("http://["), *NO_NUMBER),
    Given("proof", lambda p: p.proof, None, "受信任", "trusted"),
    Given("proof-cut", lambda p: p.proof[:200], "checkpoint", "格式不对", "no proof file"),
    Given("state-proof-of-nothing", text('{"commitment":{'), "state", "格式不对", "no state proof"),
    Given("pdf-of-nothing", text("%PDF-1.7"), "file", "被截断", "cut short"),
    Given(
        "photo", lambda p: saved(p.photo, "PNG"), None, "一个证书二维码", "one certificate's code"
    ),
    Given("photo-on-its-side", rotated, None, "一个证书二维码", "one certificate's code"),
    Given(
        "photo-upside-down",
        lambda p: saved(p.photo.rotate(180), "JPEG"),
        None,
        "一个证书二维码",
        "one certificate's code",
    ),
    Given(
        "photo-in-print-colours",
        lambda p: saved(p.photo.convert("CMYK"), "JPEG"),
        None,
        "一个证书二维码",
        "one certificate's code",
    ),
    Given("photo-transparent", transparent, None, "一个证书二维码", "one certificate's code"),
    Given("photo-of-two-codes", beside, "photo", "请只拍一个", "one at a time"),
    Given("photo-of-nothing", lambda _: saved(Image.new("L", (300, 300), 255), "JPEG"), *NO_CODE),
    Given("photo-of-one-pixel", lambda _: saved(Image.new("1", (1, 1)), "PNG"), *NO_CODE),
    Given("photo-cut", lambda p: saved(p.photo, "PNG")[:900], *NO_CODE),
    Given("png-bomb", lambda _: picture("PNG", 30_000), "photo", "像素", "pixels"),
    Given(
        "photo-of-noise", lambda _: b"\x89PNG\r\n\x1a\n" + bytes(99), "photo", "损坏", "cannot be"
    ),
    Given("jpeg-bomb", lambda _: picture("JPEG", 16_000), "photo", "像素", "pixels"),
    Given("png-with-an-unfolding-comment", unfolding_text, "photo", "", ""),
    Given(
        "heic", lambda _: b"\0\0\0\x18ftypheic" + bytes(99), "file", "不支持HEIC", "HEIC pictures"
    ),
    Given("svg", svg, "file", "不支持SVG", "SVG pictures"),
    Given("gif", lambda p: saved(p.photo, "GIF"), "file", "不支持GIF", "GIF pictures"),
    Given("webp", lambda p: saved(p.photo, "WEBP"), "file", "不支持WebP", "WebP pictures"),
    Given("tiff", lambda p: saved(p.photo, "TIFF"), "file", "不支持TIFF", "TIFF pictures"),
    Given("bmp", lambda p: saved(p.photo, "BMP"), "file", "不支持BMP", "BMP pictures"),
)
"""A step of "" is one that was not checked."""
