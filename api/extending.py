"""Extending: a certificate's file with evidence for later years is its next copy.

verify → extend → verify again → store → record. The file that was issued stays as it is, and the
extended one begins with it. If we crash before the record, a file lies there that is not issued.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509
from pyhanko.sign.timestamps import TimeStamper

from api.drafting.draft import Desk
from api.issuing import Issued, IssuingError, Paper, file_name, record_copy, store, turn_of
from certificates.extend import Evidence, ExtendError, extend
from certificates.trust import Trust
from certificates.verdict import PASSED
from certificates.verify import verify_pdf
from contracts.lookup import integer_of, objects_of, text_of
from contracts.values import Json
from ledger.registry import Registry
from ledger.settings import Settings

_ENDED: Final = frozenset({"revoked", "expired"})


def extend_certificate(
    registry: Registry, desk: Desk, named: str, timestamper: TimeStamper
) -> Issued:
    """Extend a certificate's newest copy, or the recorded file of that name, and record the result.

    Args:
        registry: The registry that issued it.
        desk: The desk at which the record is drafted.
        named: A certificate's number, or the path of one of its files.
        timestamper: Dates the extended file.

    Raises:
        IssuingError: no such certificate or file, it is not valid any more or superseded by a
            corrected copy, it does not verify, or evidence is missing.
        TimeStampError: the authority does not answer; nothing was recorded.
    """
    number, source = _find(registry, named)
    _require_standing(registry, number, source)
    data, settings = source.read_bytes(), registry.settings
    trust = Trust.load(settings.trust)
    _require_good(data, trust)
    try:
        extended = extend(data, _evidence(settings, trust), timestamper)
    except ExtendError as error:
        raise IssuingError(str(error)) from error
    _require_good(extended, trust)
    with turn_of(settings):
        row = _row(registry, number)
        paper = Paper(
            subject=text_of(row, "subject"),
            number=number,
            copy=len(objects_of(row, "copies")) + 1,
            pdf=extended,
            proof=source.with_suffix(".tlog-proof").read_bytes(),
            state_proof=b"",
        )
        path = store(settings, paper)
        entry = record_copy(registry, desk, paper.record())
    return Issued(
        number=number,
        path=path,
        sha256=paper.sha256,
        copy=paper.copy,
        recorded_seq=entry.seq,
    )


def _find(registry: Registry, named: str) -> tuple[str, Path]:
    """Return the number and the file that is extended; only recorded files are."""
    if not Path(named).is_file():
        copies = objects_of(_row(registry, named), "copies")
        newest = integer_of(copies[-1], "copy")
        return named, registry.settings.certificates / file_name(named, newest)
    digest = sha256(Path(named).read_bytes()).hexdigest()
    row = registry.books().row(f"file/{digest}")
    if row is None:
        raise IssuingError(f"{named} is not recorded here; only issued files are extended")
    number = text_of(row, "number")
    return number, registry.settings.certificates / file_name(number, integer_of(row, "copy"))


def _require_standing(registry: Registry, number: str, source: Path) -> None:
    """Refuse papers on which nobody may rely: a later copy must not make them look newer."""
    status = registry.books().row(f"status/{number}")
    if status is None:
        return
    state = text_of(status, "state")
    if state in _ENDED:
        raise IssuingError(f"{number} is {state}; only papers that stand are extended")
    superseded = {
        file_name(number, copy) for copy in range(1, integer_of(status, "copies_superseded") + 1)
    }
    if source.name in superseded:
        raise IssuingError(
            f"{source.name} is superseded by a corrected copy; issue that one, then extend it"
        )


def _row(registry: Registry, number: str) -> Mapping[str, Json]:
    row = registry.books().row(f"cert/{number}")
    if row is None:
        raise IssuingError(f"{number}: no such certificate was issued")
    return row


def _require_good(data: bytes, trust: Trust) -> None:
    verdict = verify_pdf(data, trust)
    for step in verdict.steps:
        if step.state != PASSED:
            raise IssuingError(f"the file does not verify, step {step.name}: {step.en}")


def _evidence(settings: Settings, trust: Trust) -> Evidence:
    """Collect what is known here; lists of authorities may lie beside their roots as *.crl."""
    folder = settings.anchor_roots
    lists = [] if folder is None else sorted(folder.glob("*.crl"))
    if trust.seal_root is None or trust.revoked is None:
        raise IssuingError("the trust folder has no list of revoked seals; run: sinkledger pki crl")
    return Evidence(
        roots=(x509.load_der_x509_certificate(trust.seal_root), *trust.time_roots),
        lists=(trust.revoked, *(_read_list(path) for path in lists)),
        may_fetch=True,
    )


def _read_list(path: Path) -> x509.CertificateRevocationList:
    content = path.read_bytes()
    try:
        if content.startswith(b"-----"):
            return x509.load_pem_x509_crl(content)
        return x509.load_der_x509_crl(content)
    except ValueError as error:
        raise IssuingError(f"{path} holds no list of revoked certificates") from error
