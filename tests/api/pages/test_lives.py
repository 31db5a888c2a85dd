"""What pages and the API say of a certificate's life: plainly, in both languages, with entries."""

import pytest

from ledger import rulesets
from tests.api.pages.conftest import Until, life
from tests.support.life_steps import CLAIM_PAPER, ENTERPRISE_PAPER, EVENT_PAPER
from tests.support.pages import production_opening, read
from tests.support.scenario import main_world
from tests.support.service import Service, fill


@pytest.mark.parametrize(
    ("kind", "number", "tone", "zh", "en"),
    [
        pytest.param(
            "certificate.suspend",
            ENTERPRISE_PAPER,
            "bad",
            "证书已暂停",
            "Certificate suspended",
            id="suspended",
        ),
        pytest.param(
            "certificate.reinstate",
            ENTERPRISE_PAPER,
            "good",
            "证书有效",
            "Certificate valid",
            id="reinstated",
        ),
        pytest.param(
            "loss.impair", EVENT_PAPER, "stale", "证书受损", "Certificate impaired", id="impaired"
        ),
        pytest.param(
            "certificate.correct",
            CLAIM_PAPER,
            "stale",
            "证书已更正，旧文件被取代",
            "Certificate corrected, earlier files superseded",
            id="superseded",
        ),
        pytest.param(
            "certificate.revoke",
            ENTERPRISE_PAPER,
            "bad",
            "证书已撤销",
            "Certificate revoked",
            id="revoked",
        ),
    ],
)
def test_the_page_says_it_first_and_in_both_languages(
    until: Until, kind: str, number: str, tone: str, zh: str, en: str
) -> None:
    service = until(kind, 0)
    chinese = read(service, f"/verify/{number}")
    english = read(service, f"/verify/{number}?lang=en")
    assert (chinese.heading, chinese.state) == (zh, tone)
    assert (english.heading, english.state) == (en, tone)
    assert chinese.status == english.status == 200


def test_a_revoked_certificate_still_says_that_the_checkpoint_is_fresh(until: Until) -> None:
    page = read(until("certificate.revoke", 0), f"/verify/{ENTERPRISE_PAPER}")
    assert "状态不是新近的" not in page.text


def test_a_reinstated_certificate_tells_both_events_with_their_entries(until: Until) -> None:
    service = until("certificate.reinstate", 0)
    page = read(service, f"/verify/{ENTERPRISE_PAPER}")
    assert "收到投诉" in page.text
    assert "投诉不成立" in page.text
    assert {"/v1/entries/37", "/v1/entries/38"} <= set(page.links)


def test_an_impaired_certificate_says_how_much(until: Until) -> None:
    page = read(until("loss.impair", 0), f"/verify/{EVENT_PAPER}")
    assert "42.318" in page.text
    assert "损失逾期未补足" in page.text


def test_a_corrected_certificate_shows_both_texts(until: Until) -> None:
    page = read(until("certificate.correct", 0), f"/verify/{CLAIM_PAPER}")
    assert "示例会展有限公司" in page.text
    assert {"del", "ins"} <= set(page.tags)


def test_an_expired_certificate_that_a_loss_impairs_tells_both(until: Until) -> None:
    page = read(until("certificate.expire", 0), f"/verify/{CLAIM_PAPER}")
    assert page.heading == "证书受损"
    assert "展示期届满" in page.text


def test_what_is_not_published_yet_is_not_called_valid_again(until: Until) -> None:
    service = until("certificate.suspend", 0)
    fill(service.registry, [step for step in life() if step.kind == "certificate.reinstate"])
    assert read(service, f"/verify/{ENTERPRISE_PAPER}").state == "pending"


def test_a_certificate_that_nothing_happened_to_has_no_life_to_show(production: Service) -> None:
    page = read(production, f"/verify/{EVENT_PAPER}")
    assert "life" not in page.ids
    status = production.get(f"/v1/certificates/{EVENT_PAPER}")["status"]
    assert (status["state"], status["cause"], status["history"]) == ("valid", None, [])


def test_the_api_tells_the_state_its_cause_and_the_whole_history(until: Until) -> None:
    service = until("certificate.revoke", 0)
    status = service.get(f"/v1/certificates/{ENTERPRISE_PAPER}")["status"]
    assert (status["state"], status["cause"]["reason"]) == ("revoked", "verification_withdrawn")
    assert [event["event"] for event in status["history"]] == [
        "suspended",
        "reinstated",
        "impaired",
        "suspended",
        "revoked",
    ]
    assert [event["seq"] for event in status["history"]] == [37, 38, 41, 43, 44]
    assert status["impaired_kg"] == 5_000


def test_a_history_longer_than_a_row_is_told_whole(production: Service) -> None:
    suspend, reinstate = life()[1:3]
    steps = [suspend, reinstate] * 7
    world = main_world(rules=rulesets.newest(), opening=production_opening())
    again = [world.changed(step) for step in steps]
    fill(production.registry, again)
    status = production.get(f"/v1/certificates/{ENTERPRISE_PAPER}")["status"]
    assert len(status["history"]) == 14
    seqs = [event["seq"] for event in status["history"]]
    assert seqs == sorted(set(seqs))
