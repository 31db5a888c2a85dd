"""Policies, witnesses and histories: Python and JavaScript accept and refuse the same."""

from base64 import b64encode
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.cosignature import cosign
from ledger.log.key import ALG_COSIGNATURE, Skey
from ledger.log.merkle import leaf_hash, root
from ledger.log.note import NoteSignature, sign
from ledger.log.policy import PolicyError, check_policy, parse_policy
from ledger.log.proof import TlogProof
from tests.ledger.log.test_policy_text import test_refuses_the_policy
from tests.support.certificates import LOG_KEY, demo_log
from tests.support.offline import check_offline, export_of
from tests.support.policies import (
    LOG,
    LOG_PQ,
    NOW,
    POLICY,
    TEXT,
    TREE,
    WITNESSES,
    note_of,
    with_wrong_signature,
)

in_one_page = settings(max_examples=60, deadline=None)

ACCEPTS = """async ([text, note]) => {
  try {
    const policy = parsePolicy(text);
    const parsed = parseNote(bytesOfBase64(note));
    const signed = await checkLogSignatures(policy, parsed);
    const quorum = await checkQuorum(policy, parsed);
    return signed.good.length > 0 && quorum.met;
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    return false;
  }
}"""
READS = """(text) => {
  try { parsePolicy(text); return true; } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    return false;
  }
}"""


def accepts(scripts: Any, text: str, note: bytes) -> bool:
    return bool(scripts.evaluate(ACCEPTS, [text, b64encode(note).decode()]))


def python_accepts(text: str, note: bytes) -> bool:
    try:
        check_policy(parse_policy(text), note)
    except PolicyError:
        return False
    return True


REFUSED = [case for case in test_refuses_the_policy.pytestmark[0].args[1] if case.id != "endless"]


@pytest.mark.parametrize("text", [pytest.param(case.values[0], id=case.id) for case in REFUSED])
def test_refuses_the_policies_that_python_refuses(scripts: Any, text: str) -> None:
    assert not scripts.evaluate(READS, text)


KEY = WITNESSES["x1"].vkey
HEAD = f"log {LOG.vkey.to_text()}\nwitness a {KEY.to_text()}\n"
words = st.sampled_from(
    ["log", "witness", "group", "quorum", "none", "any", "all", "1", "2", "a", "b", "#", "\n", "\n"]
) | st.sampled_from([KEY.to_text(), WITNESSES["y1"].vkey.to_text(), LOG.vkey.to_text()])


@given(text=st.lists(words).map(" ".join).map(f"{HEAD}{{}}\n".format))
@in_one_page
def test_any_text_is_a_policy_for_both_or_for_neither(scripts: Any, text: str) -> None:
    try:
        parse_policy(text)
        readable = True
    except PolicyError:
        readable = False
    assert bool(scripts.evaluate(READS, text)) == readable


def test_one_witness_with_keys_of_both_kinds_counts_once(scripts: Any) -> None:
    twin = Skey(KEY.name, bytes([78] * 32), 6).vkey.to_text()
    head = HEAD + f"witness a-pq {twin}\nwitness b {WITNESSES['y1'].vkey.to_text()}\n"
    good = "group one any a a-pq\ngroup all all one b\nquorum all\n"
    assert scripts.evaluate(READS, head + good)
    for wrong in ("group g 2 a a-pq b\n", "group h any a\ngroup i any a-pq\ngroup g 2 h i b\n"):
        assert not scripts.evaluate(READS, f"{head}{wrong}quorum g\n")


@pytest.mark.parametrize("count", range(6))
def test_a_quorum_is_a_quorum(scripts: Any, count: int) -> None:
    """Both kinds of cosignature, Ed25519 and ML-DSA-44, by this browser's own cryptography."""
    for names in combinations(WITNESSES, count):
        note = note_of(*names).to_bytes()
        assert accepts(scripts, TEXT, note) == python_accepts(TEXT, note)


@pytest.mark.parametrize("signers", [(LOG,), (LOG_PQ,), (LOG, LOG_PQ)])
def test_any_key_of_the_log_is_enough(scripts: Any, signers: tuple[Skey, ...]) -> None:
    note = note_of("x1", "x2", "y2", signers=signers).to_bytes()
    assert accepts(scripts, TEXT, note)


GOOD = note_of("x1", "x2", "x3", "y1", "y2", signers=(LOG, LOG_PQ)).to_bytes()


@given(at=st.integers(0, 100_000), bit=st.integers(0, 7))
@in_one_page
def test_no_flipped_bit_is_judged_otherwise(scripts: Any, at: int, bit: int) -> None:
    changed = bytearray(GOOD)
    changed[at % len(GOOD)] ^= 1 << bit
    assert accepts(scripts, TEXT, bytes(changed)) == python_accepts(TEXT, bytes(changed))


def spoiled_notes() -> dict[str, tuple[str, bytes]]:
    """Return policies and notes that no client may accept."""
    full = note_of("x1", "x2", "x3", "y1", "y2")
    *good, last = full.signatures
    flipped = with_wrong_signature(last)
    pretender = Skey(LOG.name, bytes(32))
    colliding = NoteSignature(LOG.name, LOG.vkey.key_id, bytes(64))
    larger = cosign(replace(TREE, size=22), WITNESSES["x1"], NOW)
    timeless = cosign(TREE, WITNESSES["y2"], 0)
    only_y = TEXT.replace("quorum both", "quorum Y")
    origin_witness = cosign(TREE, Skey(LOG.name, bytes([7] * 32), ALG_COSIGNATURE), NOW)
    return {
        "a-failing-line-that-is-not-needed": (
            TEXT,
            replace(full, signatures=(*good, flipped)).to_bytes(),
        ),
        "witnesses-without-the-log": (TEXT, replace(full, signatures=tuple(good[1:])).to_bytes()),
        "another-key-of-the-logs-name": (TEXT, sign_checkpoint(TREE, [pretender])),
        "a-key-id-collision": (
            TEXT,
            replace(full, signatures=(colliding, *full.signatures)).to_bytes(),
        ),
        "a-cosignature-of-a-larger-tree": (
            TEXT,
            replace(full, signatures=(*full.signatures, larger)).to_bytes(),
        ),
        "one-witness-twice": (
            TEXT.replace("quorum both", "quorum X"),
            note_of("x1", "x1").to_bytes(),
        ),
        "the-log-as-its-own-witness": (only_y, note_of(signers=(LOG, LOG_PQ)).to_bytes()),
        "a-witness-named-like-the-origin": (
            only_y,
            replace(note_of(), signatures=(*note_of().signatures, origin_witness)).to_bytes(),
        ),
        "a-cosignature-without-a-time": (
            only_y,
            replace(note_of(), signatures=(*note_of().signatures, timeless)).to_bytes(),
        ),
        "another-logs-checkpoint": (
            TEXT,
            sign(replace(TREE, origin="second.example").to_text(), [LOG]),
        ),
        "an-extension-line": (TEXT, sign(TREE.to_text() + "more\n", [LOG])),
        "nothing": (TEXT, b""),
    }


@pytest.mark.parametrize("name", spoiled_notes())
def test_spoiled_notes_are_refused_by_both(scripts: Any, name: str) -> None:
    text, note = spoiled_notes()[name]
    assert not python_accepts(text, note)
    assert not accepts(scripts, text, note)


def test_the_good_note_is_accepted_by_both(scripts: Any) -> None:
    assert check_policy(POLICY, GOOD)
    assert accepts(scripts, TEXT, GOOD)


ALONE = f"log {LOG_KEY.vkey.to_text()}\nquorum none\n"


def checkpoint_of(entries: tuple[bytes, ...]) -> bytes:
    leaves = [leaf_hash(entry) for entry in entries]
    return sign_checkpoint(
        Checkpoint(origin=LOG_KEY.name, size=len(leaves), root=root(leaves)), [LOG_KEY]
    )


def other_history() -> tuple[bytes, ...]:
    return (*demo_log().entries[:-1], demo_log().entries[-1][:-1] + b" }")


def test_a_ledger_and_its_checkpoint_are_of_one_history(scripts: Any) -> None:
    log = demo_log().entries
    given = (ALONE, log[0], export_of(log))
    assert check_offline(scripts, *given, checkpoint_of(log)).of("ledger").first_failed == "none"
    split = check_offline(scripts, *given, checkpoint_of(other_history())).of("ledger")
    assert split.codes["root"] == "root_other"
    assert split.verdict == "invalid"


def test_a_ledger_cut_short_is_behind_its_checkpoint(scripts: Any) -> None:
    log = demo_log().entries
    found = check_offline(scripts, ALONE, log[0], export_of(log[:-3]), checkpoint_of(log))
    assert found.of("ledger").codes["root"] == "ledger_short"


def test_a_proof_of_another_history_is_betrayed_by_the_ledger(scripts: Any) -> None:
    """A log that signs two histories is caught by whoever holds both."""
    log = demo_log()
    forged = checkpoint_of((log.entries[0], log.entries[0]))
    proof = TlogProof(index=0, path=(leaf_hash(log.entries[0]),), checkpoint=forged).to_bytes()
    alone = check_offline(scripts, ALONE, log.entries[0], proof).of("entry")
    assert alone.first_failed == "none"
    found = check_offline(scripts, ALONE, log.entries[0], proof, export_of(log.entries))
    assert found.of("entry").codes["history"] == "root_other"


def test_two_roots_at_one_size_are_two_histories(scripts: Any) -> None:
    log = demo_log()
    found = check_offline(
        scripts, ALONE, log.entries[0], log.entries[3], log.proof(3), checkpoint_of(other_history())
    )
    assert found.of("entry").codes["history"] == "root_other"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda lines: [*lines[:5], *lines[6:]], "ledger_chain", id="entry-left-out"),
        pytest.param(lambda lines: [*lines[:5], lines[6], lines[5]], "ledger_chain", id="swapped"),
        pytest.param(lambda lines: [*lines, lines[-1]], "ledger_chain", id="entry-twice"),
        pytest.param(lambda lines: [lines[0], b"{}"], "ledger_entry", id="no-entry"),
        pytest.param(lambda lines: [lines[0], b" " + lines[1]], "ledger_entry", id="a-space"),
        pytest.param(lambda lines: [*lines, b""], "ledger_entry", id="an-empty-line"),
        pytest.param(lambda lines: lines[1:], "ledger_chain", id="begun-late"),
    ],
)
def test_a_broken_chain_is_refused(scripts: Any, change: Any, code: str) -> None:
    entries = change(list(demo_log().entries))
    found = check_offline(scripts, export_of(entries)).of("ledger")
    assert found.codes["ledger"] == code
    assert found.verdict == "invalid"


def test_a_broken_signature_is_refused(scripts: Any) -> None:
    log = demo_log().entries
    last = log[-1]
    at = last.rindex(b'"sig":"') + 8
    broken = last[:at] + (b"0" if last[at : at + 1] != b"0" else b"1") + last[at + 1 :]
    found = check_offline(scripts, export_of((*log[:-1], broken))).of("ledger")
    assert found.codes["orders"] == "order_signature"


WITHOUT_ML_DSA = """() => {
  const known = crypto.subtle.importKey.bind(crypto.subtle);
  crypto.subtle.importKey = (format, ...rest) => (format === 'raw-public'
    ? Promise.reject(new DOMException('no such algorithm', 'NotSupportedError'))
    : known(format, ...rest));
}"""
STEPS = """async ([text, note]) => {
  const steps = new Steps();
  const given = { ...nothingGiven(), policy: parsePolicy(text) };
  const parsed = parseNote(bytesOfBase64(note));
  await takeCheckpointSteps(steps, given, {
    note: () => parsed, log: () => parseCheckpointText(parsed.text).origin, needs: [],
  });
  return steps.list.map(({ state, code }) => [state, code]);
}"""


@pytest.mark.parametrize(
    ("names", "witnesses"),
    [
        pytest.param(("x1", "x3", "y1"), ["passed", "quorum_ok"], id="ed25519-is-enough"),
        pytest.param(("x1", "x2", "y1"), ["not_checked", "no_algorithm"], id="one-needed"),
        pytest.param(("x1", "y1"), ["failed", "quorum"], id="too-few-in-any-case"),
    ],
)
def test_a_browser_without_ml_dsa_says_so(
    page: Any, names: tuple[str, ...], witnesses: list[str]
) -> None:
    page.evaluate(WITHOUT_ML_DSA)
    note = note_of(*names, signers=(LOG, LOG_PQ)).to_bytes()
    found = page.evaluate(STEPS, [TEXT, b64encode(note).decode()])
    assert found == [["passed", "checkpoint_ok"], witnesses]


def test_a_browser_that_cannot_check_the_only_signature_passes_no_verdict(page: Any) -> None:
    page.evaluate(WITHOUT_ML_DSA)
    note = note_of("x1", "x3", "y1", signers=(LOG_PQ,)).to_bytes()
    found = page.evaluate(STEPS, [TEXT, b64encode(note).decode()])
    assert found[0] == ["not_checked", "no_algorithm"]
