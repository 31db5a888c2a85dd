"""Logs: a line says which request and what went wrong, and nothing that anybody sent."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import text

from api.operations import logs
from api.operations.logs import configure
from ledger.intake.envelope import envelope_bytes
from ledger.registry import Registry
from tests.support import bodies
from tests.support.ledger import ORIGIN, REGISTRAR, Scene
from tests.support.service import Service
from tests.support.signing import Signer, private

CANARY = "KANARIE"
NAME = f"示例{CANARY}林场"
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the process logs at its most talkative; everything is put back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.OURS}
    stream = StringIO()
    configure("debug", stream)
    yield stream
    root.handlers, root.level = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def lines(log: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def account_of_canary(scene: Scene) -> bytes:
    """Return an order that opens an account of an organisation with the canary's name."""
    record = private(ORIGIN, "org", {**bodies.organisation(77), "name": {"zh": NAME}})
    people = [Signer("canary")]
    body = bodies.account("holder", record.commitment, people, dual=False)
    return envelope_bytes(scene.world.signed("account.open", body, [REGISTRAR, *people], (record,)))


def asked(scene: Scene, node: Service) -> list[int]:
    """Send the canary in every way there is; return the statuses."""
    client, order = node.client, account_of_canary(scene)
    secrets = {"authorization": f"Bearer {CANARY}", "cookie": f"a={CANARY}", "x-own": CANARY}
    answers = [
        node.post(order),
        node.post(order.replace(b'"sig":"', b'"sig":"00')),
        node.post(b'{"order": "' + CANARY.encode() + b'"'),
        node.post_lines(order, CANARY.encode()),
        client.get(f"/v1/accounts/{CANARY}", headers=secrets),
        client.get(f"/verify/{CANARY}?q={CANARY}"),
        client.get(f"/{CANARY}"),
        client.request(CANARY, "/v1/orders"),
        client.post("/v1/verify", content=CANARY.encode()),
    ]
    with mock.patch.object(Registry, "submit_checked", side_effect=ValueError(NAME)):
        answers.append(node.post(account_of_canary(scene)))
    with mock.patch.object(Registry, "reading", side_effect=_of_database(scene)):
        answers.append(client.get("/v1/accounts/00000022"))
    return [answer.status_code for answer in answers]


def _of_database(scene: Scene) -> Exception:
    """Return an error of the database as it is raised, with the statement's values."""
    try:
        with scene.world.registry.reader.connect() as connection:
            connection.execute(text("SELECT :name FROM nowhere"), {"name": NAME})
    except Exception as error:
        return error
    raise AssertionError("there is a table called nowhere")


def test_nothing_that_anybody_sent_is_in_the_log(
    scene: Scene, node: Service, log: StringIO
) -> None:
    statuses = asked(scene, node)
    assert statuses[0] == 201
    assert statuses[-2:] == [500, 500]
    told = lines(log)
    assert [line["status"] for line in told if line["said"] == "answered"] == statuses
    assert len([line for line in told if "fault" in line]) >= 1
    for secret in (CANARY, bodies.organisation(77)["uscc"], "nowhere"):
        assert str(secret) not in log.getvalue()


def test_the_same_test_sees_a_log_that_quotes_faults(
    scene: Scene, node: Service, log: StringIO
) -> None:
    quoting = mock.patch.object(logs, "fault_of", str)
    with quoting, pytest.raises(AssertionError):
        test_nothing_that_anybody_sent_is_in_the_log(scene, node, log)


@pytest.mark.parametrize(
    ("parent", "belongs"),
    [
        pytest.param(f"00-{TRACE}-b7ad6b7169203331-01", True, id="a-trace"),
        pytest.param(f"00-{'0' * 32}-b7ad6b7169203331-01", False, id="no-trace"),
        pytest.param(f"00-{TRACE}-{'0' * 16}-01", False, id="no-parent"),
        pytest.param(f"00-{TRACE.upper()}-b7ad6b7169203331-01", False, id="capitals"),
        pytest.param(f'00-{TRACE}"-b7ad6b7169203331-01', False, id="something-else"),
        pytest.param("x" * 4_000, False, id="long"),
    ],
)
def test_a_request_keeps_the_callers_trace(
    node: Service, log: StringIO, parent: str, belongs: bool
) -> None:
    answer = node.client.get("/healthz", headers={"traceparent": parent})
    identity = answer.headers["x-request-id"]
    assert (identity == TRACE) is belongs
    assert len(identity) == 32
    assert lines(log)[-1]["request"] == identity


def test_a_fault_is_told_with_its_request(node: Service, log: StringIO) -> None:
    with mock.patch.object(Registry, "reading", side_effect=RuntimeError(CANARY)):
        answer = node.client.get("/v1/accounts/00000022")
    (line,) = [line for line in lines(log) if "fault" in line]
    assert line["fault"]["kind"] == "RuntimeError"
    assert any("deps.py" in place for place in line["fault"]["places"])
    assert line["request"] == answer.headers["x-request-id"]
    assert CANARY not in log.getvalue()


def test_what_succeeds_is_told_only_where_it_is_asked_for(node: Service, log: StringIO) -> None:
    node.get("/healthz")
    assert [line["level"] for line in lines(log)] == ["debug"]
    configure("info", log)
    node.get("/healthz")
    node.client.get("/v1/entries/999999")
    assert [line["level"] for line in lines(log)] == ["debug", "info"]


def test_other_modules_say_no_more_than_their_first_line(log: StringIO) -> None:
    logging.getLogger("asyncio").error("Task failed\nfuture: %s", CANARY)
    logging.getLogger("asyncio").info("%s", CANARY)
    assert [line["said"] for line in lines(log)] == ["Task failed"]
