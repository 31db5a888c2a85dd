"""Values as people read them: mass in both units, places in words, proofs by either option."""

import json
from pathlib import Path

import pytest

from api.cli.shown import lines_of, mass, place_in_words
from tests.support.founded import Desk, found


@pytest.mark.parametrize(
    ("quantity_kg", "said"),
    [
        pytest.param(0, "0 kg (0.000 t)", id="nothing"),
        pytest.param(7, "7 kg (0.007 t)", id="grams-of-a-tonne"),
        pytest.param(5362983, "5,362,983 kg (5,362.983 t)", id="thousands"),
        pytest.param(-1500, "-1,500 kg (-1.500 t)", id="taken-away"),
    ],
)
def test_mass_is_said_in_kilograms_and_tonnes(quantity_kg: int, said: str) -> None:
    assert mass(quantity_kg) == said


@pytest.mark.parametrize(
    ("place", "said"),
    [
        pytest.param("acct/0000012A", "account 0000012A", id="account"),
        pytest.param("buffer/forest", "buffer pool forest", id="buffer"),
        pytest.param("retired/36", "retired by entry 36", id="retired"),
        pytest.param("Example/Fair", "Example/Fair", id="no-place"),
    ],
)
def test_places_are_words(place: str, said: str) -> None:
    assert place_in_words(place) == said


def test_a_block_counts_from_one_as_paper_does() -> None:
    value = {"end": 9000, "place": "acct/0000012A"}

    assert lines_of("block/BT-F-0001/0000000000000000", value) == [
        ("block/BT-F-0001/0000000000000000", "units 1 to 9,000: 9,000 kg (9.000 t)"),
        ("  where", "account 0000012A"),
    ]


def test_a_row_is_said_field_by_field() -> None:
    value = {"name": {"en": "Fair"}, "open": True, "at": None, "area_m2": 12000, "of": [1, 2]}

    assert lines_of("claim/1", {**value, "issued_at_us": 0}) == [
        ("claim/1", ""),
        ("  area_m2", "12,000 m²"),
        ("  at", "none"),
        ("  issued_at_us", "1970-01-01 08:00:00 UTC+8"),
        ("  name.en", "Fair"),
        ("  of", "1, 2"),
        ("  open", "yes"),
    ]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    made = found(tmp_path_factory.mktemp("shown"))
    made.run("state", "commit", *made.data)
    made.run("checkpoint", *made.data)
    return made


@pytest.mark.parametrize("option", ["--policy", "--trust"])
@pytest.mark.parametrize("place", ["data/trust", "data/trust/policy"])
def test_policy_and_trust_name_the_same_thing(desk: Desk, option: str, place: str) -> None:
    proof, data = desk.folder / "proof", desk.folder / "data"
    desk.run("state", "prove", "--prefix", "person/", "--out", proof, "--data", data)

    proven = desk.run("state", "verify", proof, option, desk.folder / place)
    again = desk.folder / f"again{option}{len(place)}"
    desk.run("rebuild", "--from", data / "log", option, desk.folder / place, "--data", again)

    assert "PROVEN: these 3 are all" in proven.stdout
    assert (again / "ledger.db").exists()


def test_a_witness_that_saw_nothing_says_so_and_what_comes_next(desk: Desk, tmp_path: Path) -> None:
    home = ("--data", tmp_path / "w")
    desk.run("witness", "init", "--name", "w.example/w", "--url", "http://w.example", *home)
    unwatched = desk.run("witness", "status", *home)
    policy = desk.folder / "data" / "trust" / "policy"
    desk.run("witness", "add-log", "--policy", policy, *home)

    status = desk.run("witness", "status", *home)

    assert "no log is watched yet" in unwatched.output
    assert "nothing cosigned yet" in status.output
    assert "None" not in status.output
    [log] = json.loads(desk.run("witness", "status", *home, "--json").stdout)["logs"]
    assert log["root"] is None
