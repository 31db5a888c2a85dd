"""Reading claims and certificates."""

from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Response

from api.deps import CursorDep, LimitDep, ReadingDep, RegistryDep
from api.issuing import file_name
from api.lives import life_of
from api.problems import NotFoundError
from api.routes.log import TEXT, Described
from api.routes.pages_of import page_of_rows
from api.routes.records import row_of
from api.stating import NotStatedError, NotYetError
from api.status_copies import NothingHappenedError, status_copy
from certificates.render import RendererError
from certificates.verify_extension import is_extended
from contracts.lookup import integer_of, objects_of, text_of
from contracts.values import Json
from ledger.registry import Registry
from ledger.state.view import NotCommittedError

router = APIRouter(prefix="/v1", tags=["claims"])
FILE: Final[Described] = {200: {"description": "Paper", "content": {"application/pdf": {}}}}


@router.get("/claims")
def list_claims(
    reading: ReadingDep, response: Response, cursor: CursorDep = "", limit: LimitDep = 100
) -> list[dict[str, Any]]:
    """Return a page of claims, oldest first."""
    return page_of_rows(reading.books, "claim/", cursor, limit, response)


@router.get("/claims/{claim}")
def read_claim(claim: str, reading: ReadingDep) -> dict[str, Any]:
    """Return a claim with its measurement, retirements and completion."""
    return {"id": claim, **row_of(reading.books, f"claim/{claim}")}


@router.get("/certificates")
def list_certificates(
    reading: ReadingDep, response: Response, cursor: CursorDep = "", limit: LimitDep = 100
) -> list[dict[str, Any]]:
    """Return a page of certificates by number."""
    return page_of_rows(reading.books, "cert/", cursor, limit, response)


@router.get("/certificates/{number}.pdf", response_class=Response, responses=FILE)
def read_certificate_file(number: str, registry: RegistryDep) -> Response:
    """Return the newest recorded copy of a certificate; only a recorded file is ever given."""
    return Response(
        newest_file(registry, number.upper(), ".pdf", "sha256"),
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{number.upper()}.pdf"'},
    )


@router.get("/certificates/{number}/proof", response_class=Response, responses=TEXT)
def read_certificate_proof(number: str, registry: RegistryDep) -> Response:
    """Return the tlog-proof that lies beside the newest copy."""
    return Response(
        newest_file(registry, number.upper(), ".tlog-proof", "proof_sha256"),
        media_type="text/plain; charset=utf-8",
    )


@router.get("/certificates/{number}/status-copy", response_class=Response, responses=FILE)
def read_status_copy(number: str, registry: RegistryDep) -> Response:
    """Return what became of a certificate as an unsealed paper, with the issued file attached.

    There is none of a certificate to which nothing ever happened.
    """
    try:
        content = status_copy(registry, number.upper())
    except NotYetError as error:
        raise NotCommittedError(str(error)) from error
    except (NothingHappenedError, NotStatedError, RendererError) as error:
        raise NotFoundError(str(error)) from error
    name = f"{number.upper()}-status.pdf"
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


@router.get("/certificates/{number}")
def read_certificate(number: str, registry: RegistryDep, reading: ReadingDep) -> dict[str, Any]:
    """Return what is recorded of a certificate, what became of it, and what it states."""
    row = row_of(reading.books, f"cert/{number.upper()}")
    return {
        "number": number.upper(),
        **row,
        "states": row_of(reading.books, text_of(row, "subject")),
        "status": life_of(registry, number.upper(), reading.books).to_json(),
    }


def newest_file(registry: Registry, number: str, suffix: str, digest: str) -> bytes:
    """Return a file of a certificate's newest issued copy if its bytes are the recorded ones.

    An extended file is a copy as well, but not what people are handed: viewers say of it that
    something follows the seal.

    Raises:
        NotFoundError: no such certificate, or no file with the recorded digest on this machine.
    """
    for copy in reversed(objects_of(row_of(registry.books(), f"cert/{number}"), "copies")):
        path = registry.settings.certificates / file_name(number, integer_of(copy, "copy"))
        paper = _recorded(path, copy["sha256"])
        if not is_extended(paper):
            return (
                paper
                if suffix == path.suffix
                else _recorded(path.with_suffix(suffix), copy[digest])
            )
    raise NotFoundError(number)


def _recorded(path: Path, digest: Json) -> bytes:
    content = path.read_bytes() if path.exists() else b""
    if sha256(content).hexdigest() != digest:
        raise NotFoundError(path.name)
    return content
