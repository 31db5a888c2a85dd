"""The signing desk opened from a file may do two things here, and no other page may do more."""

import pytest
from httpx2 import Response

from api.app import SECURITY_HEADERS
from api.cross_origin import STATIC_PREFIXES
from api.offline.build import FOLDER, declared_policy
from api.policy import CROSS_ORIGIN, POLICIES
from tests.support.service import JSON, ORDERS, Service

PAGE = {"origin": "null"}
ALLOWED = "access-control-allow-origin"


def preflight(demo: Service, path: str, method: str) -> Response:
    asked = {"access-control-request-method": method, "access-control-request-headers": "x"}
    return demo.client.options(path, headers={**PAGE, **asked})


def test_only_declared_routes_are_open_to_other_pages(demo: Service) -> None:
    assert set(POLICIES) > CROSS_ORIGIN
    for method, path in POLICIES:
        # What is static is for every page, as it is on any static server.
        if "{" not in path and not path.startswith(STATIC_PREFIXES):
            # The one stream there is ends at once.
            answer = demo.client.request(method, f"{path}?seconds=0", headers=PAGE)
            assert (ALLOWED in answer.headers) == ((method, path) in CROSS_ORIGIN), path


@pytest.mark.parametrize(("method", "path"), sorted(CROSS_ORIGIN))
def test_a_preflight_of_a_declared_route_is_answered(demo: Service, method: str, path: str) -> None:
    answer = preflight(demo, path, method)

    assert answer.status_code == 204
    headers = answer.headers
    assert headers[ALLOWED] == "*"
    assert headers["access-control-allow-methods"] == method
    assert headers["access-control-allow-headers"] == "content-type"
    assert "access-control-allow-credentials" not in headers
    for name, value in SECURITY_HEADERS:
        assert headers.get_list(name.decode()) == [value.decode()]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("DELETE", ORDERS, id="another-method"),
        pytest.param("GET", ORDERS, id="reading-where-one-may-post"),
        pytest.param("POST", "/v1/orders:batch", id="another-route"),
        pytest.param("POST", "/v1/orders/", id="another-spelling"),
        pytest.param("GET", "/v1/supply", id="another-record"),
    ],
)
def test_any_other_preflight_is_not(demo: Service, method: str, path: str) -> None:
    answer = preflight(demo, path, method)

    assert answer.status_code in (404, 405)
    assert ALLOWED not in answer.headers


@pytest.mark.parametrize("content", [b"{}", b" " * 65_537], ids=["refused", "too-large"])
def test_a_page_can_read_why_its_order_was_refused(demo: Service, content: bytes) -> None:
    answer = demo.client.post(ORDERS, content=content, headers={**JSON, **PAGE})

    assert answer.status_code in (400, 413)
    assert answer.headers[ALLOWED] == "*"


def test_the_desk_is_served_as_it_lies_in_its_file_under_its_own_policy(demo: Service) -> None:
    html = (FOLDER / "sign.html").read_text(encoding="utf-8")

    answer = demo.client.get("/sign.html")

    assert answer.content == html.encode()
    policy = f"{declared_policy(html)}; frame-ancestors 'none'"
    assert answer.headers.get_list("content-security-policy") == [policy]
    assert "'unsafe" not in policy
    for name, value in SECURITY_HEADERS[1:]:
        assert answer.headers.get_list(name.decode()) == [value.decode()]
