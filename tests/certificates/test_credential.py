"""The credential: W3C's vectors, the page's own words, and nothing that can be changed."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from certificates import credential_terms
from certificates.content import Content, printed_text
from certificates.content_parts import Pair
from certificates.credential import make_credential, unsigned_credential
from certificates.credential_terms import CREDENTIALS_V2, TERMS, context_document
from certificates.data_integrity import IntegrityError, hash_data, secured, unsecured
from certificates.multikey import MultibaseError, did_key, multibase, multibase_bytes, multikey
from certificates.service_key import ServiceKey, ServiceKeyError, is_signed, service_key_of
from contracts.values import Json
from ledger.log.canonical import canonical, parse_canonical
from tests.certificates.test_render import many_ranges
from tests.support.certificates import BASE_URL, SERVICE_KEY, FakeLog, demo_log
from tests.support.people import digest
from tests.support.specimens import LOOKS, paper

VECTORS = json.loads(Path("tests/vectors/eddsa-jcs-2022.json").read_text(encoding="utf-8"))
W3C_KEY = ServiceKey(seed=multibase_bytes(VECTORS["secretKeyMultibase"])[2:])


@pytest.fixture(params=LOOKS)
def content(request: pytest.FixtureRequest) -> Content:
    """What a paper of every kind says."""
    return paper(str(request.param))[0]


def document_of(content: Content) -> dict[str, Any]:
    document = parse_canonical(make_credential(content, BASE_URL, SERVICE_KEY))
    assert isinstance(document, dict)
    return document


def texts_in(value: Json) -> Iterator[str]:
    """Yield every text and number of a document."""
    if isinstance(value, dict):
        for part in value.values():
            yield from texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part)
    elif value is not None:
        yield str(value)


def terms_in(value: Json) -> Iterator[str]:
    """Yield every name in a subject, but not the languages of a text."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in {"en", "zh-Hans", "type", "id"}:
                yield name
            yield from terms_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from terms_in(part)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_vectors_of_the_w3c_are_reproduced(case: dict[str, Any]) -> None:
    document, proof = VECTORS["document"], case["proof"]
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    assert canonical(document).decode() == VECTORS["canonicalDocument"]
    assert sha256(canonical(document)).hexdigest() == VECTORS["documentHash"]
    if "proofHash" in case:
        assert canonical(options).decode() == case["canonicalProof"]
        assert hash_data(document, options).hex() == case["proofHash"] + VECTORS["documentHash"]
    assert multibase_bytes(proof["proofValue"]).hex() == case["signature"]
    assert secured(document, options, W3C_KEY) == canonical({**document, "proof": proof})
    assert multikey(W3C_KEY.public) == VECTORS["publicKeyMultibase"]
    signature = bytes.fromhex(case["signature"])
    assert is_signed(W3C_KEY.public, signature, hash_data(document, options))


def test_the_recommendation_s_proof_is_one_as_ours() -> None:
    document = {**VECTORS["document"], "proof": VECTORS["cases"][0]["proof"]}
    assert unsecured(document, W3C_KEY.public) == VECTORS["document"]


def test_the_same_statement_gives_the_same_bytes(content: Content) -> None:
    one = make_credential(content, BASE_URL, SERVICE_KEY)
    other = make_credential(content, f"{BASE_URL}/", ServiceKey(seed=SERVICE_KEY.seed))
    assert one == other


def test_it_says_every_word_of_the_page(content: Content) -> None:
    """All but the page's own instructions on how to check it."""
    document = document_of(content)
    said = set(texts_in(document))
    on_page = [text for text in printed_text(content) if text not in page_only()]
    assert [text for text in on_page if text not in said] == []


def page_only() -> set[str]:
    from certificates import wording

    pairs: list[Pair] = [wording.CHECK, wording.SAMPLE]
    return {text for pair in pairs for text in (pair.zh, pair.en)}


def test_it_says_no_more_than_the_page(content: Content) -> None:
    subject = document_of(content)["credentialSubject"]
    own = {
        "CarbonSinkStatement",
        content.kind,
        content.origin,
        content.policy_basis,
        str(content.seq),
        str(content.quantity_kg),
        str(content.is_demo),
        subject["logEntry"]["recordedAt"],
        *(line.batch for line in content.body.units),
    }
    assert set(texts_in(subject)) - own <= set(printed_text(content))


def test_a_paper_of_many_ranges_lists_them_all() -> None:
    content = many_ranges(40).content("RT")
    (unit,) = document_of(content)["credentialSubject"]["units"]
    assert tuple(unit["serialNumbers"]) == content.serials
    assert len(content.serials) == 40


def test_it_is_a_credential_of_the_second_data_model(content: Content) -> None:
    document = document_of(content)
    assert document["@context"] == [CREDENTIALS_V2, f"{BASE_URL}/contexts/carbon-sink/v1"]
    assert document["type"][0] == "VerifiableCredential"
    assert document["issuer"]["id"] == did_key(SERVICE_KEY.public)
    assert document["id"] == f"{BASE_URL}/verify/{content.number}"
    time = credential_terms.time_text(content.at_us)
    assert document["validFrom"] == document["proof"]["created"] == time


def test_its_time_is_the_entry_s() -> None:
    assert credential_terms.time_text(1_791_424_800_999_999) == "2026-10-08T02:00:00Z"


def test_every_term_is_in_the_context(content: Content) -> None:
    listed = context_document(BASE_URL)["@context"]
    assert isinstance(listed, dict)
    assert set(terms_in(document_of(content)["credentialSubject"])) <= set(TERMS)
    assert set(listed) == {"@protected", *TERMS}


def test_every_term_is_explained() -> None:
    explained = Path("docs/CREDENTIAL.md").read_text(encoding="utf-8")
    assert [term for term in TERMS if f"`{term}`" not in explained] == []


def test_its_proof_is_checked(content: Content) -> None:
    document = document_of(content)
    bare = unsecured(document, SERVICE_KEY.public)
    assert bare == unsigned_credential(content, BASE_URL, SERVICE_KEY.public)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("credentialSubject", "quantityKg"), 42_319, id="more-kilograms"),
        pytest.param(("validFrom",), "2026-10-27T00:00:00Z", id="another-day"),
        pytest.param(("proof", "created"), "2026-10-27T00:00:00Z", id="signed-later"),
        pytest.param(("proof", "proofPurpose"), "authentication", id="another-purpose"),
        pytest.param(("proof", "cryptosuite"), "eddsa-rdfc-2022", id="another-suite"),
        pytest.param(("proof", "verificationMethod"), "did:key:z6Mk#z6Mk", id="another-key"),
        pytest.param(("proof", "@context"), [CREDENTIALS_V2], id="another-context"),
        pytest.param(("proof", "challenge"), "x", id="a-further-option"),
        pytest.param(("proof", "proofValue"), "uAAAA", id="another-base"),
        pytest.param(("proof", "proofValue"), "z1", id="a-short-signature"),
        pytest.param(("proof",), None, id="no-proof"),
    ],
)
def test_a_change_breaks_the_proof(path: tuple[str, ...], value: Json) -> None:
    document = document_of(demo_log().content("RT"))
    part = document
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    with pytest.raises(IntegrityError):
        unsecured(document, SERVICE_KEY.public)


def test_another_key_s_proof_is_refused() -> None:
    document = document_of(demo_log().content("RT"))
    with pytest.raises(IntegrityError, match="another key"):
        unsecured(document, ServiceKey(seed=digest("other")).public)


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0a", bytes(range(64)), b"\xff" * 64])
def test_base58_gives_the_same_bytes_back(data: bytes) -> None:
    assert multibase_bytes(multibase(data)) == data


@pytest.mark.parametrize("text", ["", "m12", "z0", "zO", "zI", "zl", "z 1"])
def test_what_is_no_base58_is_refused(text: str) -> None:
    with pytest.raises(MultibaseError):
        multibase_bytes(text)


def test_the_key_is_the_one_that_entry_0_names() -> None:
    log: FakeLog = demo_log()
    assert service_key_of(log.parsed(0)) == SERVICE_KEY.public
    with pytest.raises(ServiceKeyError, match="0 keys"):
        service_key_of(log.parsed(1))
