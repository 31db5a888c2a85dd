"""What routes are given: the registry, the clock, the language. Tests override the clock."""

from collections.abc import Callable, Iterator
from typing import Annotated, Final

from fastapi import Depends, Header, Query, Request, Response

from api.problems import BehindError, language_of
from api.text.catalogue import Language
from ledger.books.projection import PAGE_ROWS
from ledger.books.reading import Reading
from ledger.registry import Registry

HEAD_HEADER: Final = "Ledger-Head"
AT_LEAST_HEADER: Final = "Ledger-At-Least"


# What needs no thread is `async`: others would cost a thread's turn for every request.
async def registry_of(request: Request) -> Registry:
    """Return the registry that this service is about."""
    registry = request.app.state.registry
    if not isinstance(registry, Registry):
        raise TypeError("the application was made without a registry")
    return registry


RegistryDep = Annotated[Registry, Depends(registry_of)]


async def now_us(request: Request) -> int:
    """Return the service's time: the machine's, unless it was made with another clock."""
    clock: Callable[[], int] = request.app.state.clock
    return clock()


def reading_of(
    registry: RegistryDep,
    response: Response,
    at_least: Annotated[
        int,
        Header(
            alias=AT_LEAST_HEADER,
            ge=0,
            le=2**53 - 1,
            description="Entries that the answer must have seen, from an earlier answer.",
        ),
    ] = 0,
) -> Iterator[Reading]:
    """Give the ledger at one moment, which the answer's header `Ledger-Head` names.

    A client that says how many entries it has seen is never told of an earlier moment, whatever
    node or replica it asks.

    Raises:
        BehindError: this node has not got that far yet.
    """
    with registry.reading(at_least) as reading:
        if reading.head.size < at_least:
            raise BehindError(size=reading.head.size, wanted=at_least)
        response.headers[HEAD_HEADER] = f"{reading.head.size} {reading.head.root.hex()}"
        yield reading


async def language(request: Request) -> Language:
    """Return the language that the request prefers."""
    return language_of(request.scope)


NowDep = Annotated[int, Depends(now_us)]
ReadingDep = Annotated[Reading, Depends(reading_of, scope="function")]
LanguageDep = Annotated[Language, Depends(language)]
CursorDep = Annotated[
    str, Query(max_length=120, pattern=r"^[\x20-\x7e]*$", description="The last key of a page.")
]
LimitDep = Annotated[int, Query(ge=1, le=PAGE_ROWS, description="Rows of a page.")]
