"""Ed25519 and ECDSA P-256 verification by the textbook, with nothing but integers and hashlib.

A second opinion for the format's vectors: slow, not constant in time, and only ever given public
data. Sources: RFC 8032, clauses 5.1.3, 5.1.4 and 5.1.7; FIPS 186-5, clause 6.4.2.
"""

from hashlib import sha256, sha512

Point = tuple[int, int]

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
BASE_Y = 4 * pow(5, -1, P) % P

P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P256_BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def verify_ed25519(key: bytes, message: bytes, signature: bytes) -> bool:
    """Check S·B = R + k·A without cofactor, S below the group's order."""
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= ORDER:
        return False
    public = edwards_point(key)
    if public is None:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(sha512(signature[:32] + key + message).digest(), "little") % ORDER
    base = edwards_point(BASE_Y.to_bytes(32, "little"))
    assert base is not None
    minus = (-public[0] % P, public[1])
    return _encode(_add(_times(scalar, base), _times(k, minus))) == signature[:32]


def edwards_point(data: bytes) -> Point | None:
    """Decode a point; nothing if y is not below p, or the point is not on the curve."""
    sign, y = data[31] >> 7, int.from_bytes(data, "little") & (2**255 - 1)
    if len(data) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square or (x == 0 and sign):
        return None
    return (P - x if x % 2 != sign else x), y


def _add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    t = D * x1 * x2 * y1 * y2 % P
    return (
        (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P,
    )


def _times(scalar: int, point: Point) -> Point:
    result: Point = (0, 1)
    for bit in bin(scalar)[2:]:
        result = _add(result, result)
        if bit == "1":
            result = _add(result, point)
    return result


def _encode(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def verify_p256(key: bytes, message: bytes, signature: bytes) -> bool:
    """Check a DER signature over SHA-256 of the message by a compressed point."""
    public, (r, s) = p256_point(key), _der(signature)
    if public is None or not (0 < r < P256_ORDER and 0 < s < P256_ORDER):
        return False
    inverse = pow(s, -1, P256_ORDER)
    digest = int.from_bytes(sha256(message).digest(), "big")
    reached = _p256_add(
        _p256_times(digest * inverse % P256_ORDER, P256_BASE),
        _p256_times(r * inverse % P256_ORDER, public),
    )
    return reached is not None and reached[0] % P256_ORDER == r


def p256_point(data: bytes) -> Point | None:
    """Decode a compressed point (SEC 1, clause 2.3.4); nothing if there is none."""
    x = int.from_bytes(data[1:], "big")
    if len(data) != 33 or data[0] not in (2, 3) or x >= P256:
        return None
    square = (x**3 - 3 * x + P256_B) % P256
    y = pow(square, (P256 + 1) // 4, P256)
    if y * y % P256 != square:
        return None
    return x, (P256 - y if y % 2 != data[0] % 2 else y)


def _der(data: bytes) -> tuple[int, int]:
    """Read SEQUENCE { INTEGER r, INTEGER s }; lengths are below 128 here."""
    assert data[0] == 0x30
    assert data[1] == len(data) - 2
    middle = 4 + data[3]
    assert (data[2], data[middle]) == (2, 2)
    return int.from_bytes(data[4:middle], "big"), int.from_bytes(data[middle + 2 :], "big")


def _p256_add(one: Point | None, other: Point | None) -> Point | None:
    if one is None or other is None:
        return other if one is None else one
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P256 == 0:
        return None
    if one == other:
        slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P256)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P256)
    x = (slope * slope - x1 - x2) % P256
    return x, (slope * (x1 - x) - y1) % P256


def _p256_times(scalar: int, point: Point) -> Point | None:
    result: Point | None = None
    for bit in bin(scalar)[2:]:
        result = _p256_add(result, result)
        if bit == "1":
            result = _p256_add(result, point)
    return result


def is_unfit(key: bytes) -> bool:
    """Say whether an Ed25519 key must not be registered: no point, or 8 times it is nothing."""
    point = edwards_point(key)
    return point is None or _times(8, point) == (0, 1)
