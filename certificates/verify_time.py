"""Step 3, the time: who says when the paper was sealed, and whether its key was revoked by then.

A seal names its own time (level B-B); an authority's stamp over the seal makes that a fact for
whoever trusts the authority (B-T). A stamp without a trusted root is neither good nor bad: not
checked. So a thief can neither date a seal back nor lose by leaving the stamp away: a revoked key
needs a trusted time from before, or its papers fail.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from asn1crypto import cms, tsp
from cryptography import x509
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from certificates.trust import Trust
from certificates.verdict import Finding, StepFailed, StepNotChecked
from contracts.dates import BEIJING
from ledger.anchors.time_stamps import TimeStampError, check_stamped_digest

CLAIM_APART: Final = timedelta(hours=1)
"""How far the seal's own clock may be from the authority's; sealing itself refuses five minutes."""

_STAMP: Final = "signature_time_stamp_token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """When a seal was made, and by whose word.

    Attributes:
        claimed: The seal's own word.
        stamped: The authority's, if there is a stamp.
        trusted: The stamp holds under a root that the reader trusts.
        archived: What archive timestamps over the whole file state, the oldest first.
    """

    claimed: datetime
    stamped: datetime | None
    trusted: bool
    archived: tuple[datetime, ...] = ()

    @property
    def proven(self) -> datetime | None:
        """The time that a trusted authority stated."""
        return self.stamped if self.trusted else None

    @property
    def level(self) -> str:
        """The PAdES level that the seal's form shows."""
        if self.stamped is None:
            return "B-B"
        return "B-LTA" if self.archived else "B-T"


def read_time(signature: EmbeddedPdfSignature, trust: Trust) -> Dated:
    """Read when a seal was made, and check the stamp as far as roots are given.

    Raises:
        StepFailed: no time at all, several stamps, or one that does not hold.
    """
    claimed = signature.self_reported_timestamp
    if claimed is None:
        raise StepFailed("签章没有写明时间", "the seal states no time")
    attributes = list(signature.signer_info["unsigned_attrs"])
    if any(attribute["type"].native != _STAMP for attribute in attributes):
        raise StepFailed("签章夹带了其他内容", "the seal carries more than a timestamp")
    tokens = [token for attribute in attributes for token in attribute["values"]]
    if not tokens:
        return Dated(claimed=claimed, stamped=None, trusted=False)
    if len(tokens) > 1:
        raise StepFailed("签章带有多个时间戳", "the seal bears more than one timestamp")
    digest = sha256(signature.signer_info["signature"].native).digest()
    stamped, trusted = read_stamp(tokens[0], digest, trust)
    return Dated(claimed=claimed, stamped=stamped, trusted=trusted)


def read_stamp(token: cms.ContentInfo, digest: bytes, trust: Trust) -> tuple[datetime, bool]:
    """Read the time of a stamp over a digest, and whether its authority is trusted.

    Raises:
        StepFailed: it does not hold.
    """
    status = {"status": tsp.PKIStatusInfo({"status": "granted"}), "time_stamp_token": token}
    if not _names_its_algorithm(token):
        raise StepFailed("时间戳无效", "the timestamp names an algorithm that it was not made by")
    try:
        answer = tsp.TimeStampResp(status).dump()
        stamp = check_stamped_digest(answer, digest, trust.time_roots)
    except TimeStampError as error:
        raise StepFailed("时间戳无效", f"the timestamp does not hold: {error}") from error
    return datetime.fromtimestamp(stamp.gen_time_us / 1_000_000, tz=UTC), stamp.trusted


def _names_its_algorithm(token: cms.ContentInfo) -> bool:
    """Say whether the algorithm that a stamp names goes with its digest; readers ignore it."""
    (signer,) = token["content"]["signer_infos"]
    digest = signer["digest_algorithm"]["algorithm"].native
    named = signer["signature_algorithm"]["algorithm"].native
    return named in {"rsassa_pkcs1v15", "rsassa_pss", f"{digest}_rsa", f"{digest}_ecdsa", "ed25519"}


def check_time(dated: Dated, trust: Trust) -> Finding:
    """Say what is known about the seal's time.

    Raises:
        StepFailed: the seal claims another time than the authority states.
        StepNotChecked: there is a stamp, but no root of authorities is trusted; or there is none,
            though the reader knows authorities: someone may have taken it off.
    """
    claimed = _when(dated.claimed)
    if dated.stamped is None and trust.time_roots:
        raise StepNotChecked(
            f"没有时间戳，可能已被去除；{claimed}仅为签章自述",
            f"no timestamp, or it was taken off: {claimed} is the seal's own word",
        )
    if dated.stamped is None:
        return (
            f"没有时间戳（B-B级）；{claimed}仅为签章自述",
            f"no timestamp (level B-B): {claimed} is the seal's own word",
        )
    stamped = _when(dated.stamped)
    if not dated.trusted:
        raise StepNotChecked(
            f"时间戳（{stamped}）未核验：没有信任的时间戳机构根证书（tsa-root.pem）",
            f"timestamp ({stamped}) not checked: no trusted root of authorities (tsa-root.pem)",
        )
    if abs(dated.claimed - dated.stamped) > CLAIM_APART:
        raise StepFailed(
            f"签章自述时间{claimed}与时间戳{stamped}不符",
            f"the seal claims {claimed}, the authority says {stamped}",
        )
    kept_zh, kept_en = "", ""
    if dated.archived:
        kept = _when(dated.archived[-1])
        kept_zh, kept_en = f"，存档时间戳{kept}", f", archived {kept}"
    return (
        f"由受信任的时间戳机构确认于{stamped}{kept_zh}（{dated.level}级）",
        f"dated {stamped} by a trusted authority{kept_en} (level {dated.level})",
    )


def check_revocation(certificate: x509.Certificate, dated: Dated, trust: Trust) -> Finding:
    """Check that the seal was not revoked when it sealed, and say by which list.

    Raises:
        StepFailed: it was revoked, and no trusted authority says that the paper is older.
        StepNotChecked: it was revoked, and who dated the paper is not trusted.
    """
    if trust.revoked is None:
        return "未提供吊销清单", "no list of revoked seals was given"
    listed = _when(trust.revoked.last_update_utc)
    entry = trust.revoked.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is None:
        return f"截至{listed}的清单未吊销此签章", f"not revoked in the list of {listed}"
    revoked = _when(entry.revocation_date_utc)
    if dated.proven is not None and dated.proven < entry.revocation_date_utc:
        return (
            f"此签章密钥于{revoked}吊销，本文件经时间戳证明签于之前",
            f"this seal's key was revoked at {revoked}; a timestamp proves the paper is older",
        )
    if dated.stamped is not None and not dated.trusted:
        raise StepNotChecked(
            f"签章密钥已于{revoked}吊销；时间戳未核验，无法判断先后",
            f"the seal's key was revoked at {revoked}; an unchecked timestamp cannot say if before",
        )
    raise StepFailed(
        f"签章密钥已于{revoked}吊销，没有可信时间证明本文件签于之前",
        f"the seal's key was revoked at {revoked}, and no trusted time says the paper is older",
    )


def require_current_list(trust: Trust) -> None:
    """Require a list of revoked seals whose next one is not overdue by the reader's clock.

    A seal that the list names is judged by it all the same: see `check_revocation`.

    Raises:
        StepNotChecked: there is none, or it is outdated.
    """
    if trust.revoked is None:
        raise StepNotChecked(
            "未提供吊销清单（seal-root.crl），无法核验签章密钥是否已吊销",
            "without a list of revoked seals (seal-root.crl) nobody knows if the key was revoked",
        )
    until = trust.revoked.next_update_utc
    if until is None or until < datetime.now(UTC):
        listed = _when(trust.revoked.last_update_utc)
        raise StepNotChecked(
            f"吊销清单（{listed}）已过期，请取新的seal-root.crl",
            f"the list of revoked seals of {listed} is outdated: get a new seal-root.crl",
        )


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M} UTC+8"
