"""Who must sign: persons and not keys, each need by another person, nobody for a show."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.authority import (
    ANY_ROLE,
    Need,
    Signer,
    check,
    consent,
    identify,
    officer,
    possession,
    representative,
    service,
)
from contracts.books import MemoryBooks
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json, Moment

NOW = Moment(seq=9, at_us=1_000)
ORDER = Order(
    actor="registrar",
    body={},
    kind="certificate.record",
    log="demo.example/log",
    nonce="0" * 26,
    rules="ab" * 32,
    valid_until_us=2_000,
)
PEOPLE: dict[str, str | None] = {
    "REG": "registrar",
    "ISS": "issuer",
    "SUP": "supervisor",
    "CLERK": None,
    "HEAD": None,
    "READER": None,
}
ACCOUNT: dict[str, Json] = {
    "dual_control": True,
    "representatives": [
        {"person": "CLERK", "roles": ["initiate"]},
        {"person": "HEAD", "roles": ["approve", "initiate"]},
        {"person": "READER", "roles": ["read"]},
    ],
}


def key_row(person: str | None, **fields: Json) -> dict[str, Json]:
    row: dict[str, Json] = {
        "alg": "ed25519",
        "person": person,
        "service": None,
        "valid_from_us": 0,
        "valid_until_us": None,
    }
    return {**row, **fields}


def books(keys: Mapping[str, Mapping[str, Json]] | None = None) -> MemoryBooks:
    rows: dict[str, Mapping[str, Json]] = {
        f"person/{name}": {"officer": role} for name, role in PEOPLE.items()
    }
    rows |= {f"key/{name}": key_row(name) for name in PEOPLE}
    rows |= {
        "acct/A": ACCOUNT,
        "key/CLERK2": key_row("CLERK"),
        "key/SERVICE": key_row(None, service="certificates"),
        "key/OTHER": key_row(None, service="other"),
        "service/certificates": {"kinds": ["certificate.record"]},
        "service/other": {"kinds": []},
    }
    return MemoryBooks(rows={**rows, **(keys or {})})


def decide(needs: list[Need], *keys: str, made: MemoryBooks | None = None) -> None:
    given_books = made or books()
    signers = identify(given_books, [(key, "ed25519") for key in keys], NOW, needs)
    check(given_books, ORDER, signers, needs)


def code(needs: list[Need], *keys: str, made: MemoryBooks | None = None) -> RefusalCode:
    with pytest.raises(Refused) as caught:
        decide(needs, *keys, made=made)
    return caught.value.code


INITIATE, APPROVE = representative("A", "initiate"), representative("A", "approve")


@pytest.mark.parametrize(
    ("needs", "keys"),
    [
        pytest.param([INITIATE], ["CLERK"], id="one"),
        pytest.param([INITIATE], ["CLERK2"], id="with-their-other-key"),
        pytest.param([INITIATE, APPROVE], ["CLERK", "HEAD"], id="two-persons"),
        pytest.param([INITIATE, APPROVE], ["HEAD", "CLERK"], id="whatever-the-sequence"),
        pytest.param([representative("A", ANY_ROLE)], ["READER"], id="any-role"),
        pytest.param([officer("issuer"), officer("supervisor")], ["SUP", "ISS"], id="officers"),
        pytest.param([officer("registrar"), possession("NEW")], ["NEW", "REG"], id="new-key"),
        pytest.param([consent("CLERK"), possession("NEW")], ["CLERK", "NEW"], id="consent"),
        pytest.param([service("certificates")], ["SERVICE"], id="service"),
    ],
)
def test_accepts(needs: list[Need], keys: list[str]) -> None:
    decide(needs, *keys)


@pytest.mark.parametrize(
    ("needs", "keys", "expected"),
    [
        pytest.param([], ["CLERK"], RefusalCode.ACTOR_WRONG, id="nobody-is-needed"),
        pytest.param([INITIATE], [], RefusalCode.SIGNATURE_MISSING, id="nobody-signed"),
        pytest.param([INITIATE], ["READER"], RefusalCode.SIGNATURE_MISSING, id="reader"),
        pytest.param([APPROVE], ["CLERK"], RefusalCode.SIGNATURE_MISSING, id="wrong-role"),
        pytest.param(
            [INITIATE, APPROVE],
            ["CLERK", "CLERK2"],
            RefusalCode.SIGNATURE_MISSING,
            id="one-person-with-two-keys",
        ),
        pytest.param(
            [INITIATE, APPROVE], ["HEAD"], RefusalCode.SIGNATURE_MISSING, id="both-roles-alone"
        ),
        pytest.param(
            [INITIATE], ["CLERK", "HEAD"], RefusalCode.SIGNATURE_SURPLUS, id="one-too-many"
        ),
        pytest.param(
            [INITIATE], ["CLERK", "CLERK2"], RefusalCode.SIGNATURE_SURPLUS, id="own-key-too-many"
        ),
        pytest.param([INITIATE], ["STRANGER"], RefusalCode.KEY_UNKNOWN, id="stranger"),
        pytest.param(
            [officer("registrar"), possession("NEW")],
            ["REG"],
            RefusalCode.SIGNATURE_MISSING,
            id="new-key-did-not-sign",
        ),
        pytest.param(
            [officer("registrar")], ["REG", "NEW"], RefusalCode.KEY_UNKNOWN, id="key-not-introduced"
        ),
        pytest.param([officer("issuer")], ["REG"], RefusalCode.SIGNATURE_MISSING, id="other-role"),
        pytest.param([officer("issuer")], ["CLERK"], RefusalCode.SIGNATURE_MISSING, id="holder"),
        pytest.param(
            [service("certificates")], ["OTHER"], RefusalCode.SIGNATURE_MISSING, id="other-service"
        ),
        pytest.param(
            [service("other")], ["OTHER"], RefusalCode.SIGNATURE_MISSING, id="kind-not-listed"
        ),
        pytest.param(
            [service("certificates")], ["REG"], RefusalCode.SIGNATURE_MISSING, id="not-a-service"
        ),
        pytest.param(
            [consent("CLERK")], ["HEAD"], RefusalCode.SIGNATURE_MISSING, id="consent-by-another"
        ),
        pytest.param(
            [representative("B", "initiate")],
            ["CLERK"],
            RefusalCode.SIGNATURE_MISSING,
            id="account-that-is-not",
        ),
    ],
)
def test_refuses(needs: list[Need], keys: list[str], expected: RefusalCode) -> None:
    assert code(needs, *keys) is expected


@pytest.mark.parametrize(
    ("fields", "valid"),
    [
        pytest.param({"valid_from_us": 1_000}, True, id="from-this-microsecond"),
        pytest.param({"valid_from_us": 1_001}, False, id="from-the-next"),
        pytest.param({"valid_until_us": 1_001}, True, id="until-the-next"),
        pytest.param({"valid_until_us": 1_000}, False, id="until-this-microsecond"),
        pytest.param({"alg": "webauthn-es256"}, False, id="another-algorithm"),
    ],
)
def test_a_key_holds_from_its_first_to_before_its_last_moment(
    fields: dict[str, Json], valid: bool
) -> None:
    made = books({"key/CLERK": key_row("CLERK", **fields)})
    if valid:
        decide([INITIATE], "CLERK", made=made)
    else:
        assert code([INITIATE], "CLERK", made=made) is RefusalCode.KEY_NOT_VALID


def test_says_which_need_nobody_fills() -> None:
    with pytest.raises(Refused) as caught:
        decide([INITIATE, APPROVE, officer("registrar")], "CLERK", "HEAD")
    assert caught.value.facts["need"] == {"account": "", "role": "registrar", "what": "officer"}


@given(
    needs=st.lists(
        st.sampled_from([INITIATE, APPROVE, officer("issuer"), officer("registrar")]),
        min_size=1,
        max_size=4,
    ),
    keys=st.lists(st.sampled_from(["CLERK", "CLERK2", "HEAD", "ISS", "REG"]), unique=True),
)
def test_accepts_exactly_when_different_persons_fill_all_needs(
    needs: list[Need], keys: list[str]
) -> None:
    made = books()
    signers = identify(made, [(key, "ed25519") for key in keys], NOW, needs)
    if len(keys) == len(needs) and _assignable(needs, list(signers)):
        check(made, ORDER, signers, needs)
    else:
        assert code(needs, *keys) in (RefusalCode.SIGNATURE_MISSING, RefusalCode.SIGNATURE_SURPLUS)


def _assignable(needs: list[Need], signers: list[Signer]) -> bool:
    """The same question, asked plainly: some order of different persons fits every need."""
    fits = {
        INITIATE: {"CLERK", "HEAD"},
        APPROVE: {"HEAD"},
        officer("issuer"): {"ISS"},
        officer("registrar"): {"REG"},
    }
    persons = [str(signer.person) for signer in signers]
    if len(set(persons)) != len(persons):
        return False
    if not needs:
        return True
    return any(
        person in fits[needs[0]] and _assignable(needs[1:], signers[:index] + signers[index + 1 :])
        for index, person in enumerate(persons)
    )
