"""`certificate.correct`: an erratum, the text that a paper prints wrongly and what is right (更正).

Names, titles and statements can be corrected. Numbers, quantities, serials, codes and dates never
can: where those are wrong, the paper is revoked. The files recorded so far are superseded: what
they state holds, and whoever looks them up reads both texts. Each corrected text has a row of its
own, `erratum/<number>/<field>.<language>`.

Source: domain sheet of this registry, certificate: valid becomes superseded by a correction;
a second signature for issue, revocation and correction.

Example:
    The claimant stands as 示例会展公司 and should be 示例会展有限公司: field claimant, language zh,
    before and after. `before` must be what the paper prints, earlier errata included.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from contracts.books import Books
from contracts.form import SHA256, Form
from contracts.lookup import list_of, text_of, texts_of
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.certificate_record import NUMBER
from contracts.v1.certificate_status import (
    Change,
    certificate,
    check_standing,
    status,
    status_row,
)
from contracts.v1.standing_orders import two_officers
from contracts.values import Json, Moment, Outcome, Row

PRINTED: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "claim": {
        "boundary": ("boundary",),
        "claimant": ("claimant", "name"),
        "conclusion": ("completion", "declaration", "conclusion"),
        "declarant": ("completion", "declaration", "declarant"),
        "evaluator": ("completion", "declaration", "evaluator"),
        "name": ("name",),
        "standard": ("standard",),
        "venue": ("place", "venue"),
    },
    "retire": {
        "beneficiary": ("beneficiary", "org", "name"),
        "payer": ("payer", "name"),
        "statement": ("statement",),
    },
}
"""The texts in two languages that a paper prints, and where its subject's row has them."""

FIELDS: Final = tuple(sorted({name for fields in PRINTED.values() for name in fields}))
LANGUAGES: Final = ("en", "zh")
CORRECTIONS_MAX: Final = 8
TEXT_MAX: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One text: which, in which language, what is printed (or nothing) and what is right."""

    field: str
    language: str
    before: str | None
    after: str

    @property
    def name(self) -> str:
        """How the row of this text ends."""
        return f"{self.field}.{self.language}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erratum:
    """The body: the certificate, the texts, and the digest of the case file."""

    number: str
    corrections: tuple[Correction, ...]
    evidence_sha256: str


def read(form: Form) -> Erratum:
    """Read the body; a text stands once, and what is right differs from what is printed."""
    body = Erratum(
        number=form.text("number", NUMBER),
        corrections=tuple(
            _read_correction(item)
            for item in form.forms("corrections", least=1, most=CORRECTIONS_MAX)
        ),
        evidence_sha256=form.text("evidence_sha256", SHA256),
    )
    form.done()
    names = [correction.name for correction in body.corrections]
    if len(set(names)) != len(names):
        raise Refused(RefusalCode.DUPLICATE_ITEM, field="body.corrections")
    return body


def _read_correction(form: Form) -> Correction:
    correction = Correction(
        field=form.choice("field", FIELDS),
        language=form.choice("language", LANGUAGES),
        before=form.optional_text("before", most=TEXT_MAX),
        after=form.text("after", most=TEXT_MAX),
    )
    form.done()
    if correction.before == correction.after:
        raise Refused(RefusalCode.FIELD_FORMAT, field="body.corrections.after")
    return correction


def decide(books: Books, order: Order, body: Erratum, moment: Moment) -> Outcome:
    """Record the erratum.

    Raises:
        Refused: `CERTIFICATE_UNKNOWN`, `CERTIFICATE_STATE_WRONG`, `TEXT_NOT_PRINTED` (the paper
            has no such text, or prints another).
    """
    del order
    row = certificate(books, body.number)
    known = status(books, body.number)
    check_standing(body.number, known, "superseded", "valid")
    rows = []
    for correction in body.corrections:
        printed = printed_text(books, body.number, correction.field, correction.language)
        if printed != correction.before:
            raise Refused(
                RefusalCode.TEXT_NOT_PRINTED,
                number=body.number,
                text=correction.name,
                printed=printed,
            )
        value: dict[str, Json] = {
            "after": correction.after,
            "at_us": moment.at_us,
            "before": correction.before,
            "seq": moment.seq,
        }
        rows.append(Row(f"erratum/{body.number}/{correction.name}", value))
    names = {*texts_of(known, "errata"), *(correction.name for correction in body.corrections)}
    change = Change(event="superseded", reason="erratum", evidence_sha256=body.evidence_sha256)
    fields: dict[str, Json] = {
        "copies_superseded": len(list_of(row, "copies")),
        "corrected_seq": moment.seq,
        "errata": [*sorted(names)],
        "standing": "superseded",
    }
    rows.append(status_row(body.number, known, change, moment, fields))
    return Outcome(rows=tuple(sorted(rows, key=lambda row: row.key)))


def printed_text(books: Books, number: str, field: str, language: str) -> str | None:
    """Return a text as the paper and its errata have it now, or nothing.

    Raises:
        Refused: `TEXT_NOT_PRINTED` when the paper has no such text at all, as that of a person
            has no beneficiary's name in clear.
    """
    erratum = books.row(f"erratum/{number}/{field}.{language}")
    if erratum is not None:
        return text_of(erratum, "after")
    subject = text_of(certificate(books, number), "subject")
    path = PRINTED.get(subject.partition("/")[0], {}).get(field, ())
    words: object = books.row(subject) if path else None
    for step in path:
        words = words.get(step) if isinstance(words, Mapping) else None
    if not isinstance(words, Mapping):
        raise Refused(RefusalCode.TEXT_NOT_PRINTED, number=number, text=field, printed=None)
    text = words.get(language)
    return text if isinstance(text, str) else None


RULE: Final = Rule(kind="certificate.correct", read=read, needs=two_officers, decide=decide)
