"""What credentials point to, as the service answers and as a static copy holds it."""

import json
from pathlib import Path
from unittest import mock

import pytest

from api.credentials import credential_files
from api.static_site import site_files
from certificates.credential_terms import context_document
from certificates.data_integrity import unsecured
from certificates.multikey import did_key
from certificates.service_key import service_key_of
from ledger.log.canonical import canonical, parse_canonical
from tests.support.service import Service

CONTEXT = "/contexts/carbon-sink/v1"
ISSUER = "/credentials/issuer"
LISTS = [f"/credentials/status/{purpose}/0" for purpose in ("revocation", "suspension", "message")]


def test_the_context_is_served_to_wallets(demo: Service) -> None:
    answer = demo.client.get(CONTEXT)
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.content == canonical(context_document(demo.registry.settings.base_url))


def test_the_key_document_names_the_key_of_entry_0(demo: Service) -> None:
    document = json.loads(demo.client.get(ISSUER).content)
    public = service_key_of(demo.registry.entry(0))
    assert document["alsoKnownAs"] == [did_key(public)]
    assert document["verificationMethod"][0]["id"] == document["assertionMethod"][0]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_signed_by_the_service(demo: Service, path: str) -> None:
    answer = demo.client.get(path)
    assert answer.headers["content-type"] == "application/vc"
    document = parse_canonical(answer.content)
    assert isinstance(document, dict)
    bare = unsecured(document, service_key_of(demo.registry.entry(0)))
    assert bare["id"] == f"{demo.registry.settings.base_url}{path}"


def test_a_list_is_signed_once_for_a_log_whoever_asks(
    demo: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = demo.client.get(LISTS[0]).content
    monkeypatch.setattr("api.credentials.make_status_list", mock.Mock(side_effect=AssertionError))
    assert demo.client.get(LISTS[0]).content == kept


@pytest.mark.parametrize("path", ["/credentials/status/refresh/0", f"{LISTS[0][:-1]}1"])
def test_there_is_no_other_list(demo: Service, path: str) -> None:
    assert demo.client.get(path).status_code == 404


def test_a_node_without_the_key_signs_no_list(own_demo: Service) -> None:
    (own_demo.registry.settings.keys / "service-certificates.pem").unlink()
    assert own_demo.client.get(LISTS[0]).status_code == 404
    found = [file.path for file in credential_files(own_demo.registry)]
    assert found == [CONTEXT[1:], ISSUER[1:]]


def test_a_copy_holds_the_same_bytes(demo: Service) -> None:
    files = {file.path: file.content for file in site_files(demo.registry, demo.now_us)}
    for path in (CONTEXT, ISSUER, *LISTS):
        assert files[path[1:]] == demo.client.get(path).content


def test_a_paper_points_to_what_is_served(demo: Service, played: Path) -> None:
    from pikepdf import Pdf

    path = sorted(played.glob("certificates/TH-RT-*.pdf"))[0]
    with Pdf.open(path) as pdf:
        document = json.loads(pdf.attachments["credential.json"].get_file().read_bytes())
    base = demo.registry.settings.base_url
    pointed = [document["@context"][1]]
    pointed += [one["statusListCredential"] for one in document["credentialStatus"]]
    for url in pointed:
        assert demo.client.get(url.removeprefix(base)).status_code == 200
