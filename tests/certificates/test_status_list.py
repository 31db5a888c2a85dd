"""The status lists: which bits, by which rows, and the same bytes from the same rows."""

import gzip
from base64 import urlsafe_b64decode
from typing import Any

import pytest

from certificates.data_integrity import unsecured
from certificates.number import certificate_number
from certificates.status_list import (
    LIST_SIZE,
    MESSAGE,
    REVOCATION,
    SUSPENSION,
    StatusList,
    StatusRow,
    make_status_list,
    status_entries,
    status_row,
)
from ledger.log.canonical import parse_canonical
from tests.support.certificates import BASE_URL, SERVICE_KEY

OPENED_US = 1_791_424_800_000_000
LATER_US = OPENED_US + 86_400_000_000


def row(seq: int, state: str, at_us: int = LATER_US) -> StatusRow:
    number = certificate_number("RT", seq, OPENED_US)
    value: dict[str, Any] = {"at_us": at_us, "reason": "ERROR", "seq": seq + 9, "state": state}
    return status_row(f"status/{number}", value)


def listed(purpose: str, *rows: StatusRow, index: int = 0) -> dict[str, Any]:
    which = StatusList(purpose=purpose, index=index, base_url=BASE_URL, opened_at_us=OPENED_US)
    document = parse_canonical(make_status_list(which, rows, SERVICE_KEY))
    assert isinstance(document, dict)
    return unsecured(document, SERVICE_KEY.public)


def bits(document: dict[str, Any]) -> set[int]:
    encoded = document["credentialSubject"]["encodedList"]
    assert encoded[0] == "u"
    data = gzip.decompress(urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    assert len(data) * 8 == LIST_SIZE
    return {at for at in range(LIST_SIZE) if data[at // 8] & 0x80 >> at % 8}


def test_a_list_without_rows_has_no_bit_and_the_time_of_opening() -> None:
    document = listed(REVOCATION)
    assert bits(document) == set()
    assert document["validFrom"] == "2026-10-08T02:00:00Z"


@pytest.mark.parametrize(
    ("state", "revoked", "suspended"),
    [
        ("revoked", {24}, set()),
        ("expired", {24}, set()),
        ("suspended", set(), {24}),
        ("impaired", set(), {24}),
        ("superseded", set(), set()),
        ("valid", set(), set()),
    ],
)
def test_a_state_sets_the_bit_of_its_purpose(
    state: str, revoked: set[int], suspended: set[int]
) -> None:
    assert bits(listed(REVOCATION, row(24, state))) == revoked
    assert bits(listed(SUSPENSION, row(24, state))) == suspended


@pytest.mark.parametrize("state", ["superseded", "suspended", "revoked"])
def test_a_correction_is_told_whatever_came_after(state: str) -> None:
    plain, number = row(24, state), row(25, state).number
    value: dict[str, Any] = {"at_us": LATER_US, "errata": ["name.zh"], "state": state}
    assert bits(listed(MESSAGE, plain, status_row(f"status/{number}", value))) == {25}


def test_every_list_has_its_own_entries() -> None:
    rows = [row(seq, "revoked") for seq in (0, LIST_SIZE - 1, LIST_SIZE, 2 * LIST_SIZE + 7)]
    found = [bits(listed(REVOCATION, *rows, index=index)) for index in range(4)]
    assert found == [{0, LIST_SIZE - 1}, {0}, {7}, set()]


def test_a_credential_points_to_its_bit() -> None:
    revocation, suspension, message = status_entries(BASE_URL, 2 * LIST_SIZE + 7)
    assert isinstance(revocation, dict)
    assert isinstance(suspension, dict)
    assert revocation["statusListIndex"] == suspension["statusListIndex"] == "7"
    url = f"{BASE_URL}/credentials/status/revocation/2"
    assert revocation["statusListCredential"] == url
    assert listed(REVOCATION, index=2)["id"] == url
    assert suspension["statusPurpose"] == SUSPENSION
    assert isinstance(message, dict)
    assert (message["statusPurpose"], message["statusSize"]) == (MESSAGE, 1)
    assert len(message["statusMessage"]) == 2


def test_the_newest_change_of_a_list_dates_it() -> None:
    rows = (row(3, "revoked", LATER_US), row(4, "valid", LATER_US + 1_000_000))
    other = row(LIST_SIZE, "revoked", LATER_US + 10**9)
    document = listed(REVOCATION, *rows, other)
    assert document["validFrom"] == "2026-10-09T02:00:01Z"


def test_the_same_rows_give_the_same_bytes() -> None:
    which = StatusList(purpose=REVOCATION, index=0, base_url=BASE_URL, opened_at_us=OPENED_US)
    rows = [row(seq, "revoked") for seq in range(0, 5_000, 7)]
    one = make_status_list(which, rows, SERVICE_KEY)
    assert make_status_list(which, reversed(rows), SERVICE_KEY) == one
