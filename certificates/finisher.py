"""What is added to a document after WeasyPrint: drawings, the empty seal field, two marks.

WeasyPrint hands over its objects before they are written. The drawings are artifacts of the
tagged structure; the seal field is part of it (PDF/UA-1, clause 7.18.4).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final, TypeAlias

import pydyf

from certificates.art import PAGE_HEIGHT_MM, fill
from certificates.art_layer import ANNEX, CODE_MM, FRONT, LINES, SAMPLE, static_layer
from certificates.art_map import map_operators
from certificates.art_outline import outlined_map
from certificates.looks import LOOKS
from certificates.outline import Rings
from certificates.qr import qr_operators
from certificates.writing import write_paper

SEAL_FIELD: Final = "RegistrySeal"

# pydyf publishes no types.
Pdf: TypeAlias = Any
Object: TypeAlias = Any

_MM: Final = 72 / 25.4
_SEAL_BOX_MM: Final = (64.0, 145.4, 143.0, 157.2)
MAP_AT_MM: Final = (242.0, 65.5)

_UA_METADATA: Final = (
    b'<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" '
    b'pdfuaid:part="1"/><rdf:Description rdf:about="" '
    b'xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" '
    b'xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" '
    b'xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>'
    b'<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>'
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>"
    b'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>'
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    b"<pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>The part of ISO 14289 that is followed</pdfaProperty:description>"
    b"</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>"
    b"</rdf:Description></rdf:RDF>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What is drawn under and over the text: a look's static layer, the map, the QR code."""

    look: str
    is_demo: bool
    qr_text: str
    counties: tuple[str, ...] = ()
    outline: Rings = ()


def finisher(drawing: Drawing) -> Callable[[Any, Pdf], None]:
    """Return the function that WeasyPrint calls before it writes the document."""

    def finish(document: Any, pdf: Pdf) -> None:
        document.fonts.number_anew(pdf)
        pages = [item for item in pdf.objects if _type_of(item) == "/Page"]
        sample = (SAMPLE,) if drawing.is_demo else ()
        layers = [(FRONT, *sample, LINES), *[(ANNEX, *sample)] * (len(pages) - 1)]
        forms = _add_forms(pdf, drawing.look, frozenset(chain(*layers)))
        for page, names in zip(pages, layers, strict=True):
            over = _code(drawing) if page is pages[0] else ""
            _underlay(pdf, page, {name: forms[name] for name in names}, over)
        _add_seal_field(pdf, pages[0])
        _complete(pdf)

    return finish


def _complete(pdf: Pdf) -> None:
    _mark_as_accessible(pdf)
    # WeasyPrint 70 lists each attached file twice.
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    pdf.write = partial(write_paper, pdf)


def plain_finisher(look: str, *, is_demo: bool) -> Callable[[Any, Pdf], None]:
    """Return the finisher of a document without a seal: every page is drawn as an annex is."""

    def finish(document: Any, pdf: Pdf) -> None:
        document.fonts.number_anew(pdf)
        names = (ANNEX, SAMPLE) if is_demo else (ANNEX,)
        forms = _add_forms(pdf, look, frozenset(names))
        for page in [item for item in pdf.objects if _type_of(item) == "/Page"]:
            _underlay(pdf, page, {name: forms[name] for name in names}, "")
        _complete(pdf)

    return finish


def _code(drawing: Drawing) -> str:
    palette = LOOKS[drawing.look].palette
    code = f"{fill(palette.deep)} {qr_operators(drawing.qr_text, *CODE_MM)}"
    if not drawing.counties:
        return code
    if drawing.outline:
        return f"{outlined_map(palette, drawing.counties, drawing.outline, MAP_AT_MM)} {code}"
    return f"{map_operators(palette, drawing.counties, *MAP_AT_MM)} {code}"


def _type_of(item: Object) -> object:
    return item.get("Type") if isinstance(item, pydyf.Dictionary) else None


def _resolve(pdf: Pdf, reference: str | bytes) -> Object:
    return pdf.objects[int(reference.split()[0])]


def _add_forms(pdf: Pdf, look: str, names: frozenset[str]) -> dict[str, bytes]:
    """Add the named forms and those that they draw; return where each of them is."""
    references: dict[str, bytes] = {}
    layer = static_layer(look)
    wanted = names.union(*(form.uses for form in layer if form.name in names))
    for form in layer:
        if form.name not in wanted:
            continue
        extra = {
            "Type": "/XObject",
            "Subtype": "/Form",
            "BBox": pydyf.Array(form.box),
            "Filter": "/FlateDecode",
            "Length": len(form.data),
        }
        if form.uses:
            used = pydyf.Dictionary({name: references[name] for name in form.uses})
            extra["Resources"] = pydyf.Dictionary({"XObject": used})
        stream = pydyf.Stream([form.data], extra)
        pdf.add_object(stream)
        references[form.name] = stream.reference
    return references


def _underlay(pdf: Pdf, page: Object, forms: dict[str, bytes], over: str) -> None:
    """Draw forms below the page's own content and operators above it."""
    resources = page["Resources"]
    if not isinstance(resources, pydyf.Dictionary):
        resources = _resolve(pdf, resources)
    resources.setdefault("XObject", pydyf.Dictionary()).update(forms)
    flip = f"q {_MM:.5f} 0 0 {-_MM:.5f} 0 {PAGE_HEIGHT_MM * _MM:.3f} cm"
    under = " ".join(f"/{name} Do" for name in forms)
    # WeasyPrint leaves its own transformation in place, so its content is bracketed.
    before = pydyf.Stream([f"/Artifact BMC {flip} {under} Q EMC q".encode()])
    after = pydyf.Stream([f"Q /Artifact BMC {flip} {over} Q EMC".encode()], compress=True)
    pdf.add_object(before)
    pdf.add_object(after)
    page["Contents"] = pydyf.Array([before.reference, page["Contents"], after.reference])


def _add_seal_field(pdf: Pdf, page: Object) -> None:
    """Add the empty signature field, visible and tagged; the registry signs into it."""
    root = _resolve(pdf, pdf.catalog["StructTreeRoot"])
    parents = root["ParentTree"]
    if not isinstance(parents, pydyf.Dictionary):
        parents = _resolve(pdf, parents)
    position = max(int(number) for number in parents["Nums"][::2]) + 1
    left, top, right, below = _SEAL_BOX_MM
    corners = (left, PAGE_HEIGHT_MM - below, right, PAGE_HEIGHT_MM - top)
    widget = pydyf.Dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": pydyf.String(SEAL_FIELD),
            "TU": pydyf.String("登记机构数字签章 Digital seal of the registry"),
            "F": 132,
            "Rect": pydyf.Array([round(side * _MM, 2) for side in corners]),
            "P": page.reference,
            "StructParent": position,
        }
    )
    pdf.add_object(widget)
    document = root["K"] if isinstance(root["K"], str | bytes) else root["K"][0]
    parent = _resolve(pdf, document)
    object_reference = {"Type": "/OBJR", "Obj": widget.reference, "Pg": page.reference}
    element = pydyf.Dictionary(
        {
            "Type": "/StructElem",
            "S": "/Form",
            "P": parent.reference,
            "Pg": page.reference,
            "K": pydyf.Dictionary(object_reference),
        }
    )
    pdf.add_object(element)
    parent["K"].append(element.reference)
    parents["Nums"].extend([position, element.reference])
    root["ParentTreeNextKey"] = position + 1
    page["Annots"] = pydyf.Array([*page.get("Annots", []), widget.reference])
    page["Tabs"] = "/S"
    fields = pydyf.Array([widget.reference])
    pdf.catalog["AcroForm"] = pydyf.Dictionary({"Fields": fields, "SigFlags": 3})


def _mark_as_accessible(pdf: Pdf) -> None:
    """Name PDF/UA-1 in the metadata, beside PDF/A-3a, which WeasyPrint has named."""
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream) and item.extra.get("Type") == "/Metadata":
            item.stream = [item.stream[0].replace(b"</rdf:RDF>", _UA_METADATA)]
            item.compress = False
