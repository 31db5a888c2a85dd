"""Status lists and issuing follow what became of a certificate, by its real orders."""

import gzip
from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.committing import commit_state
from api.founding import key_file, write_policy
from api.keys import write_key
from api.stating import NotStatedError, statement_of
from certificates.content_body import row_of
from certificates.data_integrity import unsecured
from certificates.number import parse_number
from certificates.service_key import service_key_of
from certificates.trust import Trust
from certificates.verify_state import check_standing, prove_standing
from contracts.lookup import texts_of
from ledger.log.canonical import parse_canonical
from ledger.log.key import Vkey, parse_vkey
from ledger.log.policy import Policy
from ledger.publish.publisher import publish
from tests.api.pages.conftest import Until
from tests.support.life_steps import ENTERPRISE_PAPER, EVENT_PAPER
from tests.support.main_steps import SERVICE, STATE_SERVICE
from tests.support.service import Service

SEQ = parse_number(ENTERPRISE_PAPER).seq


def with_keys(service: Service) -> Service:
    """Give the node the services' keys, as one that issues has them."""
    for name, key in (("certificates", SERVICE), ("state", STATE_SERVICE)):
        path = service.registry.settings.keys / key_file(name)
        if not path.exists():
            write_key(path, Ed25519PrivateKey.from_private_bytes(key.seed))
    return service


def bit(service: Service, purpose: str, number: str) -> bool:
    content = service.client.get(f"/credentials/status/{purpose}/0").content
    document = parse_canonical(content)
    assert isinstance(document, dict)
    subject = unsecured(document, service_key_of(service.registry.entry(0)))["credentialSubject"]
    assert isinstance(subject, dict)
    encoded = str(subject["encodedList"])[1:]
    bits = gzip.decompress(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    at = parse_number(number).seq
    return bool(bits[at // 8] & 0x80 >> at % 8)


@pytest.mark.parametrize(
    ("kind", "number", "revoked", "suspended"),
    [
        pytest.param("certificate.suspend", ENTERPRISE_PAPER, False, True, id="suspended"),
        pytest.param("certificate.reinstate", ENTERPRISE_PAPER, False, False, id="reinstated"),
        pytest.param("certificate.revoke", ENTERPRISE_PAPER, True, False, id="revoked"),
        pytest.param("loss.impair", EVENT_PAPER, False, True, id="impaired"),
    ],
)
def test_the_lists_follow_the_orders(
    until: Until, kind: str, number: str, revoked: bool, suspended: bool
) -> None:
    service = with_keys(until(kind, 0))
    assert bit(service, "revocation", number) is revoked
    assert bit(service, "suspension", number) is suspended


def log_key(service: Service) -> Vkey:
    """Return the key with which this log signs from the first; the job announces others later."""
    return parse_vkey(texts_of(row_of(service.registry.entry(0), "registry"), "log_vkeys")[0])


def committed(service: Service) -> Service:
    write_policy(service.registry.settings, Policy.of_keys([log_key(service)]))
    commit_state(service.registry, service.now_us, on_demand=True)
    publish(service.registry)
    return service


def test_a_suspended_certificate_is_not_issued_again(until: Until) -> None:
    service = committed(with_keys(until("certificate.suspend", 0)))
    with pytest.raises(NotStatedError, match="is suspended; only what is valid is issued"):
        statement_of(service.registry, "RT", SEQ, ENTERPRISE_PAPER)


def test_a_reinstated_one_proves_that_it_is_valid_again(until: Until) -> None:
    service = committed(with_keys(until("certificate.reinstate", 0)))
    registry = service.registry
    statement = statement_of(registry, "RT", SEQ, ENTERPRISE_PAPER)
    assert f'"key":"status/{ENTERPRISE_PAPER}"' in statement.state_proof.decode()
    trust = Trust.load(registry.settings.trust)
    entry = registry.entry(SEQ)
    standing = prove_standing(statement.state_proof, entry, ENTERPRISE_PAPER, trust)
    zh, en = check_standing(standing)
    assert "未被撤销" in zh
    assert "not revoked" in en
