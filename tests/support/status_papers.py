"""Status copies of the small log for papers, made by the rules' own rows."""

from certificates.status_copy import StatusStatement
from certificates.status_copy_page import render_status_copy
from contracts.books import MemoryBooks
from contracts.v1.certificate_status import Change, status, status_row
from contracts.values import Json, Moment
from tests.support.certificates import BASE_URL, MIRROR_URL
from tests.support.sealed_paper import registry, renderer, sealed


def status_paper(standing: str, reason: str) -> bytes:
    """Return the status copy of the log's retirement in a standing."""
    log = registry().log
    number = log.content("RT").number
    change = Change(event=standing, reason=reason, evidence_sha256="ab" * 32)
    moment = Moment(seq=len(log.entries) - 1, at_us=log.parsed(len(log.entries) - 1).at_us)
    fields: dict[str, Json] = {"standing": standing}
    row = status_row(number, status(MemoryBooks(), number), change, moment, fields)
    told = log.committed([{"key": row.key, "value": {**row.value}}])
    return render_status_copy(
        StatusStatement(
            registry_entry=log.entries[0],
            state_proof=told.state_proof(row.key),
            original=sealed("RT"),
            base_url=BASE_URL,
            mirror_url=MIRROR_URL,
        ),
        renderer(),
    )
