"""The words of our credentials: the JSON-LD context that a registry serves under its own address.

`docs/CREDENTIAL.md` explains every term, and a test holds both lists equal. A term is never given
another meaning; another meaning is another context.
"""

from datetime import UTC, datetime
from typing import Final

from contracts.values import Json

CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
CONTEXT_PATH: Final = "/contexts/carbon-sink/v1"

_INTEGER: Final = "http://www.w3.org/2001/XMLSchema#integer"
_BOOLEAN: Final = "http://www.w3.org/2001/XMLSchema#boolean"
_DATE_TIME: Final = "http://www.w3.org/2001/XMLSchema#dateTime"

_TYPES: Final = ("CarbonSinkCertificate", "CarbonSinkStatement")
_PLAIN: Final = (
    "amount",
    "batch",
    "certificateKind",
    "certificateNumber",
    "leafHash",
    "log",
    "logEntry",
    "methodology",
    "monitoringPeriod",
    "policyBasis",
    "unit",
)
_WORDS: Final = (
    "concerning",
    "label",
    "lead",
    "note",
    "project",
    "quantityInWords",
    "registry",
    "typeAndCounty",
    "value",
    "verifiedBy",
)
"""Texts in languages: {"zh-Hans": …, "en": …}, one of them may be absent."""

_LISTS: Final = (
    "annexFacts",
    "emissionGroups",
    "facts",
    "figures",
    "limits",
    "lines",
    "serialNumbers",
    "units",
)
_TYPED: Final = {
    "position": _INTEGER,
    "quantityKg": _INTEGER,
    "recordedAt": _DATE_TIME,
    "sample": _BOOLEAN,
}

TERMS: Final = tuple(sorted((*_TYPES, *_PLAIN, *_WORDS, *_LISTS, *_TYPED)))


def context_url(base_url: str) -> str:
    """Return where a registry serves its context."""
    return f"{base_url.rstrip('/')}{CONTEXT_PATH}"


def context_document(base_url: str) -> dict[str, Json]:
    """Return the context, each term an address inside the document itself."""
    name = context_url(base_url)
    terms: dict[str, Json] = {"@protected": True}
    for term in (*_TYPES, *_PLAIN):
        terms[term] = {"@id": f"{name}#{term}"}
    for term in _WORDS:
        terms[term] = {"@container": "@language", "@id": f"{name}#{term}"}
    for term in _LISTS:
        terms[term] = {"@container": "@list", "@id": f"{name}#{term}"}
    for term, of in _TYPED.items():
        terms[term] = {"@id": f"{name}#{term}", "@type": of}
    return {"@context": terms}


def time_text(at_us: int) -> str:
    """Write a log time as credentials do, in whole seconds.

    Example:
        time_text(1_791_424_800_000_000) == "2026-10-08T02:00:00Z"
    """
    return f"{datetime.fromtimestamp(at_us // 1_000_000, tz=UTC):%Y-%m-%dT%H:%M:%SZ}"
