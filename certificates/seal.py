"""The seal: a PAdES certification signature over a rendered page, allowing no change after it.

The seal is appended to the rendering, whose bytes stay what they were: a sealed file *begins*
with the rendering. So a verifier that renders again compares bytes, not impressions. The seal's
section rewrites two objects only, the catalog (for /Perms) and the field (for its value), and
leaves the document's own dates and names alone.

The field draws nothing of its own: the words about the seal are on the page, in fonts that are
embedded, as PDF/A wants it.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.pki import chain_of
from certificates.pki_certificates import serial_text
from certificates.seal_key import KeyFolder, KeyPlace, SealKey, SealKeyError
from certificates.trust import Trust

FIELD: Final = "RegistrySeal"
REASON: Final = "Registry seal 登记处签章"
DIGEST: Final = "sha256"

_SEAL_BYTES: Final = 2_304
"""Kept for the seal without its time, of which some 1,700 are used. Saves a dummy signature."""

_STAMP_MARGIN: Final = 512
"""A next stamp may be longer than the one before by this and a quarter."""


class Sealer:
    """Holds the seal's key and seals renderings.

    Args:
        keys: The folder with seal-chain.pem, and with the key unless `place` is given.
        timestamper: Adds a trusted time (level B-T); without one the level is B-B.
        place: Where the key is, such as a token.
        trust: The folder with the list of revoked seals, which is read anew before each seal.

    Raises:
        RootError: there is no chain.
        SealKeyError: the key cannot be reached, is not the one that its certificate names, or is
            revoked.
        TrustError: the list is damaged.
    """

    def __init__(
        self,
        keys: Path,
        timestamper: TimeStamper | None = None,
        place: KeyPlace | None = None,
        trust: Path | None = None,
    ) -> None:
        chain = chain_of(keys)
        self._certificate, self._trust = chain[0], trust
        self._refuse_revoked()
        key = (place or KeyFolder(folder=keys)).find(chain[0])
        if key.public != chain[0].public_key():
            raise SealKeyError("the seal's key is not the one that its certificate names")
        self._signer = _KeySigner(key, chain)
        self._timestamper = timestamper

    def seal(self, pdf: bytes, *, when: datetime) -> bytes:
        """Return the rendering with the registry's seal appended.

        Args:
            pdf: A rendering with an empty signature field `RegistrySeal`.
            when: The time that the seal claims, with its time zone.

        Raises:
            ValueError: `when` has no time zone.
            SealKeyError: the seal is revoked, or not valid at that time.
            TrustError: the list of revoked seals is damaged.
            pyhanko.sign.general.SigningError: the field is missing or signed already.
        """
        if when.tzinfo is None:
            raise ValueError("when needs its time zone")
        self._refuse_revoked()
        first, last = self._certificate.not_valid_before_utc, self._certificate.not_valid_after_utc
        if not first <= when <= last:
            raise SealKeyError(
                f"the seal is valid from {first} to {last}, not at {when}; make the next one "
                "with: sinkledger pki rotate"
            )
        metadata = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            reason=REASON,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        signer = _DatedSigner(metadata, self._signer, self._timestamper, when)
        return asyncio.run(self._seal(pdf, signer))

    def _refuse_revoked(self) -> None:
        """Papers of a revoked seal would be recorded for ever, and fail wherever they are shown."""
        listed = Trust.load(self._trust).revoked if self._trust else None
        serial = self._certificate.serial_number
        if listed and listed.get_revoked_certificate_by_serial_number(serial) is not None:
            raise SealKeyError(
                f"the seal {serial_text(serial)} is revoked; make the next one with: "
                "sinkledger pki rotate"
            )

    async def _seal(self, pdf: bytes, signer: PdfSigner) -> bytes:
        stamp_bytes = await room_for_stamp(self._timestamper) if self._timestamper else 0
        sealed = BytesIO()
        await signer.async_sign_pdf(
            AppendingWriter(BytesIO(pdf)),
            existing_fields_only=True,
            # In hexadecimal characters, two a byte.
            bytes_reserved=2 * (_SEAL_BYTES + stamp_bytes),
            output=sealed,
        )
        return sealed.getvalue()


async def room_for_stamp(timestamper: TimeStamper) -> int:
    """Return how many bytes to keep for an authority's next stamp.

    The authority is asked once a process for a stamp of nothing: some send one certificate, some
    a long chain, and papers should not carry room for the longest.

    Raises:
        TimeStampError: the authority does not answer.
    """
    stamp = await timestamper.async_dummy_response(DIGEST)
    return len(stamp.dump()) * 5 // 4 + _STAMP_MARGIN


class _KeySigner(Signer):
    """Signs with a key that is open already; the base class parses one for every signature."""

    def __init__(self, key: SealKey, chain: Sequence[x509.Certificate]) -> None:
        pem = b"".join(one.public_bytes(Encoding.PEM) for one in chain)
        seal, *issuers = load_certs_from_pemder_data(pem)
        others = SimpleCertificateStore()  # type: ignore[no-untyped-call] # theirs has no types
        others.register_multiple(issuers)
        super().__init__(
            signing_cert=seal,
            cert_registry=others,
            # The root comes from the reader's trust folder, never from the document.
            embed_roots=False,
        )
        self._key = key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - as in the base class
    ) -> bytes:
        if digest_algorithm != DIGEST:
            raise SealKeyError(f"the seal signs {DIGEST}, not {digest_algorithm}")
        signature = self._key.sign(data)
        # A token answers for a key that we cannot see: what it signed is checked before use.
        try:
            self._key.public.verify(signature, data, ec.ECDSA(SHA256()))
        except InvalidSignature as error:
            raise SealKeyError("the key signs otherwise than its certificate says") from error
        return signature


class AppendingWriter(IncrementalPdfFileWriter):
    """Leaves /Info, XMP and version as rendered: the base class dates and renames all of them.

    PDF/A-3 is PDF 1.7 and forbids nothing that the seal needs, so no extension is declared either.
    """

    def _update_meta(self) -> None:
        return

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Keep the version as it is rendered."""
        return

    def register_extension(self, ext: DeveloperExtension) -> None:
        """Declare no extension."""
        return


class _DatedSigner(PdfSigner):
    """Signs as of a stated time instead of the computer's."""

    def __init__(
        self,
        metadata: PdfSignatureMetadata,
        signer: Signer,
        timestamper: TimeStamper | None,
        when: datetime,
    ) -> None:
        blank = StaticStampStyle(border_width=0)
        super().__init__(metadata, signer, timestamper=timestamper, stamp_style=blank)
        self._when = when

    def init_signing_session(
        self,
        pdf_out: BasePdfFileWriter,
        existing_fields_only: bool = False,  # noqa: FBT001, FBT002 - as in the base class
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._when
        return session
