"""Whole `.state-proof` files, for checkers in other languages.

    python -m tests.support.state_vectors       writes tests/vectors/state-proofs.json

They speak of the main job of the tests: of the state that its first `state.commit` commits.
"""

import json
from functools import cache
from typing import Final

from contracts.values import Json
from ledger.log.state_claims import Claim
from ledger.log.state_file import StateProof, read_commitment
from ledger.replay.replay import ReplayState
from ledger.state.proving import MemoryView, prove_key, prove_prefix, prove_unit
from tests.support.architecture import ROOT
from tests.support.certificates import LOG_KEY, demo_log

PATH: Final = ROOT / "tests" / "vectors" / "state-proofs.json"
BATCH: Final = "BT-F-0001-20220101-20260831-01"
POLICY: Final = f"log {LOG_KEY.vkey.to_text()}\nquorum none\n"


@cache
def commitment_seq() -> int:
    """Return the position of the main job's first commitment."""
    kinds = [demo_log().parsed(seq).order["kind"] for seq in range(len(demo_log().entries))]
    return kinds.index("state.commit")


@cache
def committed() -> MemoryView:
    """Return the state that it commits."""
    state = ReplayState()
    for seq in range(commitment_seq()):
        state.take(demo_log().parsed(seq))
    return MemoryView.of(state.books)


def proof_of(claim: Claim) -> StateProof:
    """Return the file of a claim under the main job's first commitment."""
    seq, log = commitment_seq(), demo_log()
    return StateProof(entry=log.entries[seq], proof=log.proof(seq), claim=claim)


@cache
def claims() -> dict[str, Claim]:
    """Return a claim of every kind and outcome, by name."""
    view = committed()
    return {
        "a batch": prove_key(view, f"batch/{BATCH}"),
        "no such batch": prove_key(view, "batch/BT-F-0002-20220101-20260831-01"),
        "all batches of project 0001": prove_prefix(view, "batch/BT-F-0001-"),
        "all blocks of the batch": prove_prefix(view, f"block/{BATCH}/"),
        "no certificate of that number": prove_prefix(view, "cert/TH-RT-1999-"),
        "all accounts": prove_prefix(view, "acct/"),
        "unit 0": prove_unit(view, BATCH, 0),
        "the last unit": prove_unit(view, BATCH, 948_499),
        "a retired unit": prove_unit(view, BATCH, 142_275),
        "a unit that does not exist": prove_unit(view, BATCH, 948_500),
        "a unit of no batch": prove_unit(view, "BT-F-0002-20220101-20260831-01", 7),
    }


def vectors() -> dict[str, Json]:
    """Return the policy, and every file with what it proves."""
    root = committed_root()
    cases: list[Json] = []
    for name, claim in claims().items():
        found: list[Json] = [{"key": key, "value": value} for key, value in claim.check(root)]
        file = proof_of(claim).to_bytes().decode()
        cases.append({"file": file, "found": found, "kind": claim.kind, "name": name})
    return {"cases": cases, "policy": POLICY, "root": root.hex()}


def committed_root() -> bytes:
    """Return the root that the commitment states."""
    return read_commitment(demo_log().parsed(commitment_seq())).root


def text() -> str:
    """Return the file's text."""
    return json.dumps(vectors(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
