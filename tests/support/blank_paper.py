"""The smallest page that can be sealed, for tests of the seal alone."""

from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, String


def blank_paper(*, field: str = "RegistrySeal") -> bytes:
    """Return an empty page with one empty, visible signature field."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(300, 200))
    widget = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(field),
            F=132,
            Rect=Array([20, 20, 120, 50]),
            P=page.obj,
        )
    )
    page.obj.Annots = Array([widget])
    pdf.Root.AcroForm = Dictionary(Fields=Array([widget]), SigFlags=3)
    target = BytesIO()
    pdf.save(target, static_id=True)
    return target.getvalue()
