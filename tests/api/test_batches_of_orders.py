"""Submitting many orders at once over HTTP: one answer a line, in their sequence."""

import json
from dataclasses import replace

import pytest

from contracts.values import Json
from tests.support.service import BATCH, LINES, Service, is_problem, step_of, with_nonce

TRANSFER = step_of("units.transfer")
UNKNOWN = replace(TRANSFER, order={**TRANSFER.order, "body": {**TRANSFER.body, "to": "0000ZZZZ"}})


def lines_of(answer: object) -> list[dict[str, Json]]:
    """Return the answers of a batch."""
    return [json.loads(line) for line in answer.content.splitlines()]  # type: ignore[attr-defined]  # the client's answer


def test_good_bad_and_repeated_lines_are_answered_one_by_one(before_transfer: Service) -> None:
    size, _ = before_transfer.state
    good = TRANSFER.envelope()
    bad = with_nonce(UNKNOWN, 9).envelope()
    answer = before_transfer.post_lines(good, bad, b"{}", b"", good, b"\xff")

    answers = lines_of(answer)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == LINES["content-type"]
    assert [one.get("seq") for one in answers] == [size, None, None, size, None]
    assert [one.get("code") for one in answers] == [None, 3009, 1003, None, 1001]
    assert [one.get("status") for one in answers[1:3]] == [404, 400]
    assert before_transfer.state[0] == size + 1


def test_a_batch_speaks_the_language_that_is_asked_for(before_transfer: Service) -> None:
    asked = {**LINES, "accept-language": "en"}
    (line,) = lines_of(before_transfer.client.post(BATCH, content=b"{}", headers=asked))

    assert line["detail"] == line["detail_en"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"{}\n" * 1001], ids=["none", "blank", "1001"])
def test_a_batch_of_no_or_too_many_lines_is_refused_whole(
    before_transfer: Service, content: bytes
) -> None:
    answer = before_transfer.client.post(BATCH, content=content, headers=LINES)

    assert (answer.status_code, answer.json()["code"]) == (400, 1010)
    assert is_problem(answer)


def test_a_thousand_lines_are_answered(before_transfer: Service) -> None:
    answers = lines_of(before_transfer.post_lines(*[b"{}"] * 1000))

    assert [one["code"] for one in answers] == [1003] * 1000
