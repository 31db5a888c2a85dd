"""What a certificate's page gives its script, so that it can check a scanned code."""

from dataclasses import dataclass
from typing import Final

from certificates.compact import shortened
from certificates.content import Content
from certificates.service_key import service_key_of
from contracts.dates import date_at
from ledger.registry import Registry

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The one page with a script: it comes from this server's own files, never from the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCode:
    """What the code of a certificate must say, from the log; texts as the script compares them."""

    key: str
    number: str
    quantity_kg: int
    date: str
    beneficiary: str


def logged_code(registry: Registry, content: Content) -> LoggedCode:
    """Return what the code must say, and the key that must have signed it.

    Raises:
        ServiceKeyError: entry 0 does not name the service's key.
    """
    subject = content.body.subject
    return LoggedCode(
        key=service_key_of(registry.entry(0)).hex(),
        number=content.number,
        quantity_kg=content.quantity_kg,
        date=date_at(content.at_us).isoformat(),
        beneficiary=shortened(subject.zh or subject.en),
    )
