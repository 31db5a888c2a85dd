"""Signed notes: the published examples verify, and no mangled key, line or text does."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.log.key import decode_base64
from ledger.log.note import (
    ALG_ED25519,
    Note,
    NoteError,
    NoteSignature,
    Skey,
    Verified,
    Vkey,
    parse_note,
    parse_skey,
    parse_vkey,
    sign,
    verify,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "signed-notes.json").read_text())
CASES = [pytest.param(case, id=case["name"]) for case in VECTORS["cases"]]
ALICE, BOB = Skey("example.com/alice", bytes(32)), Skey("bob", bytes([7]) * 32)
TEXT = "first line\n\nthird line\n"

names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1).map(
    lambda text: text.replace("+", "-")
)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n")).map("{}\n".format)
seeds = st.binary(min_size=32, max_size=32)


def altered_line(note: bytes, **changes: Any) -> bytes:
    parsed = parse_note(note)
    one = parsed.signatures[0]
    fields = {"name": one.name, "key_id": one.key_id, "signature": one.signature} | changes
    return Note(parsed.text, (NoteSignature(**fields), *parsed.signatures[1:])).to_bytes()


@pytest.mark.parametrize("case", CASES)
def test_opens_the_published_notes(case: dict[str, str]) -> None:
    vkey = parse_vkey(case["vkey"])
    note = parse_note(case["note"].encode())
    assert verify(note, [vkey]) == (Verified(vkey),)
    assert note.to_bytes().decode() == case["note"]
    assert vkey.to_text() == case["vkey"]


def test_signs_the_published_note_again_byte_for_byte() -> None:
    case = next(case for case in VECTORS["cases"] if "skey" in case)
    skey = parse_skey(case["skey"] + "\n")
    text = case["note"].rpartition("\n\n")[0] + "\n"
    assert sign(text, [skey]).decode() == case["note"]
    assert skey.to_text() == case["skey"]
    assert skey.vkey.to_text() == case["vkey"]


def test_computes_the_published_key_ids() -> None:
    typed, cosigner = VECTORS["keyids"]
    private_key = load_pem_private_key(typed["seed_pkcs8_pem"].encode(), None)
    assert isinstance(private_key, Ed25519PrivateKey)
    vkey = Vkey(typed["name"], typed["alg"], private_key.public_key().public_bytes_raw())
    assert vkey.key_id.hex() == typed["keyid_hex"]
    assert parse_vkey(cosigner["vkey"]).alg == cosigner["alg"]


@given(name=names, seed=seeds, text=texts)
def test_a_signed_text_comes_back_and_keys_survive_their_texts(
    name: str, seed: bytes, text: str
) -> None:
    skey = Skey(name, seed)
    note = parse_note(sign(text, [skey]))
    assert note.text == text
    assert verify(note, [parse_vkey(skey.vkey.to_text())]) == (Verified(skey.vkey),)
    assert parse_skey(skey.to_text()) == skey


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_flipped_bit_leaves_a_note_signed_with_another_text(at: int, bit: int) -> None:
    good = sign(TEXT, [ALICE])
    changed = bytearray(good)
    changed[at % len(good)] ^= 1 << bit
    with pytest.raises(NoteError):
        verify(parse_note(bytes(changed)), [ALICE.vkey])


@given(at=st.integers(0, 10_000), byte=st.sampled_from(b"\x00 +AZaz09=/\n-"))
def test_no_mangled_key_text_is_read_as_another_key(at: int, byte: int) -> None:
    text = ALICE.vkey.to_text()
    mangled = text[: at % len(text)] + chr(byte) + text[at % len(text) + 1 :]
    assume(mangled != text)
    with pytest.raises(NoteError):
        parse_vkey(mangled)


@given(length=st.integers(0, 200))
def test_no_part_of_a_note_or_key_text_is_read(length: int) -> None:
    note, vkey, skey = sign(TEXT, [ALICE]), ALICE.vkey.to_text(), ALICE.to_text()
    with pytest.raises(NoteError):
        verify(parse_note(note[: length % len(note)]), [ALICE.vkey])
    with pytest.raises(NoteError):
        parse_vkey(vkey[: length % len(vkey)])
    with pytest.raises(NoteError):
        parse_skey(skey[: length % len(skey)])


def test_names_every_trusted_signer_once_in_the_notes_sequence() -> None:
    doubled = Note(TEXT, parse_note(sign(TEXT, [BOB, ALICE, BOB])).signatures)
    assert verify(doubled, [ALICE.vkey, BOB.vkey]) == (Verified(BOB.vkey), Verified(ALICE.vkey))
    assert verify(doubled, [ALICE.vkey]) == (Verified(ALICE.vkey),)


def test_ignores_a_line_that_shares_only_name_or_only_key_id_with_a_known_key() -> None:
    note = sign(TEXT, [BOB, ALICE])
    other_id = altered_line(note, key_id=b"\x00\x00\x00\x00", signature=b"junk")
    other_name = altered_line(note, name="bobby", signature=b"junk")
    for changed in (other_id, other_name):
        assert verify(parse_note(changed), [ALICE.vkey, BOB.vkey]) == (Verified(ALICE.vkey),)


def test_one_failing_line_of_a_known_key_spoils_the_whole_note() -> None:
    note = parse_note(altered_line(sign(TEXT, [BOB, ALICE]), signature=bytes(64)))
    with pytest.raises(NoteError, match="bob does not verify"):
        verify(note, [ALICE.vkey, BOB.vkey])
    assert verify(note, [ALICE.vkey]) == (Verified(ALICE.vkey),)


def test_refuses_a_note_that_no_known_key_has_signed() -> None:
    for trusted in ([BOB.vkey], []):
        with pytest.raises(NoteError, match="not signed by a known key"):
            verify(parse_note(sign(TEXT, [ALICE])), trusted)


def test_refuses_two_trusted_keys_that_cannot_be_told_apart() -> None:
    class Colliding(Vkey):
        """A key whose ID collides, which takes 2^32 tries to find."""

        key_id = ALICE.vkey.key_id

    twin = Colliding(ALICE.name, ALG_ED25519, BOB.vkey.key)
    with pytest.raises(NoteError, match="share the key ID"):
        verify(parse_note(sign(TEXT, [ALICE])), [ALICE.vkey, twin])


def test_refuses_to_judge_an_algorithm_that_it_does_not_know() -> None:
    ecdsa = Vkey(ALICE.name, 0x02, ALICE.vkey.key)
    note = altered_line(sign(TEXT, [ALICE]), key_id=ecdsa.key_id)
    with pytest.raises(NoteError, match=r"0x02 of .* cannot be checked"):
        verify(parse_note(note), [ecdsa])


def test_reads_a_hundred_signatures_and_no_more() -> None:
    many = parse_note(sign(TEXT, [ALICE])).signatures * 100
    assert len(parse_note(Note(TEXT, many).to_bytes()).signatures) == 100
    with pytest.raises(NoteError, match="more than 100"):
        parse_note(Note(TEXT, many + many[:1]).to_bytes())


LINE = f"— a {b64encode(bytes(5)).decode()}\n"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "no signatures", id="nothing"),
        pytest.param(b"text\n\n", "no signatures|malformed", id="no-signature-line"),
        pytest.param(f"text\n{LINE}".encode(), "no signatures", id="no-empty-line"),
        pytest.param(f"text\n\n{LINE[:-1]}".encode(), "newline", id="no-final-newline"),
        pytest.param(f"text\n\n{LINE}\n".encode(), "malformed|no sig", id="empty-line-after"),
        pytest.param(f"text\r\n\n{LINE}".encode(), "control", id="carriage-return"),
        pytest.param(f"te\0xt\n\n{LINE}".encode(), "control", id="zero-byte"),
        pytest.param(b"te\xffxt\n\n" + LINE.encode(), "UTF-8", id="not-utf-8"),
        pytest.param(f"text\n\n{LINE.replace('— ', '- ')}".encode(), "malformed", id="hyphen"),
        pytest.param(f"text\n\n{LINE.replace(' a ', ' a+b ')}".encode(), "malformed", id="plus"),
        pytest.param(f"text\n\n{LINE.replace(' a ', ' a b ')}".encode(), "malformed", id="space"),
        pytest.param(f"text\n\n{LINE.replace(' a ', '  ')}".encode(), "malformed", id="no-name"),
        pytest.param("text\n\n— a\u3000b AAAAAAA=\n".encode(), "malformed", id="wide-space"),
        pytest.param("text\n\n— a AAAAAA\n".encode(), "base64", id="padding-missing"),
        pytest.param("text\n\n— a AAAAAAB=\n".encode(), "canonical", id="stray-bits"),
        pytest.param("text\n\n— a AAAAAA==\n".encode(), "without a signature", id="only-key-id"),
        pytest.param(b"x" * 1_000_001, "longer", id="too-long"),
    ],
)
def test_refuses_to_read_a_note(data: bytes, reason: str) -> None:
    with pytest.raises(NoteError, match=reason):
        parse_note(data)


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "return\r\n"])
def test_refuses_to_sign(text: str) -> None:
    with pytest.raises(NoteError):
        sign(text, [ALICE])


def test_refuses_a_note_without_signer() -> None:
    with pytest.raises(NoteError, match="needs a signature"):
        sign(TEXT, [])


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\u2003b", "a\u00a0b", "a\x01"])
def test_refuses_a_key_name(name: str) -> None:
    with pytest.raises(NoteError, match="key name"):
        Vkey(name, ALG_ED25519, ALICE.vkey.key)
    with pytest.raises(NoteError, match="key name"):
        Skey(name, bytes(32))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("alice", id="name-only"),
        pytest.param(ALICE.to_text(), id="skey"),
        pytest.param(
            Vkey("a", 4, ALICE.vkey.key).to_text().replace("+", "+0", 1), id="nine-digits"
        ),
        pytest.param(f"a+00000000+{b64encode(bytes(33)).decode()}", id="wrong-id"),
        pytest.param(ALICE.vkey.to_text() + "\n\n", id="two-newlines"),
    ],
)
def test_refuses_a_vkey(text: str) -> None:
    with pytest.raises(NoteError):
        parse_vkey(text)


def test_refuses_an_skey_of_another_id_or_algorithm() -> None:
    text = ALICE.to_text()
    with pytest.raises(NoteError, match="key ID"):
        parse_skey(text.replace(ALICE.vkey.key_id.hex(), "00000000"))
    with pytest.raises(NoteError, match="0x02 cannot sign"):
        parse_skey(text[:-44] + b64encode(b"\x02" + bytes(32)).decode())


def test_never_trusts_a_key_of_small_order_and_never_shows_a_seed() -> None:
    with pytest.raises(NoteError, match="small order"):
        Vkey("a", ALG_ED25519, b"\x01" + bytes(31))
    with pytest.raises(NoteError, match="32 bytes"):
        Skey("a", bytes(31))
    assert "seed" not in repr(ALICE)


@pytest.mark.parametrize("text", ["A", "AA=", "AB==", "AA==\n", "A A=", "AAAA====", "_-==", "é"])
def test_refuses_base64_that_is_not_the_one_spelling(text: str) -> None:
    with pytest.raises(NoteError):
        decode_base64(text)
