"""What credentials point to: addresses of documents by W3C's standards, see docs/CREDENTIAL.md.

They are fixed by what credentials say, not by this interface, so OpenAPI does not list them.
"""

from hashlib import sha256
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from api.credentials import CREDENTIAL, JSON_LD, context_file, issuer_file, status_file
from api.deps import RegistryDep

router = APIRouter(include_in_schema=False)
INDEX_MAX: Final = 2**36
"""Of 131,072 entries each; more than a log can have."""


@router.get("/contexts/carbon-sink/v1")
def read_context(registry: RegistryDep) -> Response:
    """Return the JSON-LD context of this registry's credentials; its terms never change."""
    return _answer(context_file(registry), JSON_LD, seconds=86_400)


@router.get("/credentials/issuer")
def read_issuer(registry: RegistryDep) -> Response:
    """Return the key document of the service that signs credentials."""
    return _answer(issuer_file(registry), JSON_LD, seconds=3_600)


@router.get("/credentials/status/{purpose}/{index}")
def read_status_list(
    purpose: str,
    index: Annotated[int, Path(ge=0, le=INDEX_MAX, description="Number of the list, from 0.")],
    registry: RegistryDep,
) -> Response:
    """Return a status list (W3C Bitstring Status List 1.0), signed; made from the log alone."""
    return _answer(status_file(registry, purpose, index), CREDENTIAL, seconds=60)


def _answer(content: bytes, media_type: str, *, seconds: int) -> Response:
    headers = {
        "Cache-Control": f"public, max-age={seconds}",
        "ETag": f'"{sha256(content).hexdigest()}"',
    }
    return Response(content, media_type=media_type, headers=headers)
