"""`certificate.record`: the registry's service records the digest of an issued certificate.

A certificate's number derives from the kind, year and position of the entry that it states, so a
stolen seal cannot make a paper that nobody can see: a file that is not recorded is not issued.

Source: design of this registry, signed documents; ISO 7064 MOD 37,36 for the check character.

Example:
    Retirement entry 42 of 2026, first copy: TH-RT-2026-000001A- and its check character, copy 1.
"""

import re
from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, service
from contracts.books import Books
from contracts.check_digits import encode_id, mod_37_36
from contracts.dates import date_at
from contracts.form import SHA256, Form
from contracts.lookup import integer_of, list_of, object_of
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.values import Json, Moment, Outcome, Row, Value

KINDS: Final = ("CL", "HD", "RG", "RT")
SUBJECT: Final = re.compile(
    r"(claim|holding|parcel|retire)/[0-9A-HJKMNP-TV-Z]{7,13}[0-9A-HJKMNP-TV-Z*~$=U]"
)
NUMBER: Final = re.compile(r"TH-(CL|HD|RG|RT)-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{7,13}-[0-9A-Z]")
SERVICE: Final = "certificates"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRecord:
    """The body: the certificate's number, what it states, and the digests of file and proof."""

    number: str
    subject: str
    copy: int
    sha256: str
    proof_sha256: str


def read(form: Form) -> CertificateRecord:
    """Read the body."""
    body = CertificateRecord(
        number=form.text("number", NUMBER),
        subject=form.text("subject", SUBJECT),
        copy=form.integer("copy", low=1, high=9999),
        sha256=form.text("sha256", SHA256),
        proof_sha256=form.text("proof_sha256", SHA256),
    )
    form.done()
    return body


def needs(books: Books, order: Order, body: CertificateRecord) -> tuple[Need, ...]:
    """The certificate service signs, and nobody else."""
    del books, body
    if order.actor != f"service/{SERVICE}":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (service(SERVICE),)


def certificate_number(kind: str, seq: int, at_us: int) -> str:
    """Return TH-<kind>-<Beijing year>-<Crockford digits of the stating entry>-<check>.

    Example:
        certificate_number("RT", 42, at_us in 2026) starts with "TH-RT-2026-000001A-".
    """
    body = f"TH-{kind}-{date_at(at_us).year}-{encode_id(seq)[:-1]}"
    return f"{body}-{mod_37_36(body)}"


def decide(books: Books, order: Order, body: CertificateRecord, moment: Moment) -> Outcome:
    """Record the file.

    Raises:
        Refused: `SUBJECT_UNKNOWN`, `CERTIFICATE_NUMBER_WRONG`, `CERTIFICATE_COPY_WRONG`,
            `FILE_ALREADY_RECORDED`.
    """
    del order
    subject = books.row(body.subject)
    if subject is None:
        raise Refused(RefusalCode.SUBJECT_UNKNOWN, subject=body.subject)
    kind, expected = _expected_number(body, subject)
    if body.number != expected:
        raise Refused(RefusalCode.CERTIFICATE_NUMBER_WRONG, expected=expected)
    known = books.row(f"cert/{body.number}")
    copies = list_of(known, "copies") if known else []
    if body.copy != len(copies) + 1:
        raise Refused(RefusalCode.CERTIFICATE_COPY_WRONG, copy=len(copies) + 1)
    if books.row(f"file/{body.sha256}") is not None:
        raise Refused(RefusalCode.FILE_ALREADY_RECORDED, sha256=body.sha256)
    copy: dict[str, Json] = {
        "copy": body.copy,
        "proof_sha256": body.proof_sha256,
        "recorded_at_us": moment.at_us,
        "recorded_seq": moment.seq,
        "sha256": body.sha256,
    }
    certificate: dict[str, Json] = {
        "copies": [*copies, copy],
        "kind": kind,
        "subject": body.subject,
    }
    rows = (
        Row(f"cert/{body.number}", certificate),
        Row(f"file/{body.sha256}", {"copy": body.copy, "number": body.number}),
    )
    return Outcome(rows=rows)


def _expected_number(body: CertificateRecord, subject: Value) -> tuple[str, str]:
    if body.subject.startswith("retire/"):
        seq, at_us = integer_of(subject, "retired_seq"), integer_of(subject, "retired_at_us")
        return "RT", certificate_number("RT", seq, at_us)
    if body.subject.startswith("parcel/"):
        seq, at_us = integer_of(subject, "registered_seq"), integer_of(subject, "registered_at_us")
        return "RG", certificate_number("RG", seq, at_us)
    if body.subject.startswith("holding/"):
        seq, at_us = integer_of(subject, "stated_seq"), integer_of(subject, "stated_at_us")
        return "HD", certificate_number("HD", seq, at_us)
    if subject["completion"] is None:
        raise Refused(RefusalCode.SUBJECT_UNKNOWN, subject=body.subject, completed=False)
    done = object_of(subject, "completion")
    return "CL", certificate_number("CL", integer_of(done, "seq"), integer_of(done, "at_us"))


RULE: Final = Rule(kind="certificate.record", read=read, needs=needs, decide=decide)
