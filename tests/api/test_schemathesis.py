"""Every operation of the interface document, called at random: as described, and never broken."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.openapi import document
from tests.support.service import PROBLEM, Service, copied_service, step_of

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
CANCELLATION = step_of("units.cancel")
DESCRIBED = schemathesis.openapi.from_dict(json.loads(document()))


@schemathesis.serializer("application/x-ndjson")
def send_lines(ctx: schemathesis.SerializationContext, value: object) -> bytes:
    """Send a batch as it was drawn: any text, or what is no text at all."""
    del ctx
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def calls() -> Iterator[object]:
    """Yield every operation with good input, and with bad input where it can be bad at all."""
    # A stream goes on for as long as it is asked to; tests/api/test_finality.py reads it.
    for found in DESCRIBED.exclude(path="/v1/log/events").get_all_operations():
        operation = found.ok()
        yield pytest.param(operation, GenerationMode.POSITIVE, id=operation.label)
        described = DESCRIBED.raw_schema["paths"][operation.path][operation.method]
        named = described.get("parameters", [])
        if any(set(one["schema"]) - {"type", "title"} for one in named) or operation.body:
            yield pytest.param(operation, GenerationMode.NEGATIVE, id=f"{operation.label} wrongly")


@pytest.fixture(scope="module")
def service(
    stations: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service on its own registry, late in the main job."""
    folder = tmp_path_factory.mktemp("described")
    opened = copied_service(stations[CANCELLATION.kind], folder, CANCELLATION.at_us)
    yield opened
    opened.close()


@pytest.mark.parametrize(("operation", "mode"), list(calls()))
@settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_every_operation_is_as_described(
    service: Service, operation: Any, mode: GenerationMode, data: st.DataObject
) -> None:
    case = data.draw(operation.as_strategy(generation_mode=mode))
    answer = case.call(app=service.client.app)

    case.validate_response(answer, checks=CHECKS)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == [PROBLEM]
