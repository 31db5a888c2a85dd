"""The formats of the log in JavaScript, against the vectors that Python is held to as well."""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.log.canonical import NotCanonicalError, canonical, parse_canonical
from tests.support.architecture import ROOT

VECTORS = ROOT / "tests/vectors"
FORMAT = json.loads((VECTORS / "ledger-format.json").read_text(encoding="utf-8"))
NOTES = json.loads((VECTORS / "signed-notes.json").read_text(encoding="utf-8"))
MERKLE = sorted(
    path
    for kind in ("consistency", "inclusion")
    for path in (VECTORS / "merkle-testdata" / kind).rglob("*.json")
)
in_one_page = settings(max_examples=200, deadline=None)

OUTCOME = """async (given) => {
  try { return { value: await (%s)(given) } } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    return { refused: error.code };
  }
}"""


def outcome(scripts: Any, script: str, given: Any = None) -> Any:
    """Return what a function of one argument gives, or the code with which it refuses."""
    return scripts.evaluate(OUTCOME % script, given)


def numbers_of(data: bytes) -> list[int]:
    return list(data)


def test_hashes_the_vectors_of_fips_180_4(scripts: Any) -> None:
    texts = ["", "abc", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "a" * 1_000_000]
    assert scripts.evaluate("(texts) => texts.map((one) => sha256Hex(utf8(one)))", texts) == [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    ]


def test_hashes_every_length_as_the_browser_itself_does(scripts: Any) -> None:
    script = """async () => {
      const odd = [];
      for (let size = 0; size < 260; size += 1) {
        const bytes = crypto.getRandomValues(new Uint8Array(size));
        const theirs = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
        if (!sameBytes(sha256(bytes), theirs)) odd.push(size);
      }
      return odd;
    }"""
    assert scripts.evaluate(script) == []


def test_hashes_a_hundred_thousand_entries_in_seconds(scripts: Any) -> None:
    script = """() => {
      const entry = new Uint8Array(1000);
      const began = performance.now();
      for (let at = 0; at < 20000; at += 1) { entry[0] = at; leafHash(entry); }
      return (performance.now() - began) * 5;
    }"""
    assert scripts.evaluate(script) < 60_000


@pytest.mark.parametrize("case", FORMAT["canonical"], ids=lambda case: case["spelling"][:20])
def test_reads_canonical_bytes_only(scripts: Any, case: dict[str, str]) -> None:
    read = "(text) => canonicalText(parseCanonicalText(text))"
    assert outcome(scripts, read, case["canonical"]) == {"value": case["canonical"]}
    assert outcome(scripts, read, case["spelling"]) == {"refused": "canonical"}
    free = "(text) => canonicalText(parseJsonStrictly(text))"
    assert outcome(scripts, free, case["spelling"]) == {"value": case["canonical"]}


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}', "1.5", "1e2", "-0", "9007199254740992", "9007199254740993", '"\\ud800"',
        '{"汇":1}', "[1, 2]", '{"b":1,"a":2}', "\ufeff1", "", "nul", "[" * 70 + "]" * 70, "01",
        '"\u007f\\u007f"', "1\n",
    ],
)  # fmt: skip
def test_refuses_what_is_not_canonical(scripts: Any, text: str) -> None:
    assert "refused" in outcome(scripts, "(text) => parseCanonicalText(text)", text)


@given(st.text(alphabet='{}[]":,0123456789-.eEtruefalsn\\u汇\U0001f600 ab', max_size=24))
@in_one_page
def test_javascript_and_python_read_the_same_texts(scripts: Any, text: str) -> None:
    try:
        expected = {"value": canonical(parse_canonical(text.encode())).decode()}
    except NotCanonicalError:
        expected = {}
    found = outcome(scripts, "(text) => canonicalText(parseCanonicalText(text))", text)
    assert found.get("value") == expected.get("value")


@pytest.mark.parametrize("text", ["QQ", "QQ==\n", "QR==", "Q Q=", "QQ=", "_w==", "QUI", "QQ==QQ=="])
def test_base64_has_one_spelling(scripts: Any, text: str) -> None:
    assert outcome(scripts, "(text) => bytesOfBase64(text).length", text) == {"refused": "base64"}


@pytest.mark.parametrize("path", MERKLE, ids=lambda path: str(path.relative_to(VECTORS)))
def test_merkle_vectors(scripts: Any, path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    hashes = case["proof"] or []
    if "leafIdx" in case:
        script = """(c) => isIncluded({index: BigInt(c.leafIdx), size: BigInt(c.treeSize),
            leaf: bytesOfBase64(c.leafHash), root: bytesOfBase64(c.root),
            path: c.proof.map(bytesOfBase64)})"""
    else:
        script = """(c) => isConsistent({first: BigInt(c.size1), second: BigInt(c.size2),
            firstRoot: bytesOfBase64(c.root1), secondRoot: bytesOfBase64(c.root2),
            path: c.proof.map(bytesOfBase64)})"""
    sizes = {
        name: str(case[name]) for name in case if name in ("leafIdx", "treeSize", "size1", "size2")
    }
    for name in ("root", "leafHash"):
        sizes |= {name: case[name] or ""} if name in case else {}
    found = scripts.evaluate(script, {**case, **sizes, "proof": hashes})
    expected = not case["wantErr"]
    if path.parent.name == "additional" and "zero" in path.name:
        # tlog-witness decides what RFC 9162 leaves open: size 0 begins every tree.
        empty = b64encode(sha256(b"").digest()).decode()
        expected = case["root1"] == empty and not hashes
    assert found == expected


def test_roots_of_the_format_document(scripts: Any) -> None:
    script = """(leaves) => {
      const tree = new GrowingTree();
      return [hexOf(tree.root()), ...leaves.map((leaf) => {
        tree.add(leafHash(bytesOfHex(leaf)));
        return hexOf(tree.root());
      })];
    }"""
    assert scripts.evaluate(script, FORMAT["tree"]["leaves"]) == FORMAT["tree"]["roots"]


@pytest.mark.parametrize("case", NOTES["cases"], ids=lambda case: case["name"])
def test_public_notes_verify(scripts: Any, case: dict[str, str]) -> None:
    script = """async ([note, vkey]) =>
      (await checkNoteLines(parseNote(utf8(note)), parseVkey(vkey))) !== null"""
    assert outcome(scripts, script, [case["note"], case["vkey"]]) == {"value": True}
    other = case["note"].replace("a", "b", 1)
    assert outcome(scripts, script, [other, case["vkey"]]) == {"refused": "note_signature"}


def test_the_documents_entries_hold(scripts: Any) -> None:
    script = """async (lines) => {
      const entries = lines.map((line) => parseEntry(utf8(line)));
      const passkeys = passkeysOf(entries[0]);
      for (const entry of entries) await requireOrderSigned(entry, passkeys);
      return lines.map((line) => hexOf(leafHash(utf8(line))));
    }"""
    ledger = FORMAT["ledger"]
    lines = [one if isinstance(one, str) else canonical(one).decode() for one in ledger["entries"]]
    assert outcome(scripts, script, lines) == {"value": ledger["leaf_hashes"]}


def test_ids_serials_and_numbers_of_the_document(scripts: Any) -> None:
    for case in FORMAT["ids"]:
        assert scripts.evaluate("(seq) => idOf(seq)", case["number"]) == case["id"]
    for case in FORMAT["serials"]:
        batch = case["serial"].split(":")[0]
        given = [batch, case["first"], case["end"]]
        assert scripts.evaluate("(one) => serialText(...one)", given) == case["serial"]
    for case in FORMAT["certificate_numbers"]:
        if "seq" in case:
            given = [case["kind"], case["seq"], case["at_us"]]
            assert scripts.evaluate("(one) => certificateNumber(...one)", given) == case["number"]
            read = scripts.evaluate("(text) => parseCertificateNumber(text).seq", case["number"])
            assert read == case["seq"]
