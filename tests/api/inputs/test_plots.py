"""The plot CSV: what is read, and one sentence with its line for each fault."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.inputs.errors import InputError
from api.inputs.factors import load_rows
from api.inputs.forest_parameters import forest_models
from api.inputs.plots import PlotFile, read_plots, renamed, years_between
from contracts.v1.forest_inputs import Plot, Tree

SPECIES = forest_models(load_rows()).names()
HEADER = "样地号,层,样地面积(m2),树种,胸径(cm),树高(m)"


def read(text: str) -> PlotFile:
    return read_plots(text.encode(), species=SPECIES)


def is_answered(raw: bytes) -> bool:
    """Say whether the bytes are read, or refused with a sentence in both languages."""
    try:
        return bool(read_plots(raw, species=SPECIES).campaign.plots)
    except InputError as error:
        return bool(error.zh and error.en)


def test_reads_chinese_headers() -> None:
    found = read(f"{HEADER}\nP1,A,667,油松,10.5,6.2\nP2,A,667,,,\n")
    assert found.campaign.plots == (
        Plot(plot="P1", stratum="A", area_m2=Decimal(667)),
        Plot(plot="P2", stratum="A", area_m2=Decimal(667)),
    )
    assert found.campaign.trees == (
        Tree(plot="P1", species="油松", dbh_cm=Decimal("10.5"), height_m=Decimal("6.2")),
    )
    assert found.first_day is None


def test_reads_english_headers_latin_names_and_optional_columns() -> None:
    found = read(
        "# SYNTHETIC\n\nplot_id,area_m2,species,DBH_cm,height_m,tree_id,permanent,date,crown\n"
        'P1,666.67,"Pinus tabuliformis",10,6,7,no,2021/9/3,2\n'
        "P1,666.67,ulmus pumila,11,7,8,no,2021-09-05,3\n"
    )
    (plot,) = found.campaign.plots
    assert plot == Plot(plot="P1", stratum="1", area_m2=Decimal("666.67"), permanent=False)
    assert [tree.species for tree in found.campaign.trees] == ["油松", "榆树"]
    assert [tree.tree for tree in found.campaign.trees] == ["7", "8"]
    assert (found.first_day, found.last_day) == (date(2021, 9, 3), date(2021, 9, 5))
    assert found.ignored_columns == ("crown",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_reads_every_encoding_and_line_ending(encoding: str, ending: str) -> None:
    text = ending.join([HEADER, "P1,甲,667,小叶杨,10,6", "P1,甲,667,山杨,9,5", ""])
    found = read_plots(text.encode(encoding), species=SPECIES)
    assert [tree.species for tree in found.campaign.trees] == ["小叶杨", "山杨"]


def test_a_plot_may_be_called_with_a_number_sign() -> None:
    assert read(f"{HEADER}\n#1,A,667,油松,10,6\n").campaign.plots[0].plot == "#1"


def test_trailing_commas_of_a_spreadsheet_do_no_harm() -> None:
    found = read(f"{HEADER},,\nP1,A,667,油松,10,6,,\n,,,,,,,\n")
    assert len(found.campaign.trees) == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        pytest.param("P1,A,667,油松,-10,6", "NUMBER_NEGATIVE", id="negative-dbh"),
        pytest.param("P1,A,667,油松,0,6", "NUMBER_ZERO", id="zero-dbh"),
        pytest.param("P1,A,667,油松,301,6", "NUMBER_TOO_LARGE", id="dbh-above-3-m"),
        pytest.param("P1,A,667,油松,10,60.5", "NUMBER_TOO_LARGE", id="height-above-60-m"),
        pytest.param("P1,A,0,油松,10,6", "NUMBER_ZERO", id="no-area"),
        pytest.param("P1,A,667,油松,10,5,6", "CELLS_TOO_MANY", id="comma-decimal"),
        pytest.param('P1,A,667,油松,"10,5",6', "NUMBER_COMMA", id="quoted-comma-decimal"),
        pytest.param("P1,A,667,油松,10，5,6", "NUMBER_COMMA", id="full-width-comma"),
        pytest.param('P1,A,"1,667",油松,10,6', "NUMBER_COMMA", id="thousands"),
        pytest.param("P1,A,667,油松,1e1,6", "NUMBER_SCIENTIFIC", id="scientific"),
        pytest.param("P1,A,667,油松,1.0E+01,6", "NUMBER_SCIENTIFIC", id="spreadsheet-scientific"),
        pytest.param("P1,A,667,油松,１０,6", "NUMBER_FULL_WIDTH", id="full-width-digits"),
        pytest.param("P1,A,667,油松,10cm,6", "NUMBER_WITH_UNIT", id="unit"),
        pytest.param("P1,A,667,油松,粗,6", "NUMBER_WRONG", id="word"),
        pytest.param("P1,A,667,油松,nan,6", "NUMBER_WRONG", id="nan"),
        pytest.param("P1,A,667,油松,+10,6", "NUMBER_WRONG", id="plus"),
        pytest.param("P1,A,667,油松,10.,6", "NUMBER_WRONG", id="bare-point"),
        pytest.param("P1,A,667,油松,10.1234567,6", "NUMBER_TOO_LONG", id="too-many-places"),
        pytest.param("P1,A,667,油松,,6", "NUMBER_MISSING", id="dbh-missing"),
        pytest.param("P1,A,667,油松,10,", "NUMBER_MISSING", id="height-missing"),
        pytest.param("P1,A,667,,10,6", "NAME_MISSING", id="species-missing"),
        pytest.param("P1,A,667,椰子,10,6", "SPECIES_UNKNOWN", id="unknown-species"),
        pytest.param("P1,A,667,樟子松,10,6", "SPECIES_UNKNOWN", id="species-not-confirmed"),
        pytest.param(",A,667,油松,10,6", "NAME_MISSING", id="plot-missing"),
        pytest.param(f"{'P' * 41},A,667,油松,10,6", "NAME_TOO_LONG", id="plot-too-long"),
        pytest.param(f"P1,A,667,{'松' * 201},10,6", "CELL_TOO_LONG", id="cell-too-long"),
        pytest.param("P1,A,667,油松,10", "CELLS_TOO_FEW", id="cell-missing"),
        pytest.param('P1,A,667,"油松,10,6', "QUOTE_OPEN", id="open-quote"),
        pytest.param("P\u200b1,A,667,油松,10,6", "CHARACTER_FORBIDDEN", id="zero-width"),
        pytest.param("P0,A,600,油松,10,6", "PLOT_CONFLICT", id="other-area"),
        pytest.param("P0,B,667,油松,10,6", "PLOT_CONFLICT", id="other-stratum"),
        pytest.param("P0,A,667,,,", "PLOT_DUPLICATE", id="empty-but-wooded"),
    ],
)
def test_refuses_a_row_and_names_its_line(row: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read(f"# 示例\n{HEADER}\nP0,A,667,油松,10,6\n\n{row}\n")
    assert (caught.value.code, caught.value.line) == (code, 5)
    assert caught.value.zh.startswith("第5行：")
    assert caught.value.en.startswith("Line 5: ")
    assert caught.value.zh.count("\n") == caught.value.en.count("\n") == 0


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        pytest.param("样地号,层,面积\nP1,A,667\n", "COLUMN_MISSING", 1, id="columns"),
        pytest.param(
            "样地号,面积(亩),树种,胸径(cm),树高(m)\nP1,1,油松,10,6\n", "COLUMN_MISSING", 1, id="mu"
        ),
        pytest.param(HEADER.replace("(cm)", "(mm)") + "\n", "COLUMN_MISSING", 1, id="millimetres"),
        pytest.param(f"{HEADER},胸径\nP1,A,667,油松,10,6,10\n", "COLUMN_DUPLICATE", 1, id="twice"),
        pytest.param(
            "# 示例\n" + HEADER.replace(",", ";") + "\n", "DELIMITER_WRONG", 2, id="semicolon"
        ),
        pytest.param(HEADER.replace(",", "\t") + "\n", "DELIMITER_WRONG", 1, id="tab"),
        pytest.param(HEADER.replace(",", "，") + "\n", "DELIMITER_WRONG", 1, id="chinese-comma"),
        pytest.param(f"{HEADER}\n", "ROWS_MISSING", 0, id="header-only"),
        pytest.param("# only a comment\n", "ROWS_MISSING", 0, id="comment-only"),
        pytest.param(f"{HEADER}\n" + "P,A,1,,,\n" * 200_001, "ROWS_TOO_MANY", 200_002, id="rows"),
        pytest.param("#\n" * 210_001, "ROWS_TOO_MANY", 210_001, id="comments-without-end"),
        pytest.param(
            f"{HEADER}\nP1,A,667,,,\nP1,A,667,,,\n", "PLOT_DUPLICATE", 3, id="empty-twice"
        ),
        pytest.param(
            f"{HEADER}\nP1,A,667,,,\nP1,A,667,油松,10,6\n", "PLOT_DUPLICATE", 3, id="not-empty"
        ),
        pytest.param(
            f"{HEADER},树号\nP1,A,667,油松,10,6,7\nP1,A,667,油松,9,5,7\n",
            "TREE_DUPLICATE",
            3,
            id="tree-twice",
        ),
        pytest.param(
            f"{HEADER},固定样地\nP1,A,667,油松,10,6,maybe\n", "YES_NO_WRONG", 2, id="permanence"
        ),
        pytest.param(
            f"{HEADER},调查日期\nP1,A,667,油松,10,6,2021-02-30\n", "DATE_WRONG", 2, id="no-such-day"
        ),
        pytest.param(
            f"{HEADER},调查日期\nP1,A,667,油松,10,6,2021年9月\n", "DATE_WRONG", 2, id="month-only"
        ),
    ],
)
def test_refuses_a_file(text: str, code: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert (caught.value.code, caught.value.line) == (code, line)


def test_a_sentence_uses_the_files_own_header() -> None:
    with pytest.raises(InputError) as caught:
        read(f"{HEADER}\nP1,A,667,油松,-10,6\n")
    assert caught.value.zh == "第2行：“胸径(cm)”为“-10”，不能是负数。"
    assert caught.value.en == "Line 2: 胸径(cm) is '-10'; it must not be negative."


@given(raw=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    assert is_answered(raw)


@given(cells=st.lists(st.text(max_size=12), min_size=6, max_size=6))
def test_any_row_is_read_or_refused(cells: list[str]) -> None:
    assert is_answered(f"{HEADER}\n{','.join(cells)}\n".encode())


def test_counts_the_years_between_two_dated_campaigns() -> None:
    rows = f"{HEADER},日期\nP1,A,667,油松,10,6,"
    before, after = read(f"{rows}2021-09-26\n"), read(f"{rows}2025-09-25\n")
    assert years_between(before, after) == Decimal("3.997")
    assert years_between(before, read(f"{HEADER}\nP1,A,667,油松,10,6\n")) is None


def test_gives_one_stratum_its_name() -> None:
    campaign = renamed(read(f"{HEADER}\nP1,A,667,油松,10,6\n").campaign, "全部")
    assert [plot.stratum for plot in campaign.plots] == ["全部"]
