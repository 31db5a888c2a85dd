"""Every fault of a methodology has its sentence in both languages."""

import string

import pytest

from api.inputs import wording
from contracts.v1.method_error import MethodError, MethodFault


@pytest.mark.parametrize("fault", MethodFault)
def test_every_fault_has_a_sentence(fault: MethodFault) -> None:
    zh, en = wording._SENTENCES[fault]
    assert zh.endswith("。")
    assert en.endswith(".")
    named = [
        {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (zh, en)
    ]
    assert named[0] == named[1]


def test_a_fault_with_a_line_says_so_first() -> None:
    error = MethodError(MethodFault.FACTOR_UNKNOWN, line=7, factor="x")
    assert wording.sentences(error) == (
        "第7行：因子x不在已发布的因子表中。",
        "Line 7: Factor x is not in the published tables.",
    )


def test_a_fault_without_a_line_is_the_sentence_alone() -> None:
    error = MethodError(MethodFault.PLOT_DUPLICATE, plot="P1")
    assert wording.sentences(error) == ("样地P1出现了两次。", "Plot P1 appears twice.")
