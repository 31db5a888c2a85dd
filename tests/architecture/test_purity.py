"""Rules are pure: replay is truth only where nothing but books and order decides."""

import pytest

from tests.support.architecture import report, source_files
from tests.support.purity import impurities


def test_no_rule_sees_anything_but_books_and_order() -> None:
    assert report(impurities, source_files("contracts")) == []


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param("import os", id="environment"),
        pytest.param("from time import time", id="clock-module"),
        pytest.param("import random", id="randomness"),
        pytest.param("from secrets import token_hex", id="secrets"),
        pytest.param("from pathlib import Path", id="files"),
        pytest.param("def late():\n    import socket", id="late-import"),
        pytest.param("from math import sqrt", id="float-mathematics"),
        pytest.param("import math", id="all-of-math"),
        pytest.param("import unicodedata", id="tables-that-change-with-python"),
        pytest.param("import sqlalchemy", id="a-library"),
        pytest.param("from ledger.log import merkle", id="an-upper-floor"),
        pytest.param("import contractsx", id="a-name-that-only-begins-alike"),
        pytest.param("share = 0.5", id="float"),
        pytest.param("root = 2j", id="complex"),
        pytest.param("x = float('1')", id="float-by-name"),
        pytest.param("convert = float", id="float-as-a-value"),
        pytest.param("moment = datetime.now()", id="now"),
        pytest.param("day = date.today()", id="today"),
        pytest.param("day = datetime.fromtimestamp(at)", id="local-time-zone"),
        pytest.param("open('x')", id="open"),
        pytest.param("eval('1')", id="eval"),
        pytest.param("print(1)", id="print"),
        pytest.param("order = hash('a')", id="seeded-hash"),
        pytest.param("def f():\n    global count\n    count = 1", id="global"),
        pytest.param("for x in {1, 2}: pass", id="loop-over-a-set"),
        pytest.param("for x in set(rows): pass", id="loop-over-set-call"),
        pytest.param("def f(rows: set[str]):\n    for x in rows: pass", id="loop-over-parameter"),
        pytest.param("def f():\n    s = set(a)\n    return [x for x in s]", id="comprehension"),
        pytest.param("def f():\n    s = {1}\n    return tuple(s)", id="tuple-of-a-set"),
        pytest.param("first = list(set(a) - set(b))[0]", id="list-of-a-difference"),
        pytest.param("text = ','.join({x for x in a})", id="join-of-a-set"),
        pytest.param("rows = (*{1, 2},)", id="unpacked-set"),
        pytest.param("one = {1, 2}.pop()", id="any-one-of-a-set"),
    ],
)
def test_finds(bad: str) -> None:
    assert impurities(bad) != []


@pytest.mark.parametrize(
    "good",
    [
        pytest.param("from contracts.values import Json", id="own-floor"),
        pytest.param("from math import gcd, isqrt", id="whole-number-mathematics"),
        pytest.param("from decimal import Decimal\nx = Decimal('0.5') / 3", id="decimal"),
        pytest.param("at = datetime(2026, 1, 1, tzinfo=BEIJING)", id="a-stated-date"),
        pytest.param("for x in sorted({1, 2}): pass", id="sorted-set"),
        pytest.param("found = any(x > 1 for x in {1, 2})", id="a-set-asked-for-any"),
        pytest.param("def f():\n    s = set(a)\n    return x in s", id="membership"),
        pytest.param("def f():\n    s = {1}\ndef g(s):\n    return list(s)", id="another-s"),
        pytest.param("for key in {'a': 1}: pass", id="dictionaries-keep-their-order"),
    ],
)
def test_lets_pass(good: str) -> None:
    assert impurities(good) == []
