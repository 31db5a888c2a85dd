"""A verifier written from docs/LEDGER_FORMAT.md alone: standard library, none of our code.

It shows that the document says enough, and gives the format's vectors a second opinion. Clauses
in the docstrings are the document's.
"""

import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from tests.support.stranger_curves import verify_ed25519, verify_p256

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECKS = DIGITS + "*~$=U"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class WrongError(Exception):
    """Something does not hold."""


def need(holds: object, what: str) -> None:
    """Stop unless something holds."""
    if not holds:
        raise WrongError(what)


def canonical(value: object) -> bytes:
    """Clause 1. Enough for the subset: ASCII keys, plain integers."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def parse(data: bytes) -> Any:
    """Clause 1: what arrives must be canonical already."""
    value = json.loads(data)
    need(canonical(value) == data, "not canonical")
    return value


def leaf(entry: bytes) -> bytes:
    """Clause 6."""
    return sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Clause 6."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Clause 6: the recursion of RFC 6962, section 2.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root(leaves[:k]), root(leaves[k:]))


def root_by_path(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Clause 6: the steps of RFC 9162, section 2.1.3.2."""
    fn, sn, reached = index, size - 1, leaf_hash
    need(0 <= index < size, "no such leaf")
    for sibling in path:
        need(sn, "path too long")
        if fn % 2 or fn == sn:
            reached = node(sibling, reached)
            while fn and not fn % 2:
                fn, sn = fn >> 1, sn >> 1
        else:
            reached = node(reached, sibling)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "path too short")
    return reached


def roots_by_consistency(
    old_root: bytes, old: int, new: int, path: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Clause 6: the steps of RFC 9162, section 2.1.4.2; old and new root that the path gives."""
    need(0 < old < new and path, "sizes")
    parts = [old_root, *path] if old & (old - 1) == 0 else list(path)
    fn, sn = old - 1, new - 1
    while fn % 2:
        fn, sn = fn >> 1, sn >> 1
    first = second = parts[0]
    for part in parts[1:]:
        need(sn, "path too long")
        if fn % 2 or fn == sn:
            first, second = node(part, first), node(part, second)
            while fn and not fn % 2:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node(second, part)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "path too short")
    return first, second


def check_signature(sig: dict[str, str], signed: bytes, webauthn: dict[str, Any]) -> None:
    """Clause 3."""
    key, made = bytes.fromhex(sig["key"]), bytes.fromhex(sig["sig"])
    if sig["alg"] == "ed25519":
        need(verify_ed25519(key, signed, made), "Ed25519 signature")
        return
    need(sig["alg"] == "webauthn-es256", "unknown algorithm")
    auth, client = bytes.fromhex(sig["auth"]), bytes.fromhex(sig["client"])
    fields = json.loads(client)
    challenge = urlsafe_b64encode(sha256(signed).digest()).rstrip(b"=").decode()
    need(fields["type"] == "webauthn.get", "type")
    need(fields["challenge"] == challenge, "challenge")
    need(fields["origin"] in [item["origin"] for item in webauthn["origins"]], "web origin")
    need(fields.get("crossOrigin", False) is False, "cross origin")
    need(len(auth) >= 37 and auth[:32] == sha256(webauthn["rp_id"].encode()).digest(), "party")
    need(auth[32] & 5 == 5, "presence and verification of the user")
    need(verify_p256(key, auth + sha256(client).digest(), made), "P-256 signature")


def check_ledger(entries: Iterable[bytes]) -> list[bytes]:
    """Clauses 4 and 5: form, chain and signatures; returns the leaf hashes."""
    leaves: list[bytes] = []
    at_us, origin, webauthn = 0, "", {}
    for content in entries:
        entry = parse(content)
        order, keys = entry["order"], [sig["key"] for sig in entry["sigs"]]
        if not leaves:
            origin, webauthn = order["log"], order["body"]["webauthn"]
        need(entry["v"] == 1 and entry["seq"] == len(leaves), "seq")
        need(entry["prev"] == (leaves[-1].hex() if leaves else "00" * 32), "prev")
        need(entry["at_us"] >= at_us and order["log"] == origin, "time or log")
        need(keys == sorted(set(keys)) and 1 <= len(keys) <= 8, "keys")
        for sig in entry["sigs"]:
            check_signature(sig, f"{origin}/order/v1\n".encode() + canonical(order), webauthn)
        rows = [row["key"] for row in entry["outcome"]["rows"]]
        need(rows == sorted(set(rows)), "rows")
        leaves.append(leaf(content))
        at_us = entry["at_us"]
    return leaves


def key_id(name: str, algorithm_and_key: bytes) -> bytes:
    """Clause 7."""
    return sha256(name.encode() + b"\n" + algorithm_and_key).digest()[:4]


def open_checkpoint(note: bytes, vkey: str) -> tuple[str, int, bytes]:
    """Clause 7: origin, size and root of a checkpoint signed by this key."""
    name, shown_id, encoded = vkey.split("+", 2)
    typed = b64decode(encoded, validate=True)
    need(typed[0] == 1 and key_id(name, typed).hex() == shown_id, "vkey")
    text, _, lines = note.decode().rpartition("\n\n")
    signed, found = f"{text}\n".encode(), False
    for line in lines.removesuffix("\n").split("\n"):
        dash, signer, blob = line.split(" ")
        data = b64decode(blob, validate=True)
        if (dash, signer, data[:4].hex()) == ("—", name, shown_id):
            need(verify_ed25519(typed[1:], signed, data[4:]), "checkpoint signature")
            found = True
    need(found, "not signed by this key")
    origin, size, encoded_root = text.split("\n")
    return origin, int(size), b64decode(encoded_root, validate=True)


def check_proof(proof: bytes, entry: bytes, vkey: str) -> int:
    """Clause 8: the position that is proven for this entry."""
    head, _, note = proof.partition(b"\n\n")
    first, index, *path = head.decode().split("\n")
    need(first == "c2sp.org/tlog-proof@v1" and re.fullmatch("index [0-9]+", index), "form")
    _, size, expected = open_checkpoint(note, vkey)
    hashes = [b64decode(line, validate=True) for line in path]
    position = int(index.removeprefix("index "))
    need(root_by_path(leaf(entry), position, size, hashes) == expected, "path")
    return position


def checkpoint_text(origin: str, size: int, root_hash: bytes) -> str:
    """Clause 7."""
    return f"{origin}\n{size}\n{b64encode(root_hash).decode()}\n"


def committed(origin: str, salt: bytes, record: bytes) -> str:
    """Clause 9."""
    return sha256(f"{origin}/commit/v1\n".encode() + salt + record).hexdigest()


def id_of(number: int) -> str:
    """Clause 11."""
    digits, rest = "", number
    while rest or len(digits) < 7:
        rest, digit = divmod(rest, 32)
        digits = DIGITS[digit] + digits
    return digits + CHECKS[number % 37]


def mod_37_36(text: str) -> str:
    """Clause 11."""
    product = 36
    for character in text:
        if character in LETTERS:
            product = ((product + LETTERS.index(character)) % 36 or 36) * 2 % 37
    return LETTERS[(37 - product) % 36]


def move(blocks: list[list[Any]], movement: list[Any]) -> list[list[Any]]:
    """Clause 12, unit by unit: slow and beyond doubt. [first, end, place], one batch."""
    place = {n: where for first, end, where in blocks for n in range(first, end)}
    low, high, source, target = movement
    for number in range(low, high):
        need(place.get(number, "issue") == source, "not in its source")
        place[number] = target
    after: list[list[Any]] = []
    for number in sorted(place):
        if after and after[-1][1:] == [number, place[number]]:
            after[-1][1] = number + 1
        else:
            after.append([number, number + 1, place[number]])
    return after


def oldest(held: list[list[Any]], quantity_kg: int) -> list[list[Any]]:
    """Clause 12: unit by unit from the oldest. [batch, first, end]."""
    units = [(batch, n) for batch, first, end in held for n in range(first, end)]
    units.sort(key=lambda unit: (unit[0][10:18], unit[0], unit[1]))
    taken: list[list[Any]] = []
    for batch, number in units[:quantity_kg]:
        if taken and taken[-1][0] == batch and taken[-1][2] == number:
            taken[-1][2] = number + 1
        else:
            taken.append([batch, number, number + 1])
    return taken
