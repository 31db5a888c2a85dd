"""`claim.open`: an organiser announces an event or meeting that wants to be called 零碳.

This rule set accepts EVENT and MEETING with retired units as the path. Institutions, products
and newly planted forest come with later rules; 零碳园区 and 零碳工厂 are national programmes, and
territories are outside ISO 14068-1: these are refused with their own codes. One subject on its
dates has one claim, whoever opens it.

Source: MEE 公告2019年第19号 (events, one year); ISO 14068-1:2023, scope (no territories);
发改环资〔2025〕910号 (零碳园区).

Example:
    An event of 20–22 October 2026 has its deadline on 22 October 2027, 24:00 Beijing time.
"""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final

from contracts.authority import Need
from contracts.books import Books
from contracts.check_digits import encode_id
from contracts.dates import end_of_day_us, same_date_next_year
from contracts.form import COUNTY, ID, Form
from contracts.lookup import account as find_account
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.agency import Agency, agency_needs, agent_of, read_agency
from contracts.values import Json, Moment, Outcome, Row

KINDS: Final = (
    "BUSINESS",
    "EVENT",
    "FACTORY",
    "INSTITUTION",
    "MEETING",
    "PARK",
    "PERSON",
    "PRODUCT",
    "TERRITORY",
)
OPEN_KINDS: Final = ("EVENT", "MEETING")
NATIONAL_KINDS: Final = ("FACTORY", "PARK")
PATHS: Final = ("new_forest", "units")
ATTENDANCE_MAX: Final = 10_000_000

FULL_WIDTH_SHIFT: Final = 0xFEE0
MARKS: Final = (
    (0x00, 0x2F),
    (0x3A, 0x40),
    (0x5B, 0x60),
    (0x7B, 0xBF),
    (0x2000, 0x206F),
    (0x2E00, 0x2E7F),
    (0x3000, 0x3004),
    (0x3008, 0x3020),
    (0x3030, 0x303F),
    (0xFE10, 0xFE6F),
    (0xFF5F, 0xFF65),
)
"""Code points that a title loses: ASCII and Latin-1 marks, general and CJK punctuation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOpening:
    """The body; `described` are the fields that the row repeats as they are."""

    account: str
    kind: str
    path: str
    end: date
    subjects: tuple[str, ...]
    agency: Agency | None
    described: dict[str, Json]


def read(form: Form) -> ClaimOpening:
    """Read the body."""
    start, end = form.period("dates")
    name, place = form.words("name"), form.form("place")
    kind, path = form.choice("kind", KINDS), form.choice("path", PATHS)
    described: dict[str, Json] = {
        "attendance": form.integer("attendance", low=1, high=ATTENDANCE_MAX),
        "boundary": form.words("boundary", most=600),
        "claimant": form.organisation("claimant"),
        "dates": {"end": end.isoformat(), "start": start.isoformat()},
        "kind": kind,
        "name": name,
        "path": path,
        "place": {"county": place.text("county", COUNTY), "venue": place.words("venue")},
        "standard": form.words("standard", most=300),
    }
    place.done()
    body = ClaimOpening(
        account=form.text("account", ID),
        kind=kind,
        path=path,
        end=end,
        subjects=subject_keys(name, start, end),
        agency=read_agency(form),
        described=described,
    )
    form.done()
    return body


def subject_keys(name: dict[str, Json], start: date, end: date) -> tuple[str, ...]:
    """Return the row keys under which one subject on its dates stands: `subject/<sha256>`.

    One for each language, so that leaving one out does not make a second event out of the first.
    """
    titles = (plain_title(str(name[language])) for language in name)
    texts = {f"{title}\n{start.isoformat()}\n{end.isoformat()}" for title in titles}
    return tuple(sorted(f"subject/{sha256(text.encode()).hexdigest()}" for text in texts))


def plain_title(title: str) -> str:
    """Return a title without blanks and punctuation, in lower case, full-width letters as ASCII.

    Written out instead of asking Python's Unicode tables, which change from version to version:
    the same order must give the same key for ever.

    Example:
        plain_title("零碳论坛（２０２６） · Forum") == "零碳论坛2026forum"
    """
    codes = (
        ord(character) - FULL_WIDTH_SHIFT if "！" <= character <= "～" else ord(character)
        for character in title
    )
    kept = (chr(code) for code in codes if not any(low <= code <= high for low, high in MARKS))
    return "".join(letter.lower() if letter.isascii() else letter for letter in kept)


def needs(books: Books, order: Order, body: ClaimOpening) -> tuple[Need, ...]:
    """The claimant's representatives sign, or its agent's."""
    return agency_needs(books, order, body.account, body.agency)


def decide(books: Books, order: Order, body: ClaimOpening, moment: Moment) -> Outcome:
    """Open the claim; its id derives from this entry's position.

    Raises:
        Refused: `MANDATE_MISSING`; `ACCOUNT_TYPE_WRONG`,
            `CLAIM_SUBJECT_TAKEN`; `CLAIM_TERRITORY`, `CLAIM_NATIONAL_PROGRAMME`,
            `CLAIM_KIND_LATER`, `CLAIM_PATH_LATER`, `DEADLINE_PASSED`.
    """
    agent = agent_of(books, order, body.agency, moment)
    account = find_account(books, body.account, "holder")
    for subject in body.subjects:
        taken = books.row(subject)
        if taken is not None:
            raise Refused(RefusalCode.CLAIM_SUBJECT_TAKEN, claim=taken["claim"])
    _check_kind(body)
    claim = encode_id(moment.seq)
    deadline = same_date_next_year(body.end)
    if moment.at_us >= end_of_day_us(deadline):
        raise Refused(RefusalCode.DEADLINE_PASSED, deadline=deadline.isoformat())
    value: dict[str, Json] = {
        **body.described,
        "account": body.account,
        "agent": agent,
        "completion": None,
        "deadline": deadline.isoformat(),
        "deadline_at_us": end_of_day_us(deadline),
        "ets_covered": account["ets_covered"],
        "measurement": None,
        "opened_at_us": moment.at_us,
        "opened_seq": moment.seq,
        "org": account["org"],
        "retired_kg": 0,
        "retirements": [],
    }
    subjects = (Row(subject, {"claim": claim}) for subject in body.subjects)
    return Outcome(rows=(Row(f"claim/{claim}", value), *subjects))


def _check_kind(body: ClaimOpening) -> None:
    if body.kind == "TERRITORY":
        raise Refused(RefusalCode.CLAIM_TERRITORY, kind=body.kind)
    if body.kind in NATIONAL_KINDS:
        raise Refused(RefusalCode.CLAIM_NATIONAL_PROGRAMME, kind=body.kind)
    if body.kind not in OPEN_KINDS:
        raise Refused(RefusalCode.CLAIM_KIND_LATER, kind=body.kind)
    if body.path != "units":
        raise Refused(RefusalCode.CLAIM_PATH_LATER, path=body.path)


RULE: Final = Rule(kind="claim.open", read=read, needs=needs, decide=decide)
