"""Policies as text: they come back, and one that contradicts itself is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.key import ALG_COSIGNATURE, ALG_ML_DSA_44, Skey, Vkey
from ledger.log.policy import (
    LINES_MAX,
    Policy,
    PolicyError,
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
    parse_policy,
)
from tests.support.policies import LOG, ORIGIN, POLICY, TEXT, WITNESSES


def test_a_policy_comes_back_from_its_text() -> None:
    assert parse_policy(POLICY.to_text()) == POLICY
    assert POLICY.to_text() == TEXT.replace("Y any", "Y 1").replace("both all", "both 2")
    assert POLICY.origins == {ORIGIN}


def test_reads_comments_blank_lines_tabs_and_any_octets_in_names() -> None:
    vkey = WITNESSES["x1"].vkey.to_text()
    log = f" \t\n  # comment\n\tlog  {LOG.vkey.to_text()}\t \n"
    text = f"{log}witness 林\udcff {vkey}\nquorum 林\udcff\n"
    policy = parse_policy(text)
    assert policy.quorum == "林\udcff"
    assert parse_policy(policy.to_text()) == policy


def test_takes_the_thirty_two_lines_of_the_specification_and_more() -> None:
    witnesses = tuple(
        PolicyWitness(f"w{number}", Skey(f"w{number}", bytes([number, 1] * 16), 4).vkey)
        for number in range(40)
    )
    logs = tuple(PolicyLog(Skey(f"l{n}", bytes([n, 2] * 16)).vkey) for n in range(40))
    groups = tuple(PolicyGroup(f"g{number}", 1, (f"w{number}",)) for number in range(40))
    last = PolicyGroup("most", 21, tuple(group.name for group in groups))
    policy = Policy(logs=logs, witnesses=witnesses, groups=(*groups, last), quorum="most")
    assert parse_policy(policy.to_text()) == policy
    assert not policy.is_met([f"w{number}" for number in range(20)])
    assert policy.is_met([f"w{number}" for number in range(21)])
    with pytest.raises(PolicyError, match="more than 256"):
        Policy(logs=(logs[0],) * (LINES_MAX + 1))


KEY = WITNESSES["x1"].vkey
HEAD = f"log {LOG.vkey.to_text()}\nwitness a {KEY.to_text()}\n"
OTHER = WITNESSES["y1"].vkey.to_text()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "newline", id="empty"),
        pytest.param(HEAD, "one quorum line, not 0", id="no-quorum"),
        pytest.param(HEAD + "quorum a", "newline", id="cut-off-line"),
        pytest.param(HEAD + "quorum a\nquorum none\n", "not 2", id="two-quorums"),
        pytest.param(HEAD + "quorum b\n", "line 3", id="unknown-quorum"),
        pytest.param(HEAD + "quorum\n", "line 3", id="quorum-without-name"),
        pytest.param(HEAD + "quorum a\r\n", "control", id="carriage-return"),
        pytest.param(HEAD + "quorum a\x7f\n", "control", id="delete"),
        pytest.param(HEAD + "quorum\u00a0a\n", "line 3", id="no-break-space"),
        pytest.param(HEAD + "mirror a\nquorum a\n", "line 3", id="unknown-line"),
        pytest.param(HEAD + "group g 1 b\nquorum g\n", "line 3", id="unknown-member"),
        pytest.param(HEAD + "group g 1\nquorum g\n", "threshold", id="no-member"),
        pytest.param(HEAD + "group g any\nquorum g\n", "threshold", id="any-of-none"),
        pytest.param(HEAD + "group g 0 a\nquorum g\n", "none of any", id="threshold-0"),
        pytest.param(HEAD + "group g 01 a\nquorum g\n", "none of any", id="leading-zero"),
        pytest.param(HEAD + "group g 2 a\nquorum g\n", "out of range", id="threshold-2-of-1"),
        pytest.param(HEAD + "group g １ a\nquorum g\n", "none of any", id="wide-digit"),
        pytest.param(HEAD + "group g 1 a a\nquorum g\n", "in a group already", id="twice-in-one"),
        pytest.param(
            HEAD + "group g 1 a\ngroup h 1 a\nquorum g\n", "in a group already", id="in-two-groups"
        ),
        pytest.param(HEAD + "group g 1 none\nquorum g\n", "unknown", id="none-as-member"),
        pytest.param(HEAD + "group none 1 a\nquorum a\n", "or is none", id="group-named-none"),
        pytest.param(HEAD + "group a 1 a\nquorum a\n", "two things", id="group-named-as-witness"),
        pytest.param(HEAD + "group g 1 g\nquorum g\n", "line 3", id="group-of-itself"),
        pytest.param(
            HEAD + f"group g 1 b\nwitness b {OTHER}\nquorum g\n", "line 3", id="used-before"
        ),
        pytest.param(HEAD + f"witness a {OTHER}\nquorum a\n", "two things", id="one-name-two-keys"),
        pytest.param(
            HEAD + f"witness b {KEY.to_text()}\nquorum a\n", "public key", id="one-key-two-names"
        ),
        pytest.param(
            HEAD + f"witness b {Vkey('z', 4, KEY.key).to_text()}\nquorum a\n",
            "public key",
            id="one-key-wrapped-twice",
        ),
        pytest.param(
            HEAD + f"log {Vkey('z', 1, KEY.key).to_text()}\nquorum a\n",
            "public key",
            id="key-of-a-log-and-a-witness",
        ),
        pytest.param(
            HEAD + f"log {LOG.vkey.to_text()}\nquorum a\n", "public key", id="one-log-twice"
        ),
        pytest.param(
            HEAD + f"witness b {Skey(ORIGIN, bytes([77] * 32), 4).vkey.to_text()}\nquorum a\n",
            "named like a log",
            id="witness-named-like-the-origin",
        ),
        pytest.param(
            HEAD + f"witness {ORIGIN} {OTHER}\nquorum a\n", "named like a log", id="called-so"
        ),
        pytest.param(
            HEAD + f"witness b {Skey('b', bytes(32)).vkey.to_text()}\nquorum a\n",
            "0x01 .* not for a witness",
            id="witness-with-a-log-key",
        ),
        pytest.param(
            HEAD + f"log {Skey('b', bytes(32), 4).vkey.to_text()}\nquorum a\n",
            "0x04 .* not for a log",
            id="log-with-a-witness-key",
        ),
        pytest.param(HEAD + "log x+00000000+AAAA\nquorum a\n", "line 3", id="bad-vkey"),
        pytest.param(HEAD + f"log {OTHER} u v\nquorum a\n", "line 3", id="two-urls"),
        pytest.param("#" * 2_000_000 + "\n", "longer", id="endless"),
    ],
)
def test_refuses_the_policy(text: str, reason: str) -> None:
    with pytest.raises(PolicyError, match=reason):
        parse_policy(text)


def test_one_witness_with_keys_of_both_kinds_counts_once() -> None:
    twin = Skey(KEY.name, bytes([78] * 32), ALG_ML_DSA_44).vkey.to_text()
    head = HEAD + f"witness a-pq {twin}\nwitness b {OTHER}\n"
    policy = parse_policy(head + "group one any a a-pq\ngroup all all one b\nquorum all\n")
    assert not policy.is_met(["a", "a-pq"])
    assert policy.is_met(["a-pq", "b"])
    for wrong in ("group g 2 a a-pq b\n", "group h any a\ngroup i any a-pq\ngroup g 2 h i b\n"):
        with pytest.raises(PolicyError, match="count one witness twice"):
            parse_policy(f"{head}{wrong}quorum g\n")


def test_refuses_keys_that_cannot_be_told_apart() -> None:
    class Colliding(Vkey):
        """A key whose ID collides, which takes 2^32 tries to find."""

        key_id = KEY.key_id

    twin = Colliding(KEY.name, ALG_COSIGNATURE, WITNESSES["y1"].vkey.key)
    with pytest.raises(PolicyError, match="share name and key ID"):
        Policy(logs=(), witnesses=(PolicyWitness("a", KEY), PolicyWitness("b", twin)))


words = st.sampled_from(
    ["log", "witness", "group", "quorum", "none", "any", "all", "1", "2", "a", "b", "#", "\n", "\n"]
) | st.sampled_from([KEY.to_text(), OTHER, LOG.vkey.to_text()])


@given(text=st.lists(words).map(" ".join).map("{}\n".format) | st.text())
def test_any_text_is_a_policy_or_refused(text: str) -> None:
    try:
        policy = parse_policy(text)
    except PolicyError:
        return
    assert parse_policy(policy.to_text()) == policy
