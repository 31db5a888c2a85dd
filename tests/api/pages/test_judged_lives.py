"""A verification asked after real orders: what they made of a certificate is what it says."""

import pytest

from tests.api.pages.conftest import Until
from tests.support.life_steps import ENTERPRISE_PAPER


@pytest.mark.parametrize(
    ("kind", "state", "is_good"),
    [
        pytest.param("certificate.suspend", "suspended", False, id="suspended"),
        pytest.param("certificate.reinstate", "valid", True, id="reinstated"),
        pytest.param("certificate.revoke", "revoked", False, id="revoked"),
    ],
)
def test_the_status_now_follows_the_orders(
    until: Until, kind: str, state: str, is_good: bool
) -> None:
    verdict = until(kind).get("/v1/verify", params={"text": ENTERPRISE_PAPER})

    (now,) = [step for step in verdict["steps"] if step["name"] == "now"]
    assert (verdict["status"]["state"], now["state"] == "passed") == (state, is_good)
    assert verdict["status"]["as_of"] > verdict["status"]["seq"]
    assert not (verdict["ok"] and not is_good)


def test_the_page_calls_a_revoked_certificate_revoked(until: Until) -> None:
    page = until("certificate.revoke").client.post("/verify", data={"text": ENTERPRISE_PAPER})

    assert '<body class="bad">' in page.text
    assert "撤销" in page.text
