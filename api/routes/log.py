"""Reading the log: entries, proofs, the checkpoint; and whether the service is well."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Response

from api.deps import RegistryDep
from api.issuing import checkpoint_of
from api.problems import NotFoundError
from ledger.log.merkle import leaf_hash
from ledger.log.proof import TlogProof

router = APIRouter(tags=["log"])
Described = dict[int | str, dict[str, Any]]
ENTRY: Final[Described] = {200: {"description": "Bytes", "content": {"application/json": {}}}}
TEXT: Final[Described] = {200: {"description": "Text", "content": {"text/plain": {}}}}
SeqPath = Annotated[int, Path(ge=0, le=2**53 - 1, description="Position in the log, from 0.")]


@router.get("/v1/entries/{seq}", response_class=Response, responses=ENTRY)
def read_entry(seq: SeqPath, registry: RegistryDep) -> Response:
    """Return the canonical bytes of an entry; they never change."""
    content = _entry(registry, seq)
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{leaf_hash(content).hex()}"',
    }
    return Response(content, media_type="application/json", headers=headers)


@router.get("/v1/entries/{seq}/proof", response_class=Response, responses=TEXT)
def read_proof(seq: SeqPath, registry: RegistryDep) -> Response:
    """Return the tlog-proof of an entry in the published checkpoint."""
    _entry(registry, seq)
    note, published = registry.checkpoint(), checkpoint_of(registry)
    if note is None or published is None or published.size <= seq:
        raise NotFoundError(f"no published checkpoint covers {seq}")
    proof = TlogProof(index=seq, path=registry.proof(seq, published.size), checkpoint=note)
    return Response(proof.to_bytes(), media_type="text/plain; charset=utf-8")


def _entry(registry: RegistryDep, seq: int) -> bytes:
    try:
        return registry.entry_bytes(seq)
    except IndexError as error:
        raise NotFoundError(str(error)) from error


@router.get("/v1/checkpoint", response_class=Response, responses=TEXT)
def read_checkpoint(registry: RegistryDep) -> Response:
    """Return the signed checkpoint published last."""
    note = registry.checkpoint()
    if note is None:
        raise NotFoundError("no checkpoint yet")
    headers = {"Cache-Control": "public, max-age=5"}
    return Response(note, media_type="text/plain; charset=utf-8", headers=headers)
