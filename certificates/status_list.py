"""Whether a credential is revoked or suspended, as wallets ask it: one bit a certificate.

A certificate's bit is the position of its stating entry, which is known before anything is issued
and never given twice; a list holds 131,072 of them, the least that the standard allows. The rows
`status/<number>` alone decide the bits, so whoever has the log can make the lists again. They tell
what is so now; what was so as of an entry, and by whose word, only a state proof shows.

Source: W3C Bitstring Status List 1.0, clauses 2.1, 2.2 and 3.1.
"""

import gzip
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from certificates.credential_terms import CREDENTIALS_V2, time_text
from certificates.data_integrity import sign_document
from certificates.multikey import did_key
from certificates.number import parse_number
from certificates.service_key import ServiceKey
from contracts.lookup import integer_of, text_of
from contracts.values import Json

LIST_SIZE: Final = 131_072
STATUS: Final = "status/"
REVOCATION: Final = "revocation"
SUSPENSION: Final = "suspension"
MESSAGE: Final = "message"
PURPOSES: Final = {
    REVOCATION: frozenset({"revoked", "expired"}),
    SUSPENSION: frozenset({"suspended", "impaired"}),
    MESSAGE: frozenset[str](),
}
"""Which states set the bit: what never comes back is revoked, what may come back suspended.

A message is no state: its bit is set once an erratum has corrected a text, whatever came after. All
copies of a certificate have one bit, and the newest is good, so the bit tells and does not judge.
"""

_MESSAGES: Final[tuple[tuple[str, str], ...]] = (
    ("0x0", "no text was corrected"),
    ("0x1", "a text was corrected: copies from before the correction are superseded"),
)

_LIST_PATH: Final = "/credentials/status"
_GZIP_LEVEL: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """The present status row of one certificate."""

    number: str
    state: str
    at_us: int
    is_corrected: bool = False


def status_row(key: str, value: Mapping[str, Json]) -> StatusRow:
    """Read the row under `status/<number>`.

    Raises:
        RowError: another form.
    """
    return StatusRow(
        number=key.removeprefix(STATUS),
        state=text_of(value, "state"),
        at_us=integer_of(value, "at_us"),
        is_corrected=bool(value.get("errata")),
    )


def list_url(base_url: str, purpose: str, index: int) -> str:
    """Return where a list stands for ever."""
    return f"{base_url.rstrip('/')}{list_path(purpose, index)}"


def list_path(purpose: str, index: int) -> str:
    """Return a list's path at the registry."""
    return f"{_LIST_PATH}/{purpose}/{index}"


def status_entries(base_url: str, seq: int) -> list[Json]:
    """Return `credentialStatus` of the certificate that entry `seq` states: one for each purpose.

    Example:
        Entry 131,073 has bit 1 of list 1.
    """
    index, bit = divmod(seq, LIST_SIZE)
    entries: list[Json] = []
    for purpose in PURPOSES:
        url = list_url(base_url, purpose, index)
        entry: dict[str, Json] = {
            "id": f"{url}#{bit}",
            "statusListCredential": url,
            "statusListIndex": str(bit),
            "statusPurpose": purpose,
            "type": "BitstringStatusListEntry",
        }
        if purpose == MESSAGE:
            entry["statusMessage"] = [
                {"message": message, "status": value} for value, message in _MESSAGES
            ]
            entry["statusSize"] = 1
        entries.append(entry)
    return entries


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList:
    """Which list: its purpose, its number, and the registry that signs it."""

    purpose: str
    index: int
    base_url: str
    opened_at_us: int

    @property
    def url(self) -> str:
        """Where it stands."""
        return list_url(self.base_url, self.purpose, self.index)


def make_status_list(which: StatusList, rows: Iterable[StatusRow], key: ServiceKey) -> bytes:
    """Return a list as a signed credential; its time is that of the newest change in it.

    Args:
        which: The list.
        rows: Status rows; those of other lists are passed over.
        key: The service's key.
    """
    own = [row for row in rows if _place(row)[0] == which.index]
    at_us = max((row.at_us for row in own), default=which.opened_at_us)
    packed = gzip.compress(bitstring(own, which.purpose), _GZIP_LEVEL, mtime=0)
    document: dict[str, Json] = {
        "@context": [CREDENTIALS_V2],
        "credentialSubject": {
            "encodedList": f"u{urlsafe_b64encode(packed).decode().rstrip('=')}",
            "id": f"{which.url}#list",
            "statusPurpose": which.purpose,
            "type": "BitstringStatusList",
        },
        "id": which.url,
        "issuer": did_key(key.public),
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "validFrom": time_text(at_us),
    }
    return sign_document(document, key, created=time_text(at_us))


def _place(row: StatusRow) -> tuple[int, int]:
    """Return a certificate's list and its bit."""
    return divmod(parse_number(row.number).seq, LIST_SIZE)


def bitstring(rows: Iterable[StatusRow], purpose: str) -> bytes:
    """Return the bits of one list's rows; bit 0 is the highest of the first byte."""
    bits = bytearray(LIST_SIZE // 8)
    for row in rows:
        if row.state in PURPOSES[purpose] or (purpose == MESSAGE and row.is_corrected):
            bit = _place(row)[1]
            bits[bit // 8] |= 0x80 >> bit % 8
    return bytes(bits)
