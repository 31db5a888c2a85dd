"""The activity CSV: lines, zeros, exclusions and reductions, and one sentence per fault."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.inputs.activities import ActivityFile, read_activities
from api.inputs.errors import InputError
from contracts.v1.event_inputs import ActivityLine, Exclusion, Group, Reduction, ZeroGroup

HEADER = "排放源类别,项目,数量,单位,因子编号,地区,年份,数据来源,备注"


def read(*rows: str) -> ActivityFile:
    return read_activities("\n".join([HEADER, *rows, ""]).encode())


def is_answered(row: str) -> bool:
    """Say whether a row is read, or refused with a sentence in both languages."""
    try:
        return bool(read(row).sha256)
    except InputError as error:
        return bool(error.zh and error.en)


def test_reads_each_kind_of_row() -> None:
    found = read(
        "外购电力与热力,主会场,1234.5,千瓦时,grid_150000_2023,内蒙古,2023,电费单,",
        "化石燃料,没有自有车辆,0,t,,,,,全程租用外部车辆",
        "未计入,线上观众,212,kgCO2e,,,,,分散且低于1%",
        "减排措施,大巴,2380,kgCO2e,,,,派车单,",
    ).inventory
    assert found.lines == (
        ActivityLine(
            line=2,
            group=Group.ENERGY,
            description="主会场",
            amount=Decimal("1234.5"),
            unit="kWh",
            factor_id="grid_150000_2023",
            region="150000",
            year=2023,
            source="电费单",
        ),
    )
    assert found.zero_groups == (ZeroGroup(group=Group.FUEL, reason="全程租用外部车辆"),)
    assert found.exclusions == (
        Exclusion(description="线上观众", estimate_kg=Decimal(212), reason="分散且低于1%"),
    )
    assert found.reductions == (
        Reduction(description="大巴", quantity_kg=Decimal(2380), source="派车单"),
    )


def test_reads_english_words_and_codes() -> None:
    text = (
        "group,item,amount,unit,factor_id,region,year,source,note\n"
        "Transport,coach,100,passenger-km,travel_coach_cn,CN,,list,\n"
        "supplies,paper,2,T,mat_paper_virgin,UK,2023,receipt,\n"
        "waste,rubbish,1,t,waste_msw_inc_cn,150000,2025,weighbridge,\n"
    )
    found = read_activities(text.encode()).inventory
    assert [line.region for line in found.lines] == ["CN", "GB", "150000"]
    assert [line.unit for line in found.lines] == ["passenger-km", "t", "t"]
    assert found.lines[0].year is None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        pytest.param("别的,x,1,t,f,全国,2023,单,", "CHOICE_UNKNOWN", id="group"),
        pytest.param("废弃物,x,1,磅,f,全国,2023,单,", "CHOICE_UNKNOWN", id="unit"),
        pytest.param("废弃物,x,1,t,f,火星,2023,单,", "CHOICE_UNKNOWN", id="region"),
        pytest.param("废弃物,x,1,t,f,全国,23,单,", "YEAR_WRONG", id="year"),
        pytest.param("废弃物,x,1,t,f,全国,2023,,", "SOURCE_MISSING", id="source"),
        pytest.param("废弃物,,1,t,f,全国,2023,单,", "NAME_MISSING", id="item"),
        pytest.param("废弃物,x,1,t,,全国,2023,单,", "NAME_MISSING", id="factor"),
        pytest.param("废弃物,x,-1,t,f,全国,2023,单,", "NUMBER_NEGATIVE", id="negative"),
        pytest.param('废弃物,x,"1,5",t,f,全国,2023,单,', "NUMBER_COMMA", id="comma-decimal"),
        pytest.param("废弃物,x,1e3,t,f,全国,2023,单,", "NUMBER_SCIENTIFIC", id="scientific"),
        pytest.param("废弃物,没有,0,t,,,,,", "REASON_MISSING", id="zero-without-a-reason"),
        pytest.param("未计入,x,5,kgCO2e,,,,,", "REASON_MISSING", id="exclusion-without-a-reason"),
        pytest.param("未计入,x,5,t,,,,,小", "UNIT_WRONG", id="exclusion-in-tonnes"),
        pytest.param("减排措施,x,5,kgCO2e,,,,,", "SOURCE_MISSING", id="reduction-without-source"),
    ],
)
def test_refuses_a_row(row: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read(row)
    assert (caught.value.code, caught.value.line) == (code, 2)


def test_names_the_missing_column() -> None:
    with pytest.raises(InputError) as caught:
        read_activities("类别,项目,数量,单位\n".encode())
    assert caught.value.code == "COLUMN_MISSING"
    assert "因子编号" in caught.value.zh


@given(cells=st.lists(st.text(max_size=12), min_size=9, max_size=9))
def test_any_row_is_read_or_refused(cells: list[str]) -> None:
    assert is_answered(",".join(cells))
