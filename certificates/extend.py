"""Long-term validity (PAdES B-LTA): certificates, revocation lists and an archive timestamp.

The extended file is the sealed one, byte for byte, with one section more. In it stand what is
needed to check the seal when its authorities are gone, and a timestamp over the whole file, made
while all of that could still be checked. Before that timestamp's own authority runs out the file
is extended again; the certificate that was issued stays what it is.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final

from asn1crypto import cms
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.path import ValidationPath

from certificates.seal import DIGEST, AppendingWriter, room_for_stamp
from certificates.verify_extension import ARCHIVE_FIELD, Sections, open_sections

_STAMP: Final = "signature_time_stamp_token"


class ExtendError(Exception):
    """A file cannot be extended; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is needed to check a seal and its time.

    Attributes:
        roots: The seal's root and those of the authorities.
        lists: Lists of revoked certificates, of each that is not fetched.
        may_fetch: Ask the addresses that certificates of authorities name for theirs.
    """

    roots: Sequence[x509.Certificate]
    lists: Sequence[x509.CertificateRevocationList]
    may_fetch: bool = False


def extend(data: bytes, evidence: Evidence, timestamper: TimeStamper) -> bytes:
    """Return a dated file with its evidence and an archive timestamp appended.

    Args:
        data: A sealed and dated file, extended already or not; verify it before.
        evidence: What goes in; revocation must be known of every certificate but the roots.
        timestamper: Dates the extended file.

    Raises:
        ExtendError: the seal is not dated, or something is missing or revoked.
        TimeStampError: the authority does not answer.
    """
    return asyncio.run(_extend(data, evidence, timestamper))


async def _extend(data: bytes, evidence: Evidence, timestamper: TimeStamper) -> bytes:
    sections = open_sections(data)
    stamps = _stamps(sections)
    context = _context(evidence, max(_time_of(stamp) for stamp in stamps))
    try:
        paths = [await _path(sections.seal.signed_data, set(), context)]
        paths += [await _path(stamp, {"time_stamping"}, context) for stamp in stamps]
    except (PathError, ValidationError) as error:
        raise ExtendError(f"not enough is known to extend this file: {error}") from error
    finally:
        await context.aclose()  # type: ignore[no-untyped-call] # theirs has no types
    writer = AppendingWriter(BytesIO(data))
    DocumentSecurityStore.supply_dss_in_writer(
        writer, sig_contents=None, paths=paths, validation_context=context, embed_roots=True
    )
    field = f"{ARCHIVE_FIELD}{len(sections.archives) + 1}"
    extended = BytesIO()
    await PdfTimeStamper(timestamper, field_name=field).async_timestamp_pdf(
        writer, DIGEST, bytes_reserved=2 * await room_for_stamp(timestamper), output=extended
    )
    return extended.getvalue()


def _stamps(sections: Sections) -> list[cms.SignedData]:
    """Return the seal's stamp and every archive timestamp.

    Raises:
        ExtendError: the seal has no stamp.
    """
    tokens = [
        attribute["values"][0]["content"]
        for attribute in sections.seal.signer_info["unsigned_attrs"]
        if attribute["type"].native == _STAMP
    ]
    if not tokens:
        raise ExtendError("the seal has no timestamp; issue another copy with an authority")
    return [*tokens, *(stamp.signed_data for stamp in sections.archives)]


def _time_of(stamp: cms.SignedData) -> datetime:
    when: datetime = stamp["encap_content_info"]["content"].parsed["gen_time"].native
    return when


def _context(evidence: Evidence, at: datetime) -> ValidationContext:
    """Judge as of the newest timestamp, by lists that are newer: they know more than older ones."""
    return ValidationContext(
        trust_roots=[_as_asn1(root) for root in evidence.roots],
        crls=[
            asn1_crl.CertificateList.load(one.public_bytes(Encoding.DER)) for one in evidence.lists
        ],
        allow_fetching=evidence.may_fetch,
        revocation_mode="require",
        retroactive_revinfo=True,
        moment=at,
    )


def _as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


async def _path(
    signed: cms.SignedData, use: set[str], context: ValidationContext
) -> ValidationPath:
    known = extract_certificate_info(signed)
    validator = CertificateValidator(
        known.signer_cert, intermediate_certs=known.other_certs, validation_context=context
    )
    found: ValidationPath = await validator.async_validate_usage(  # type: ignore[no-untyped-call] # theirs has no types
        set(), extended_key_usage=use
    )
    return found
