"""Reading claims and certificates."""

from hashlib import sha256
from typing import Any, Final

from fastapi import APIRouter, Response

from api.deps import CursorDep, LimitDep, RegistryDep
from api.issuing import file_name
from api.lives import life_of
from api.problems import NotFoundError
from api.routes.log import TEXT, Described
from api.routes.pages_of import page_of_rows
from api.routes.records import row_of
from api.stating import NotStatedError, NotYetError
from api.status_copies import NothingHappenedError, status_copy
from certificates.render import RendererError
from contracts.lookup import integer_of, objects_of, text_of
from ledger.registry import Registry
from ledger.state.view import NotCommittedError

router = APIRouter(prefix="/v1", tags=["claims"])
FILE: Final[Described] = {200: {"description": "Paper", "content": {"application/pdf": {}}}}


@router.get("/claims")
def list_claims(
    registry: RegistryDep, response: Response, cursor: CursorDep = "", limit: LimitDep = 100
) -> list[dict[str, Any]]:
    """Return a page of claims, oldest first."""
    return page_of_rows(registry, "claim/", cursor, limit, response)


@router.get("/claims/{claim}")
def read_claim(claim: str, registry: RegistryDep) -> dict[str, Any]:
    """Return a claim with its measurement, retirements and completion."""
    return {"id": claim, **row_of(registry, f"claim/{claim}")}


@router.get("/certificates")
def list_certificates(
    registry: RegistryDep, response: Response, cursor: CursorDep = "", limit: LimitDep = 100
) -> list[dict[str, Any]]:
    """Return a page of certificates by number."""
    return page_of_rows(registry, "cert/", cursor, limit, response)


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
def read_certificate(number: str, registry: RegistryDep) -> dict[str, Any]:
    """Return what is recorded of a certificate, what became of it, and what it states."""
    row = row_of(registry, f"cert/{number.upper()}")
    return {
        "number": number.upper(),
        **row,
        "states": row_of(registry, text_of(row, "subject")),
        "status": life_of(registry, number.upper()).to_json(),
    }


def newest_file(registry: Registry, number: str, suffix: str, digest: str) -> bytes:
    """Return a certificate's file if its bytes are the recorded ones.

    Raises:
        NotFoundError: no such certificate, or no file with the recorded digest on this machine.
    """
    copy = objects_of(row_of(registry, f"cert/{number}"), "copies")[-1]
    name = file_name(number, integer_of(copy, "copy"))
    path = (registry.settings.certificates / name).with_suffix(suffix)
    if not path.exists():
        raise NotFoundError(name)
    content = path.read_bytes()
    if sha256(content).hexdigest() != copy[digest]:
        raise NotFoundError(name)
    return content
