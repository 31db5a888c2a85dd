"""The pages of a static copy: one per certificate with its files, and the offline verifier.

They are the service's own pages, written in both languages, their links turned to files of the
copy. A copy cannot know whether it is still the newest, so it never calls a status recent.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Final

from api.credentials import credential_files
from api.issuing import file_name
from api.pages.code import logged_code
from api.pages.drawings import rings
from api.pages.lookup import Finding, State, find
from api.pages.offline import offline_page
from api.pages.static import TYPES, static_file
from api.pages.view import Page
from api.routes.trust import FILES
from api.text.catalogue import Language
from certificates.number import NumberError
from contracts.lookup import integer_of, objects_of
from contracts.lookup import registry as registry_row
from contracts.values import Value
from ledger.books.projection import PAGE_ROWS
from ledger.log.tiles import TILE_WIDTH, bundle_path, width_at
from ledger.publish.replicate import TEXT, SiteFile
from ledger.registry import Registry

PAGES: Final[dict[Language, str]] = {"zh": "index.html", "en": "index.en.html"}
HTML: Final = "text/html; charset=utf-8"
_FILES: Final = (
    (".pdf", "application/pdf", "sha256"),
    (".tlog-proof", TEXT, "proof_sha256"),
)
_LINK: Final = re.compile(r'(?P<name>href|src|action)="(?P<to>/[^"]*|\?lang=[a-z]+)"')


def site_files(registry: Registry, now_us: int) -> Iterator[SiteFile]:
    """Yield everything beside the log: styles, verifier, anchors, credentials' files, papers."""
    for name, media_type in TYPES.items():
        yield SiteFile(
            path=f"static/{name}", content=bytes(static_file(name).body), media_type=media_type
        )
    verifier = bytes(offline_page("verify.html").body)
    yield SiteFile(path="verify.html", content=verifier, media_type=HTML)
    digest = f"{sha256(verifier).hexdigest()}  verify.html\n".encode()  # as `sha256sum -c` reads it
    yield SiteFile(path="verify.html.sha256", content=digest, media_type=TEXT)
    yield from _trust_anchors(registry)
    yield from credential_files(registry)
    for number, row in _certificates(registry):
        try:
            finding = find(registry, number, now_us=now_us)
        except NumberError:
            continue
        yield from _papers(registry, number, row)
        for language, name in PAGES.items():
            content = _page(registry, finding, language).encode()
            yield SiteFile(path=f"verify/{number}/{name}", content=content, media_type=HTML)


def _trust_anchors(registry: Registry) -> Iterator[SiteFile]:
    """Yield what readers are to compare with what they were given elsewhere; revocations change."""
    for name, media_type in FILES.items():
        path = registry.settings.trust / name
        if path.exists():
            yield SiteFile(path=f"trust/{name}", content=path.read_bytes(), media_type=media_type)


def _certificates(registry: Registry) -> Iterator[tuple[str, Value]]:
    last = ""
    while page := registry.books().rows_under("cert/", after=last, limit=PAGE_ROWS):
        for key, row in page:
            last = key
            yield key.removeprefix("cert/"), row


def _papers(registry: Registry, number: str, row: Value) -> Iterator[SiteFile]:
    """Yield the recorded files of a certificate, named by their records.

    What is stored and not recorded is not issued, and a folder of a year's papers is not searched.
    """
    for copy in objects_of(row, "copies"):
        path = registry.settings.certificates / file_name(number, integer_of(copy, "copy"))
        for suffix, media_type, digest in _FILES:
            found = path.with_suffix(suffix)
            content = found.read_bytes() if found.exists() else b""
            if sha256(content).hexdigest() == copy[digest]:
                yield SiteFile(
                    path=f"verify/{number}/{found.name}", content=content, media_type=media_type
                )


def _page(registry: Registry, finding: Finding, language: Language) -> str:
    proven = finding.state in (State.GOOD, State.STALE)
    shown = replace(finding, state=State.COPY if proven else finding.state, is_current=False)
    number = finding.content.number
    page = Page(language=language, path="")
    base_url = registry.settings.base_url.rstrip("/")
    answer = page.show(
        "certificate.html",
        registry_row(registry.books()),
        finding=shown,
        code=logged_code(registry, shown.content),
        content=shown.content,
        body=shown.content.body,
        is_good=False,
        rings=rings(shown.content.leaf_hash),
        base_url=base_url,
        hours=registry.settings.checkpoint_fresh_hours,
    )
    size = finding.checkpoint.size if finding.checkpoint else 0

    def turned(found: re.Match[str]) -> str:
        return f'{found["name"]}="{_file_of(found["to"], number, base_url, size)}"'

    return _LINK.sub(turned, bytes(answer.body).decode())


def _file_of(link: str, number: str, base_url: str, size: int) -> str:
    """Return where a link of the service leads in the copy; what only it can answer stays there."""
    path, _, query = link.partition("?")
    page = PAGES["en" if query == "lang=en" else "zh"]
    match path.split("/")[1:]:
        case []:
            return page
        case [""] | ["verify.html"]:
            return "../../verify.html"
        case ["static", name]:
            return f"../../static/{name}"
        case ["verify", other]:
            return f"../{other}/{page}"
        case ["v1", "checkpoint"]:
            return "../../log/checkpoint"
        case ["v1", "certificates", name] if name == f"{number}.pdf":
            return name
        case ["v1", "certificates", name, "proof"] if name == number:
            return f"{number}.tlog-proof"
        case ["v1", "entries", seq] if int(seq) < size:
            index = int(seq) // TILE_WIDTH
            return f"../../log/{bundle_path(index, width_at(0, index, size))}"
    return f"{base_url}{link}"
