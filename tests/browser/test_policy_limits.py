"""What is too much for a policy, and words that JavaScript knows: both languages agree."""

from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest

from ledger.log.key import (
    ALG_COSIGNATURE,
    ALG_ED25519,
    ALG_ML_DSA_44,
    KEY_ID_SIZE,
    NAME_SIZE_MAX,
    Skey,
)
from ledger.log.policy import LINES_MAX, POLICY_SIZE_MAX, PolicyError, parse_policy
from tests.browser.test_policies import HEAD, READS

WORDS = ("constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "__defineGetter__")
P = 2**255 - 19
Y_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
SMALL_ORDER = {"0": 0, "1": 1, "-1": P - 1, "8": Y_ORDER_8, "-8": P - Y_ORDER_8}
OTHER = Skey("b.example", bytes([9] * 32), ALG_COSIGNATURE).vkey.to_text()


def readable(text: str) -> bool:
    try:
        parse_policy(text)
    except PolicyError:
        return False
    return True


def vkey(number: int, name: str, alg: int) -> str:
    return Skey(name, number.to_bytes(32, "big"), alg).vkey.to_text()


def logs(count: int) -> str:
    lines = [f"log {vkey(number, 'many.example', ALG_ED25519)}\n" for number in range(count)]
    return "".join(lines) + "quorum none\n"


def witnesses(count: int) -> str:
    keys = [vkey(number, f"{number}.example", ALG_COSIGNATURE) for number in range(count)]
    return "".join(f"witness w{at} {key}\n" for at, key in enumerate(keys)) + "quorum none\n"


def groups(count: int) -> str:
    lines = [f"group g{at + 1} any {f'g{at}' if at else 'a'}\n" for at in range(count)]
    return HEAD + "".join(lines) + f"quorum g{count}\n"


def characters(count: int) -> str:
    # Each of these signs is one character, and two units of a string in JavaScript.
    head = "quorum none\n#"
    return head + "\U00020000" * (count - len(head) - 1) + "\n"


def long_name(size: int) -> str:
    """Return a policy whose ML-DSA-44 key has a name of so many bytes, and the right key ID."""
    # Two bytes a letter, so that bytes count and not letters.
    name = "e" * (size % 2) + "é" * (size // 2)
    typed = bytes([ALG_ML_DSA_44]) + Skey("e", bytes(32), ALG_ML_DSA_44).vkey.key
    return f"witness w {typed_vkey(name, typed)}\nquorum w\n"


def typed_vkey(name: str, typed: bytes) -> str:
    """Return the text of a key that its own class might refuse."""
    key_id = sha256(name.encode() + b"\n" + typed).digest()[:KEY_ID_SIZE].hex()
    return f"{name}+{key_id}+{b64encode(typed).decode()}"


@pytest.mark.parametrize(
    ("policy", "most"),
    [
        pytest.param(logs, LINES_MAX, id="logs"),
        pytest.param(witnesses, LINES_MAX, id="witnesses"),
        pytest.param(groups, LINES_MAX, id="groups"),
        pytest.param(long_name, NAME_SIZE_MAX, id="bytes-of-a-name"),
        pytest.param(characters, POLICY_SIZE_MAX, id="characters"),
    ],
)
def test_both_take_as_much_and_not_one_more(scripts: Any, policy: Any, most: int) -> None:
    for count, taken in ((most, True), (most + 1, False)):
        text = policy(count)
        assert (readable(text), bool(scripts.evaluate(READS, text))) == (taken, taken), count


@pytest.mark.parametrize(
    ("number", "taken"),
    [
        *(
            pytest.param(y + sign, False, id=f"small-order-{name}-{bool(sign)}")
            for name, y in SMALL_ORDER.items()
            for sign in (0, 2**255)
        ),
        pytest.param(P + 3, False, id="not-reduced"),
        pytest.param(2, False, id="off-the-curve"),
        pytest.param(4, True, id="on-the-curve"),
    ],
)
@pytest.mark.parametrize("alg", [ALG_ED25519, ALG_COSIGNATURE])
def test_a_key_that_anybody_can_sign_for_is_no_key(
    scripts: Any, alg: int, number: int, taken: bool
) -> None:
    key = typed_vkey("weak.example", bytes([alg]) + number.to_bytes(32, "little"))
    text = f"log {key}\nquorum none\n" if alg == ALG_ED25519 else f"witness w {key}\nquorum w\n"
    assert (readable(text), bool(scripts.evaluate(READS, text))) == (taken, taken)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    ("lines", "taken"),
    [
        pytest.param("{word} a\nquorum a\n", False, id="kind-of-line"),
        pytest.param("group g {word} a\nquorum g\n", False, id="threshold"),
        pytest.param("group g any {word}\nquorum g\n", False, id="unknown-member"),
        pytest.param("quorum {word}\n", False, id="unknown-quorum"),
        pytest.param("group {word} any a\nquorum {word}\n", True, id="name-of-a-group"),
        pytest.param("witness {word} {key}\nquorum {word}\n", True, id="name-of-a-witness"),
        pytest.param(
            "group {word} any a\nwitness {word} {key}\nquorum a\n", False, id="name-given-twice"
        ),
    ],
)
def test_words_of_javascript_are_words_like_others(
    scripts: Any, word: str, lines: str, taken: bool
) -> None:
    text = HEAD + lines.format(word=word, key=OTHER)
    assert (readable(text), bool(scripts.evaluate(READS, text))) == (taken, taken)
