"""Signatures of all three kinds, made here and checked by tlog-scales, and the other way round."""

import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from tlog_scales import signing
from tlog_scales.tlog import Checkpoint as ForeignCheckpoint

from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.cosignature import cosign
from ledger.log.key import ALG_COSIGNATURE, ALG_ED25519, ALG_ML_DSA_44, Skey, parse_vkey
from ledger.log.note import Note, NoteError, parse_note, verify
from tests.support import log_vectors

OURS: dict[str, Any] = json.loads(log_vectors.PATH.read_text(encoding="utf-8"))
HEAD = log_vectors.HEAD
SEED = bytes(range(32))


def foreign(note: str) -> ForeignCheckpoint:
    return ForeignCheckpoint.from_text(note.strip())


@pytest.mark.parametrize("name", log_vectors.KEYS)
def test_the_stored_note_verifies_there(name: str) -> None:
    vkey = signing.Vkey.from_string(OURS["keys"][name][1])
    foreign(OURS["note"]).verify(vkey)
    with pytest.raises(InvalidSignature):
        foreign(OURS["note"].replace("\n300\n", "\n301\n", 1)).verify(vkey)


@pytest.mark.parametrize("alg", [ALG_ED25519, ALG_COSIGNATURE, ALG_ML_DSA_44])
def test_a_fresh_note_verifies_there(alg: int) -> None:
    log, key = log_vectors.KEYS["log"], Skey("signer.example/s", SEED, alg)
    tree = Checkpoint(origin=log.name, size=9, root=bytes([5]) * 32)
    note = parse_note(sign_checkpoint(tree, [log]))
    if alg == ALG_ED25519:
        signed = note.to_bytes().decode()
        key = log
    else:
        signed = Note(note.text, (*note.signatures, cosign(tree, key, 7))).to_bytes().decode()
    foreign(signed).verify(signing.Vkey.from_string(key.vkey.to_text()))


@pytest.mark.parametrize("kind", [signing.PlainEd25519Signer, signing.MLDSA44CosignatureSigner])
def test_a_note_signed_there_verifies_here(kind: type[Any]) -> None:
    key: Any = SEED
    if kind is signing.MLDSA44CosignatureSigner:
        key = signing.MLDSA44PrivateKey.from_seed_bytes(SEED)
    signer = kind(HEAD.origin, key)
    made = ForeignCheckpoint.make_signed(HEAD.origin, HEAD.size, HEAD.root, [signer])
    vkey = parse_vkey(signer.vkey.serialize())
    lines = "".join(f"{one.serialize()}\n" for one in made.signatures)
    (verified,) = verify(parse_note(f"{HEAD.to_text()}\n{lines}".encode()), [vkey])
    assert verified.vkey == vkey
    other = HEAD.to_text().replace("\n300\n", "\n301\n")
    with pytest.raises(NoteError, match="does not verify"):
        verify(parse_note(f"{other}\n{lines}".encode()), [vkey])
