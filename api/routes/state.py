"""Reading the committed state: its root, and proofs that hold without this server."""

from contextlib import closing
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.deps import RegistryDep
from api.issuing import checkpoint_of
from api.problems import NotFoundError
from api.proving import claim_of, store_of
from api.routes.log import ENTRY
from contracts.lookup import integer_of
from contracts.v1.state_commit import LATEST
from contracts.values import Value
from ledger.state.view import prove

ROWS_MAX = 1_000
"""Rows that one proof may list here; the command line has no limit."""

KEY_PATTERN = r"^[\x21-\x7e]*$"

router = APIRouter(prefix="/v1/state", tags=["log"])
KeyQuery = Annotated[str, Query(max_length=200, pattern=KEY_PATTERN)]


@router.get("")
def read_state(registry: RegistryDep) -> dict[str, Any]:
    """Return the newest commitment: root, supply, through, its entry, and whether it is published.

    What the root is of, docs/LEDGER_FORMAT.md says in clause 21.
    """
    latest = _latest(registry)
    published = checkpoint_of(registry)
    covered = published is not None and published.size > integer_of(latest, "seq")
    return {**latest, "published": covered}


@router.get("/proof", response_class=Response, responses=ENTRY)
def read_state_proof(
    registry: RegistryDep, key: KeyQuery = "", prefix: KeyQuery = "", serial: KeyQuery = ""
) -> Response:
    """Return a `.state-proof` file for a key, for all keys under a prefix, or for a unit's serial.

    That nothing stands there is proven as well.
    """
    claim_in = claim_of(key=key, prefix=prefix, serial=serial, rows_max=ROWS_MAX)
    _latest(registry)
    with closing(store_of(registry)) as store:
        proof = prove(registry, store, claim_in)
    headers = {"Cache-Control": "public, max-age=5"}
    return Response(proof.to_bytes(), media_type="application/json", headers=headers)


def _latest(registry: RegistryDep) -> Value:
    latest = registry.books().row(LATEST)
    if latest is None:
        raise NotFoundError("no state has been committed yet")
    return latest
