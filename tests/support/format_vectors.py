"""The format's test vectors, made with the registry's own code.

    python -m tests.support.format_vectors        writes tests/vectors/ledger-format.json

Change the format and the file changes with it; whoever commits that writes a line into the
changelog, under "Rules and ledger format".
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Final

from contracts.values import Json
from ledger.log import canonical as canonical_json
from ledger.log import form, key, merkle, note, proof, signature
from ledger.log.canonical import canonical
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.entry import signed_bytes
from ledger.log.proof import TlogProof
from tests.support.architecture import ROOT
from tests.support.format_keys import (
    LOG_KEY,
    ORIGIN,
    PASSKEY_SCALAR,
    SEEDS,
    challenge_of,
    ed25519_key,
    passkey,
)
from tests.support.format_ledger import TinyLedger, organisation_record, tiny_ledger
from tests.support.format_values import value_vectors

PATH: Final = ROOT / "tests" / "vectors" / "ledger-format.json"
RULE_SET_FILES: Final = {"contracts/a.py": b"A = 1\n", "contracts/v1/ruleset.py": b"import a\n"}
TREE_LEAVES: Final = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
"""The eight leaves that implementations of RFC 6962 are usually compared on."""


def vectors() -> dict[str, Json]:
    """Return all vectors."""
    rule_set = _rule_set()
    ledger = tiny_ledger(str(rule_set["hash"]))
    return {
        **value_vectors(),
        "commitment": _commitment(),
        "envelope": ledger.envelope.decode(),
        "keys": _keys(),
        "ledger": _ledger(ledger),
        "limits": _limits(),
        "order": _order(ledger),
        "published": _published(ledger),
        "rule_set": rule_set,
        "tree": _tree(),
    }


def _limits() -> dict[str, Json]:
    return {
        "client and auth bytes": signature.RIDER_SIZE_MAX,
        "entry bytes": form.ENTRY_SIZE_MAX,
        "entry depth": canonical_json.DEPTH_MAX,
        "integer": canonical_json.INTEGER_MAX,
        "movements": form.MOVEMENTS_MAX,
        "note bytes": note.NOTE_SIZE_MAX,
        "note signatures": note.SIGNATURES_MAX,
        "order bytes": form.ORDER_SIZE_MAX,
        "order depth": form.ORDER_DEPTH_MAX,
        "outcome bytes": form.OUTCOME_SIZE_MAX,
        "proof path": proof.PATH_MAX,
        "signatures": form.SIGNATURES_MAX,
    }


def _rule_set() -> dict[str, Json]:
    files = {name: sha256(content).hexdigest() for name, content in RULE_SET_FILES.items()}
    preimage = "".join(f"{name} {files[name]}\n" for name in sorted(files))
    return {
        "files": {name: content.decode() for name, content in RULE_SET_FILES.items()},
        "hash": sha256(preimage.encode()).hexdigest(),
        "preimage": preimage,
    }


def _keys() -> dict[str, Json]:
    named: dict[str, Json] = {
        name: {"alg": "ed25519", "key": ed25519_key(name), "seed": seed.hex()}
        for name, seed in SEEDS.items()
    }
    scalar = PASSKEY_SCALAR.hex()
    named["passkey"] = {"alg": "webauthn-es256", "key": passkey().hex(), "scalar": scalar}
    named["log"] = {
        "key_id": LOG_KEY.vkey.key_id.hex(),
        "key_id_preimage": (
            LOG_KEY.name.encode() + b"\n" + bytes([key.ALG_ED25519]) + LOG_KEY.vkey.key
        ).hex(),
        "seed": LOG_KEY.seed.hex(),
        "skey": LOG_KEY.to_text(),
        "vkey": LOG_KEY.vkey.to_text(),
    }
    return named


def _order(ledger: TinyLedger) -> dict[str, Json]:
    """Take apart entry 2: an order signed by an officer and by a passkey."""
    entry = ledger.entries[2]
    signed = signed_bytes(ORIGIN, entry.order_bytes)
    passkeys = [one for one in entry.sigs if one.alg == "webauthn-es256"]
    [made] = passkeys
    return {
        "canonical": entry.order_bytes.decode(),
        "passkey": {
            "auth": made.auth.hex(),
            "challenge": challenge_of(signed),
            "client": made.client.decode(),
            "client_sha256": sha256(made.client).hexdigest(),
            "sig": made.sig.hex(),
        },
        "registrar_sig": next(one.sig.hex() for one in entry.sigs if one.alg == "ed25519"),
        "signed_sha256": sha256(signed).hexdigest(),
    }


def _ledger(ledger: TinyLedger) -> dict[str, Json]:
    leaves = [entry.leaf_hash for entry in ledger.entries]
    return {
        "entries": [entry.content.decode() for entry in ledger.entries],
        "entry_bytes": [len(entry.content) for entry in ledger.entries],
        "leaf_hashes": [leaf.hex() for leaf in leaves],
        "origin": ORIGIN,
        "roots": [merkle.root(leaves[:size]).hex() for size in range(len(leaves) + 1)],
        "state": {name: dict(row) for name, row in sorted(ledger.books.rows.items())},
    }


def _published(ledger: TinyLedger) -> dict[str, Json]:
    leaves = [entry.leaf_hash for entry in ledger.entries]
    root = merkle.root(leaves)
    checkpoint = Checkpoint(origin=ORIGIN, size=len(leaves), root=root)
    signed_note = sign_checkpoint(checkpoint, [LOG_KEY])
    path = merkle.inclusion_path(1, len(leaves), _subtrees(leaves))
    made = TlogProof(index=1, path=path, checkpoint=signed_note)
    mark: dict[str, Json] = {"origin": ORIGIN, "root": root.hex(), "size": len(leaves)}
    return {
        "checkpoint": signed_note.decode(),
        "consistency_1_to_3": [
            part.hex() for part in merkle.consistency_path(1, 3, _subtrees(leaves))
        ],
        "high_water": canonical(mark).decode(),
        "proof_of_entry_1": made.to_bytes().decode(),
    }


def _subtrees(leaves: list[bytes]) -> merkle.Subtree:
    def subtree(level: int, index: int) -> bytes:
        return merkle.root(leaves[index << level : (index + 1) << level])

    return subtree


def _tree() -> dict[str, Json]:
    leaves = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in TREE_LEAVES]
    return {
        "consistency_3_to_7": [
            part.hex() for part in merkle.consistency_path(3, 7, _subtrees(leaves))
        ],
        "inclusion_of_5_in_7": [
            part.hex() for part in merkle.inclusion_path(5, 7, _subtrees(leaves))
        ],
        "leaf_hashes": [leaf.hex() for leaf in leaves],
        "leaves": [*TREE_LEAVES],
        "roots": [merkle.root(leaves[:size]).hex() for size in range(len(leaves) + 1)],
    }


def _commitment() -> dict[str, Json]:
    record = organisation_record()
    return {
        "commitment": record.commitment,
        "record": record.record_bytes.decode(),
        "salt": record.salt.hex(),
    }


def text() -> str:
    """Return the file's text."""
    return json.dumps(vectors(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write(path: Path = PATH) -> None:
    """Write the file."""
    path.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    write()
