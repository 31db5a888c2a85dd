"""What one certificate is made from: entries, proofs, what is signed of them, and addresses."""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from certificates.compact import claims_of, make_code
from certificates.content import content_of
from certificates.credential import make_credential
from certificates.errata import Errata, read_errata
from certificates.outline import Rings, read_outline
from certificates.service_key import ServiceKey
from ledger.log.entry import parse_entry

RETIREMENT: Final = "RT"
CLAIM: Final = "CL"
RIGHT: Final = "RG"
HOLDING: Final = "HD"

_DIGEST: Final = "sha256:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Everything that goes into a paper; the same statement gives the same bytes.

    Attributes:
        kind: `RT`, `CL`, `RG` or `HD`; see `certificates.content.content_of`.
        registry_entry: Canonical bytes of entry 0.
        entry: Canonical bytes of the stating entry.
        proof: The stating entry's proof file.
        state_proof: That no status row of this certificate stood in a later state, or a good one.
        outline_proof: The published outline of the parcel in that state; none if it has none.
        errata_proof: That these are all its errata in that state; none if it has none.
        credential: The same as a signed W3C credential; see `attested`.
        code: The compact statement that the QR code holds.
        base_url: Where the registry answers, such as `https://registry.example`.
        mirror_url: A second address that answers when the first one does not.
        verifier_sha256: Digest of the offline verifier that the registry hands out, hex.
    """

    kind: str
    registry_entry: bytes
    entry: bytes
    proof: bytes
    state_proof: bytes
    errata_proof: bytes = b""
    outline_proof: bytes = b""
    credential: bytes = b""
    code: bytes = b""
    base_url: str
    mirror_url: str | None
    verifier_sha256: str | None = None

    def errata(self) -> Errata | None:
        """Return what was corrected since the entry was recorded.

        Raises:
            ContentError: the proofs do not fit together.
        """
        return read_errata(self.state_proof, self.errata_proof)

    def outline(self) -> Rings:
        """Return the parcel's published outline, which a paper of a right shows.

        Raises:
            ContentError: the proofs do not fit together.
        """
        return read_outline(parse_entry(self.entry), self.state_proof, self.outline_proof)


def attested(statement: Statement, key: ServiceKey) -> Statement:
    """Return the statement with its credential and its code, signed by the registry's service.

    Raises:
        EntryError, ContentError: an entry has another form, or states no such paper.
    """
    registry_entry, entry = parse_entry(statement.registry_entry), parse_entry(statement.entry)
    content = content_of(statement.kind, registry_entry, entry, statement.errata())
    credential = make_credential(content, statement.base_url, key)
    code = make_code(claims_of(content, credential), key)
    return replace(statement, credential=credential, code=code)


def addresses_text(statement: Statement) -> str:
    """Write what the page prints besides the entry as a document's keywords hold it."""
    return addresses_line(statement.base_url, statement.mirror_url, statement.verifier_sha256)


def addresses_line(base_url: str, mirror_url: str | None, verifier_sha256: str | None) -> str:
    """Write addresses and the digest of the offline verifier in one line."""
    digest = verifier_sha256 and f"{_DIGEST}{verifier_sha256}"
    return ", ".join(filter(None, (base_url, mirror_url, digest)))


class Addresses(NamedTuple):
    """Where a paper says that it can be checked, and by which offline verifier."""

    base_url: str
    mirror_url: str | None
    verifier_sha256: str | None


def addresses_of(keywords: str) -> Addresses:
    """Read them back.

    Raises:
        ValueError: there is no address.
    """
    base_url, *others = keywords.split(", ")
    if not base_url or base_url.startswith(_DIGEST):
        raise ValueError("the document names no address")
    digests = [one.removeprefix(_DIGEST) for one in others if one.startswith(_DIGEST)]
    mirrors = [one for one in others if not one.startswith(_DIGEST)]
    return Addresses(base_url, next(iter(mirrors), None), next(iter(digests), None))
