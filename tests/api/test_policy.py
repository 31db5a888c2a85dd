"""Who may use what: no route is open by accident, and every answer is guarded alike."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from api.app import SECURITY_HEADERS, create_app
from api.policy import POLICIES
from tests.support.service import JSON, ORDERS, Service, is_problem


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Yield (method, path) of every route, however it was added."""
    for route in iter_route_contexts(app.routes):
        methods = set(route.methods or ())
        for method in methods - ({"HEAD"} if "GET" in methods else set()):
            yield method, str(route.path)


def undeclared(app: FastAPI) -> set[tuple[str, str]]:
    """Return routes without a policy, and policies without a route."""
    return set(routes_of(app)) ^ set(POLICIES)


def test_every_route_is_declared_and_nothing_else(demo: Service) -> None:
    assert undeclared(create_app(demo.registry)) == set()
    assert set(POLICIES.values()) == {"public", "signed", "judged"}


def test_a_route_that_is_not_declared_is_noticed(demo: Service) -> None:
    app = create_app(demo.registry)

    @app.delete("/v1/entries/{seq}")
    def forget(seq: int) -> int:
        return seq

    assert undeclared(app) == {("DELETE", "/v1/entries/{seq}")}


def test_whatever_is_not_signed_can_only_be_read() -> None:
    assert {method for (method, _), policy in POLICIES.items() if policy == "public"} == {"GET"}


@pytest.mark.parametrize(
    "path", [path for (_, path), policy in POLICIES.items() if policy == "judged"]
)
def test_what_is_judged_is_not_kept(demo: Service, path: str) -> None:
    before = demo.state, sorted(demo.registry.settings.data.rglob("*"))
    assert demo.client.post(path, files={"file": ("x.pdf", b"%PDF-1.7")}).status_code == 200
    assert (demo.state, sorted(demo.registry.settings.data.rglob("*"))) == before


ANSWERS = [
    pytest.param("GET", "/", 200, id="page"),
    pytest.param("GET", "/v1/supply", 200, id="json"),
    pytest.param("GET", "/static/site.css", 200, id="file"),
    pytest.param("GET", "/static/..%2Fapp.py", 404, id="no-file"),
    pytest.param("GET", "/nothing", 404, id="nothing"),
    pytest.param("GET", "/v1/batches?limit=0", 422, id="parameter"),
    pytest.param("DELETE", "/v1/orders", 405, id="method"),
    pytest.param("POST", "/v1/orders", 400, id="order"),
    pytest.param("OPTIONS", "/v1/orders", 405, id="options"),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_is_guarded(demo: Service, method: str, path: str, status: int) -> None:
    answer = demo.client.request(method, path)

    assert answer.status_code == status
    check_headers(answer)
    if status >= 400:
        assert is_problem(answer)


def check_headers(answer: object) -> None:
    """Check that each security header stands exactly once."""
    for name, value in SECURITY_HEADERS:
        found = answer.headers.get_list(name.decode())  # type: ignore[attr-defined]  # the client's
        assert found == [value.decode()]


def test_an_answer_to_too_much_is_guarded(demo: Service) -> None:
    answer = demo.client.post(ORDERS, content=b" " * 65_537, headers=JSON)

    assert answer.status_code == 413
    check_headers(answer)


def test_our_own_fault_is_a_guarded_problem_without_details(demo: Service) -> None:
    app = create_app(demo.registry)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("secret path /work")

    answer = TestClient(app, raise_server_exceptions=False).get("/broken")

    assert answer.status_code == 500
    assert is_problem(answer)
    assert "secret" not in answer.text
    check_headers(answer)


def test_another_method_is_told_which_are_taken(demo: Service) -> None:
    assert demo.client.delete(ORDERS).headers["allow"] == "POST"


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/verify", "/verify/TH-RT-2026-0000014-P", "/v1/registry", "/v1/openapi.json"),
        *("/v1/parameters?limit=2", "/v1/supply/", "/nothing", "/v1/certificates"),
    ],
)
def test_a_forged_host_is_never_repeated(demo: Service, path: str) -> None:
    forged = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil"}
    answer = demo.client.get(path, headers=forged)

    assert answer.status_code < 500
    assert "evil" not in answer.text
    assert "evil" not in str(answer.headers)
