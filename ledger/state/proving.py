"""Making state proofs: claims about a state, and the paths that prove them."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Protocol

from contracts.books import MemoryBooks
from ledger.log.canonical import canonical
from ledger.log.state_claims import Absence, Prefix, Presence, Unit
from ledger.log.state_proof import absence_proof, prefix_proof, presence_proof
from ledger.log.state_tree import Pair, Path, path_in
from ledger.state.fold import block_key, state_of


class NoBatchError(LookupError):
    """A unit is asked for in a state in which its batch has no place yet."""


class TooManyRowsError(LookupError):
    """More keys begin with a prefix than one proof may list."""


class StateView(Protocol):
    """A state that can be searched: keys, canonical values, and ways to the root."""

    def path(self, key: str) -> Path | None:
        """Return the way of a search for `key`; nothing if the state is empty."""
        ...

    def text(self, key: str) -> str | None:
        """Return the canonical value under `key`, or nothing."""
        ...

    def under(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield the keys that begin so and their canonical values, in order."""
        ...

    def last_up_to(self, key: str) -> str | None:
        """Return the last key that is `key` or comes before it."""
        ...

    def first_after(self, key: str) -> str | None:
        """Return the first key that comes after `key`."""
        ...


def prove_key(view: StateView, key: str) -> Presence | Absence:
    """Prove what stands under a key, or that nothing does."""
    path, text = view.path(key), view.text(key)
    if text is None or path is None:
        return Absence(key=key, path=absence_proof(path))
    return Presence(key=key, value=text, path=presence_proof(path))


def prove_prefix(view: StateView, prefix: str, *, rows_max: int | None = None) -> Prefix:
    """Prove which keys begin so, and that these are all.

    Raises:
        TooManyRowsError: they are more than `rows_max`.
    """
    most = None if rows_max is None else rows_max + 1
    rows = tuple(islice(view.under(prefix), most))
    if rows_max is not None and len(rows) > rows_max:
        raise TooManyRowsError(f"more than {rows_max} keys begin with {prefix}")
    return Prefix(
        prefix=prefix,
        rows=rows,
        path=prefix_proof(prefix.encode(), view.path(prefix)),
    )


def prove_unit(view: StateView, batch: str, number: int) -> Unit:
    """Prove in which place a unit of a batch is, or that it does not exist.

    Raises:
        NoBatchError: the state has no key before the unit's, or none after it.
    """
    sought = block_key(batch, number)
    before, after = view.last_up_to(sought), view.first_after(sought)
    if before is None or after is None:
        raise NoBatchError(f"{batch}: there is no such batch")
    below, above, text = view.path(before), view.path(after), view.text(before)
    if below is None or above is None or text is None:
        raise NoBatchError(f"{batch}: there is no such batch")
    return Unit(
        batch=batch,
        number=number,
        before=Presence(key=before, value=text, path=presence_proof(below)),
        after_key=after,
        after_digest=above.value,
        after_path=presence_proof(above),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryView:
    """A whole state in memory, in order; a search takes time in proportion to it."""

    keys: tuple[str, ...]
    texts: dict[str, str]
    pairs: tuple[Pair, ...]

    @classmethod
    def of(cls, books: MemoryBooks) -> "MemoryView":
        """Return the state of these books."""
        texts = {key: canonical(value).decode() for key, value in state_of(books)}
        pairs = ((key.encode(), sha256(text.encode()).digest()) for key, text in texts.items())
        return cls(keys=tuple(texts), texts=texts, pairs=tuple(pairs))

    def path(self, key: str) -> Path | None:
        """Return the way of a search for `key`."""
        return path_in(self.pairs, key.encode())

    def text(self, key: str) -> str | None:
        """Return the canonical value under `key`, or nothing."""
        return self.texts.get(key)

    def under(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield the keys that begin so and their canonical values, in order."""
        return ((key, self.texts[key]) for key in self.keys if key.startswith(prefix))

    def last_up_to(self, key: str) -> str | None:
        """Return the last key that is `key` or comes before it."""
        position = bisect_right(self.keys, key)
        return self.keys[position - 1] if position else None

    def first_after(self, key: str) -> str | None:
        """Return the first key that comes after `key`."""
        position = bisect_right(self.keys, key)
        return self.keys[position] if position < len(self.keys) else None
