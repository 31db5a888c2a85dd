"""Step 2, the seal: one certification signature over the whole file, under the trusted root.

Whether the certificate was valid is asked for the time that the seal claims, which the next step
holds against the authority; so a paper stays good when the seal's own certificate has run out. A
seal key that was stolen is answered by the list of revoked seals in the trust folder, and by the
log: papers that it does not record are not issued.
"""

import asyncio
import logging
from datetime import datetime
from typing import Final

from asn1crypto import cms, core, parser
from cryptography import x509
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils import generic
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from certificates.seal import FIELD
from certificates.trust import Trust
from certificates.verdict import Finding, StepFailed, StepNotChecked
from certificates.verify_file import Document
from certificates.verify_time import Dated, check_revocation, read_time

# pyHanko logs at length what the verdict says in a sentence; without any handler of the program's
# own, Python would print that to the reader's terminal.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())

_SUBFILTER: Final = "/ETSI.CAdES.detached"
_DIGEST: Final = "sha256"
_DER_LONG: Final = 0x80
_CONSTRUCTED: Final = 1
_SEQUENCE: Final = (0, 16)
_SET: Final = (0, 17)
_FIRST: Final = (2, 0)
"""Class and tag of what stands in the brackets [0]."""

_BLANK: Final = b"q Q"
_SEALED_KEYS: Final = {"/V", "/AP"}


def check_seal(document: Document, trust: Trust) -> Finding:
    """Check the seal.

    Whether the key was revoked is asked of the reader's own list.

    Returns:
        What was found, in both languages.

    Raises:
        StepFailed: not exactly one signature, not ours in form, a part of the file outside it, not
            intact, not under the root; or its section changes more than the seal needs.
        StepNotChecked: the trust folder has no root.
        Exception: whatever the parser finds wrong; the caller answers for all of them at once.
    """
    signature = _only_signature(document)
    _check_section(document)
    if trust.seal_root is None:
        raise StepNotChecked("没有信任的签章根证书", "no trusted root for the seal was given")
    dated = read_time(signature, trust)
    status = asyncio.run(_validate(signature, trust.seal_root, dated.claimed))
    _check_status(status)
    certificate = x509.load_der_x509_certificate(status.signing_cert.dump())
    zh, en = check_revocation(certificate, dated, trust)
    name = status.signing_cert.subject.native.get("common_name", "")
    return (
        f"签章完整并覆盖整个文件，由受信任的根证书签发（{name}）；{zh}",
        f"the seal is intact, covers the whole file and is under the trusted root ({name}); {en}",
    )


def seal_time(document: Document, trust: Trust) -> Dated:
    """Return when the document was sealed, and by whose word.

    Raises:
        StepFailed: there is not exactly one signature, or its time does not hold.
    """
    return read_time(_only_signature(document), trust)


def _only_signature(document: Document) -> EmbeddedPdfSignature:
    signatures = document.reader.embedded_signatures
    if len(signatures) != 1:
        raise StepFailed(
            f"文件有{len(signatures)}个签名，应为一个",
            f"the file has {len(signatures)} signatures instead of one",
        )
    signature: EmbeddedPdfSignature = signatures[0]
    permissions = document.reader.root.get("/Perms")
    certifies = (
        permissions is not None
        and list(permissions) == ["/DocMDP"]
        and permissions.raw_get("/DocMDP") == signature.sig_field.raw_get("/V")
    )
    if (
        signature.field_name != FIELD
        or signature.sig_object.get("/SubFilter") != _SUBFILTER
        or not certifies
        or signature.docmdp_level != MDPPerm.NO_CHANGES
    ):
        raise StepFailed("签章的形式不是本登记处所用", "the seal has another form than ours")
    if signature.evaluate_signature_coverage() != SignatureCoverageLevel.ENTIRE_FILE:
        raise StepFailed("签章没有覆盖整个文件", "the seal does not cover the whole file")
    if not fills_its_gap(document.data, signature) or not _is_plain(signature):
        raise StepFailed("签章之外夹有内容", "bytes are hidden beside the signature")
    return signature


def _is_plain(signature: EmbeddedPdfSignature) -> bool:
    """Say whether the parts of a signature that it does not sign are as sealing writes them."""
    content = signature.pkcs7_content[: _der_size(signature.pkcs7_content)]
    info = cms.ContentInfo.load(content)
    signed = info["content"]
    certificates = [one.chosen.dump() for one in signed["certificates"]]
    return (
        certificates == [signature.signer_cert.dump()]
        and len(signed["crls"]) == 0
        and len(signed["signer_infos"]) == 1
        and [one.dump() for one in signed["digest_algorithms"]]
        == [signature.signer_info["digest_algorithm"].dump()]
        and _encoded_anew(info) == content
    )


def _encoded_anew(info: cms.ContentInfo) -> bytes:
    """Return a signature of one signer as DER, encoded part by part.

    The library encodes each level of a value twice, so the whole at once takes ten times as long.
    """
    signed = info["content"]
    [signer] = signed["signer_infos"]
    signers = _der(_SET, _der(_SEQUENCE, _fields_anew(signer)))
    whole = _der(_SEQUENCE, _fields_anew(signed, leaving="signer_infos"), signers)
    return _der(_SEQUENCE, info["content_type"].dump(force=True), _der(_FIRST, whole))


def _fields_anew(shell: core.Sequence, leaving: str = "") -> bytes:
    """Return the fields of a value, but one, each encoded anew."""
    return b"".join(shell[name].dump(force=True) for name in shell if name != leaving)


def _der(kind: tuple[int, int], *contents: bytes) -> bytes:
    of_class, tag = kind
    return bytes(parser.emit(of_class, _CONSTRUCTED, tag, b"".join(contents)))


def fills_its_gap(data: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Say whether the bytes that no signature covers are this signature and zeros alone."""
    _, start, end, _ = (int(value) for value in signature.byte_range)
    content = bytes.fromhex(data[start + 1 : end - 1].decode("ascii"))
    written = b"<" + content.hex().upper().encode() + b">"
    return data[start:end] == written and not any(content[_der_size(content) :])


def _der_size(content: bytes) -> int:
    """Return the length of the DER value that stands first, header included."""
    count = content[1] & 0x7F
    if content[1] < _DER_LONG:
        return 2 + count
    return 2 + count + int.from_bytes(content[2 : 2 + count], "big")


def _check_section(document: Document) -> None:
    """The seal's section may touch the catalog (/Perms) and the field (/V, /AP), no more."""
    xrefs = document.reader.xrefs
    before = {(ref.idnum, ref.generation) for ref in xrefs.explicit_refs_in_revision(0)}
    field = document.reader.root["/AcroForm"]["/Fields"].raw_get(0).reference
    root = document.reader.root_ref
    allowed = {(field.idnum, field.generation), (root.idnum, root.generation)}
    touched = {
        (ref.idnum, ref.generation)
        for ref in xrefs.explicit_refs_in_revision(1)
        if (ref.idnum, ref.generation) in before
    }
    rendering = document.rendering
    same = (
        touched <= allowed
        and not xrefs.refs_freed_in_revision(1)
        and rendering.root_ref.idnum == root.idnum
        and _without(document.reader.root, {"/Perms"}) == _without(rendering.root, {"/Perms"})
        and _without(field.get_object(), _SEALED_KEYS)
        == _without(rendering.get_object(field), _SEALED_KEYS)
        and _is_blank(field.get_object())
    )
    if not same:
        raise StepFailed("签章部分改动了页面", "the seal's section changes the page")


def _without(dictionary: generic.DictionaryObject, keys: set[str]) -> dict[str, str]:
    """Return the raw values, references unresolved, in a form that compares."""
    return {key: repr(dictionary.raw_get(key)) for key in dictionary if key not in keys}


def _is_blank(field: generic.DictionaryObject) -> bool:
    appearance = field["/AP"]
    normal = appearance["/N"]
    return list(appearance) == ["/N"] and normal.data == _BLANK and not normal["/Resources"]


async def _validate(
    signature: EmbeddedPdfSignature, root: bytes, moment: datetime
) -> PdfSignatureStatus:
    context = ValidationContext(
        trust_roots=list(load_certs_from_pemder_data(root)),
        allow_fetching=False,
        moment=moment,
    )
    return await async_validate_pdf_signature(signature, context, skip_diff=True)


def _check_status(status: PdfSignatureStatus) -> None:
    if not (status.intact and status.valid):
        raise StepFailed("签章与文件内容不符", "the seal does not fit the file's content")
    if not status.trusted:
        raise StepFailed("签章不是由受信任的根证书签发", "the seal is not under the trusted root")
    if not status.docmdp_ok or status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        raise StepFailed("签章之后文件有改动", "the file was changed after the seal")
    if status.md_algorithm != _DIGEST:
        raise StepFailed("签章的形式不是本登记处所用", "the seal has another form than ours")
