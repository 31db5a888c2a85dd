"""The public pages: the entrance, and what the log says of a certificate."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from sqlalchemy.exc import SQLAlchemyError

from api.deps import LanguageDep, NowDep, RegistryDep
from api.pages.checkpoint import published
from api.pages.code import POLICY, logged_code
from api.pages.drawings import rings, supply_bar
from api.pages.lookup import State, find
from api.pages.offline import offline_page
from api.pages.static import static_file
from api.pages.view import Page
from api.problems import NotFoundError
from certificates.content import ContentError
from certificates.number import NumberError
from certificates.service_key import ServiceKeyError
from contracts.lookup import RowError
from contracts.values import Value
from ledger.log.entry import EntryError
from ledger.log.key import NoteError
from ledger.log.merkle import ProofError
from ledger.registry import Registry
from ledger.store import TamperedError

router = APIRouter(include_in_schema=False)

TYPED_MAX: Final = 60
FAULTS: Final = (
    ContentError,
    EntryError,
    NoteError,
    OSError,
    ProofError,
    RowError,
    ServiceKeyError,
    SQLAlchemyError,
    TamperedError,
)
"""What is stored, published or reachable is not as it must be: then nothing can be said."""


@router.get("/")
def show_entrance(registry: RegistryDep, language: LanguageDep, now_us: NowDep) -> Response:
    """Show the way to a certificate, and the registry's figures."""
    page = Page(language=language, path="/")
    try:
        row = registry.books().row("registry")
        if row is None:
            return page.show("message.html", None, 503, message="unopened", typed="")
        return _entrance(page, registry, row, now_us)
    except FAULTS:
        return page.show("message.html", None, 503, message="fault", typed="")


def _entrance(page: Page, registry: Registry, row: Value, now_us: int) -> Response:
    supply = registry.books().supply()
    checkpoint = published(registry, row)
    hours = registry.settings.checkpoint_fresh_hours
    fresh = checkpoint is not None and checkpoint.is_fresh(now_us, hours)
    return page.show(
        "entrance.html",
        row,
        supply=supply,
        segments=supply_bar(supply),
        entries=registry.size(),
        checkpoint=checkpoint,
        is_fresh=fresh and registry.read_only_reason is None,
        rings=rings(registry.head().leaf_hash.hex()),
    )


@router.get("/verify")
def search_certificate(
    registry: RegistryDep,
    language: LanguageDep,
    now_us: NowDep,
    number: Annotated[str, Query()] = "",
) -> Response:
    """Show the certificate whose number was typed into the form."""
    if not number.strip():
        return show_entrance(registry, language, now_us)
    query = (("number", number[:TYPED_MAX]),)
    return _verify(registry, Page(language=language, path="/verify", query=query), number, now_us)


@router.get("/verify/{number}")
def show_certificate(
    number: str, registry: RegistryDep, language: LanguageDep, now_us: NowDep
) -> Response:
    """Show what the log says of a certificate."""
    page = Page(language=language, path=f"/verify/{_ascii(number)}")
    return _verify(registry, page, number, now_us)


def _verify(registry: Registry, page: Page, number: str, now_us: int) -> Response:
    """Answer for a number; unknown, miscopied and unanswerable are three different pages."""
    row: Value | None = None
    typed = number.strip()[:TYPED_MAX]
    try:
        row = registry.books().row("registry")
        if row is None:
            return page.show("message.html", None, 503, message="unopened", typed=typed)
        finding = find(registry, number, now_us=now_us)
        code = logged_code(registry, finding.content)
    except NumberError:
        return page.show("message.html", row, 404, message="malformed", typed=typed)
    except NotFoundError:
        return page.show("message.html", row, 404, message="unknown", typed=typed.upper())
    except FAULTS:
        return page.show("message.html", row, 503, message="fault", typed=typed)
    answer = page.show(
        "certificate.html",
        row,
        finding=finding,
        code=code,
        content=finding.content,
        body=finding.content.body,
        is_good=finding.state is State.GOOD,
        rings=rings(finding.content.leaf_hash),
        base_url=registry.settings.base_url.rstrip("/"),
        hours=registry.settings.checkpoint_fresh_hours,
    )
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def _ascii(number: str) -> str:
    """Return what of a typed number may stand in a link to this page."""
    return "".join(
        letter for letter in number if (letter.isascii() and letter.isalnum()) or letter == "-"
    )


@router.get("/verify.html")
def show_offline_verifier() -> Response:
    """Return the verifier that works from a file, without this server."""
    return offline_page("verify.html")


@router.get("/sign.html")
def show_signing_desk() -> Response:
    """Return the signing desk, which works from a file as well."""
    return offline_page("sign.html")


@router.get("/static/{path}")
def read_static(path: str) -> Response:
    """Return a file that pages load."""
    return static_file(path)
