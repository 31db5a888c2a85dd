"""The interface document: it is what the service does, and says enough to be used alone."""

import json
from typing import Any

import pytest

from api.openapi import DOCUMENT, document

PUBLISHED = json.loads(document())
OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for path, methods in PUBLISHED["paths"].items()
    for method, operation in methods.items()
]


def test_the_document_is_the_services_own() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document()


def test_it_is_openapi_3_1_and_names_no_page_and_no_host() -> None:
    assert PUBLISHED["openapi"].startswith("3.1.")
    assert all(
        path.startswith(("/v1/", "/log/", "/healthz", "/readyz")) for path in PUBLISHED["paths"]
    )
    assert "servers" not in PUBLISHED


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_says_what_it_does_and_how_it_fails(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert operation["tags"]
    for status in ("4XX", "5XX"):
        (media_type,) = operation["responses"][status]["content"]
        assert media_type == "application/problem+json"


def test_a_problem_is_described_once() -> None:
    problem = PUBLISHED["components"]["schemas"]["Problem"]

    assert set(problem["required"]) == {
        "type", "title", "status", "detail", "detail_en", "detail_zh"
    }  # fmt: skip
    assert "HTTPValidationError" not in PUBLISHED["components"]["schemas"]


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(PUBLISHED)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert names <= set(PUBLISHED["components"]["schemas"])
