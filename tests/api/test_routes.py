"""Reading over HTTP: every route says what the ledger says, and nothing about who is behind it."""

from itertools import pairwise
from urllib.parse import quote

import pytest

from contracts.values import Json
from tests.support.service import Service, is_problem

ROWS = {
    "batches": "batch/",
    "certificates": "cert/",
    "claims": "claim/",
    "parameters": "param/",
    "projects": "project/",
    "reports": "report/",
    "retirements": "retire/",
}
lists = pytest.mark.parametrize(
    ("name", "prefix"), [pytest.param(*pair, id=pair[0]) for pair in ROWS.items()]
)


def rows_of(service: Service, prefix: str) -> dict[str, Json]:
    """Return the ledger's rows under a prefix, by id."""
    found = service.registry.books().rows_under(prefix)
    return {key.removeprefix(prefix): dict(value) for key, value in found}


def walked(service: Service, path: str, limit: int) -> list[dict[str, Json]]:
    """Follow the links of a list to its end."""
    found: list[dict[str, Json]] = []
    url: str | None = f"{path}?limit={limit}"
    while url:
        answer = service.client.get(url)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()) <= limit
        found.extend(answer.json())
        link = answer.links.get("next")
        url = path + link["url"] if link else None
    return found


@lists
@pytest.mark.parametrize("limit", [1, 7, 1000], ids=["single", "seven", "all"])
def test_the_pages_of_a_list_are_the_rows_of_the_ledger(
    demo: Service, name: str, prefix: str, limit: int
) -> None:
    expected = [{"id": key, **dict(row)} for key, row in rows_of(demo, prefix).items()]  # type: ignore[call-overload]  # rows are objects

    assert expected
    assert walked(demo, f"/v1/{name}", limit) == expected


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        pytest.param("claims", "claim/", id="claim"),
        pytest.param("projects", "project/", id="project"),
        pytest.param("reports", "report/", id="report"),
        pytest.param("batches", "batch/", id="batch"),
        pytest.param("retirements", "retire/", id="retirement"),
        pytest.param("parcels", "parcel/", id="parcel"),
        pytest.param("certificates", "cert/", id="certificate"),
    ],
)
def test_a_record_is_the_row_of_the_ledger(demo: Service, path: str, prefix: str) -> None:
    for name, row in rows_of(demo, prefix).items():
        shown = demo.get(f"/v1/{path}/{quote(name)}")

        assert isinstance(row, dict)
        assert shown.items() >= row.items()
        assert name in (shown.get("id"), shown.get("number"))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/accounts/0000ZZZZ",
        "/v1/batches/BT-F-9999-20210918-20250917-01",
        "/v1/certificates/TH-RT-2026-0000014-X",
        "/v1/certificates/TH-RT-2026-0000014-X.pdf",
        "/v1/certificates/TH-RT-2026-0000014-X/proof",
        "/v1/certificates/..%2F..%2Fledger.pdf",
        "/v1/claims/00000000",
        "/v1/claims/%00",
        "/v1/claims/%ff",
        "/v1/entries/4200",
        "/v1/entries/4200/proof",
        "/v1/nothing",
        "/v1/parcels/00000000",
        "/v1/projects/9999",
        "/v1/projects/../registry/x",
        "/v1/reports/00000000",
        "/v1/retirements/示例",
        "/v1/serials/BT-F-9999-20210918-20250917-01:1",
    ],
)
def test_what_is_not_there_is_a_problem(demo: Service, path: str) -> None:
    answer = demo.client.get(path)

    assert answer.status_code == 404
    assert is_problem(answer)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/batches?limit=0",
        "/v1/batches?limit=1001",
        "/v1/batches?limit=x",
        "/v1/claims?cursor=示例",
        "/v1/entries/-1",
        "/v1/entries/9007199254740993",
        "/v1/entries/one",
        "/v1/parameters?cursor=" + "a" * 121,
    ],
)
def test_a_wrong_parameter_is_a_problem_that_does_not_echo_it(demo: Service, path: str) -> None:
    answer = demo.client.get(path)

    assert answer.status_code == 422
    assert is_problem(answer)
    assert "示例" not in answer.text.replace(answer.json()["detail"], "")


def test_the_registry_is_what_entry_0_says(demo: Service) -> None:
    shown = demo.get("/v1/registry")
    row = demo.registry.books().row("registry")

    assert row
    assert shown.items() >= dict(row).items()
    assert shown["entries"] == demo.registry.size()
    assert shown["read_only_reason"] is None


def test_the_supply_identity_holds(demo: Service) -> None:
    supply = demo.get("/v1/supply")
    booked = demo.registry.books().supply()

    assert supply["identity_holds"]
    assert {name: kg for name, kg in supply.items() if name in booked} == booked
    assert supply["gross"] > supply["retired"] > 0


def test_the_supply_identity_holds_in_each_batch_and_the_batches_are_all(demo: Service) -> None:
    url: str | None = "/v1/supply?limit=1"
    batches: list[dict[str, Json]] = []
    while url:
        answer = demo.client.get(url)
        batches.extend(answer.json()["batches"])
        link = answer.links.get("next")
        url = f"/v1/supply{link['url']}" if link else None
    whole = demo.get("/v1/supply")

    assert {one["batch"] for one in batches} == set(rows_of(demo, "batch/"))
    assert all(one["identity_holds"] for one in batches)
    for name in ("gross", "held", "buffer", "retired", "cancelled"):
        assert sum(int(str(one[name])) for one in batches) == whole[name]


def test_an_account_holds_what_the_books_say(demo: Service) -> None:
    balances = {
        name: demo.get(f"/v1/accounts/{name}")["balance_kg"] for name in rows_of(demo, "acct/")
    }

    assert sum(balances.values()) == demo.get("/v1/supply")["held"]
    assert sum(kg > 0 for kg in balances.values()) >= 3


def test_an_account_is_never_shown_with_its_organisations_name(demo: Service) -> None:
    named: list[str] = []
    for org in rows_of(demo, "org/").values():
        assert isinstance(org, dict)
        named.extend(str(value) for value in org.values() if isinstance(value, str))
    for name in rows_of(demo, "acct/"):
        text = demo.client.get(f"/v1/accounts/{name}").text

        assert "示例" not in text
        assert "Example" not in text
        assert "9115" not in text
        assert "org" not in demo.get(f"/v1/accounts/{name}")
        assert not [value for value in named if len(value) > 8 and value in text]


def test_the_blocks_of_a_batch_tile_it_over_all_pages(demo: Service) -> None:
    (batch,) = rows_of(demo, "batch/")
    url: str | None = f"/v1/batches/{batch}?limit=2"
    blocks = []
    while url:
        answer = demo.client.get(url)
        blocks.extend(answer.json()["blocks"])
        link = answer.links.get("next")
        url = f"/v1/batches/{batch}{link['url']}" if link else None

    edges = [(block["first"], block["end"]) for block in blocks]
    assert edges[0][0] == 0
    assert edges[-1][1] == answer.json()["gross_kg"]
    assert all(one[1] == other[0] for one, other in pairwise(edges))


def test_a_language_is_taken_from_the_query_or_the_header(demo: Service) -> None:
    english = {"accept-language": "en-GB,zh;q=0.5"}
    texts = [
        demo.client.get("/v1/claims/0").json(),
        demo.client.get("/v1/claims/0", headers=english).json(),
        demo.client.get("/v1/claims/0?lang=en").json(),
        demo.client.get("/v1/claims/0?lang=zh", headers=english).json(),
    ]

    assert [text["detail"] == text["detail_en"] for text in texts] == [False, True, True, False]
    assert [text["detail"] == text["detail_zh"] for text in texts] == [True, False, False, True]
