"""Signatures: what verifies, which keys must never be registered, what a passkey must show."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.signature import (
    Signature,
    SignatureError,
    check_key,
    public_key,
    sign_ed25519,
    verify_signature,
)
from tests.support.passkey import ORIGIN, RP_ID, passkey_signature

MESSAGE = b"registry.example/sinks/order/v1\n{}"
P = 2**255 - 19
SEED = bytes(range(32))

# The 14 encodings of the 8 points of small order, as in "Taming the many EdDSAs" (Chalkias,
# Garillot, Nikolaenko, 2020), table 1: canonical, then not canonical.
SMALL_ORDER_KEYS = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


def altered(signature: Signature, **changes: Any) -> Signature:
    names = ("alg", "key", "sig", "auth", "client")
    return Signature(**{name: getattr(signature, name) for name in names} | changes)


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=80))
def test_a_signature_verifies_under_its_key_and_the_key_is_fit(seed: bytes, message: bytes) -> None:
    signature = sign_ed25519(seed, message)
    assert signature.key == public_key(seed)
    check_key(signature.alg, signature.key)
    verify_signature(signature, message)


@given(bit=st.integers(0, 511))
def test_no_flipped_bit_verifies(bit: int) -> None:
    signature = sign_ed25519(SEED, MESSAGE)
    for changed, message in [
        (altered(signature, sig=flip(signature.sig, bit)), MESSAGE),
        (altered(signature, key=flip(signature.key, bit)), MESSAGE),
        (signature, flip(MESSAGE, bit)),
    ]:
        with pytest.raises(SignatureError):
            verify_signature(changed, message)


@pytest.mark.parametrize("key", SMALL_ORDER_KEYS)
def test_refuses_every_encoding_of_a_point_of_small_order(key: str) -> None:
    with pytest.raises(SignatureError, match=r"small order|not canonical"):
        check_key("ed25519", bytes.fromhex(key))


def test_a_key_of_small_order_would_pass_for_anyone_without_a_secret() -> None:
    identity = bytes.fromhex(SMALL_ORDER_KEYS[0])
    forged = Signature(alg="ed25519", key=identity, sig=identity + bytes(32))
    verify_signature(forged, b"any message at all")


@pytest.mark.parametrize("y", range(P, 2**255))
@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_refuses_every_coordinate_not_below_p(y: int, sign: int) -> None:
    with pytest.raises(SignatureError, match="not canonical"):
        check_key("ed25519", (y | sign).to_bytes(32, "little"))


@pytest.mark.parametrize("y", [2, 7, 12])
def test_refuses_an_ed25519_key_off_the_curve(y: int) -> None:
    with pytest.raises(SignatureError, match="not on the curve"):
        check_key("ed25519", y.to_bytes(32, "little"))


@pytest.mark.parametrize(
    ("alg", "key", "reason"),
    [
        pytest.param("sm2", bytes(33), "unknown algorithm", id="unknown"),
        pytest.param("ed25519", bytes(31), "has 32 bytes", id="ed25519-short"),
        pytest.param("ed25519", b"", "has 32 bytes", id="ed25519-empty"),
        pytest.param("webauthn-es256", bytes(65), "has 33 bytes", id="p256-long"),
        pytest.param("webauthn-es256", bytes(33), "P-256", id="p256-zero"),
        pytest.param("webauthn-es256", b"\x04" + bytes(32), "P-256", id="p256-tag"),
        pytest.param("webauthn-es256", b"\x02" + b"\xff" * 32, "P-256", id="p256-beyond-p"),
        pytest.param("webauthn-es256", b"\x02" + bytes(31) + b"\x01", "P-256", id="p256-off-curve"),
    ],
)
def test_refuses_a_key_that_is_none(alg: str, key: bytes, reason: str) -> None:
    with pytest.raises(SignatureError, match=reason):
        check_key(alg, key)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"alg": "ed448"}, id="unknown-algorithm"),
        pytest.param({"alg": "webauthn-es256"}, id="other-algorithm"),
        pytest.param({"sig": b""}, id="no-signature"),
        pytest.param({"sig": bytes(64)}, id="zero-signature"),
        pytest.param({"sig": bytes(65)}, id="long-signature"),
        pytest.param({"key": bytes(31)}, id="short-key"),
        pytest.param({"key": b"\xff" * 32}, id="no-point"),
    ],
)
def test_refuses_a_signature_with(changes: dict[str, Any]) -> None:
    with pytest.raises(SignatureError):
        verify_signature(altered(sign_ed25519(SEED, MESSAGE), **changes), MESSAGE)


def test_refuses_the_second_form_of_a_signature_with_s_plus_the_group_order() -> None:
    signature = sign_ed25519(SEED, MESSAGE)
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(signature.sig[32:], "little") + order
    with pytest.raises(SignatureError, match="does not verify"):
        verify_signature(
            altered(signature, sig=signature.sig[:32] + s.to_bytes(32, "little")), MESSAGE
        )


@given(message=st.binary(max_size=60))
def test_a_passkey_signs_the_hash_of_the_message_as_its_challenge(message: bytes) -> None:
    signature = passkey_signature(message)
    check_key(signature.alg, signature.key)
    verify_signature(signature, message, rp_id=RP_ID, origins=(ORIGIN,))
    with pytest.raises(SignatureError, match="another message"):
        verify_signature(signature, message + b".", rp_id=RP_ID, origins=(ORIGIN,))


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        pytest.param(passkey_signature(MESSAGE, client=b"{"), "not JSON", id="no-json"),
        pytest.param(passkey_signature(MESSAGE, client=b"[]"), "no object", id="no-object"),
        pytest.param(
            passkey_signature(MESSAGE, client={"x": "a" * 1024}), "longer", id="long-client"
        ),
        pytest.param(
            passkey_signature(MESSAGE, client={"type": "webauthn.create"}), "assertion", id="type"
        ),
        pytest.param(
            passkey_signature(MESSAGE, client={"challenge": ""}), "message", id="challenge"
        ),
        pytest.param(
            passkey_signature(MESSAGE, client={"origin": "https://evil.example"}),
            "origin",
            id="origin",
        ),
        pytest.param(
            passkey_signature(MESSAGE, client={"origin": [ORIGIN]}), "origin", id="origin-list"
        ),
        pytest.param(
            passkey_signature(MESSAGE, client={"origin": None}), "origin", id="origin-null"
        ),
        pytest.param(
            passkey_signature(MESSAGE, client={"crossOrigin": True}), "frame", id="cross-origin"
        ),
        pytest.param(passkey_signature(MESSAGE, rp_id="evil.example"), "relying party", id="rp-id"),
        pytest.param(passkey_signature(MESSAGE, flags=0x04), "present", id="user-not-present"),
        pytest.param(passkey_signature(MESSAGE, flags=0x01), "verified", id="user-not-verified"),
        pytest.param(passkey_signature(MESSAGE, auth_tail=bytes(3)), "length", id="short-auth"),
        pytest.param(passkey_signature(MESSAGE, auth_tail=bytes(992)), "length", id="long-auth"),
        pytest.param(altered(passkey_signature(MESSAGE), sig=b""), "verify", id="no-signature"),
        pytest.param(
            altered(passkey_signature(MESSAGE), sig=bytes(72)), "verify", id="zero-signature"
        ),
        pytest.param(altered(passkey_signature(MESSAGE), key=bytes(33)), "P-256", id="no-point"),
        pytest.param(altered(passkey_signature(MESSAGE), key=bytes(32)), "P-256", id="short-key"),
        pytest.param(
            altered(passkey_signature(MESSAGE), auth=passkey_signature(MESSAGE, flags=0x0D).auth),
            "does not verify",
            id="other-flags-than-signed",
        ),
        pytest.param(
            altered(passkey_signature(MESSAGE), client=passkey_signature(MESSAGE).client + b" "),
            "does not verify",
            id="other-client-than-signed",
        ),
    ],
)
def test_refuses_a_passkey_signature_with(signature: Signature, reason: str) -> None:
    with pytest.raises(SignatureError, match=reason):
        verify_signature(signature, MESSAGE, rp_id=RP_ID, origins=frozenset({ORIGIN}))


def test_refuses_a_passkey_where_no_party_or_site_is_configured() -> None:
    with pytest.raises(SignatureError, match="origin"):
        verify_signature(passkey_signature(MESSAGE), MESSAGE, rp_id=RP_ID)
    with pytest.raises(SignatureError, match="relying party"):
        verify_signature(passkey_signature(MESSAGE), MESSAGE, origins=(ORIGIN,))
