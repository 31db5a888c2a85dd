"""The compact statement: what a paper's code says, signed, small enough for a camera.

    COSE_Sign1 (RFC 9052, clause 4.2) in deterministic CBOR (RFC 8949, clause 4.2.1):
    18([h'a10127', {4: key id}, payload, signature]),
    payload = {1: number, 2: kilograms, 3: 100(day), 4: beneficiary, 5: 16 bytes of a digest}

It says whose paper this is without any network. It cannot say whether the certificate was revoked
since, and a copy of a good code is as good as the code: the reader compares it with the paper.
"""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final

import cbor2

from certificates.content import Content
from certificates.service_key import ServiceKey, is_signed
from contracts.dates import date_at
from ledger.log.canonical import INTEGER_MAX

BENEFICIARY_SIZE_MAX: Final = 60
"""Bytes of UTF-8, twenty Chinese characters: then the code has at most 61 modules a side."""

CODE_SIZE_MAX: Final = 512
HASH_SIZE: Final = 16
KEY_ID_SIZE: Final = 4

# RFC 9052 and 9053: the tag of COSE_Sign1, header labels 1 (alg) and 4 (kid), -8 is EdDSA.
_TAG: Final = 18
_PROTECTED: Final = cbor2.dumps({1: -8}, canonical=True)
_KEY_ID: Final = 4
_CONTEXT: Final = "Signature1"
_NUMBER, _QUANTITY, _DAY, _BENEFICIARY, _HASH = range(1, 6)
# RFC 8943: days since 1970-01-01.
_TAG_DAYS: Final = 100
_EPOCH: Final = date(1970, 1, 1)
_CUT: Final = "…"


class CodeError(ValueError):
    """Not a compact statement, or not signed by the service; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a code says.

    Attributes:
        number: The certificate's number.
        quantity_kg: Kilograms.
        day: Beijing date of the stating entry.
        beneficiary: The name that stands large on the page, perhaps shortened.
        credential_hash: First 16 bytes of SHA-256 of the attached credential.
    """

    number: str
    quantity_kg: int
    day: date
    beneficiary: str
    credential_hash: bytes


def claims_of(content: Content, credential: bytes) -> Claims:
    """Return what the code of a paper says."""
    return Claims(
        number=content.number,
        quantity_kg=content.quantity_kg,
        day=date_at(content.at_us),
        beneficiary=shortened(content.body.subject.zh or content.body.subject.en),
        credential_hash=sha256(credential).digest()[:HASH_SIZE],
    )


def shortened(text: str) -> str:
    """Cut a long name at a whole character and end it with a mark.

    Example:
        shortened("长" * 60) == "长" * 19 + "…"
    """
    if len(text.encode()) <= BENEFICIARY_SIZE_MAX:
        return text
    kept = text.encode()[: BENEFICIARY_SIZE_MAX - len(_CUT.encode())]
    return kept.decode(errors="ignore") + _CUT


def key_id(public: bytes) -> bytes:
    """Name a key shortly: the first bytes of its digest."""
    return sha256(public).digest()[:KEY_ID_SIZE]


def make_code(claims: Claims, key: ServiceKey) -> bytes:
    """Sign a compact statement; the same claims give the same bytes."""
    payload = cbor2.dumps(
        {
            _NUMBER: claims.number,
            _QUANTITY: claims.quantity_kg,
            _DAY: cbor2.CBORTag(_TAG_DAYS, (claims.day - _EPOCH).days),
            _BENEFICIARY: claims.beneficiary,
            _HASH: claims.credential_hash,
        },
        canonical=True,
    )
    signed = [
        _PROTECTED,
        {_KEY_ID: key_id(key.public)},
        payload,
        key.sign(signed_structure(payload)),
    ]
    return cbor2.dumps(cbor2.CBORTag(_TAG, signed), canonical=True)


def read_code(code: bytes, public: bytes) -> Claims:
    """Check a compact statement by a key that the caller trusts.

    Raises:
        CodeError: too long, no such statement, not in its one spelling, or not signed.
    """
    if len(code) > CODE_SIZE_MAX:
        raise CodeError(f"longer than {CODE_SIZE_MAX} bytes")
    try:
        protected, unprotected, payload, signature = _tagged(code)
        if protected != _PROTECTED or unprotected != {_KEY_ID: key_id(public)}:
            raise CodeError("signed by another key, or by another algorithm")
        if not is_signed(public, signature, signed_structure(payload)):
            raise CodeError("the signature does not hold")
        claims = _claims(cbor2.loads(payload))
    except (cbor2.CBORError, TypeError, ValueError, OverflowError) as error:
        raise CodeError(str(error)) from error
    return claims


def _tagged(code: bytes) -> tuple[bytes, Any, bytes, bytes]:
    value = cbor2.loads(code)
    if not isinstance(value, cbor2.CBORTag) or value.tag != _TAG:
        raise CodeError("no COSE_Sign1")
    if cbor2.dumps(value, canonical=True) != code:
        raise CodeError("not in its one spelling")
    protected, unprotected, payload, signature = value.value
    if not all(isinstance(part, bytes) for part in (protected, payload, signature)):
        raise CodeError("no COSE_Sign1")
    return protected, unprotected, payload, signature


def _claims(value: Any) -> Claims:
    if sorted(value) != [_NUMBER, _QUANTITY, _DAY, _BENEFICIARY, _HASH]:
        raise CodeError("other claims than a code has")
    claims = Claims(
        number=value[_NUMBER],
        quantity_kg=value[_QUANTITY],
        day=value[_DAY],
        beneficiary=value[_BENEFICIARY],
        credential_hash=value[_HASH],
    )
    kinds = {_NUMBER: str, _QUANTITY: int, _DAY: date, _BENEFICIARY: str, _HASH: bytes}
    if any(type(value[name]) is not kind for name, kind in kinds.items()):
        raise CodeError("a claim is of another type")
    if not 0 <= claims.quantity_kg <= INTEGER_MAX or claims.day < _EPOCH:
        raise CodeError("a claim is out of range")
    if len(claims.credential_hash) != HASH_SIZE:
        raise CodeError("the credential's digest has another size")
    return claims


def signed_structure(payload: bytes, *, protected: bytes = _PROTECTED) -> bytes:
    """Return Sig_structure of RFC 9052, clause 4.4, without data from outside."""
    return cbor2.dumps([_CONTEXT, protected, b"", payload], canonical=True)
