"""The trust anchors as files: to be compared with what readers were given elsewhere.

A registry that hands out its own anchors proves nothing by it. The list of revoked seals is signed
by the root that readers have already, so it may be fetched from here whenever it is wanted new.
"""

from hashlib import sha256
from typing import Final

from fastapi import APIRouter, Response

from api.deps import RegistryDep
from api.problems import NotFoundError
from certificates.pki_root import REVOCATION_LIST, ROOT_CERTIFICATE
from certificates.trust import LOG_OPENING, POLICY, TIME_ROOTS
from ledger.publish.replicate import TEXT

router = APIRouter(include_in_schema=False)

FILES: Final = {
    POLICY: TEXT,
    LOG_OPENING: "application/json",
    ROOT_CERTIFICATE: "application/x-pem-file",
    REVOCATION_LIST: "application/pkix-crl",
    TIME_ROOTS: "application/x-pem-file",
}
"""Every file that may be asked for, with its type."""


@router.get("/trust/{name}")
def read_trust_anchor(name: str, registry: RegistryDep) -> Response:
    """Return a file of the trust folder."""
    path = registry.settings.trust / name
    if name not in FILES or not path.exists():
        raise NotFoundError(name)
    content = path.read_bytes()
    headers = {
        "Cache-Control": "public, max-age=60",
        "ETag": f'"{sha256(content).hexdigest()}"',
    }
    return Response(content, media_type=FILES[name], headers=headers)
