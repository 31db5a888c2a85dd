"""What arrives: an envelope of one order, its signatures and the private records it commits to.

    envelope = {"order": {…}, "private"?: [{"commitment","kind","record","salt"}, …], "sigs": […]}

It must be canonical and at most 64 KiB. Reading it refuses with class 1 only; whether signatures
hold is `verify_signatures`, a pure function that needs no lock.
"""

from dataclasses import dataclass
from typing import Final

from contracts.form import SHA256, Form
from contracts.orders import Order, read_order
from contracts.refusal import RefusalCode, Refused
from contracts.values import ORDER_BYTES_MAX, Json
from ledger.log.canonical import (
    NotCanonicalError,
    check_depth,
    encode_parsed,
    parse_canonical,
)
from ledger.log.entry import EntryError, signed_bytes
from ledger.log.entry import parse_signatures as read_signatures
from ledger.log.form import ORDER_DEPTH_MAX
from ledger.log.signature import Signature, SignatureError, verify_signature
from ledger.log.verify import PasskeyScope

ENVELOPE_BYTES_MAX: Final = 65_536
PRIVATE_KINDS: Final = ("org", "person", "polygon")
SALT_BYTES: Final = 32
_FOUNDING: Final = "registry.open"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateRecord:
    """A record that the log only commits to.

    Attributes:
        kind: org, person or polygon.
        commitment: What the order holds, lowercase hex.
        salt: 32 random bytes.
        record: The record itself, and its canonical bytes.
    """

    kind: str
    commitment: str
    salt: bytes
    record: Json
    record_bytes: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOrder:
    """An order as it arrived, in its form but neither verified nor decided.

    Attributes:
        order: As the rules read it.
        order_json: As it stands in the entry.
        order_bytes: Its canonical bytes, which the signers signed.
        sigs: Sorted by key.
        keys: (key in hex, algorithm) of each signature, as the rules take them.
        private: Records that the order commits to.
    """

    order: Order
    order_json: dict[str, Json]
    order_bytes: bytes
    sigs: tuple[Signature, ...]
    keys: tuple[tuple[str, str], ...]
    private: tuple[PrivateRecord, ...] = ()


def read_envelope(data: bytes) -> SignedOrder:
    """Read an envelope.

    Raises:
        Refused: class 1: `TOO_LARGE`, `NOT_CANONICAL`, or a field missing, unknown or malformed.
    """
    if len(data) > ENVELOPE_BYTES_MAX:
        raise Refused(RefusalCode.TOO_LARGE, bytes=len(data), bytes_max=ENVELOPE_BYTES_MAX)
    try:
        value = parse_canonical(data, size_max=ENVELOPE_BYTES_MAX)
    except NotCanonicalError as error:
        raise Refused(RefusalCode.NOT_CANONICAL, reason=str(error)) from error
    form = Form(value, "envelope")
    order = form.object("order")
    sigs = _take_list(value, "sigs")
    private = _read_private(form) if form.has("private") else ()
    form.has("sigs")
    form.done()
    return signed_order(order, sigs, private)


def signed_order(order: Json, sigs: Json, private: tuple[PrivateRecord, ...] = ()) -> SignedOrder:
    """Put together an order and its signatures, both parsed from canonical bytes.

    Raises:
        Refused: class 1, as `read_envelope`.
    """
    order_bytes = encode_parsed(order)
    if len(order_bytes) > ORDER_BYTES_MAX:
        raise Refused(RefusalCode.TOO_LARGE, bytes=len(order_bytes), bytes_max=ORDER_BYTES_MAX)
    try:
        check_depth(order_bytes, ORDER_DEPTH_MAX)
    except NotCanonicalError as error:
        raise Refused(RefusalCode.NOT_CANONICAL, reason=str(error)) from error
    read = read_order(order)
    try:
        signatures = read_signatures(sigs)
    except EntryError as error:
        raise Refused(RefusalCode.FIELD_FORMAT, field="sigs", reason=str(error)) from error
    return SignedOrder(
        order=read,
        order_json=dict(order) if isinstance(order, dict) else {},
        order_bytes=order_bytes,
        sigs=signatures,
        keys=tuple((signature.key.hex(), signature.alg) for signature in signatures),
        private=private,
    )


def envelope_bytes(signed: SignedOrder) -> bytes:
    """Return the envelope of a signed order, as `read_envelope` takes it."""
    envelope: dict[str, Json] = {
        "order": signed.order_json,
        "sigs": [dict(signature.to_json()) for signature in signed.sigs],
    }
    if signed.private:
        envelope["private"] = [
            {
                "commitment": record.commitment,
                "kind": record.kind,
                "record": record.record,
                "salt": record.salt.hex(),
            }
            for record in signed.private
        ]
    return encode_parsed(envelope)


def _take_list(value: Json, name: str) -> Json:
    if isinstance(value, dict) and name in value:
        return value[name]
    raise Refused(RefusalCode.FIELD_MISSING, field=f"envelope.{name}")


def _read_private(form: Form) -> tuple[PrivateRecord, ...]:
    records = []
    for item in form.forms("private", most=16):
        record = item.object("record")
        records.append(
            PrivateRecord(
                kind=item.choice("kind", PRIVATE_KINDS),
                commitment=item.text("commitment", SHA256),
                salt=bytes.fromhex(item.text("salt", SHA256)),
                record=record,
                record_bytes=encode_parsed(record),
            )
        )
        item.done()
    return tuple(records)


def passkey_scope_of(webauthn: Json) -> PasskeyScope:
    """Read where passkeys may sign from the registry's row, or from the order that opens it."""
    if not isinstance(webauthn, dict):
        return PasskeyScope()
    rp_id, origins = webauthn.get("rp_id"), webauthn.get("origins")
    listed = origins if isinstance(origins, list) else []
    texts = [item.get("origin") if isinstance(item, dict) else item for item in listed]
    return PasskeyScope(
        rp_id=rp_id if isinstance(rp_id, str) else None,
        origins=tuple(text for text in texts if isinstance(text, str)),
    )


def verify_signatures(signed: SignedOrder, scope: PasskeyScope) -> Refused | None:
    """Check every signature of an order: nothing for a good order, `SIGNATURE_INVALID` for a bad.

    Args:
        signed: The order.
        scope: Where passkeys may sign; entry 0 states it itself.
    """
    if signed.order.kind == _FOUNDING and isinstance(signed.order.body, dict):
        scope = passkey_scope_of(signed.order.body.get("webauthn"))
    message = signed_bytes(signed.order.log, signed.order_bytes)
    for signature in signed.sigs:
        try:
            verify_signature(signature, message, rp_id=scope.rp_id, origins=scope.origins)
        except SignatureError as error:
            return Refused(
                RefusalCode.SIGNATURE_INVALID, key=signature.key.hex(), reason=str(error)
            )
    return None
