"""What an erratum has corrected: the texts of a paper's entry as a corrected copy prints them.

A corrected copy brings two proofs under one commitment: its status row, and all rows under
`erratum/<number>/`. Its number, quantities and serial numbers are the entry's, as ever.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Final

from certificates import wording
from certificates.content_body import Body
from certificates.content_parts import ContentError, Fact, Pair, day
from certificates.status_list import STATUS
from contracts.dates import date_at
from contracts.lookup import RowError, integer_of, text_of, texts_of
from contracts.v1.certificate_correct import FIELDS, LANGUAGES, PRINTED
from contracts.values import Json
from ledger.log.canonical import NotCanonicalError, parse_canonical
from ledger.log.entry import Entry, RowJson
from ledger.log.state_claims import Prefix, Presence
from ledger.log.state_file import StateProof
from ledger.log.state_proof import StateProofError

ERRATUM: Final = "erratum/"
_SUBJECTS: Final = {"claim.complete": "claim", "units.retire": "retire"}
ERRATA_MAX: Final = len(FIELDS) * len(LANGUAGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One text: which, in which language, what was printed, what is right, by which entry."""

    field: str
    language: str
    before: str | None
    after: str
    seq: int
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Errata:
    """All that was corrected in a certificate, and how many of its files that superseded."""

    corrections: tuple[Correction, ...]
    copies_superseded: int

    @property
    def newest(self) -> Correction:
        """One of the texts that were corrected last."""
        return max(self.corrections, key=lambda one: one.seq)


def errata_of(rows: Mapping[str, Mapping[str, Json]], copies_superseded: int) -> Errata:
    """Read the rows `erratum/<number>/<field>.<language>`.

    Raises:
        RowError: a row has another form.
    """
    found = []
    for key in sorted(rows):
        field, _, language = key.rpartition("/")[2].partition(".")
        row, before = rows[key], rows[key].get("before")
        found.append(
            Correction(
                field=field,
                language=language,
                before=before if isinstance(before, str) else None,
                after=text_of(row, "after"),
                seq=integer_of(row, "seq"),
                at_us=integer_of(row, "at_us"),
            )
        )
    return Errata(corrections=tuple(found), copies_superseded=copies_superseded)


def read_errata(state_proof: bytes, errata_proof: bytes | None) -> Errata | None:
    """Read what two state proofs say was corrected; `verify_state` tells whether they hold.

    Raises:
        ContentError: no such proofs, of different states or certificates, or the status row tells
            of other errata.
    """
    if not errata_proof:
        return None
    try:
        status, errata = StateProof.parse(state_proof), StateProof.parse(errata_proof)
        stated, listed = status.claim, errata.claim
        if not isinstance(stated, Presence) or not isinstance(listed, Prefix):
            raise ContentError("errata are proven by a status row and a list of all of them")
        number = stated.key.removeprefix(STATUS)
        if listed.prefix != f"{ERRATUM}{number}/" or status.entry != errata.entry:
            raise ContentError("the errata are of another certificate or state")
        row = _object(stated.value)
        found = errata_of(
            {key: _object(value) for key, value in listed.rows},
            integer_of(row, "copies_superseded"),
        )
        names = [f"{one.field}.{one.language}" for one in found.corrections]
        if not names or texts_of(row, "errata") != names:
            raise ContentError("the status row tells of other errata")
        if row["corrected_seq"] != found.newest.seq:
            raise ContentError("the status row tells of another erratum")
    except (KeyError, NotCanonicalError, RowError, StateProofError) as error:
        raise ContentError(f"no proof of errata: {error}") from error
    return found


def _object(text: str) -> dict[str, Json]:
    value = parse_canonical(text.encode())
    if not isinstance(value, dict):
        raise ContentError("a row is no object")
    return value


def corrected_entry(entry: Entry, errata: Errata) -> Entry:
    """Return the entry with the corrected texts in its row; its bytes and its hash stay.

    Raises:
        ContentError: the entry states nothing that has such a text.
    """
    subject = _SUBJECTS.get(str(entry.order["kind"]))
    if subject is None:
        raise ContentError(f"entry {entry.seq} states nothing that can be corrected")
    rows = tuple(
        RowJson(key=row["key"], value=_corrected(row["value"], PRINTED[subject], errata))
        if row["key"].startswith(f"{subject}/")
        else row
        for row in entry.rows
    )
    return replace(entry, rows=rows)


def _corrected(
    row: Mapping[str, Json], fields: Mapping[str, tuple[str, ...]], errata: Errata
) -> dict[str, Json]:
    value = deepcopy(dict(row))
    for one in errata.corrections:
        words: Json = value
        for step in fields.get(one.field, ("",)):
            words = words.get(step) if isinstance(words, dict) else None
        if not isinstance(words, dict):
            raise ContentError(f"the paper has no {one.field}")
        words[one.language] = one.after
    return value


def with_errata(body: Body, errata: Errata) -> Body:
    """Return a paper's part with its notice of correction and every text before and after."""
    newest = errata.newest
    notice = wording.corrected(newest.seq, day(date_at(newest.at_us)), errata.copies_superseded)
    facts = tuple(correction_fact(one) for one in errata.corrections)
    return replace(body, limits=(notice, *body.limits), annex_facts=(*facts, *body.annex_facts))


def correction_fact(one: Correction) -> Fact:
    """Say of one text what it was and what it is."""
    name, language = wording.CORRECTED[one.field], wording.LANGUAGES[one.language]
    label = Pair(f"更正：{name.zh}（{language.zh}）", f"Corrected: {name.en} ({language.en})")
    if one.language == "zh":
        before = f"原为“{one.before}”" if one.before else "原无此项"
        return Fact(label, Pair(f"{before}，更正为“{one.after}”（第 {one.seq} 条记录）"))
    was = f"was “{one.before}”" if one.before else "was not stated"
    return Fact(label, Pair("", f"{was}, is “{one.after}” (entry {one.seq})"))
