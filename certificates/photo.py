"""Reading the QR code of a certificate from a photo or a scan; only in the process with limits."""

import warnings
from collections.abc import Sequence
from io import BytesIO
from typing import Final

import zxingcpp
from PIL import Image, UnidentifiedImageError

from certificates.verdict import StepFailed

PIXELS_MAX: Final = {"JPEG": 64_000_000, "PNG": 36_000_000}
"""A phone's camera makes 12 to 50 million, a scan at 600 dpi 35; a PNG is opened at full size."""

SIDE_MAX: Final = 4_000
"""More detail than this finds no code that less does not."""

_FORMATS: Final = ("PNG", "JPEG")
_CODES: Final = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
_PATH: Final = "/VERIFY/"


def read_photo(data: bytes) -> str:
    """Return the text of the one certificate's code in a picture.

    Raises:
        StepFailed: no picture, too large, no certificate's code in it, or several.
    """
    texts = _texts(_opened(data))
    ours = sorted({text for text in texts if _PATH in text.upper()})
    if len(ours) > 1:
        raise StepFailed(
            f"照片中有{len(ours)}个不同的证书二维码，请只拍一个",
            f"the picture shows {len(ours)} certificates' codes: take one at a time",
        )
    if not ours:
        raise StepFailed(
            "照片中没有读到证书二维码，请靠近、拍清楚后再试",
            "no certificate's code was found: come closer, hold still, try again",
        )
    return ours[0]


def _opened(data: bytes) -> Image.Image:
    """Open a picture in grey, small enough to be searched; pixels are counted before any is read.

    Raises:
        StepFailed: it cannot be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(BytesIO(data), formats=_FORMATS)
        width, height = picture.size
        most = PIXELS_MAX[str(picture.format)]
        if width * height > most:
            raise Image.DecompressionBombError
        # A JPEG is made smaller while it is decoded, which saves most of time and memory.
        picture.draft("L", (SIDE_MAX, SIDE_MAX))
        grey = _on_white(picture)
        grey.thumbnail((SIDE_MAX, SIDE_MAX))
    except Image.DecompressionBombError as error:
        raise StepFailed(
            "照片的像素过多，请缩小或截屏后再交",
            "the picture has too many pixels: make it smaller, or take a screenshot of it",
        ) from error
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
    ) as error:
        raise StepFailed(
            "照片已损坏，无法读取", "the picture is damaged, cannot be read"
        ) from error
    return grey


def _on_white(picture: Image.Image) -> Image.Image:
    """Return a picture in grey; where it is transparent it shows the paper below, not black."""
    if not picture.has_transparency_data:
        return picture.convert("L")
    picture.thumbnail((SIDE_MAX, SIDE_MAX))
    clear = picture.convert("LA")
    paper = Image.new("L", clear.size, 255)
    paper.paste(clear.getchannel("L"), mask=clear.getchannel("A"))
    return paper


def _texts(picture: Image.Image) -> Sequence[str]:
    found = zxingcpp.read_barcodes(picture, formats=_CODES)
    return [barcode.text for barcode in found if barcode.valid]
