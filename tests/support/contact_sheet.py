"""All kinds of certificates on one picture: `python -m tests.support.contact_sheet`.

Writes `docs/img/certificates.png`. Every paper on it is a sample of a demonstration registry.
"""

from io import BytesIO
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from certificates.fonts.build import HERE
from certificates.render import Renderer
from tests.support.architecture import ROOT
from tests.support.specimens import LOOKS, paper

SHEET = ROOT / "docs" / "img" / "certificates.png"
SIZE_MAX = 1_000_000
COLUMNS, ACROSS, GAP, LABEL = 3, 600, 18, 46
DOWN = round(ACROSS * 210 / 297)
INK, GROUND = "#5a2a18", "#ece9e1"


def page(look: str, renderer: Renderer) -> Image.Image:
    """Return the first page of a look's specimen, as a picture."""
    with pypdfium2.PdfDocument(renderer.draw(*paper(look))) as document:
        image: Image.Image = document[0].render(scale=200 / 72).to_pil()
    return image.convert("RGB").resize((ACROSS, DOWN), Image.Resampling.LANCZOS)


def sheet() -> bytes:
    """Return the picture, PNG."""
    renderer = Renderer()
    rows = -(-len(LOOKS) // COLUMNS)
    size = (COLUMNS * (ACROSS + GAP) + GAP, rows * (DOWN + LABEL + GAP) + GAP)
    picture = Image.new("RGB", size, GROUND)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(HERE / "song-400.ttf"), 15)
    for index, look in enumerate(LOOKS):
        left = GAP + index % COLUMNS * (ACROSS + GAP)
        top = GAP + index // COLUMNS * (DOWN + LABEL + GAP)
        picture.paste(page(look, renderer), (left, top))
        title = paper(look)[0].body.title
        label = f"示例 SYNTHETIC · {title.zh}\n{title.en}"
        pen.text((left, top + DOWN + 4), label, fill=INK, font=font, spacing=2)
    out = BytesIO()
    picture.quantize(256, kmeans=2, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Write the picture."""
    data = sheet()
    if len(data) > SIZE_MAX:
        raise SystemExit(f"{len(data)} bytes are more than {SIZE_MAX}")
    SHEET.parent.mkdir(parents=True, exist_ok=True)
    Path(SHEET).write_bytes(data)


if __name__ == "__main__":
    main()
