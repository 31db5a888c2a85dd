"""`parameters.confirm`: a second officer lets a doubtful factor be used."""

import pytest

from contracts.refusal import RefusalCode
from tests.support.main_steps import FARM_ID, ISSUER
from tests.support.refusing import Spoil, acting_as, again, changing, code_of, signed_by
from tests.support.scenario import before


def test_confirms_the_row_and_changes_nothing_else() -> None:
    world, step = before("parameters.confirm")
    key = "param/event/meal_default_derived"
    earlier = world.books.rows[key]
    (row,) = world.do(step).rows
    assert row.key == key
    assert row.value == {**earlier, "confirmed_seq": step.seq}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(factor_ids=[]), RefusalCode.TOO_MANY_ITEMS, id="none-named"),
        pytest.param(changing(reason=...), RefusalCode.FIELD_MISSING, id="no-reason"),
        pytest.param(acting_as(f"acct/{FARM_ID}"), RefusalCode.ACTOR_WRONG, id="a-holder-acts"),
        pytest.param(signed_by(ISSUER.key), RefusalCode.SIGNATURE_MISSING, id="who-published"),
        pytest.param(changing(factor_ids=["no-such"]), RefusalCode.PARAMETER_UNKNOWN, id="unknown"),
        pytest.param(
            changing(factor_ids=["grid_neimenggu_2023"]),
            RefusalCode.PARAMETER_ALREADY_CONFIRMED,
            id="never-in-need",
        ),
        pytest.param(again, RefusalCode.PARAMETER_ALREADY_CONFIRMED, id="twice"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("parameters.confirm", spoil) is code
