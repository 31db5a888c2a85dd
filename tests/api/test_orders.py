"""Submitting orders over HTTP: recorded once, or refused with a problem and nothing recorded."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.limits import BODY_BYTES_MAX
from api.problems import refusal_problem, status_of
from contracts.check_digits import encode_id
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json
from ledger.standing import Standing
from tests.support.main_steps import ISSUER
from tests.support.service import (
    BATCH,
    JSON,
    LINES,
    ORDERS,
    Service,
    copied_service,
    is_problem,
    step_of,
)
from tests.support.world import MINUTE_US

TRANSFER = step_of("units.transfer")


def spoilt(**fields: Json) -> bytes:
    """Return the transfer with other fields in its body, signed again."""
    body = {name: value for name, value in {**TRANSFER.body, **fields}.items() if value is not ...}
    return replace(TRANSFER, order={**TRANSFER.order, "body": body}).envelope()


def other(**fields: Json) -> bytes:
    """Return the transfer with other fields of the order, signed again."""
    return replace(TRANSFER, order={**TRANSFER.order, **fields}).envelope()


def test_an_order_is_recorded_and_can_be_read(before_transfer: Service) -> None:
    size, _ = before_transfer.state
    answer = before_transfer.post(TRANSFER.envelope())

    assert answer.status_code == 201
    entry = before_transfer.registry.entry(size)
    assert answer.json() == {
        "seq": size,
        "id": encode_id(size),
        "leaf_hash": entry.leaf_hash.hex(),
        "status": "recorded",
    }
    assert before_transfer.get(f"/v1/entries/{size}")["order"] == TRANSFER.order


def test_the_same_order_again_is_the_same_entry(before_transfer: Service) -> None:
    first = before_transfer.post(TRANSFER.envelope())
    state = before_transfer.state
    before_transfer.now_us += 3 * 86_400_000_000
    again = before_transfer.post(TRANSFER.envelope())

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert before_transfer.state == state


REFUSALS = [
    pytest.param(spoilt(quantity_kg="5"), 400, 1005, id="form"),
    pytest.param(spoilt(quantity_kg=...), 400, 1015, id="form-missing"),
    pytest.param(other(log="elsewhere.example/log"), 403, 2001, id="another-log"),
    pytest.param(other(valid_until_us=1), 403, 2003, id="expired"),
    pytest.param(TRANSFER.envelope().replace(b"01JTEST", b"01JTESS"), 403, 2005, id="not-signed"),
    pytest.param(replace(TRANSFER, keys=(ISSUER.key,)).envelope(), 403, 2008, id="others-signed"),
    pytest.param(spoilt(to="0000ZZZZ"), 404, 3009, id="account-unknown"),
    pytest.param(spoilt(to=TRANSFER.body["from"]), 409, 3039, id="state"),
    pytest.param(spoilt(quantity_kg=10**12), 409, 4001, id="quantity"),
]


@pytest.mark.parametrize(("envelope", "status", "code"), REFUSALS)
def test_a_refusal_is_a_problem_of_its_class(
    before_transfer: Service, envelope: bytes, status: int, code: int
) -> None:
    state = before_transfer.state
    answer = before_transfer.post(envelope)

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert is_problem(answer)
    assert before_transfer.state == state


def test_a_programme_rule_refuses_as_unprocessable(
    stations: dict[str, Path], tmp_path: Path
) -> None:
    step = step_of("claim.open")
    service = copied_service(stations[step.kind], tmp_path / "claim", step.at_us)
    body = {**step.body, "kind": "PRODUCT"}
    answer = service.post(replace(step, order={**step.order, "body": body}).envelope())

    assert (answer.status_code, answer.json()["code"]) == (422, 5016)
    assert is_problem(answer)
    service.close()


@pytest.mark.parametrize("code", RefusalCode, ids=lambda code: code.name)
def test_every_refusal_has_a_status_and_sentences(code: RefusalCode) -> None:
    document = refusal_problem(Refused(code), "zh")

    assert 400 <= status_of(code) <= 503
    assert document["detail_zh"] != document["detail_en"]


def unreadable() -> Iterator[object]:
    """Yield bodies that are no order, each for its own reason."""
    good = TRANSFER.envelope()
    text = good.decode()
    first = next(iter(TRANSFER.signatures())).to_json()
    yield pytest.param(b"", id="empty")
    yield pytest.param(b"\xef\xbb\xbf" + good, id="bom")
    yield pytest.param(good.replace(b'"body"', b' "body"', 1), id="space")
    yield pytest.param(good + b"\n", id="newline-behind")
    yield pytest.param(good.decode().encode("utf-16"), id="utf-16")
    yield pytest.param(text.replace('"order":', '"order":1,"order":', 1).encode(), id="twice")
    yield pytest.param(text.replace('"quantity_kg":', '"quantity_kg":0.', 1).encode(), id="float")
    yield pytest.param(b"\xff\xfe" + good, id="not-utf-8")
    yield pytest.param(good[:-1], id="cut-short")
    yield pytest.param(b"[" * 30_000 + b"]" * 30_000, id="nested")
    yield pytest.param(b'{"order":' + b"9" * 60_000 + b',"sigs":[]}', id="long-number")
    yield pytest.param(b"null", id="null")
    yield pytest.param(json.dumps({"order": TRANSFER.order}).encode(), id="spaced-json")
    yield pytest.param(text.replace('"sigs":', '"more":0,"sigs":', 1).encode(), id="more-fields")
    yield pytest.param(text.replace(first["key"], "0" * 63, 1).encode(), id="short-key")


@pytest.mark.parametrize("content", list(unreadable()))
def test_what_is_no_order_is_refused_by_its_form(before_transfer: Service, content: bytes) -> None:
    state = before_transfer.state
    answer = before_transfer.post(content)

    assert answer.status_code == 400
    assert 1000 < answer.json()["code"] < 2000
    assert is_problem(answer)
    assert before_transfer.state == state


@pytest.mark.parametrize("path", [ORDERS, BATCH])
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"content-type": "text/plain"}, id="text"),
        pytest.param({"content-type": "application/x-www-form-urlencoded"}, id="form"),
        pytest.param({"content-type": ""}, id="nothing"),
        pytest.param({"content-encoding": "gzip"}, id="gzip"),
        pytest.param({"content-encoding": "identity, br"}, id="brotli"),
    ],
)
def test_another_media_type_is_not_taken(
    before_transfer: Service, path: str, headers: dict[str, str]
) -> None:
    state = before_transfer.state
    usual = JSON if path == ORDERS else LINES
    answer = before_transfer.client.post(
        path, content=TRANSFER.envelope(), headers={**usual, **headers}
    )

    assert answer.status_code == 415
    assert is_problem(answer)
    assert before_transfer.state == state


def test_a_charset_behind_the_media_type_is_no_matter(before_transfer: Service) -> None:
    headers = {"content-type": "Application/JSON; charset=utf-8"}

    assert before_transfer.post(TRANSFER.envelope(), **headers).status_code == 201


def in_pieces(content: bytes) -> Iterator[bytes]:
    """Yield a body in pieces, so that its length is not announced."""
    for start in range(0, len(content), 10_000):
        yield content[start : start + 10_000]


@pytest.mark.parametrize("path", [ORDERS, BATCH])
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
def test_a_body_that_is_too_large_is_refused(
    before_transfer: Service, path: str, announced: bool
) -> None:
    most = BODY_BYTES_MAX if path == ORDERS else 4 << 20
    state = before_transfer.state
    content = TRANSFER.envelope().ljust(most + 1, b" ")
    answer = before_transfer.client.post(
        path,
        content=content if announced else in_pieces(content),
        headers=JSON if path == ORDERS else LINES,
    )

    assert answer.status_code == 413
    assert is_problem(answer)
    assert str(most) in answer.json()["detail"]
    assert before_transfer.state == state


@pytest.mark.parametrize(
    "length",
    ["-1", "x", "1e9", "99999999999999999999", pytest.param("9" * 5000, id="5000-digits")],
)
def test_a_length_that_cannot_be_is_refused(before_transfer: Service, length: str) -> None:
    answer = before_transfer.post(TRANSFER.envelope(), **{"content-length": length})

    assert answer.status_code == 413
    assert is_problem(answer)


def test_a_read_only_registry_takes_no_orders(before_transfer: Service) -> None:
    registry = replace(before_transfer.registry, standing=Standing("an old copy was restored"))
    service = Service.on(registry, before_transfer.now_us)
    state = service.state
    answers = [service.post(TRANSFER.envelope()), service.post_lines(TRANSFER.envelope())]

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, 3042)
        assert int(answer.headers["retry-after"]) > 0
        assert is_problem(answer)
    assert service.client.get("/readyz").json()["checks"]["recording"] is False
    assert service.state == state


@pytest.mark.parametrize("minutes", [-10, 60 * 24 * 8], ids=["behind", "ahead"])
def test_a_wrong_clock_records_nothing(before_transfer: Service, minutes: int) -> None:
    before_transfer.now_us += minutes * MINUTE_US
    state = before_transfer.state
    answer = before_transfer.post(TRANSFER.envelope())

    assert answer.status_code == 503
    assert is_problem(answer)
    assert before_transfer.state == state
