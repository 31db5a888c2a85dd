"""What credentials point to: the context, the key document, the status lists; all of it public.

Each is a function of the log and the registry's address, signed by the service's key where it is
signed at all; the server answers with the same bytes that `publish --to` writes.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from api.keys import KeyFileError
from api.problems import NotFoundError
from api.stating import service_key
from certificates.credential_terms import CONTEXT_PATH, context_document
from certificates.issuer_document import ISSUER_PATH, issuer_document
from certificates.service_key import ServiceKey, service_key_of
from certificates.status_list import (
    LIST_SIZE,
    PURPOSES,
    STATUS,
    StatusList,
    StatusRow,
    list_path,
    make_status_list,
    status_row,
)
from contracts.lookup import integer_of
from contracts.lookup import registry as registry_row
from ledger.books.projection import PAGE_ROWS
from ledger.log.canonical import canonical
from ledger.publish.replicate import SiteFile
from ledger.registry import Registry

JSON_LD: Final = "application/ld+json"
CREDENTIAL: Final = "application/vc"


def context_file(registry: Registry) -> bytes:
    """Return the context of this registry's credentials."""
    return canonical(context_document(registry.settings.base_url))


def issuer_file(registry: Registry) -> bytes:
    """Return the key document of the service.

    Raises:
        NotFoundError: the registry is not open yet.
    """
    if registry.size() == 0:
        raise NotFoundError("the registry is not open yet")
    public = service_key_of(registry.entry(0))
    return canonical(issuer_document(registry.settings.base_url, public))


def status_file(registry: Registry, purpose: str, index: int) -> bytes:
    """Return a status list as a signed credential.

    Raises:
        NotFoundError: no such purpose; no entry of the log has a bit in this list; or this node
            does not have the service's key and so cannot sign.
    """
    if purpose not in PURPOSES or index * LIST_SIZE >= registry.size():
        raise NotFoundError(list_path(purpose, index))
    try:
        key = service_key(registry)
    except KeyFileError as error:
        raise NotFoundError("this node has no key of the service") from error
    opened_at_us = integer_of(registry_row(registry.books()), "opened_at_us")
    which = StatusList(
        purpose=purpose,
        index=index,
        base_url=registry.settings.base_url,
        opened_at_us=opened_at_us,
    )
    return _signed(registry, which, key, registry.head().leaf_hash)


@lru_cache(maxsize=2 * len(PURPOSES))
def _signed(registry: Registry, which: StatusList, key: ServiceKey, _last_leaf: bytes) -> bytes:
    """Return a list, read and signed once for every end of the log, whoever asks how often."""
    return make_status_list(which, _rows(registry), key)


def credential_files(registry: Registry) -> Iterator[SiteFile]:
    """Yield all of it as files of a static copy; lists only where the service's key is at hand."""
    yield SiteFile(path=CONTEXT_PATH[1:], content=context_file(registry), media_type=JSON_LD)
    yield SiteFile(path=ISSUER_PATH[1:], content=issuer_file(registry), media_type=JSON_LD)
    for purpose in PURPOSES:
        for index in range(-(-registry.size() // LIST_SIZE)):
            try:
                content = status_file(registry, purpose, index)
            except NotFoundError:
                # A mirror writes its site without the key; a list of its own would be nobody's.
                return
            path = list_path(purpose, index)[1:]
            yield SiteFile(path=path, content=content, media_type=CREDENTIAL)


def _rows(registry: Registry) -> Iterator[StatusRow]:
    last = ""
    while page := registry.books().rows_under(STATUS, after=last, limit=PAGE_ROWS):
        for key, value, *_ in page:
            last = key
            yield status_row(key, value)
