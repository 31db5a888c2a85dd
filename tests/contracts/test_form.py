"""The form check: every reader, on everything that it must not take."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.form import ID, NAME, PARAMETER, SHA256, Form
from contracts.refusal import RefusalCode, Refused
from contracts.values import INTEGER_MAX, Json

Reader = Callable[[Form], object]

READERS: dict[str, tuple[Reader, RefusalCode]] = {
    "text": (lambda form: form.text("x"), RefusalCode.FIELD_TYPE),
    "pattern": (lambda form: form.text("x", NAME), RefusalCode.FIELD_TYPE),
    "integer": (lambda form: form.integer("x"), RefusalCode.FIELD_TYPE),
    "flag": (lambda form: form.flag("x"), RefusalCode.FIELD_TYPE),
    "choice": (lambda form: form.choice("x", ("a", "b")), RefusalCode.CHOICE_UNKNOWN),
    "day": (lambda form: form.day("x"), RefusalCode.FIELD_TYPE),
    "form": (lambda form: form.form("x"), RefusalCode.FIELD_TYPE),
    "object": (lambda form: form.object("x"), RefusalCode.FIELD_TYPE),
    "period": (lambda form: form.period("x"), RefusalCode.FIELD_TYPE),
    "words": (lambda form: form.words("x"), RefusalCode.FIELD_TYPE),
    "organisation": (lambda form: form.organisation("x"), RefusalCode.FIELD_TYPE),
    "forms": (lambda form: form.forms("x"), RefusalCode.FIELD_TYPE),
    "texts": (lambda form: form.texts("x", NAME), RefusalCode.FIELD_TYPE),
}
GOOD: dict[str, tuple[str, ...]] = {
    "text": ("text", "pattern", "choice"),
    "integer": ("integer",),
    "boolean": ("flag",),
    "object": ("form", "object", "period", "words", "organisation"),
    "list": ("forms", "texts"),
    "null": (),
    "float": (),
}
VALUES: dict[str, object] = {
    "text": "a",
    "integer": 7,
    "boolean": True,
    "object": {},
    "list": [],
    "null": None,
    "float": 1.5,
}


def code(read: Callable[[], object]) -> RefusalCode:
    with pytest.raises(Refused) as caught:
        read()
    return caught.value.code


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("kind", VALUES)
def test_every_reader_refuses_every_other_type(name: str, kind: str) -> None:
    if name not in GOOD[kind] and not (name == "day" and kind == "text"):
        reader, expected = READERS[name]
        assert code(lambda: reader(Form({"x": VALUES[kind]}))) is expected  # type: ignore[dict-item]  # wrong types are the point


@pytest.mark.parametrize("name", READERS)
def test_every_reader_refuses_an_absent_field(name: str) -> None:
    assert code(lambda: READERS[name][0](Form({}))) is RefusalCode.FIELD_MISSING


@pytest.mark.parametrize(
    "value", [pytest.param(value, id=kind) for kind, value in VALUES.items() if kind != "object"]
)
def test_a_form_is_an_object(value: Json) -> None:
    assert code(lambda: Form(value)) is RefusalCode.FIELD_TYPE


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        pytest.param(lambda: Form({"x": ""}).text("x"), RefusalCode.FIELD_FORMAT, id="empty"),
        pytest.param(lambda: Form({"x": " a"}).text("x"), RefusalCode.FIELD_FORMAT, id="blank"),
        pytest.param(
            lambda: Form({"x": "碳" * 201}).text("x"), RefusalCode.FIELD_FORMAT, id="long"
        ),
        pytest.param(
            lambda: Form({"x": "A\n"}).text("x", SHA256), RefusalCode.FIELD_FORMAT, id="hex"
        ),
        pytest.param(
            lambda: Form({"x": "ab" * 32 + "\n"}).text("x", SHA256),
            RefusalCode.FIELD_FORMAT,
            id="newline-after-hex",
        ),
        pytest.param(
            lambda: Form({"x": "0000I0A5"}).text("x", ID), RefusalCode.FIELD_FORMAT, id="id"
        ),
        pytest.param(
            lambda: Form({"x": "param/../a"}).text("x", PARAMETER),
            RefusalCode.FIELD_FORMAT,
            id="parameter-path",
        ),
        pytest.param(lambda: Form({"x": -1}).integer("x"), RefusalCode.FIELD_RANGE, id="negative"),
        pytest.param(
            lambda: Form({"x": INTEGER_MAX + 1}).integer("x"), RefusalCode.FIELD_RANGE, id="2^53"
        ),
        pytest.param(
            lambda: Form({"x": "2026-02-29"}).day("x"), RefusalCode.FIELD_FORMAT, id="no-leap-year"
        ),
        pytest.param(
            lambda: Form({"x": "２０２６-01-01"}).day("x"),
            RefusalCode.FIELD_FORMAT,
            id="full-width",
        ),
        pytest.param(
            lambda: Form({"x": "1899-12-31"}).day("x"), RefusalCode.FIELD_RANGE, id="before-1900"
        ),
        pytest.param(
            lambda: Form({"x": "2200-01-01"}).day("x"), RefusalCode.FIELD_RANGE, id="after-2199"
        ),
        pytest.param(
            lambda: Form({"x": ["a", "a"]}).texts("x", NAME), RefusalCode.DUPLICATE_ITEM, id="twice"
        ),
        pytest.param(
            lambda: Form({"x": ["a", 1]}).texts("x", NAME), RefusalCode.FIELD_FORMAT, id="number"
        ),
        pytest.param(
            lambda: Form({"x": [{}] * 129}).forms("x"), RefusalCode.TOO_MANY_ITEMS, id="129-items"
        ),
        pytest.param(
            lambda: Form({"x": []}).forms("x", least=1), RefusalCode.TOO_MANY_ITEMS, id="too-few"
        ),
        pytest.param(lambda: Form({"x": [1]}).forms("x"), RefusalCode.FIELD_TYPE, id="no-object"),
        pytest.param(lambda: Form({"x": {}}).words("x"), RefusalCode.FIELD_MISSING, id="no-words"),
        pytest.param(
            lambda: Form({"x": {"fr": "a", "zh": "a"}}).words("x"),
            RefusalCode.FIELD_UNKNOWN,
            id="third-language",
        ),
        pytest.param(
            lambda: Form({"x": {"name": {"zh": "甲"}, "uscc": "9115020012345678IX"}}).organisation(
                "x"
            ),
            RefusalCode.FIELD_FORMAT,
            id="uscc-with-an-i",
        ),
        pytest.param(
            lambda: Form({"x": {"end": "2026-01-01", "start": "2026-01-02"}}).period("x"),
            RefusalCode.DATES_REVERSED,
            id="period-reversed",
        ),
    ],
)
def test_refuses(read: Callable[[], object], expected: RefusalCode) -> None:
    assert code(read) is expected


@given(names=st.sets(st.text(min_size=1), min_size=1), read=st.data())
def test_whatever_nobody_asked_for_is_refused(names: set[str], read: st.DataObject) -> None:
    asked = read.draw(st.sets(st.sampled_from(sorted(names))))
    form = Form(dict.fromkeys(names, 1))
    for name in asked:
        form.integer(name)
    if asked == names:
        form.done()
    else:
        assert code(form.done) is RefusalCode.FIELD_UNKNOWN


def test_null_is_the_same_as_absent_for_optional_fields_only() -> None:
    form = Form({"x": None})
    assert form.optional_text("x") is None
    assert form.optional_text("y") is None
    form.done()
    assert code(lambda: Form({"x": None}).text("x")) is RefusalCode.FIELD_TYPE


def test_facts_name_the_field_by_its_path() -> None:
    form = Form({"x": [{"y": {"z": 1}}]})
    with pytest.raises(Refused) as caught:
        form.forms("x")[0].form("y").text("z")
    assert caught.value.facts["field"] == "body.x[0].y.z"
    assert str(caught.value) == "1005 FIELD_TYPE: field=body.x[0].y.z, expected=text"


def test_reads_what_is_right() -> None:
    form = Form({"d": "2026-10-08", "n": INTEGER_MAX, "w": {"en": "a", "zh": "甲"}})
    assert form.day("d") == date(2026, 10, 8)
    assert form.integer("n") == INTEGER_MAX
    assert form.words("w") == {"en": "a", "zh": "甲"}
    form.done()
