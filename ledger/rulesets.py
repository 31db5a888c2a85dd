r"""The rule sets that this node ships, by the hash of their source.

The hash of a rule set is the SHA-256 of its import closure inside `contracts/`: every file that
`contracts/v1/ruleset.py` imports, directly or not, and the packages they lie in. The preimage is
one line per file, sorted by path:

    "<path from the folder that holds contracts/> <SHA-256 of the file, lowercase hex>\n"
"""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import contracts
from contracts.books import Books
from contracts.orders import Order
from contracts.v1 import ruleset as v1
from contracts.values import Moment, Outcome

_ROOT: Final = Path(contracts.__file__).parents[1]
_V1: Final = "contracts.v1.ruleset"


class RuleSet(NamedTuple):
    """What every rule set can do: read the body of an order, and decide it."""

    read: Callable[[Order], object]
    decide_read: Callable[[Books, Order, object, Sequence[tuple[str, str]], Moment], Outcome]


class RulesMissingError(Exception):
    """This node does not ship a rule set that the ledger uses. Install the version that does."""


class ReadBody(NamedTuple):
    """The body of an order, and the hash of the rule set that has read it."""

    rule_set: str
    body: object


def decide(
    rule_set: str, books: Books, order: Order, keys: Sequence[tuple[str, str]], moment: Moment
) -> Outcome:
    """Decide an order by the rule set in force.

    Args:
        rule_set: Its hash, lowercase hex.
        books: The registry as it stood before this order.
        order: The order; its signatures are checked already.
        keys: (key in hex, algorithm) of each signature.
        moment: Where and when the order is decided.

    Raises:
        RulesMissingError: this node does not ship that rule set.
        Refused: the rules do not allow the order.
    """
    return decide_read(read_body(rule_set, order), books, order, keys, moment)


def read_body(rule_set: str, order: Order) -> ReadBody:
    """Read the body of an order as a rule set does, without any books.

    Raises:
        RulesMissingError: this node does not ship that rule set.
        Refused: class 1: `KIND_UNKNOWN` or the form of the body.
    """
    return ReadBody(rule_set, _rule_set(rule_set).read(order))


def decide_read(
    read: ReadBody, books: Books, order: Order, keys: Sequence[tuple[str, str]], moment: Moment
) -> Outcome:
    """Decide an order whose body the rule set in force has read; otherwise as `decide`."""
    return _rule_set(read.rule_set).decide_read(books, order, read.body, keys, moment)


def _rule_set(rule_set: str) -> RuleSet:
    try:
        return shipped()[rule_set]
    except KeyError:
        raise RulesMissingError(
            f"the rule set in force, {rule_set}, is not shipped with this version; "
            "install the version that ships it"
        ) from None


@cache
def shipped() -> Mapping[str, RuleSet]:
    """Return the rule sets of this node by their hash."""
    return {newest(): RuleSet(v1.read, v1.decide_read)}


def check_shipped(books: Books) -> None:
    """Check that this node ships the rule set in force.

    Raises:
        RulesMissingError: it does not.
    """
    active = books.row("rules/active")
    if active is not None:
        _rule_set(str(active["hash"]))


@cache
def newest() -> str:
    """Return the hash of the newest rule set of this node, for new orders and new registries."""
    return rule_set_hash(_V1)


def rule_set_hash(module: str) -> str:
    """Return the hash of a rule set, as the module's text defines it."""
    return sha256(preimage(module).encode()).hexdigest()


def preimage(module: str) -> str:
    """Return the lines that a rule set's hash is taken over."""
    paths = {str(path.relative_to(_ROOT).as_posix()): path for path in _closure(module)}
    return "".join(
        f"{name} {sha256(paths[name].read_bytes()).hexdigest()}\n" for name in sorted(paths)
    )


def _closure(module: str) -> set[Path]:
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        path = _file_of(waiting.pop())
        if path is None or path in found:
            continue
        found.add(path)
        waiting.extend(_imports(path))
    return found


def _file_of(module: str) -> Path | None:
    """Return the file of a module of `contracts`; nothing for a name inside a module."""
    base = _ROOT.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


def _imports(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from _inside((node.module, *names))
        elif isinstance(node, ast.Import):
            yield from _inside(alias.name for alias in node.names)


def _inside(modules: Iterator[str] | Sequence[str]) -> Iterator[str]:
    """Yield the modules that lie in `contracts`, each with the packages above it."""
    for module in modules:
        parts = module.split(".")
        if parts[0] == contracts.__name__:
            yield from (".".join(parts[: end + 1]) for end in range(len(parts)))
