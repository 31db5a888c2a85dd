"""`sinkledger recompute`: a report follows from its evidence, and from nothing else."""

import json
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.app import app
from api.cli.output import CommandError
from api.demo.land import lands
from api.demo.play import PLAN
from api.drafting.draft import Desk, draft_order
from api.drafting.published import parameter_rows, parameter_rows_before
from api.inputs.factors import to_param_row
from api.keys import load_seed
from contracts.values import Json
from ledger import rulesets
from ledger.intake.envelope import read_envelope
from ledger.log.entry import Entry
from ledger.registry import Registry, open_registry
from tests.support.service import settings_of

RUNNER = CliRunner()


@dataclass(frozen=True)
class Played:
    """The demonstration after its end: its folder, its one report, and the areas of its strata."""

    folder: Path
    registry: Registry
    report: str
    areas: dict[str, int]

    def plots(self) -> tuple[Path, Path]:
        before, after = sorted((self.folder / "inputs").glob("*plots*.csv"))
        return before, after

    def recompute(
        self, before: Path, after: Path, areas: dict[str, int] | None = None, *more: str
    ) -> Result:
        wanted = self.areas if areas is None else areas
        strata = [part for name, m2 in wanted.items() for part in ("--stratum", f"{name}={m2}")]
        files = ["--before", str(before), "--after", str(after), "--data", str(self.folder)]
        return RUNNER.invoke(app, ["recompute", self.report, *files, *strata, *more])

    def answer(
        self, before: Path, after: Path, areas: dict[str, int] | None = None
    ) -> dict[str, Json]:
        result = self.recompute(before, after, areas, "--json")
        answer: dict[str, Json] = json.loads(result.stdout)
        assert result.exit_code == (0 if answer["equal"] else 1)
        return answer


@pytest.fixture(scope="module")
def done(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = shutil.copytree(played, tmp_path_factory.mktemp("recompute") / "data")
    registry = open_registry(settings_of(folder))
    books = registry.books()
    [(report, _)] = books.rows_under("report/", after="")
    project = books.row("project/0001")
    assert project is not None
    assert isinstance(project["parcels"], list)
    areas = Counter[str]()
    for land, parcel in zip(lands(), project["parcels"], strict=True):
        row = books.row(f"parcel/{parcel}")
        assert row is not None
        assert isinstance(row["credited_area_m2"], int)
        areas[land.stratum] += row["credited_area_m2"]
    return Played(folder, registry, report.removeprefix("report/"), dict(areas))


def test_a_report_follows_from_its_evidence(done: Played) -> None:
    assert done.answer(*done.plots()) == {
        "different": {},
        "equal": True,
        "input_equal": True,
        "report": done.report,
    }


def test_people_read_every_number_and_the_verdict(done: Played) -> None:
    shown = done.recompute(*done.plots())
    assert shown.exit_code == 0
    for name in ("change_kg", "deduction_kg", "input_sha256", "net_kg", "verdict"):
        assert name in shown.stdout


def test_campaigns_in_the_wrong_sequence_yield_another_change(done: Played) -> None:
    before, after = done.plots()
    answer = done.answer(after, before)
    assert answer["equal"] is answer["input_equal"] is False
    different = answer["different"]
    assert isinstance(different, dict)
    assert {"change_kg", "input_sha256", "net_kg"} <= different.keys()
    assert "baseline_kg" not in different


def test_a_file_changed_by_one_byte_is_not_the_evidence(done: Played, tmp_path: Path) -> None:
    before, after = done.plots()
    changed = tmp_path / "after.csv"
    changed.write_bytes(after.read_bytes() + b"\n")
    answer = done.answer(before, changed)
    different = answer["different"]
    assert isinstance(different, dict)
    assert [*different] == ["input_sha256"]


def test_another_area_is_noticed(done: Played) -> None:
    first = next(iter(done.areas))
    answer = done.answer(*done.plots(), {**done.areas, first: done.areas[first] + 1})
    different = answer["different"]
    assert isinstance(different, dict)
    assert {"area_m2", "input_sha256"} <= different.keys()


def test_an_unknown_report_and_a_missing_stratum_are_sentences(done: Played) -> None:
    unknown = RUNNER.invoke(
        app,
        [
            *("recompute", "0000ZZZZ", "--before", "a", "--after", "b"),
            *("--stratum", "a=1", "--data", str(done.folder)),
        ],
    )
    assert isinstance(unknown.exception, CommandError)
    assert "there is no report 0000ZZZZ" in str(unknown.exception)
    short = dict([*done.areas.items()][1:])
    assert isinstance(done.recompute(*done.plots(), short).exception, CommandError)


def test_parameters_published_later_do_not_change_what_was_reported(done: Played) -> None:
    registry = done.registry
    as_they_were = parameter_rows(registry)
    size = registry.size()
    assert parameter_rows_before(registry, size) == as_they_were
    assert parameter_rows_before(registry, 1) == ()

    used = next(row for row in as_they_were if row.activity == "forest.biomass_equation")
    rows: list[Json] = [{**to_param_row(used), "a": "9.9", "value": "9.9"}]
    now_us = registry.head().at_us + 1_000_000
    desk = Desk(origin=PLAN.origin, rules=rulesets.newest(), now_us=now_us)
    draft = draft_order(
        desk, "parameters.publish", "registrar", {"rows": rows, "table": used.table}
    )
    signed = draft.signed_with(load_seed(done.folder / "keys" / "persons" / "issuer.pem"))
    [entry] = registry.submit([read_envelope(signed.envelope())], now_us=now_us)
    assert isinstance(entry, Entry)

    assert parameter_rows(registry) != as_they_were
    assert parameter_rows_before(registry, size) == as_they_were
    assert done.answer(*done.plots())["equal"] is True
