"""The signing desk by itself: what it refuses to sign, what its forms notice, who can use it."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc as uscc_number

from api.offline.build import FOLDER
from contracts.check_digits import mod_37_36
from contracts.orders import NONCE
from contracts.v1.ruleset import RULES
from ledger.intake.envelope import read_envelope
from tests.support.desk import Desk
from tests.support.main_bodies import FARM
from tests.support.people import key

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def desk(open_page: Callable[..., Any]) -> Desk:
    return Desk(open_page("sign.html", accept_downloads=True))


def plain_pem(name: str) -> bytes:
    private = Ed25519PrivateKey.from_private_bytes(key(name).seed)
    held: bytes = private.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    return held


def drafted(desk: Desk, **changed: str) -> Desk:
    desk.facts()
    fields = {"from": "00000044", "to": "00000055", "quantity_kg": "1.5", **changed}
    desk.form("units.transfer", **fields)
    desk.draft()
    return desk


def test_signs_nothing_that_was_not_read(desk: Desk) -> None:
    drafted(desk).open_key(plain_pem("one"), "")
    desk.has_key()

    desk.find("#sign").click()

    assert "请先阅读指令" in desk.complaint("#sign-message")
    assert desk.page.evaluate("desk.envelope.sigs.length") == 0


def test_another_order_has_to_be_read_anew(desk: Desk) -> None:
    drafted(desk).find("#have-read").check()

    desk.draft()

    assert not desk.find("#have-read").is_checked()


def test_signs_nothing_without_a_key_and_nothing_twice(desk: Desk) -> None:
    drafted(desk).find("#have-read").check()
    desk.find("#sign").click()
    assert "打开密钥" in desk.complaint("#sign-message")

    desk.open_key(plain_pem("one"), "")
    desk.has_key()
    desk.sign()
    desk.find("#sign").click()

    assert "已经签过" in desk.complaint("#sign-message")


def test_signs_no_order_of_another_registry(desk: Desk) -> None:
    drafted(desk).open_key(plain_pem("one"), "")
    desk.has_key()
    desk.facts(origin="other.example/log")
    desk.find("#have-read").check()

    desk.find("#sign").click()

    assert "另一个登记簿" in desk.complaint("#sign-message")
    assert "other.example/log" in desk.text("#review .warning")


def test_sends_nothing_unsigned_and_drafts_nothing_without_facts(desk: Desk) -> None:
    desk.form("units.transfer", **{"from": "00000044"}, to="00000055", quantity_kg="1")
    desk.draft()
    assert "登记信息" in desk.complaint("#order-message")

    desk.facts()
    desk.draft()
    desk.find("#send").click()

    assert "还没有签名" in desk.complaint("#answer")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"origin":"x"}',
        b"\xff",
        b'{"origin":"UPPER","rules":"a","environment":"demo"}',
    ],
)
def test_what_are_no_facts_is_told(desk: Desk, content: bytes) -> None:
    desk.give("#facts-file", "registry.json", content)

    assert "不是登记信息" in desk.complaint("#facts-message")


def test_a_rule_set_that_is_no_longer_in_force_is_warned_of(desk: Desk) -> None:
    drafted(desk).facts(rules="00" * 32)

    assert "规则集已更换" in desk.text("#review .warning")


def test_signatures_are_sorted_and_the_file_is_what_the_registry_reads(desk: Desk) -> None:
    drafted(desk)
    for number, name in enumerate(("one", "two", "three"), start=1):
        desk.open_key(plain_pem(name), "")
        desk.page.wait_for_timeout(50)
        desk.sign(number)
    content = desk.saved("#save")

    signed = read_envelope(content.removesuffix(b"\n"))

    keys = [key(name).public for name in ("one", "two", "three")]
    assert [public for public, _ in signed.keys] == sorted(keys)
    assert signed.order.body == {"from": "00000044", "quantity_kg": 1500, "to": "00000055"}
    assert NONCE.fullmatch(signed.order.nonce)


def test_each_draft_has_its_own_nonce(desk: Desk) -> None:
    nonces = desk.page.evaluate("Array.from({length: 200}, () => newNonce(Date.now() * 1000))")

    assert len(set(nonces)) == 200
    assert all(NONCE.fullmatch(nonce) for nonce in nonces)


WRONG = [
    pytest.param({"from": "0000004"}, "转出账户", id="short-id"),
    pytest.param({"to": ""}, "请填写「转入账户」", id="missing"),
    pytest.param({"quantity_kg": "1.2345"}, "数量", id="four-decimals"),
    pytest.param({"quantity_kg": "-1"}, "数量", id="negative"),
    pytest.param({"quantity_kg": "1e3"}, "数量", id="exponent"),
    pytest.param({"venue": "示例\u202e"}, "看不见的字符", id="hidden-character"),
    pytest.param({"venue": "示例"}, "请填写「成交编号」", id="half-a-group"),
]


@pytest.mark.parametrize(("changed", "told"), WRONG)
def test_a_field_that_is_filled_wrongly_is_named_and_gets_the_focus(
    desk: Desk, changed: dict[str, str], told: str
) -> None:
    drafted(desk, **changed)

    assert told in desk.complaint("#order-message")
    assert desk.page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
    assert desk.page.evaluate("desk.envelope === undefined")


def test_serials_are_taken_as_papers_show_them(desk: Desk) -> None:
    body = "BT-G-0002-20210901-20250831-01:142276-948500"
    good = f"{body}/{mod_37_36(body)}"

    read = desk.page.evaluate(f"readSerials('\\n {good} \\n')")

    assert read == [{"batch": body.partition(":")[0], "end": 948_500, "first": 142_275}]
    slip = good.replace("948500", "948501")
    tried = "slip => { try { return readSerials(slip); } catch (error) { return error.code; } }"
    assert desk.page.evaluate(tried, slip) == "serial"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(position=st.integers(0, 17), letter=st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXYIOSVZ"))
def test_codes_are_checked_as_the_registry_checks_them(
    desk: Desk, position: int, letter: str
) -> None:
    code = FARM.uscc[:position] + letter + FARM.uscc[position + 1 :]

    assert desk.page.evaluate(f"usccHolds({json.dumps(code)})") == uscc_number.is_valid(code)


def test_every_kind_of_the_rules_has_a_name_in_both_languages(desk: Desk) -> None:
    named = desk.page.evaluate("KIND_WORDS")

    assert set(RULES) == set(named)
    assert all(re.search("[一-鿿]", zh) and en.isascii() for zh, en in named.values())


def test_every_sentence_of_the_page_stands_in_both_languages(desk: Desk) -> None:
    catalogues = desk.page.evaluate("[SIGN_TEXTS, NEXT_STEPS, ID_OF_KIND, FIELD_WORDS]")

    for catalogue in catalogues:
        for zh, en in catalogue.values():
            assert zh
            assert en
            assert not re.search("[一-鿿]", en)


@pytest.mark.parametrize("kind", ["", "account.open", "units.retire", "claim.measure"])
def test_every_control_has_a_name_and_is_large_enough_to_touch(
    open_page: Callable[..., Any], kind: str
) -> None:
    desk = Desk(open_page("sign.html", viewport=PHONE))
    if kind:
        desk.form(kind)
        desk.page.evaluate(
            "document.querySelectorAll('details').forEach((d) => { d.open = true; })"
        )

    found = desk.page.evaluate("""
      [...document.querySelectorAll('input, select, textarea, button')].filter((control) =>
        !control.ariaLabel && !control.textContent.trim() && ![...(control.labels ?? [])].length
      ).map((control) => control.outerHTML)""")
    small = desk.page.evaluate("""
      [...document.querySelectorAll('button, select, input:not([type=checkbox], [type=radio])')]
        .filter((control) => control.checkVisibility() && control.offsetHeight < 44)
        .map((control) => control.outerHTML)""")

    assert found == []
    assert small == []
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_browser_without_ed25519_is_told(browser: Any) -> None:
    context = browser.context(offline=True)
    context.add_init_script("Object.defineProperty(crypto, 'subtle', {value: undefined})")
    page = context.new_page()
    page.goto((FOLDER / "sign.html").as_uri())

    assert "不能使用 Ed25519" in Desk(page).complaint("#browser")
    context.close()
