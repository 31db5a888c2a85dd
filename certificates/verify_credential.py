"""Steps 8 and 9, what the service has signed: the credential and the code say what the page says.

Both are signed by the key that entry 0 names for the service `certificates`. Their words are made
again from the entry and compared; for another version's document, whose wording may differ, the
facts are.
"""

from collections.abc import Mapping
from typing import Final

from certificates.compact import CodeError, claims_of, read_code
from certificates.content import Content, content_of
from certificates.credential import unsigned_credential
from certificates.credential_terms import time_text
from certificates.data_integrity import IntegrityError, unsecured
from certificates.render import generator
from certificates.service_key import ServiceKeyError, service_key_of
from certificates.verdict import Finding, StepFailed
from certificates.verify_content import addresses
from certificates.verify_file import CODE, CREDENTIAL, Document
from certificates.verify_log import Attested
from contracts.values import Json
from ledger.log.canonical import NotCanonicalError, parse_canonical

_FACTS: Final = (
    "certificateKind",
    "certificateNumber",
    "logEntry",
    "quantityKg",
    "sample",
    "type",
)
"""Terms of a credential's subject that no version may put in other words."""


def check_credential(document: Document, attested: Attested) -> Finding:
    """Check the attached credential.

    Raises:
        StepFailed: not canonical, not signed by the service that entry 0 names, or it says
            something else than the page.
    """
    public, content = _key(attested), _content(attested)
    stated = _unsecured(document.attachments[CREDENTIAL], public, time_text(content.at_us))
    base_url = addresses(document).base_url
    expected = unsigned_credential(content, base_url, public)
    if str(document.rendering.trailer_view["/Info"].get("/Creator", "")) == generator():
        same = stated == expected
    else:
        same = _facts(stated) == _facts(expected)
    if not same:
        raise StepFailed("所附凭证与页面所述不符", "the credential says something else")
    return (
        "所附凭证（VC 2.0）由登记簿的证书服务签名，内容与页面一致",
        "the credential is signed by the registry's service and says what the page says",
    )


def check_code(document: Document, attested: Attested) -> Finding:
    """Check the attached compact statement, which the page's QR code holds.

    Raises:
        StepFailed: not signed by the service, or of another paper.
    """
    content = _content(attested)
    try:
        claims = read_code(document.attachments[CODE], _key(attested))
    except CodeError as error:
        raise StepFailed("二维码中的声明不成立", f"the code's statement: {error}") from error
    if claims != claims_of(content, document.attachments[CREDENTIAL]):
        raise StepFailed("二维码属于另一证书", "the code's statement is of another paper")
    return (
        "二维码中的声明由证书服务签名，与页面一致",
        "the code's statement is signed by the service and is of this paper",
    )


def _key(attested: Attested) -> bytes:
    try:
        return service_key_of(attested.registry)
    except ServiceKeyError as error:
        raise StepFailed("登记簿没有证书服务的公钥", str(error)) from error


def _content(attested: Attested) -> Content:
    return content_of(attested.kind, attested.registry, attested.entry, attested.errata)


def _unsecured(content: bytes, public: bytes, created: str) -> dict[str, Json]:
    try:
        value = parse_canonical(content)
        if not isinstance(value, dict):
            raise NotCanonicalError("no object")
        stated = unsecured(value, public)
    except (NotCanonicalError, IntegrityError) as error:
        raise StepFailed("所附凭证的签名不成立", f"the credential: {error}") from error
    proof = value["proof"]
    if not isinstance(proof, dict) or proof["created"] != created:
        raise StepFailed("所附凭证的时间不符", "the credential is of another time")
    return stated


def _facts(document: Mapping[str, Json]) -> dict[str, Json]:
    subject = document.get("credentialSubject")
    if not isinstance(subject, dict):
        return {}
    facts = {name: subject.get(name) for name in _FACTS}
    units = subject.get("units", [])
    serials: list[Json] = (
        [one.get("serialNumbers") for one in units if isinstance(one, dict)]
        if isinstance(units, list)
        else []
    )
    status = document.get("credentialStatus")
    return {**facts, "id": document.get("id"), "serials": serials, "status": status}
