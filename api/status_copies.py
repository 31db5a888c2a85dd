"""Status copies: what became of a certificate, with the issued file, made when they are asked for.

Nothing is stored: the same committed state and the same file give the same bytes. One is drawn at a
time, and the last ones are kept, so that asking for them over and over costs little.
"""

from contextlib import closing
from functools import cache, lru_cache, partial
from hashlib import sha256
from threading import Lock
from typing import Final

from api.issuing import file_name
from api.pages.offline import offline_page
from api.proving import store_of
from api.stating import ADVICE, NotStatedError, NotYetError
from certificates.errata import ERRATUM
from certificates.render import Renderer
from certificates.status_copy import StatusStatement
from certificates.status_copy_page import render_status_copy
from certificates.status_list import STATUS
from contracts.lookup import integer_of, objects_of, text_of
from contracts.values import Value
from ledger.log.canonical import parse_canonical
from ledger.log.state_claims import Presence
from ledger.registry import Registry
from ledger.state.proving import prove_key, prove_prefix
from ledger.state.records import StateDamagedError
from ledger.state.view import NotCommittedError, prove_each

KEPT: Final = 32
_drawing = Lock()


class NothingHappenedError(LookupError):
    """Nothing ever happened to the certificate: it is valid, and there is nothing to copy."""


def status_copy(registry: Registry, number: str) -> bytes:
    """Return the status copy of a certificate, as of the newest published state.

    Raises:
        NothingHappenedError: it has no status row, or no file of it was recorded.
        NotYetError: what happened last is not yet in a published state.
        NotStatedError: the issued file is not stored here.
        RendererError: this machine cannot draw.
    """
    statement = status_statement(registry, number)
    with _drawing:
        return drawn(statement)


def status_statement(registry: Registry, number: str) -> StatusStatement:
    """Return what a status copy is made from; raises as `status_copy`."""
    books = registry.books()
    row, certificate = books.row(f"{STATUS}{number}"), books.row(f"cert/{number}")
    if row is None or certificate is None:
        raise NothingHappenedError(number)
    state_proof, errata_proof = _proofs(registry, number, row)
    return StatusStatement(
        registry_entry=registry.entry_bytes(0),
        state_proof=state_proof,
        errata_proof=errata_proof,
        original=_original(registry, number, certificate, row),
        base_url=registry.settings.base_url,
        mirror_url=registry.settings.mirror_url,
        verifier_sha256=sha256(bytes(offline_page("verify.html").body)).hexdigest(),
    )


def _proofs(registry: Registry, number: str, row: Value) -> tuple[bytes, bytes]:
    """Prove the status row, and the errata if there are any, in one picture of the state."""
    claims = [partial(prove_key, key=f"{STATUS}{number}")]
    listed = [partial(prove_prefix, prefix=f"{ERRATUM}{number}/")] if row["errata"] else []
    try:
        with closing(store_of(registry)) as store:
            proofs = prove_each(registry, store, [*claims, *listed])
    except NotCommittedError as error:
        raise NotYetError(f"{error}; {ADVICE}") from error
    except StateDamagedError as error:
        raise NotStatedError(f"state.db is damaged: {error}") from error
    claim = proofs[0].claim
    if not isinstance(claim, Presence) or parse_canonical(claim.value.encode()) != row:
        raise NotYetError(f"what happened to {number} is not yet in a published state; {ADVICE}")
    return proofs[0].to_bytes(), b"".join(one.to_bytes() for one in proofs[1:])


def _original(registry: Registry, number: str, certificate: Value, row: Value) -> bytes:
    """Return the newest file that the status is about: of a corrected certificate, one before."""
    copies = objects_of(certificate, "copies")
    if row["state"] == "superseded":
        copies = copies[: integer_of(row, "copies_superseded")]
    newest = copies[-1]
    path = registry.settings.certificates / file_name(number, integer_of(newest, "copy"))
    data = path.read_bytes() if path.is_file() else b""
    if sha256(data).hexdigest() != text_of(newest, "sha256"):
        raise NotStatedError(f"the issued file {path.name} is not stored here as it was recorded")
    return data


@lru_cache(maxsize=KEPT)
def drawn(statement: StatusStatement) -> bytes:
    """Draw a status copy, or recall it."""
    return render_status_copy(statement, _renderer())


@cache
def _renderer() -> Renderer:
    return Renderer()
