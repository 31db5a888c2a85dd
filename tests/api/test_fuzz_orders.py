"""Spoilt orders of every kind: each is answered with a refusal that names its code, never a fault.

A refusal leaves the log exactly as it was. A spoilt order may still be a valid one; then it is
recorded, and the next example starts again from a fresh copy.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.refusal import RefusalCode
from contracts.v1.ruleset import RULES
from contracts.values import Json
from tests.support.mutations import mutated
from tests.support.service import Service, confirmed_service, is_problem, job, step_of
from tests.support.world import Step

CODES = {code.value for code in RefusalCode}
KINDS = [pytest.param(kind, id=kind) for kind in sorted(RULES)]
bounded = settings(
    max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


@dataclass(slots=True)
class Target:
    """The service just before the first order of a kind, made anew after anything is recorded."""

    station: Path
    folder: Path
    step: Step
    service: Service | None = None
    copies: int = 0

    def open(self) -> Service:
        """Return the service in its first state."""
        if self.service is None:
            self.copies += 1
            folder = self.folder / str(self.copies)
            self.service = confirmed_service(self.station, folder, self.step.at_us)
        return self.service

    def close(self) -> None:
        """Close the service; the next is a fresh one."""
        if self.service is not None:
            self.service.close()
            self.service = None

    def answers(self, envelope: bytes) -> int | None:
        """Send an envelope and check its answer; return the refusal's code, if it is one."""
        service = self.open()
        state = service.state
        answer = service.post(envelope)
        if answer.status_code == 201:
            assert service.state[0] == state[0] + 1
            self.close()
            return None
        assert is_problem(answer), answer.text
        assert answer.status_code < 500, answer.text
        document = answer.json()
        assert document["code"] in CODES
        assert service.state == state
        return int(document["code"])


@pytest.fixture(params=KINDS)
def target(
    request: pytest.FixtureRequest, stations: dict[str, Path], tmp_path: Path
) -> Iterator[Target]:
    """The target of one kind."""
    kind = str(request.param)
    found = Target(stations[kind], tmp_path, step_of(kind))
    yield found
    found.close()


def test_the_untouched_order_is_recorded(target: Target) -> None:
    code = target.answers(target.step.envelope())

    assert code == (RefusalCode.RULES_UNKNOWN if target.step.kind == "rules.activate" else None)


@pytest.mark.parametrize("wrong", [{}, [], [{}], 1, None], ids=str)
def test_a_commitment_of_another_type_is_answered(target: Target, wrong: Json) -> None:
    spoilt = replace(target.step, order={**target.step.order, "body": {"commitment": wrong}})

    assert target.answers(spoilt.envelope()) is not None


@bounded
@given(data=st.data())
def test_a_spoilt_body_signed_again_is_answered(target: Target, data: st.DataObject) -> None:
    body = data.draw(mutated(target.step.body))
    spoilt = replace(target.step, order={**target.step.order, "body": body})

    target.answers(encoded(signed(spoilt)))


@bounded
@given(data=st.data())
def test_a_spoilt_envelope_is_answered(target: Target, data: st.DataObject) -> None:
    envelope = json.loads(target.step.envelope())

    target.answers(encoded(data.draw(mutated(envelope))))


@bounded
@given(data=st.data())
def test_spoilt_bytes_are_answered(target: Target, data: st.DataObject) -> None:
    content = bytearray(target.step.envelope())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        fault = data.draw(st.sampled_from(["flip", "drop", "double", "cut"]))
        FAULTS[fault](content, place, data.draw(st.integers(1, 255)))

    target.answers(bytes(content))


@bounded
@given(other=st.sampled_from(job()))
def test_a_body_of_another_kind_is_answered(target: Target, other: Step) -> None:
    spoilt = replace(target.step, order={**target.step.order, "body": other.body})

    code = target.answers(spoilt.envelope())

    assert code is not None or other.kind == target.step.kind


def _flip(content: bytearray, place: int, mask: int) -> None:
    content[place] ^= mask


def _drop(content: bytearray, place: int, count: int) -> None:
    if len(content) > count:
        del content[place : place + count]


def _double(content: bytearray, place: int, count: int) -> None:
    content[place:place] = content[place : place + count]


def _cut(content: bytearray, place: int, count: int) -> None:
    del content[max(place, count) :]


FAULTS: dict[str, Callable[[bytearray, int, int], Any]] = {
    "cut": _cut,
    "double": _double,
    "drop": _drop,
    "flip": _flip,
}


def signed(step: Step) -> Json:
    """Return the envelope of a spoilt order; one that has no canonical bytes stays unsigned."""
    try:
        return json.loads(step.envelope())
    except ValueError:
        return {**json.loads(job()[0].envelope()), "order": step.order}


def encoded(value: Json) -> bytes:
    """Return JSON as dense as canonical, of whatever the value holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "surrogatepass")
