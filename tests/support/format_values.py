"""Vectors of single values: canonical JSON, ids, serials, numbers, times, blocks, selection."""

from hashlib import sha256
from typing import Final

from contracts.books import MemoryBooks
from contracts.check_digits import encode_id, mod_37_36
from contracts.dates import date_at, end_of_day_us, same_date_next_year
from contracts.ranges import Range, serial_text
from contracts.selection import take
from contracts.v1.certificate_record import certificate_number
from contracts.v1.claim_open import plain_title, subject_keys
from contracts.values import ISSUE, Json, Movement
from ledger.log.canonical import canonical, parse
from ledger.log.signature import SignatureError, check_key
from tests.support.format_ledger import START_US

OLDER: Final = "BT-G-0002-20210901-20250831-01"
YOUNGER: Final = "BT-F-0001-20220101-20251231-01"


def value_vectors() -> dict[str, Json]:
    """Return the vectors of single values."""
    return {
        "bad_keys": _bad_keys(),
        "blocks": _blocks(),
        "canonical": _canonical(),
        "certificate_numbers": _certificate_numbers(),
        "hashed_keys": _hashed_keys(),
        "ids": [{"id": encode_id(n), "number": n} for n in (0, 1, 36, 37, 42, 31_999, 32**7)],
        "selection": _selection(),
        "serials": _serials(),
        "times": _times(),
    }


def _canonical() -> list[Json]:
    spellings = (
        '{ "b": [true, null], "a": "\\u6c47" }',
        '{"kg":-5,"Kg":0,"KG":9007199254740991}',
        '"tab\\tquote\\"slash\\/bell\\u0007nul\\u0000"',
        '["e\\u0301","é","😀","<&>"]',
    )
    return [
        {"canonical": canonical(parse(spelling.encode())).decode(), "spelling": spelling}
        for spelling in spellings
    ]


def _bad_keys() -> list[Json]:
    p = 2**255 - 19
    order_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
    ed25519 = {
        "y = 1, the identity": (1).to_bytes(32, "little"),
        "y = -1, order 2": (p - 1).to_bytes(32, "little"),
        "y = 0, order 4": bytes(32),
        "order 8": bytes.fromhex(order_8),
        "order 8, the other": (p - int.from_bytes(bytes.fromhex(order_8), "little")).to_bytes(
            32, "little"
        ),
        "y = 1 with the sign bit": (1 + 2**255).to_bytes(32, "little"),
        "y = p, not canonical": p.to_bytes(32, "little"),
        "y = 2, not on the curve": (2).to_bytes(32, "little"),
    }
    p256 = {"x = 1, not on the curve": b"\x02" + (1).to_bytes(32, "big")}
    listed: list[Json] = []
    for alg, keys in (("ed25519", ed25519), ("webauthn-es256", p256)):
        for why, key in keys.items():
            _check_refused(alg, key)
            listed.append({"alg": alg, "key": key.hex(), "why": why})
    return listed


def _check_refused(alg: str, key: bytes) -> None:
    try:
        check_key(alg, key)
    except SignatureError:
        return
    raise AssertionError(f"{key.hex()} is fit to be registered")


def _serials() -> list[Json]:
    ranges = ((0, 1), (0, 30), (142_275, 948_500))
    return [
        {"end": end, "first": first, "serial": serial_text(OLDER, Range(first, end))}
        for first, end in ranges
    ]


def _certificate_numbers() -> list[Json]:
    listed: list[Json] = [
        {"at_us": START_US, "kind": kind, "number": certificate_number(kind, seq, START_US)}
        | {"seq": seq}
        for kind, seq in (("RT", 42), ("CL", 31_999))
    ]
    return [*listed, {"check": mod_37_36("A12425GABC1234002"), "text": "A12425GABC1234002"}]


def _hashed_keys() -> dict[str, Json]:
    venue, trade = "示例交易场所", "2026-0042"
    start, end = date_at(START_US), same_date_next_year(date_at(START_US))
    title = "零碳论坛（２０２６） · Forum"
    return {
        "settlement": {
            "key": f"settlement/{sha256(f'{venue}{chr(10)}{trade}'.encode()).hexdigest()}",
            "trade_no": trade,
            "venue": venue,
        },
        "subject": {
            "end": end.isoformat(),
            "key": subject_keys({"zh": title}, start, end)[0],
            "plain": plain_title(title),
            "start": start.isoformat(),
            "title": title,
        },
    }


def _times() -> list[Json]:
    deadline = same_date_next_year(date_at(START_US))
    return [
        {"at_us": START_US, "beijing_date": date_at(START_US).isoformat()},
        {"at_us": end_of_day_us(deadline) - 1, "beijing_date": deadline.isoformat()},
        {"deadline_at_us": end_of_day_us(deadline), "deadline": deadline.isoformat()},
    ]


def _blocks() -> dict[str, Json]:
    moves = (
        Movement(OLDER, 0, 150, ISSUE, "buffer/grassland"),
        Movement(OLDER, 150, 1000, ISSUE, "acct/00000044"),
        Movement(OLDER, 300, 400, "acct/00000044", "acct/00000055"),
        Movement(OLDER, 350, 400, "acct/00000055", "acct/00000044"),
        Movement(OLDER, 300, 350, "acct/00000055", "retired/42"),
        Movement(OLDER, 150, 300, "acct/00000044", "retired/42"),
    )
    books = MemoryBooks()
    steps: list[Json] = []
    for one in moves:
        books.apply([one], [])
        after: list[Json] = [[part.first, part.end, part.place] for part in books.all_blocks()]
        steps.append({"after": after, "move": [one.first, one.end, one.source, one.target]})
    return {"batch": OLDER, "steps": steps}


def _selection() -> dict[str, Json]:
    books, account = MemoryBooks(), "acct/00000044"
    for batch in (YOUNGER, OLDER):
        books.apply([Movement(batch, 0, 100, ISSUE, account)], [])
    books.apply([Movement(OLDER, 30, 80, account, "acct/00000055")], [])
    held: list[Json] = [
        [block.batch, block.first, block.end]
        for block in books.all_blocks()
        if block.place == account
    ]
    taken = take(books, account, "retired/43", 60, ())
    return {
        "held": held,
        "quantity_kg": 60,
        "taken": [[one.batch, one.first, one.end] for one in taken],
    }
