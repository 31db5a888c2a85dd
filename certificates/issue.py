"""Issuing: a statement becomes a page, and the page gets the registry's seal."""

from datetime import UTC, datetime

from certificates.render import Renderer
from certificates.seal import Sealer
from certificates.statement import Statement


def issue(
    statement: Statement, sealer: Sealer, renderer: Renderer, *, when: datetime | None = None
) -> bytes:
    """Return the sealed certificate of a statement.

    The page depends on the statement alone; the seal, being a signature, differs every time. So
    the caller stores this file and records its digest: issuing again makes another copy.

    Args:
        statement: What is certified, with its entry and proof.
        sealer: Holds the seal's key.
        renderer: Draws the page.
        when: The time that the seal claims; now, unless given.
    """
    return sealer.seal(renderer.render(statement), when=when or datetime.now(UTC))
