"""The signing desk and a real registry: what people sign in the page is recorded or told."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.values import Json
from ledger import vault
from tests.support import main_steps as cast
from tests.support import service
from tests.support.browser import expecting
from tests.support.desk import PASSPHRASE, Desk
from tests.support.loopback import LoopbackService
from tests.support.main_bodies import EVENT_FACTOR, MEAL_FACTOR, ORGANISER
from tests.support.people import Key, hex_digest, organisation
from tests.support.world import DAY_US

PLANTER = organisation("示例造林合作社", "Example Planting Cooperative")


def pem_of(key: Key) -> bytes:
    private = Ed25519PrivateKey.from_private_bytes(key.seed)
    held: bytes = private.private_bytes(
        s.Encoding.PEM, s.PrivateFormat.PKCS8, s.BestAvailableEncryption(PASSPHRASE.encode())
    )
    return held


@pytest.fixture(scope="session")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry just before its first transfer: accounts, factors and one issued batch."""
    folder = tmp_path_factory.mktemp("station")
    registry = service.open_registry(service.settings_of(folder))
    transfer = service.step_of("units.transfer")
    service.fill(registry, service.job()[: transfer.seq])
    registry.close()
    return folder


@pytest.fixture
def served(station: Path, tmp_path: Path) -> Iterator[LoopbackService]:
    at_us = service.step_of("units.transfer").at_us
    opened = LoopbackService.on(station, tmp_path / "served", at_us)
    yield opened
    opened.close()


@pytest.fixture
def desks(
    open_page: Callable[..., Any], served: LoopbackService, heard: list[str]
) -> Iterator[Callable[[], Desk]]:
    """Open a desk from its file, at the registry's time; each is another person's device."""

    def opened() -> Desk:
        page = open_page("sign.html", offline=False, accept_downloads=True)
        page.clock.set_fixed_time(datetime.fromtimestamp(served.now_us // 1_000_000, UTC))
        page.reload()
        desk = Desk(page)
        desk.find("#address").fill(served.address)
        return desk

    yield opened
    allowed = {f"request: {served.address}/v1/{path}" for path in ("orders", "registry")}
    # The browser itself writes each 4xx on its console, besides what the page tells.
    assert {line for line in heard if not line.startswith("console: Failed to load")} <= allowed
    heard.clear()


def facts(desk: Desk) -> None:
    """Read the registry's facts online."""
    desk.find("#facts-fetch").click()
    expecting(desk.find("#facts-message.good")).to_be_visible()


def signed_by(desks: Callable[[], Desk], desk: Desk, *keys: Key) -> Desk:
    """Sign with a key on this desk, and with each further key on a desk of its own."""
    for number, key in enumerate(keys, start=1):
        if number > 1:
            content = desk.saved("#save")
            desk = desks()
            desk.open_order(content)
            desk.reads()
            assert desk.find("#signatures li").count() == number - 1
        desk.open_key(pem_of(key))
        assert desk.has_key() == key.public
        desk.sign(number)
    return desk


def sent(desk: Desk) -> str:
    """Send the order, which must be recorded, and return the id that it gave."""
    desk.find("#send").click()
    expecting(desk.find("#answer.good")).to_be_visible(timeout=10_000)
    return desk.text("#answer dd >> nth=0")


def refused(desk: Desk) -> str:
    desk.find("#send").click()
    return desk.complaint("#answer")


def named(desk: Desk, nth: int, zh: str, en: str) -> None:
    """Fill one pair of texts, in Chinese and English."""
    desk.fill("zh", zh, nth)
    desk.fill("en", en, nth)


def open_account(desks: Callable[[], Desk]) -> tuple[str, bytes]:
    """Open an account for a new organisation with a key made in the page."""
    desk = desks()
    facts(desk)
    desk.make_key()
    public = desk.has_key()
    pem = desk.saved("#key-save")
    desk.form("account.open", name_zh=PLANTER.zh, name_en=PLANTER.en, uscc=PLANTER.uscc)
    desk.find('#order-form [name="dual_control"]').uncheck()
    desk.fill("name", "示例 造林员")
    desk.page.locator("#order-form .list button", has_text="填入").click()
    assert desk.find('#order-form [name="key"]').input_value() == public
    desk.draft()
    desk.reads()
    assert PLANTER.uscc in desk.text("#private-0")
    desk.sign()
    content = desk.saved("#save")
    clerk = desks()
    clerk.open_order(content)
    clerk.reads()
    clerk.open_key(pem_of(cast.REGISTRAR.key))
    clerk.has_key()
    clerk.sign(2)
    return sent(clerk), pem


def test_an_account_is_opened_receives_units_and_retires_them(
    desks: Callable[[], Desk], served: LoopbackService
) -> None:
    account, pem = open_account(desks)
    row = served.registry.books().row(f"org/{account}")
    with served.registry.reader.connect() as connection:
        opening = vault.org_opening(connection, account)
    assert row is not None
    assert opening is not None
    assert opening.commitment == row["commitment"]
    assert PLANTER.uscc.encode() in opening.record

    desk = desks()
    facts(desk)
    settlement = {"venue": "示例交易中心", "trade_no": "SL-9", "date": "2026-10-08"}
    desk.form(
        "units.transfer", **{"from": cast.FARM_ID}, to=account, quantity_kg="60", **settlement
    )
    desk.draft()
    desk.reads()
    assert "60.000 吨（60,000 千克）" in desk.text("#sentences-zh")
    sent(signed_by(desks, desk, cast.FARM_CLERK.key, cast.FARM_HEAD.key))

    desk = desks()
    facts(desk)
    desk.form("units.retire", account=account, quantity_kg="12.345", purpose="gift")
    named(desk, 0, PLANTER.zh, PLANTER.en)
    desk.fill("uscc", PLANTER.uscc)
    desk.draft()
    desk.reads()
    desk.open_key(pem)
    desk.has_key()
    desk.sign()
    retirement = served.registry.books().row(f"retire/{sent(desk)}")
    assert retirement is not None
    assert retirement["quantity_kg"] == 12_345
    assert retirement["beneficiary"] == {"org": PLANTER.named()}

    desk = desks()
    facts(desk)
    desk.form("holding.state", account=account)
    desk.draft()
    desk.reads()
    desk.open_key(pem)
    desk.has_key()
    desk.sign()
    holding = served.registry.books().row(f"holding/{sent(desk)}")
    assert holding is not None
    assert holding["quantity_kg"] == 60_000 - 12_345


def test_a_claim_is_opened_measured_covered_and_completed(
    desks: Callable[[], Desk], served: LoopbackService
) -> None:
    both = (cast.PLANNER.key, cast.REVIEWER.key)
    own = {"account": cast.ORGANISER_ID}

    def form(order: str, /, **filled: str) -> Desk:
        desk = desks()
        facts(desk)
        desk.form(order, **filled)
        return desk

    def record(desk: Desk, *keys: Key) -> str:
        desk.draft()
        desk.reads()
        return sent(signed_by(desks, desk, *keys))

    desk = form("units.transfer", **{"from": cast.FARM_ID}, to=cast.ORGANISER_ID, quantity_kg="60")
    record(desk, cast.FARM_CLERK.key, cast.FARM_HEAD.key)

    dates = {"start": "2026-10-05", "end": "2026-10-06"}
    desk = form("claim.open", **own, **dates, kind="EVENT", county="150203", attendance="600")
    for nth, words in enumerate(("示例大会", ORGANISER.zh, "示例会展中心", "全部活动", "公告19号")):
        named(desk, nth, words, f"Example {nth}")
    named(desk, 1, ORGANISER.zh, ORGANISER.en)
    desk.fill("uscc", ORGANISER.uscc)
    claim = record(desk, *both)

    grams = dict.fromkeys(("energy", "fuel", "hospitality", "supplies", "transport"), "1000.5")
    desk = form("claim.measure", **own, claim=claim, **grams, waste="0")
    desk.fill("input_sha256", hex_digest("activities"))
    desk.fill("factors", f"{MEAL_FACTOR}\n{EVENT_FACTOR}\n")
    desk.fill("proxies", MEAL_FACTOR)
    desk.page.locator("#order-form .list button", has_text="增加一项").first.click()
    named(desk, 0, "接驳车改用电动客车", "Electric buses")
    desk.fill("quantity_kg", "1.5")
    desk.fill("evidence_sha256", hex_digest("reduction"))
    record(desk, *both)
    row = served.registry.books().row(f"claim/{claim}") or {}
    assert isinstance(row["measurement"], dict)
    assert row["measurement"]["residual_g"] == 5_002_500

    desk = form("units.retire", **own, claim=claim, quantity_kg="5.003", purpose="event")
    named(desk, 0, ORGANISER.zh, ORGANISER.en)
    desk.fill("uscc", ORGANISER.uscc)
    record(desk, *both)

    desk = form("claim.complete", **own, claim=claim, declared_on="2026-10-08")
    # The first pair belongs to a third party, which is not chosen.
    for nth, words in enumerate(("示例大会实现碳中和", ORGANISER.zh, ORGANISER.zh), start=1):
        named(desk, nth, words, f"Example {nth}")
    record(desk, *both)
    row = served.registry.books().row(f"claim/{claim}") or {}
    assert row["completion"] is not None


def transfer(desks: Callable[[], Desk], **changed: str) -> Desk:
    desk = desks()
    facts(desk)
    fields = {"from": cast.FARM_ID, "to": cast.ENTERPRISE_ID, "quantity_kg": "1", **changed}
    desk.form("units.transfer", **fields)
    desk.draft()
    desk.reads()
    return desk


def test_a_missing_signature_is_told_with_what_to_do_next(
    desks: Callable[[], Desk], served: LoopbackService
) -> None:
    before = served.registry.size()
    desk = signed_by(desks, transfer(desks), cast.FARM_CLERK.key)

    told = refused(desk)

    assert "2008 SIGNATURE_MISSING" in told
    assert "A needed signature is missing" in told
    assert "交给下一位签名人" in told
    assert served.registry.size() == before
    # The second signer goes on from the same file, and the refusal has consumed nothing.
    content = desk.saved("#save")
    second = desks()
    second.open_order(content)
    second.reads()
    second.open_key(pem_of(cast.FARM_HEAD.key))
    second.has_key()
    second.sign(2)
    sent(second)
    assert served.registry.size() == before + 1


def test_an_order_sent_twice_is_recorded_once(
    desks: Callable[[], Desk], served: LoopbackService
) -> None:
    desk = signed_by(desks, transfer(desks), cast.FARM_CLERK.key, cast.FARM_HEAD.key)
    first, size = sent(desk), served.registry.size()

    assert sent(desk) == first

    assert "此前已经记账" in desk.text("#answer")
    assert served.registry.size() == size


def test_sending_makes_one_request_and_nothing_before_it_any(
    desks: Callable[[], Desk], served: LoopbackService, heard: list[str]
) -> None:
    desk = transfer(desks)
    heard.clear()
    desk.open_key(pem_of(cast.FARM_CLERK.key))
    desk.has_key()
    desk.sign()
    desk.saved("#save")
    assert heard == []

    refused(desk)

    assert [line for line in heard if line.startswith("request")] == [
        f"request: {served.address}/v1/orders"
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"quantity_kg": "999999"}, "BALANCE_TOO_LOW", id="balance"),
        pytest.param({"to": "0000014U"}, "ACCOUNT_UNKNOWN", id="account"),
    ],
)
def test_what_the_rules_refuse_is_told_in_both_languages(
    desks: Callable[[], Desk], heard: list[str], changed: dict[str, str], told: str
) -> None:
    desk = signed_by(desks, transfer(desks, **changed), cast.FARM_CLERK.key, cast.FARM_HEAD.key)

    complaint = refused(desk)

    assert told in complaint
    assert "没有记账" in complaint
    assert "Not recorded" in complaint


def test_an_expired_order_is_told_before_and_after_sending(
    desks: Callable[[], Desk], served: LoopbackService
) -> None:
    desk = signed_by(desks, transfer(desks), cast.FARM_CLERK.key, cast.FARM_HEAD.key)
    served.now_us += 6 * DAY_US + 1
    content = desk.saved("#save")
    served.now_us += 2 * DAY_US
    late = desks()
    late.open_order(content)
    late.reads()

    assert "指令已过期" in late.text("#review")


def test_a_registry_that_does_not_answer_leaves_the_outcome_open(
    desks: Callable[[], Desk], heard: list[str]
) -> None:
    desk = signed_by(desks, transfer(desks), cast.FARM_CLERK.key)
    heard.clear()
    desk.find("#address").fill("http://127.0.0.1:9")

    assert "不知指令是否已送达" in refused(desk)

    assert "request: http://127.0.0.1:9/v1/orders" in heard
    heard.clear()


ADDRESSES: list[Json] = ["http://registry.example", "ftp://registry.example", "registry", ""]


@pytest.mark.parametrize("address", ADDRESSES)
def test_private_records_never_travel_in_clear(
    desks: Callable[[], Desk], heard: list[str], address: str
) -> None:
    desk = signed_by(desks, transfer(desks), cast.FARM_CLERK.key)
    heard.clear()
    desk.find("#address").fill(address)

    refused(desk)

    assert heard == []


def test_the_served_desk_works_as_the_file_does(
    browser: Any, served: LoopbackService, heard: list[str]
) -> None:
    context = browser.context(accept_downloads=True)
    page = context.new_page()
    # Chromium's hints about password fields are neither errors nor warnings.
    page.on("console", lambda message: heard.append(message.text))
    page.goto(f"{served.address}/sign.html")
    desk = Desk(page)

    assert desk.find("#address").input_value() == served.address
    facts(desk)
    desk.make_key()
    desk.has_key()
    assert [line for line in heard if not line.startswith("[DOM]")] == []
    context.close()
