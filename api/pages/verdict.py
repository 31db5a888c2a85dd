"""The page that judges what people upload: steps in their language, without any script."""

from typing import Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from api.deps import LanguageDep, RegistryDep
from api.pages.view import Page
from api.routes.verify import asking_of
from api.verifying import BusyError, TooSlowError, address_of, arriving, gate_of
from certificates.trust import TrustError
from certificates.verdict import NOT_CHECKED, Verdict
from ledger.registry import Registry
from ledger.store import TamperedError

router = APIRouter(include_in_schema=False)

FIELDS_MAX: Final = 4
TEXT_BYTES_MAX: Final = 8_000
FAULTS: Final = (OSError, SQLAlchemyError, TamperedError, TrustError)


@router.post("/verify")
async def judge(request: Request, registry: RegistryDep, language: LanguageDep) -> Response:
    """Show the verdict on an uploaded file, or on a text if there is no file."""
    page = Page(language=language, path="/verify")
    gate = gate_of(request)
    try:
        with gate.share(address_of(request)):
            async with arriving(request) as paced:
                form = await paced.form(
                    max_files=1, max_fields=FIELDS_MAX, max_part_size=TEXT_BYTES_MAX
                )
            try:
                with gate.admitted():
                    data = await _given(form)
                    if not data:
                        return await run_in_threadpool(_message, page, registry, "nothing", 422)
                    verdict = await run_in_threadpool(gate.verify, data, asking_of(registry))
            finally:
                await form.close()
        return await run_in_threadpool(_show, page, registry, verdict)
    except (BusyError, TooSlowError):
        busy = await run_in_threadpool(_message, page, registry, "busy", 503)
        busy.headers["Retry-After"] = "5"
        return busy
    except FAULTS:
        return page.show("message.html", None, 503, message="fault", typed="")


async def _given(form: FormData) -> bytes:
    """Return the file's bytes, or the text's; the file's name and type are not looked at."""
    file, text = form.get("file"), form.get("text")
    if isinstance(file, UploadFile):
        content = await file.read()
        if content:
            return content
    return text.strip().encode("utf-8", "replace") if isinstance(text, str) else b""


def _message(page: Page, registry: Registry, message: str, status: int) -> Response:
    row = registry.books().row("registry")
    return page.show("message.html", row, status, message=message, typed="")


def _show(page: Page, registry: Registry, verdict: Verdict) -> Response:
    return page.show(
        "verdict.html",
        registry.books().row("registry"),
        verdict=verdict,
        outcome=_outcome(verdict),
        lang_name=page.language,
        numbered=tuple(enumerate(verdict.steps, start=1)),
    )


def _outcome(verdict: Verdict) -> str:
    """Name what may be said at the top: only what passed every step is good."""
    if verdict.ok:
        return "passed"
    if verdict.identity == "other_bytes":
        return "altered"
    is_open = not verdict.has_failed and any(one.state == NOT_CHECKED for one in verdict.steps)
    return "open" if is_open else "failed"
