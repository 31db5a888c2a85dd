"""A paper as a W3C Verifiable Credential 2.0: its subject says what the page says.

It is made from the same `Content` as the page. Its time is the stating entry's, and Ed25519 draws
no random numbers: the same statement gives the same bytes.

Source: W3C Verifiable Credentials Data Model 2.0; Bitstring Status List 1.0, clause 2.1.
"""

from collections.abc import Mapping
from typing import Final

from certificates.content import Content
from certificates.content_parts import Fact, Pair, UnitLine
from certificates.credential_terms import CREDENTIALS_V2, context_url, time_text
from certificates.data_integrity import sign_document
from certificates.multikey import did_key
from certificates.qr import verification_path
from certificates.service_key import ServiceKey
from certificates.status_list import status_entries
from contracts.values import Json

TYPE: Final = "CarbonSinkCertificate"
SUBJECT_TYPE: Final = "CarbonSinkStatement"


def make_credential(content: Content, base_url: str, key: ServiceKey) -> bytes:
    """Return the signed credential of a paper, canonical JSON."""
    document = unsigned_credential(content, base_url, key.public)
    return sign_document(document, key, created=time_text(content.at_us))


def unsigned_credential(content: Content, base_url: str, public: bytes) -> dict[str, Json]:
    """Return a paper's credential without its proof.

    Args:
        content: What the page says.
        base_url: Where the registry answers.
        public: The key of the service that issues.
    """
    base = base_url.rstrip("/")
    return {
        "@context": [CREDENTIALS_V2, context_url(base)],
        "credentialStatus": status_entries(base, content.seq),
        "credentialSubject": subject_of(content),
        "id": f"{base}{verification_path(content.number)}",
        "issuer": {"id": did_key(public), "name": _named(content.issuer)},
        "name": _named(content.body.title),
        "type": ["VerifiableCredential", TYPE],
        "validFrom": time_text(content.at_us),
    }


def subject_of(content: Content) -> dict[str, Json]:
    """Put the content into the credential's terms; what is empty on the page is left out."""
    body = content.body
    return _filled(
        {
            "annexFacts": [_fact(fact) for fact in body.annex_facts],
            "certificateKind": content.kind,
            "certificateNumber": content.number,
            "concerning": _words(body.subject),
            "emissionGroups": [
                {"amount": bar.digits, "label": _words(bar.label)} for bar in body.bars
            ],
            "facts": [_fact(fact) for fact in body.facts],
            "figures": [
                _filled({"amount": one.digits, "label": _words(one.label), "unit": one.unit})
                for one in body.figures
            ],
            "lead": _words(body.lead),
            "limits": [{"value": _words(limit)} for limit in body.limits],
            "logEntry": {
                "leafHash": content.leaf_hash,
                "log": content.origin,
                "position": content.seq,
                "recordedAt": time_text(content.at_us),
            },
            "note": _words(body.note),
            "policyBasis": content.policy_basis,
            "quantityInWords": _words(body.quantity_words),
            "quantityKg": content.quantity_kg,
            "registry": _words(content.registry),
            "sample": content.is_demo,
            "type": SUBJECT_TYPE,
            "units": [_unit(line) for line in body.units],
        }
    )


def _filled(terms: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in terms.items() if value not in ("", [], {}, None)}


def _words(pair: Pair) -> dict[str, Json]:
    """Return a text by language, for terms that take one."""
    return _filled({"en": pair.en, "zh-Hans": pair.zh})


def _named(pair: Pair) -> list[Json]:
    """Return a text as values with a language, as the terms of W3C's own context take it."""
    return [
        {"@language": language, "@value": text}
        for language, text in (("zh-Hans", pair.zh), ("en", pair.en))
        if text
    ]


def _fact(fact: Fact) -> dict[str, Json]:
    return _filled(
        {"label": _words(fact.label), "lines": list(fact.lines), "value": _words(fact.value)}
    )


def _unit(line: UnitLine) -> dict[str, Json]:
    return _filled(
        {
            "amount": line.quantity,
            "batch": line.batch,
            "methodology": line.methodology,
            "monitoringPeriod": line.period,
            "project": _words(line.project),
            "serialNumbers": list(line.serials),
            "typeAndCounty": _words(line.counties),
            "verifiedBy": _words(line.verifier),
        }
    )
