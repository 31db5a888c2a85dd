"""Door checks: what intake refuses with the help of libraries, records and the vault.

They are made once, when an order comes in, and never repeated by a replay: the log must replay on
machines that have neither these libraries nor the private records.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection
from stdnum.cn import uscc as uscc_number

from contracts.books import Books
from contracts.lookup import texts_of
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json
from ledger import rulesets, vault
from ledger.intake.envelope import PrivateRecord, SignedOrder
from ledger.intake.text_rules import check_texts
from ledger.land import spatial
from ledger.land.counties import county_of
from ledger.land.geometry import GeometryError, ParcelGeometry, area_m2, parse_parcel
from ledger.log.key import ALG_ED25519, NoteError, parse_vkey
from ledger.log.signature import SignatureError, check_key

_NEW_KEYS: Final = ("account.keys", "account.open", "registry.open")
_RULE_SETS: Final = ("registry.open", "rules.activate")
_COMMITTING: Final = {"account.open": "org", "parcel.register": "polygon"}
_NAMED: Final = {
    "claim.open": "claimant",
    "project.register": "owner",
    "project.validate": "validator",
    "report.verify": "verifier",
}
"""Where an order names in clear the organisation of the account that it acts for."""


def check_form(signed: SignedOrder) -> None:
    """Check what can be checked without the books, so before the lock.

    Raises:
        Refused: `TEXT_FORBIDDEN`, `USCC_INVALID`, `RECORD_MISSING`, `RECORD_MISMATCH`,
            `GEOMETRY_INVALID`, `KEY_WEAK`.
    """
    check_texts(signed.order_json, signed.order_bytes)
    for record in signed.private:
        check_texts(record.record, record.record_bytes)
    if b'"uscc"' in signed.order_bytes:
        _check_codes(signed.order.body)
    _check_records(signed)
    if signed.order.kind in _NEW_KEYS:
        _check_new_keys(signed.order.body)


def check_state(connection: Connection, books: Books, signed: SignedOrder) -> None:
    """Check what depends on the state of this node, under the lock, after the rules agreed.

    Raises:
        Refused: `ORG_ALREADY_KNOWN`, `RULES_UNKNOWN`, `AREA_MISSTATED`,
            `OVERLAP_STATEMENT_WRONG`, `NAMED_ORG_WRONG`, `RECORD_MISSING`.
    """
    kind = signed.order.kind
    if kind in _RULE_SETS:
        _check_rule_set(signed)
    elif kind == "account.open":
        _check_org_is_new(connection, signed)
    elif kind == "parcel.register":
        _check_parcel(connection, signed)
    elif kind == "log.keys":
        _check_log_keys(books, signed)
    elif kind in _NAMED:
        _check_named_org(connection, books, signed)


def _objects(value: Json) -> Iterator[dict[str, Json]]:
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _objects(member)
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item)


def _check_codes(value: Json) -> None:
    for item in _objects(value):
        code = item.get("uscc")
        if isinstance(code, str) and not uscc_number.is_valid(code):
            raise Refused(RefusalCode.USCC_INVALID, uscc=code)


def _check_new_keys(body: Json) -> None:
    for item in _objects(body):
        alg, key = item.get("alg"), item.get("key")
        if not isinstance(alg, str) or not isinstance(key, str):
            continue
        try:
            check_key(alg, bytes.fromhex(key))
        except SignatureError as error:
            raise Refused(RefusalCode.KEY_WEAK, key=key, reason=str(error)) from error
        except ValueError:
            continue  # not hex: the rule refuses it by its form


def _check_records(signed: SignedOrder) -> None:
    """Check that the records open commitments of this order, and that none is missing."""
    if signed.private:
        listed = (item.get("commitment") for item in _objects(signed.order.body))
        commitments = {value for value in listed if isinstance(value, str)}
    for record in signed.private:
        computed = vault.commitment(signed.order.log, record.salt, record.record_bytes)
        if computed != record.commitment or record.commitment not in commitments:
            raise Refused(RefusalCode.RECORD_MISMATCH, commitment=record.commitment)
        _check_content(record)
    kind = _COMMITTING.get(signed.order.kind)
    committed = _own_commitment(signed) if kind is not None else None
    if committed is not None and kind is not None:
        record_of(signed, kind, committed)


def _own_commitment(signed: SignedOrder) -> str | None:
    body = signed.order.body
    committed = body.get("commitment") if isinstance(body, dict) else None
    return committed if isinstance(committed, str) else None


def record_of(signed: SignedOrder, kind: str, committed: str | None) -> PrivateRecord:
    """Return the private record behind a commitment of an order.

    Raises:
        Refused: `RECORD_MISSING`.
    """
    for record in signed.private:
        if record.kind == kind and record.commitment == committed:
            return record
    raise Refused(RefusalCode.RECORD_MISSING, kind=kind, commitment=committed)


def _check_content(record: PrivateRecord) -> None:
    if record.kind == "org":
        code = record.record.get("uscc") if isinstance(record.record, dict) else None
        if not isinstance(code, str) or not uscc_number.is_valid(code):
            raise Refused(RefusalCode.USCC_INVALID, uscc=code)
    elif record.kind == "polygon":
        _geometry_of(record)


def _geometry_of(record: PrivateRecord) -> ParcelGeometry:
    try:
        return parse_parcel(record.record)
    except GeometryError as error:
        raise Refused(
            RefusalCode.GEOMETRY_INVALID, problem=error.code.name, **error.facts
        ) from error


def _check_rule_set(signed: SignedOrder) -> None:
    body = signed.order.body
    named = body.get("rule_set") if isinstance(body, dict) else None
    wanted = named if isinstance(named, str) else signed.order.rules
    if wanted not in rulesets.shipped():
        raise Refused(RefusalCode.RULES_UNKNOWN, rule_set=wanted)


def _check_org_is_new(connection: Connection, signed: SignedOrder) -> None:
    committed = _own_commitment(signed)
    if committed is None:
        return
    record = record_of(signed, "org", committed).record
    code = record.get("uscc") if isinstance(record, dict) else None
    known = vault.org_of_uscc(connection, code) if isinstance(code, str) else None
    if known is not None:
        raise Refused(RefusalCode.ORG_ALREADY_KNOWN, org=known)
    # After an import, or with a lost vault, a known organisation would pass for a new one.
    missing = vault.missing_orgs(connection)
    if missing:
        raise Refused(RefusalCode.RECORD_MISSING, kind="org", missing=missing)


def _check_named_org(connection: Connection, books: Books, signed: SignedOrder) -> None:
    """Refuse an account that puts another organisation's name on what papers will show.

    The rules see an account's organisation as a pseudonym, so only the record can tell.
    """
    body, field = signed.order.body, _NAMED[signed.order.kind]
    if not isinstance(body, dict):
        return
    account = books.row(f"acct/{body.get('account')}") or {}
    org, named = account.get("org"), body.get(field)
    if not isinstance(org, str) or not isinstance(named, dict):
        return  # the rules have refused it
    registered = vault.uscc_of_org(connection, org)
    if registered is None:
        committed = (books.row(f"org/{org}") or {}).get("commitment")
        raise Refused(RefusalCode.RECORD_MISSING, kind="org", commitment=committed)
    if named.get("uscc") != registered:
        raise Refused(RefusalCode.NAMED_ORG_WRONG, field=field, org=org, uscc=named.get("uscc"))


def _check_log_keys(books: Books, signed: SignedOrder) -> None:
    """Refuse to drop the last key with which this version can sign a checkpoint."""
    body = signed.order.body
    if not isinstance(body, dict) or body.get("action") != "drop":
        return
    dropped = {item.get("vkey") for item in _objects(body.get("vkeys"))}
    listed = texts_of(books.row("registry") or {}, "log_vkeys")
    if not any(_signs(vkey) for vkey in listed if vkey not in dropped):
        raise Refused(RefusalCode.LOG_KEYS_TOO_FEW, announced=len(listed))


def _signs(vkey: str) -> bool:
    try:
        return parse_vkey(vkey).alg == ALG_ED25519
    except NoteError:
        return False


def _check_parcel(connection: Connection, signed: SignedOrder) -> None:
    body = signed.order.body
    if not isinstance(body, dict):
        return
    geometry = _geometry_of(record_of(signed, "polygon", _own_commitment(signed)))
    county = _county_of(geometry)
    if body.get("county") != county:
        raise Refused(RefusalCode.GEOMETRY_INVALID, problem="COUNTY", county=county)
    area = area_m2(geometry)
    if body.get("stated_area_m2") != area:
        raise Refused(RefusalCode.AREA_MISSTATED, area_m2=area)
    # Land whose polygon is not here overlaps nothing: it could be registered a second time.
    missing = vault.missing_polygons(connection)
    if missing:
        raise Refused(RefusalCode.RECORD_MISSING, kind="polygon", missing=missing)
    overlaps: list[Json] = [
        {"area_m2": neighbour.overlap_m2, "parcel": neighbour.parcel_id}
        for neighbour in spatial.neighbours(connection, geometry)
    ]
    if body.get("overlaps") != overlaps:
        raise Refused(RefusalCode.OVERLAP_STATEMENT_WRONG, overlaps=overlaps)


def _county_of(geometry: ParcelGeometry) -> str:
    try:
        return county_of(geometry)
    except GeometryError as error:
        raise Refused(
            RefusalCode.GEOMETRY_INVALID, problem=error.code.name, **error.facts
        ) from error
