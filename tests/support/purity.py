"""The purity of rules: same books and same order, same outcome, on any machine, for ever.

`impurities` takes source text and returns what could make a rule depend on anything else: an
import, a clock, a file, a float (whose last digits depend on compilers), the order of a set
(which depends on a per-process hash seed).
"""

import ast
from collections.abc import Iterator

from tests.support.architecture import Finding, Function, imported_modules

PURE_MODULES = {
    *(
        "__future__",
        "base64",
        "bisect",
        "collections",
        "collections.abc",
        "contextlib",
        "dataclasses",
    ),
    *("datetime", "decimal", "enum", "fractions", "functools", "hashlib", "heapq", "itertools"),
    *("operator", "re", "string", "types", "typing"),
}
WHOLE_NUMBER_MATH = {"comb", "factorial", "gcd", "isqrt", "lcm"}
CLOCKS = {"now", "today", "utcnow", "fromtimestamp", "utcfromtimestamp", "astimezone"}
IMPURE_NAMES = {
    *("__import__", "breakpoint", "compile", "eval", "exec", "float", "globals", "hash", "id"),
    *("input", "locals", "open", "print", "vars"),
}
ORDER_FREE = {"sorted", "set", "frozenset", "any", "all", "sum", "len"}
ORDER_BOUND = {"list", "tuple", "iter", "enumerate", "zip", "map", "reversed", "dict", "join"}
COMPREHENSIONS = (ast.ListComp, ast.GeneratorExp, ast.DictComp)


def impurities(source: str) -> list[Finding]:
    """Find whatever could make a rule's outcome differ between two runs."""
    tree = ast.parse(source)
    return sorted({*_impure_imports(source), *_impure_nodes(tree), *_set_orders(tree)})


def _impure_imports(source: str) -> Iterator[Finding]:
    for line, name in imported_modules(source):
        module, _, part = name.partition(":")
        own = module == "contracts" or module.startswith("contracts.")
        whole_numbers = module == "math" and part in WHOLE_NUMBER_MATH
        if not own and not whole_numbers and module not in PURE_MODULES:
            yield line, f"imports {name}"


def _impure_nodes(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float() | complex()):
                yield node.lineno, f"float literal {node.value}"
            case ast.Name(id=name, ctx=ast.Load()) if name in IMPURE_NAMES:
                yield node.lineno, f"uses {name}"
            case ast.Attribute(attr=name) if name in CLOCKS:
                yield node.lineno, f"reads a clock or the local time zone: .{name}"
            case ast.Global():
                yield node.lineno, "assigns to a global"


def _set_orders(tree: ast.Module) -> set[Finding]:
    """Find places where the order of a set would decide something, one function at a time."""
    for call in _calls(tree, ORDER_FREE):
        # `sorted(x for x in some_set)` is how a set is meant to be read.
        for argument in call.args:
            if isinstance(argument, COMPREHENSIONS):
                argument.generators[0].iter = ast.Tuple(elts=[], ctx=ast.Load())
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    return {finding for scope in (tree, *functions) for finding in _set_orders_in(scope)}


def _set_orders_in(scope: ast.AST) -> Iterator[Finding]:
    whole = isinstance(scope, ast.Module)
    names = {name for node in ast.walk(scope) if not whole for name in _names_of_sets(node)}
    for node in ast.walk(scope):
        for read in _ordered_reads(node):
            if _is_set(read, names):
                yield read.lineno, "reads a set in its own order"


def _ordered_reads(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.For):
        return [node.iter]
    if isinstance(node, COMPREHENSIONS):
        return [part.iter for part in node.generators]
    if isinstance(node, ast.Starred):
        return [node.value]
    if isinstance(node, ast.Call) and _called(node) in ORDER_BOUND:
        return list(node.args)
    if isinstance(node, ast.Call) and _called(node) == "pop":
        return [node.func.value] if isinstance(node.func, ast.Attribute) else []
    return []


def _calls(tree: ast.Module, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _names_of_sets(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign) and _is_set(node.value, set()):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
        annotation = ast.unparse(node.annotation)
        name = node.arg if isinstance(node, ast.arg) else getattr(node.target, "id", "")
        if annotation.startswith(("set[", "frozenset[", "AbstractSet[", "Set[")):
            yield name


def _is_set(node: ast.expr, names: set[str]) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Name(id=name):
            return name in names
        case ast.Call():
            return _called(node) in {"set", "frozenset", "intersection", "union", "difference"}
        case ast.BinOp(left=left, right=right, op=ast.BitOr() | ast.BitAnd() | ast.Sub()):
            return _is_set(left, names) or _is_set(right, names)
    return False
