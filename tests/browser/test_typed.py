"""Numbers typed from paper: both verifiers take the same, and the page says what is wrong."""

from random import Random
from typing import Any

import pytest

from certificates.number import NumberError, parse_number
from contracts.check_digits import CheckDigitError, mod_37_36
from contracts.ranges import Range, parse_serial, serial_text
from contracts.v1.certificate_record import certificate_number
from tests.support.certificates import demo_log
from tests.support.main_steps import FARM_ID
from tests.support.offline import check_offline, export_of

AT_US = 1_791_424_800_000_000
BATCH = "BT-F-0001-20220101-20260831-01"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-:/"
MUTANTS = 400

READ = """async (texts) => Promise.all(texts.map(async (text) => {
  const { steps } = await verifyTyped(text.trim().toUpperCase(), nothingGiven(), 'unchecked');
  const [form, check] = steps;
  return [form.state === PASSED && check.state === PASSED, form.code, check.code];
}))"""


def numbers() -> list[str]:
    seqs = (0, 1, 36, 31_999, 2**35, 2**49)
    return [
        certificate_number(kind, seq, AT_US) for kind in ("CL", "HD", "RG", "RT") for seq in seqs
    ]


def serials() -> list[str]:
    parts = (Range(0, 1), Range(0, 30), Range(142_275, 948_500), Range(9_999_999, 10_000_000))
    return [serial_text(BATCH, part) for part in parts]


def is_number(text: str) -> bool:
    try:
        parse_number(text)
    except NumberError:
        return False
    return True


def is_serial(text: str) -> bool:
    try:
        parse_serial(text)
    except CheckDigitError:
        return False
    return True


def mutants(texts: list[str]) -> list[str]:
    """Return texts as a tired hand copies them: a character wrong, swapped, lost or doubled."""
    rng, found = Random(4), []
    for _ in range(MUTANTS):
        text = list(rng.choice(texts))
        at = rng.randrange(3, len(text) - 1)
        what = rng.choice(["wrong", "swapped", "lost", "doubled"])
        if what == "wrong":
            text[at] = rng.choice(LETTERS)
        elif what == "swapped":
            text[at], text[at + 1] = text[at + 1], text[at]
        elif what == "lost":
            del text[at]
        else:
            text.insert(at, text[at])
        found.append("".join(text))
    return found


def answers(scripts: Any, texts: list[str]) -> list[bool]:
    return [taken for taken, _, _ in scripts.evaluate(READ, texts)]


def test_both_take_good_numbers_and_serials_in_any_case(scripts: Any) -> None:
    good = [*numbers(), *(one.lower() for one in numbers()), *serials(), f"  {serials()[0]}\n"]
    assert answers(scripts, good) == [True] * len(good)
    assert all(is_number(one) if "TH-" in one.upper() else is_serial(one) for one in good)


def test_both_say_the_same_of_what_is_miscopied(scripts: Any) -> None:
    typed = mutants(numbers())
    taken = answers(scripts, typed)
    assert taken == [is_number(one) for one in typed]


def test_both_say_the_same_of_miscopied_serials(scripts: Any) -> None:
    typed = mutants(serials())
    taken = answers(scripts, typed)
    assert taken == [is_serial(one) for one in typed]


def test_one_wrong_character_never_passes(scripts: Any) -> None:
    good = numbers()[7]
    wrong = [
        good[:at] + letter + good[at + 1 :]
        for at in range(len("TH-HD-"), len(good))
        for letter in LETTERS[:36]
        if good[at] not in ("-", letter)
    ]
    assert answers(scripts, wrong) == [False] * len(wrong)


def checked(body: str) -> str:
    """Return a text with the check character that fits, whatever its form."""
    return f"{body}{'/' if ':' in body else '-'}{mod_37_36(body)}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("TH-RT-2026", "number_parts", id="cut"),
        pytest.param("TH–RT–2026–0000014–P", "number_parts", id="long-dashes"),
        pytest.param(checked("TH-SB-2026-0000014"), "number_kind", id="a-kind-that-is-not-issued"),
        pytest.param(checked("TH-RT-26-0000014"), "number_year", id="short-year"),
        pytest.param(checked("TH-RT-2026-OOOOO14"), "number_letters", id="letters-for-digits"),
        pytest.param(checked("TH-RT-2026-000014"), "number_digits", id="a-digit-lost"),
        pytest.param(certificate_number("RT", 36, AT_US)[:-1] + "?", "number_digits", id="mark"),
        pytest.param("BT-F-0001-20220101-20260831-01:1-30", "serial_form", id="no-check"),
        pytest.param(checked(f"{BATCH}:0-30"), "serial_form", id="from-zero"),
        pytest.param(checked(f"{BATCH}:30-1"), "serial_backwards", id="backwards"),
        pytest.param(
            checked(f"{BATCH}:9007199254740993-9007199254740992"),
            "serial_backwards",
            id="backwards-beyond-floats",
        ),
        pytest.param(checked("BT-X-0001-20220101-20260831-01:1-30"), "serial_form", id="kind"),
    ],
)
def test_the_part_that_is_wrong_is_named(scripts: Any, text: str, code: str) -> None:
    ((taken, form, check),) = scripts.evaluate(READ, [text])
    assert (taken, form, check) == (False, code, "earlier")
    assert not is_number(text)
    assert not is_serial(text)


def test_a_wrong_check_character_is_named_as_one(scripts: Any) -> None:
    for good in (*numbers(), *serials()):
        text = good[:-1] + ("A" if good[-1] != "A" else "B")
        assert scripts.evaluate(READ, [text])[0][2] == "check_wrong"


def test_a_ledger_says_whether_a_number_was_issued(scripts: Any) -> None:
    log = demo_log()
    ledger = export_of(log.entries)
    found = check_offline(scripts, ledger, log.content("RT").number).of("number")
    # Nobody vouches for this ledger: no policy and no checkpoint were given.
    assert (found.states.pop("source"), found.verdict) == ("not_checked", "unchecked")
    assert set(found.states.values()) == {"passed"}
    unissued = check_offline(scripts, ledger, log.content("HD").number).of("number")
    assert unissued.first_failed == "record"
    other = check_offline(scripts, ledger, certificate_number("RT", 5, AT_US)).of("number")
    assert other.first_failed == "entry"
    late = check_offline(scripts, ledger, certificate_number("RT", 5_000, AT_US)).of("number")
    assert (late.codes["entry"], late.verdict) == ("number_beyond", "unchecked")


@pytest.mark.parametrize("verdict", ["valid", "unchecked", "invalid"])
def test_a_number_is_as_good_as_the_ledger_that_knows_it(scripts: Any, verdict: str) -> None:
    script = """async ([ledger, text, verdict]) => {
      const given = { ...nothingGiven(), ledger: await readLedger(utf8(ledger)) };
      return (await verifyTyped(text, given, verdict)).verdict;
    }"""
    ledger, content = export_of(demo_log().entries).decode(), demo_log().content("RT")
    for text in (content.number, content.serials[0]):
        assert scripts.evaluate(script, [ledger, text, verdict]) == verdict


def test_a_ledger_says_where_units_are(scripts: Any) -> None:
    log = demo_log()
    ledger, held = export_of(log.entries), log.content("HD").serials[0]
    assert check_offline(scripts, ledger, held).of("serial").codes["units"] == "serial_found"
    beyond = serial_text(BATCH, Range(948_499, 948_501))
    found = check_offline(scripts, ledger, beyond).of("serial")
    assert (found.codes["units"], found.verdict) == ("serial_unknown", "invalid")
    alone = check_offline(scripts, held).of("serial")
    assert (alone.codes["units"], alone.verdict) == ("serial_alone", "unchecked")


def test_what_is_said_of_units_names_each_part(scripts: Any) -> None:
    script = """async ([ledger, text]) => {
      const given = { ...nothingGiven(), ledger: await readLedger(utf8(ledger)) };
      return (await verifyTyped(text, given, 'valid')).sentences('zh');
    }"""
    whole = serial_text(BATCH, Range(0, 948_500))
    said = scripts.evaluate(script, [export_of(demo_log().entries).decode(), whole])
    assert said[0].startswith("森林项目 0001，监测期 2022-01-01 – 2026-08-31，第 01 次签发")
    assert said[-1] == f"{demo_log().content('HD').serials[0]} 账户 {FARM_ID} 持有"
    assert any("已注销（第 24 号记录，证书 TH-RT-2026-" in one for one in said)
    assert any("已核减作废" in one for one in said)


def test_fifty_lines_are_taken_and_what_is_no_number_is_refused(scripts: Any) -> None:
    text = "\n".join([*numbers(), *serials()])
    found = check_offline(scripts, text)
    assert len(found.verdicts) == len(numbers()) + len(serials())
    assert check_offline(scripts, "hello\nTH-RT").refused == ("unknown_file",)
