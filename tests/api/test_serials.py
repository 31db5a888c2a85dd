"""Looking up serials: as printed on paper, as a single number, and the whole life of a unit."""

from itertools import pairwise

import pytest

from contracts.ranges import Range, serial_text
from tests.support.service import Service, is_problem


@pytest.fixture
def retired(demo: Service) -> dict[str, object]:
    """The units of the first retirement, as its page shows them."""
    number = demo.get("/v1/retirements")[0]["id"]
    units = demo.get(f"/v1/retirements/{number}")["units"]
    return dict(units[0])


def test_a_retired_serial_shows_its_whole_life(demo: Service, retired: dict[str, object]) -> None:
    shown = demo.get(f"/v1/serials/{retired['serial']}")

    kinds = [event["kind"] for event in shown["life"]]
    assert (kinds[0], kinds[-1]) == ("batch.issue", "units.retire")
    assert kinds[1:-1].count("units.transfer") == len(kinds) - 2 > 0
    assert [block["place"] for block in shown["now"]] == [retired["to"]]
    places = [(event["from"], event["to"]) for event in shown["life"]]
    assert all(one[1] == other[0] for one, other in pairwise(places))
    for event in shown["life"]:
        entry = demo.registry.entry(event["seq"])
        assert (entry.at_us, entry.order["kind"]) == (event["at_us"], event["kind"])


@pytest.mark.parametrize("spell", [str.upper, str.lower, lambda text: f" {text} "])
def test_a_serial_is_read_however_it_is_typed(
    demo: Service, retired: dict[str, object], spell: object
) -> None:
    assert callable(spell)
    shown = demo.get(f"/v1/serials/{spell(str(retired['serial']))}")

    assert (shown["first"], shown["end"]) == (retired["first"], retired["end"])


def test_a_single_number_is_looked_up_by_batch_and_number(
    demo: Service, retired: dict[str, object]
) -> None:
    batch = str(retired["serial"]).partition(":")[0]
    inside = int(str(retired["first"])) + 1
    shown = demo.get(f"/v1/serials/{batch}:{inside}")

    assert (shown["first"], shown["end"]) == (inside - 1, inside)
    assert shown["life"][-1]["kind"] == "units.retire"


def test_any_other_check_character_is_not_found(demo: Service, retired: dict[str, object]) -> None:
    serial = str(retired["serial"])
    wrong = [c for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c != serial[-1]]
    answers = [demo.client.get(f"/v1/serials/{serial[:-1]}{character}") for character in wrong]

    assert {answer.status_code for answer in answers} == {404}
    assert all(is_problem(answer) for answer in answers)


def test_units_beyond_the_batch_are_not_found(demo: Service) -> None:
    batch = demo.get("/v1/batches")[0]
    name, gross_kg = batch["id"], batch["gross_kg"]
    whole = serial_text(name, Range(0, gross_kg))
    more = serial_text(name, Range(0, gross_kg + 1))

    assert demo.client.get(f"/v1/serials/{whole}").status_code == 200
    assert demo.client.get(f"/v1/serials/{name}:{gross_kg}").status_code == 200
    assert demo.client.get(f"/v1/serials/{more}").status_code == 404
    for beyond in (gross_kg + 1, 10**14, 10**30):
        assert demo.client.get(f"/v1/serials/{name}:{beyond}").status_code == 404


@pytest.mark.parametrize(
    "typed", ["", ":", "x", "BT:1", "{batch}", "{batch}:", "{batch}:0", "{batch}:-1", "{batch}:１",
              "{batch}:1-2", "{batch}:2-1/A", "{batch}:1/2/3", "%00"],
)  # fmt: skip
def test_what_is_no_serial_is_not_found(demo: Service, typed: str) -> None:
    batch = demo.get("/v1/batches")[0]["id"]
    answer = demo.client.get(f"/v1/serials/{typed.format(batch=batch)}")

    assert answer.status_code == 404
    assert is_problem(answer)


def test_the_life_goes_on_behind_what_was_seen(demo: Service, retired: dict[str, object]) -> None:
    life = demo.get(f"/v1/serials/{retired['serial']}")["life"]
    seen = f"{life[0]['seq']}-{life[0]['position']}"

    rest = demo.get(f"/v1/serials/{retired['serial']}", params={"after": seen})["life"]

    assert rest == life[1:]
