"""What routes are given: the registry, the clock, the language. Tests override the clock."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, TypeAlias

from fastapi import Depends, Query, Request

from api.problems import language_of
from api.text.catalogue import Language
from contracts.refusal import Refused
from ledger.intake import SignedOrder
from ledger.log.entry import Entry
from ledger.projection import PAGE_ROWS
from ledger.registry import Registry

Submit: TypeAlias = Callable[[Sequence[SignedOrder]], tuple[Entry | Refused, ...]]


def registry_of(request: Request) -> Registry:
    """Return the registry that this service is about."""
    registry = request.app.state.registry
    if not isinstance(registry, Registry):
        raise TypeError("the application was made without a registry")
    return registry


def now_us() -> int:
    """Return the machine's clock in microseconds since 1970-01-01T00:00:00Z."""
    return time.time_ns() // 1000


def language(request: Request) -> Language:
    """Return the language that the request prefers."""
    return language_of(request.scope)


RegistryDep = Annotated[Registry, Depends(registry_of)]
NowDep = Annotated[int, Depends(now_us)]


def submitter(request: Request, registry: RegistryDep, now: NowDep) -> Submit:
    """Return how this service hands orders to the ledger: now, its clock confirmed or not."""
    confirmed = request.app.state.clock_confirmed is True
    return partial(registry.submit, now_us=now, clock_confirmed=confirmed)


SubmitDep = Annotated[Submit, Depends(submitter)]
LanguageDep = Annotated[Language, Depends(language)]
CursorDep = Annotated[
    str, Query(max_length=120, pattern=r"^[\x20-\x7e]*$", description="The last key of a page.")
]
LimitDep = Annotated[int, Query(ge=1, le=PAGE_ROWS, description="Rows of a page.")]
