"""Statements of holdings: what the paper says, and what is refused when it says something else."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO

import pikepdf
import pytest

from certificates.content import ContentError
from certificates.content_parts import Pair
from certificates.verdict import STEPS, StepFailed
from certificates.verify import verify_pdf
from certificates.verify_log import Attested
from certificates.verify_units import check_units
from contracts.ranges import parse_serial
from contracts.values import Json
from ledger.log.canonical import canonical, parse_canonical
from ledger.log.entry import Entry, parse_entry
from ledger.log.state_file import StateProof, read_commitment
from tests.certificates.test_render import squeezed, text_of
from tests.support import golden, tampering
from tests.support.certificates import FakeLog, demo_log
from tests.support.main_steps import ENTERPRISE_ID, FARM_ID
from tests.support.people import digest
from tests.support.sealed_paper import first_failed, registry, renderer, sealed
from tests.support.tampering import attached, resealed


def stated(log: FakeLog | None = None) -> dict[str, Json]:
    """Return the first statement's row."""
    (row,) = (log or demo_log()).stating("HD").rows
    assert isinstance(row["value"], dict)
    return row["value"]


def first_batch() -> dict[str, Json]:
    batches = stated()["batches"]
    assert isinstance(batches, list)
    assert isinstance(batches[0], dict)
    return batches[0]


@cache
def with_ranges(count: int) -> FakeLog:
    """Return the log with a statement of that many ranges of a tonne."""
    batch, quantity_kg = first_batch()["batch"], count * 1_000
    ranges: list[Json] = [
        {"batch": batch, "end": first + 1_000, "first": first}
        for first in range(0, count * 2_000, 2_000)
    ]
    named: list[Json] = [{**first_batch(), "quantity_kg": quantity_kg}]
    return demo_log().restated("HD", batches=named, quantity_kg=quantity_kg, ranges=ranges)


def other_entry() -> Entry:
    """Return the entry that states what the other account holds."""
    wanted = (parse_entry(one) for one in demo_log().entries)
    return [entry for entry in wanted if entry.order["kind"] == "holding.state"][1]


def test_a_paper_says_all_that_the_account_holds_and_as_of_when() -> None:
    content = demo_log().content("HD")
    assert content.body.subject == Pair(f"账户 {FARM_ID}", f"Account {FARM_ID}")
    assert content.quantity_kg == 948_500 - 222_275
    assert content.body.figures[0].label == Pair("合计", "in all")
    assert f"截至第 {content.seq} 条记录" in content.body.lead.zh
    parts = [parse_serial(serial)[1] for serial in content.serials]
    assert sum(map(len, parts)) == content.quantity_kg


def test_two_accounts_have_two_numbers() -> None:
    log = demo_log()
    statements = [one for one in map(parse_entry, log.entries) if one.seq >= 36]
    kinds = [str(one.order["kind"]) for one in statements]
    assert kinds == ["holding.state", "holding.state", "state.commit"]
    assert other_entry().order["body"] == {"account": ENTERPRISE_ID}
    assert other_entry().seq != log.content("HD").seq


def test_an_account_in_the_emissions_trade_is_told_so() -> None:
    body = demo_log().restated("HD", ets_covered=True).content("HD").body
    assert any("全国碳市场配额管理单位" in limit.zh for limit in body.limits)


@pytest.mark.parametrize("count", [4, 5, 40, 128])
def test_every_range_stands_on_the_paper_and_many_on_an_annex(count: int) -> None:
    log = with_ranges(count)
    data = renderer().render(log.statement("HD"))
    text = text_of(data)
    serials = log.content("HD").serials
    assert len(serials) == count
    assert [one for one in serials if squeezed(one) not in text] == []
    with pikepdf.open(BytesIO(data)) as document:
        assert len(document.pages) == (2 if count <= 40 else 3)


def test_a_good_paper_passes_every_step() -> None:
    verdict = verify_pdf(sealed("HD"), registry().trust)
    assert {step.name: step.state for step in verdict.steps} == dict.fromkeys(STEPS, "passed")
    assert (verdict.kind, verdict.facts.quantity_kg) == ("HD", 726_225)


def seal_of(log: FakeLog) -> bytes:
    return registry().seal(renderer().render(log.statement("HD")))


def of_the_other_account(*names: str) -> tampering.Edit:
    """Attach what belongs to the other account's statement."""
    log = registry().log
    entry = log.parsed(log.stating("HD").seq + 1)
    content = {"entry.json": entry.content, "entry.tlog-proof": log.proof(entry.seq)}

    def edit(pdf: pikepdf.Pdf) -> None:
        for name in names:
            attached(name, content[name])(pdf)

    return edit


def with_row(change: Callable[[dict[str, Json]], None]) -> tampering.Edit:
    """Change the row of the attached entry and write it canonically again."""
    value = parse_canonical(registry().log.statement("HD").entry)
    assert isinstance(value, dict)
    change(row_of(value))
    return attached("entry.json", canonical(value))


def with_state_of_another_root() -> bytes:
    statement = registry().log.statement("HD")
    entry = parse_entry(StateProof.parse(statement.state_proof).entry)
    root = read_commitment(entry).root.hex().encode()
    proof = statement.state_proof.replace(root, digest("another root").hex().encode())
    return registry().seal(renderer().render(replace(statement, state_proof=proof)))


def row_of(entry: dict[str, Json]) -> dict[str, Json]:
    outcome = entry["outcome"]
    assert isinstance(outcome, dict)
    assert isinstance(outcome["rows"], list)
    assert isinstance(outcome["rows"][0], dict)
    value = outcome["rows"][0]["value"]
    assert isinstance(value, dict)
    return value


def block_left_out(row: dict[str, Json]) -> None:
    row["ranges"] = []


def block_added(row: dict[str, Json]) -> None:
    assert isinstance(row["ranges"], list)
    row["ranges"].append({"batch": first_batch()["batch"], "end": 10, "first": 0})


ATTACKS: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("block-left-out", lambda: resealed(with_row(block_left_out), kind="HD"), "proof"),
    ("block-added", lambda: resealed(with_row(block_added), kind="HD"), "proof"),
    (
        "entry-of-another-account",
        lambda: resealed(of_the_other_account("entry.json"), kind="HD"),
        "proof",
    ),
    (
        "entry-and-proof-of-another-account",
        lambda: resealed(of_the_other_account("entry.json", "entry.tlog-proof"), kind="HD"),
        "text",
    ),
    ("state-of-another-root", with_state_of_another_root, "state"),
    ("another-log-of-the-same-name", lambda: seal_of(with_ranges(40)), "entry"),
)


@pytest.mark.parametrize(("make", "step"), [pytest.param(m, s, id=name) for name, m, s in ATTACKS])
def test_a_thief_of_the_seal_is_refused_at_the_right_step(
    make: Callable[[], bytes], step: str
) -> None:
    verdict = verify_pdf(make(), registry().trust)
    assert first_failed(verdict) == step


def attested(**fields: Json) -> Attested:
    log = demo_log().restated("HD", **fields)
    rows = [row["value"] for row in log.parsed(0).rows if row["key"] == "registry"]
    return Attested(entry=log.stating("HD"), registry=log.parsed(0), registry_row=rows[0])


def printed() -> str:
    content = demo_log().content("HD")
    return "".join((content.number, *content.serials))


def overlapping() -> list[Json]:
    ranges = stated()["ranges"]
    assert isinstance(ranges, list)
    return [*ranges, ranges[0]]


@pytest.mark.parametrize(
    ("fields", "text", "reason"),
    [
        pytest.param({}, printed().replace("726225", "")[:-40], "not the entry's", id="cut-page"),
        pytest.param({"ranges": []}, printed(), "differ", id="block-left-out"),
        pytest.param({"ranges": overlapping()}, printed(), "overlap", id="block-twice"),
        pytest.param({"quantity_kg": 726_226}, printed(), "differ", id="more-than-it-holds"),
        pytest.param({"account": ENTERPRISE_ID}, printed(), "order's account", id="other-account"),
        pytest.param({"stated_seq": 12}, printed(), "another entry", id="another-entrys-row"),
    ],
)
def test_units_that_do_not_follow_are_refused(
    fields: dict[str, Json], text: str, reason: str
) -> None:
    with pytest.raises(StepFailed) as failed:
        check_units(attested(**fields), text)
    assert reason in failed.value.en


@pytest.mark.parametrize("fields", [{"ranges": []}, {"quantity_kg": 1}])
def test_no_page_is_made_of_ranges_and_sums_that_differ(fields: dict[str, Json]) -> None:
    with pytest.raises(ContentError, match="does not list"):
        demo_log().restated("HD", **fields).content("HD")


def test_a_replay_finds_a_statement_that_leaves_a_block_out() -> None:
    *before, last = golden.LEDGER.read_bytes().splitlines()
    value = parse_canonical(last)
    assert isinstance(value, dict)
    row = row_of(value)
    assert isinstance(row["ranges"], list)
    row["ranges"] = row["ranges"][1:]
    assert golden.replay([*before, last]).faults == ()
    (fault,) = golden.replay([*before, canonical(value)]).faults
    assert fault == f"entry {len(before)}: its outcome is not what the rules yield"
