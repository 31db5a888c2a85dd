"""What a signer sees: every value to be signed, in both languages, as text and nothing else."""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.drafting.bodies import example_body
from contracts.v1.ruleset import RULES
from contracts.values import Json
from ledger.log.canonical import canonical
from ledger.log.entry import signed_bytes
from ledger.log.signature import sign_ed25519
from tests.support import world
from tests.support.desk import Desk
from tests.support.people import ORIGIN, Private, digest, key

KINDS = sorted(RULES)


@pytest.fixture
def desk(open_page: Callable[..., Any]) -> Desk:
    return Desk(open_page("sign.html", accept_downloads=True))


def order_of(kind: str, body: Json, actor: str = "registrar") -> dict[str, Json]:
    return {
        "actor": actor,
        "body": body,
        "kind": kind,
        "log": ORIGIN,
        "nonce": world.nonce(7),
        "rules": world.RULES,
        "valid_until_us": 4_102_444_800_000_000,
    }


def file_of(order: dict[str, Json], *signers: str, private: Json = None) -> bytes:
    message = signed_bytes(str(order["log"]), canonical(order))
    sigs = [sign_ed25519(key(name).seed, message) for name in signers]
    parts: dict[str, Json] = {
        "order": order,
        "sigs": [dict(sig.to_json()) for sig in sorted(sigs, key=lambda sig: sig.key)],
    }
    return canonical({**parts, **({"private": private} if private else {})}) + b"\n"


def leaves(value: Json) -> Iterator[Json]:
    members = value.values() if isinstance(value, dict) else value
    if isinstance(members, str | int | bool) or members is None:
        yield members
    elif not members:
        yield value
    else:
        for member in members:
            yield from leaves(member)


def shown(value: Json) -> str:
    return value if isinstance(value, str) else canonical(value).decode()


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_of_every_kind_stands_in_the_page(desk: Desk, kind: str) -> None:
    order = order_of(kind, example_body(kind))

    desk.open_order(file_of(order))
    desk.reads()

    recorded = desk.find("#order-fields .recorded").all_text_contents()
    assert sorted(recorded) == sorted(shown(leaf) for leaf in leaves(order))
    assert desk.find("#order-fields .recorded:visible").count() == len(recorded)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_own_sentences_and_field_names(desk: Desk, kind: str) -> None:
    desk.open_order(file_of(order_of(kind, example_body(kind))))
    desk.reads()

    for language in ("zh", "en"):
        sentences = desk.find(f"#sentences-{language} li").all_text_contents()
        assert sentences
        for sentence in sentences:
            assert "{" not in sentence
            assert "undefined" not in sentence
            assert "[object" not in sentence
    named = "[...document.querySelectorAll('#order-fields .path')].map((path) => path.textContent)"
    paths = {part.split("[")[0] for path in desk.page.evaluate(named) for part in path.split(".")}
    known = desk.page.evaluate("Object.keys(FIELD_WORDS)")
    assert {part for part in paths if part} - set(known) == set()


def test_amounts_money_and_times_are_shown_as_people_write_them(desk: Desk) -> None:
    body: dict[str, Json] = {
        "external_settlement": {
            "date": "2026-10-08",
            "price_fen": 123_456_789,
            "trade_no": "SL-1",
            "venue": "示例",
        },
        "from": "00000044",
        "ranges": [{"batch": "BT-F-0001-20220101-20260831-01", "end": 948_500, "first": 142_275}],
        "to": "00000066",
    }
    order = {**order_of("units.transfer", body), "valid_until_us": 1_791_424_800_000_000}
    desk.open_order(file_of(order))
    desk.reads()

    table, zh, en = (desk.text(f"#{at}") for at in ("order-fields", "sentences-zh", "sentences-en"))
    assert "人民币 1,234,567.89 元" in table
    assert "CNY 1,234,567.89" in en
    assert "自第 142,276 号起" in table
    assert "至第 948,500 号止" in table
    assert "806.225 吨（806,225 千克）" in zh
    assert "806.225 t (806,225 kg)" in en
    assert "2026-10-08 10:00:00（UTC+8）" in table


def test_the_bytes_and_their_digest_are_those_that_are_signed(desk: Desk) -> None:
    order = order_of("units.retire", example_body("units.retire"))
    message = signed_bytes(ORIGIN, canonical(order))

    desk.open_order(file_of(order))
    desk.reads()

    assert desk.text("#order-sha256") == sha256(message).hexdigest()
    assert desk.text("#raw-bytes").encode() == message


HOSTILE = '<img src="x" onerror="document.title=1"><script>document.title=2</script>&amp;"\'`${1}'


def test_hostile_texts_stay_texts(desk: Desk) -> None:
    body: dict[str, Json] = {"<b>bold</b>": HOSTILE, "list": [{"__proto__": HOSTILE}, {}, []]}
    record = {"name": HOSTILE}
    private = Private("person", record, digest("salt"))
    body["commitment"] = private.commitment
    title = desk.page.title()

    desk.open_order(file_of(order_of("claim.open", body), private=[private.to_json()]))
    desk.reads()

    assert desk.page.title() == title
    assert desk.find("#review img, #review script, #review b b").count() == 0
    recorded = desk.find("#order-fields .recorded").all_text_contents()
    assert recorded.count(HOSTILE) == 2
    assert "<b>bold</b>" in desk.text("#order-fields")
    assert HOSTILE in desk.text("#private-0")


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        pytest.param("a\u202eb", "⟨U+202E⟩", id="direction"),
        pytest.param("a\u200bb", "⟨U+200B⟩", id="zero-width"),
        pytest.param("a\ufe0fb", "⟨U+FE0F⟩", id="variation"),
        pytest.param("a\u3164b", "⟨U+3164⟩", id="filler"),
        pytest.param("a\u00a0b", "⟨U+00A0⟩", id="no-break-space"),
        pytest.param("a\U000e0041b", "⟨U+E0041⟩", id="tag"),
        pytest.param("a\nb", "⟨U+000A⟩", id="line-feed"),
    ],
)
def test_what_cannot_be_seen_is_marked_and_warned_of(desk: Desk, text: str, mark: str) -> None:
    desk.facts()
    desk.open_order(file_of(order_of("units.cancel", {"reason": text})))
    desk.reads()

    assert mark in desk.text("#order-fields")
    assert "看不见的" in "".join(desk.find("#review .warning").all_text_contents())


def test_a_kind_that_the_page_does_not_know_is_shown_whole_and_warned_of(desk: Desk) -> None:
    desk.facts()
    body: dict[str, Json] = {"anything": {"deep": [1, None, True, "x"]}, "quantity_kg": 5}
    order = order_of("new.kind", body)
    desk.open_order(file_of(order))
    desk.reads()

    warnings = "".join(desk.find("#review .warning").all_text_contents())
    assert "没有这类指令的专用语句" in warnings
    assert "有效期超过 30 天" in warnings
    recorded = desk.find("#order-fields .recorded").all_text_contents()
    assert sorted(recorded) == sorted(shown(leaf) for leaf in leaves(order))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["from", "quantity_kg", "reason", "type", "constructor", "end", "x"]),
            inner,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from([*KINDS, "new.kind"]), field=JSON, data=st.data())
def test_whatever_stands_in_a_body_is_shown(
    desk: Desk, kind: str, field: Json, data: st.DataObject
) -> None:
    example = example_body(kind) if kind in RULES else {}
    assert isinstance(example, dict)
    name = data.draw(st.sampled_from([*sorted(example), "added"]))
    order = order_of(kind, {**example, name: field})
    expected = sorted(
        desk.page.evaluate(f"{json.dumps([*map(shown, leaves(order))])}.map(visible)")
    )

    desk.page.evaluate(
        f"showReview(byId('review'), {{order: JSON.parse({json.dumps(canonical(order).decode())}),"
        "sigs: []}, undefined, 0)"
    )

    assert sorted(desk.find("#order-fields .recorded").all_text_contents()) == expected


def altered(content: bytes) -> list[Any]:
    spaced = content.replace(b'"kind"', b' "kind"', 1)
    amount = content.replace(b'"quantity_kg":42318', b'"quantity_kg":42319')
    other = content.replace(b'"alg":"ed25519"', b'"alg":"rsa"')
    twice = content.replace(b'"kind":"units.retire"', b'"kind":"a.b","kind":"units.retire"')
    return [
        pytest.param(amount, "签名之后内容被改动过", id="amount"),
        pytest.param(spaced, "不是规范格式", id="space"),
        pytest.param(twice, "不是规范格式", id="key-twice"),
        pytest.param(content[:-20], "不是规范格式", id="cut"),
        pytest.param(other, "不是有效的指令", id="algorithm"),
        pytest.param(b"\xff" + content, "不是规范格式", id="no-utf8"),
        pytest.param(b"[]", "不是有效的指令", id="no-envelope"),
        pytest.param(b" " * 70_000, "文件太大", id="too-large"),
    ]


RETIREMENT = file_of(order_of("units.retire", example_body("units.retire")), "one")


@pytest.mark.parametrize(("content", "told"), altered(RETIREMENT))
def test_an_altered_file_is_told_and_not_laid_on_the_desk(
    desk: Desk, content: bytes, told: str
) -> None:
    desk.open_order(RETIREMENT)
    desk.reads()

    desk.open_order(content)

    assert told in desk.complaint("#order-message")
    assert desk.find("#reading").is_hidden()
    assert desk.page.evaluate("desk.envelope === undefined")


def test_a_private_record_that_opens_nothing_is_refused(desk: Desk) -> None:
    private = Private("org", {"uscc": "x"}, digest("salt"))
    order = order_of("account.open", {"commitment": private.commitment})
    changed = {**private.to_json(), "record": {"uscc": "y"}}

    desk.open_order(file_of(order, private=[changed]))

    assert "承诺值不符" in desk.complaint("#order-message")
