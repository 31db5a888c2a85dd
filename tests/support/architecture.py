"""Checks of the shape of the code: each takes source text and returns what is wrong with it.

They are functions over text, so that a test can show every one of them a bad example.
A finding is `(line, sentence)`.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("contracts", "ledger", "certificates", "api")

FILE_LINES_MAX = 250
FUNCTION_LINES_MAX = 50
PARAMETERS_MAX = 5

Finding: TypeAlias = tuple[int, str]
Check: TypeAlias = Callable[[str], list[Finding]]
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def source_files(*packages: str) -> list[Path]:
    """Return the Python files of some packages (or folders in them), sorted."""
    return sorted(path for name in packages or PACKAGES for path in (ROOT / name).rglob("*.py"))


def report(check: Check, paths: list[Path]) -> list[str]:
    """Run a check over files; each finding as `path:line: sentence`."""
    return [
        f"{path.relative_to(ROOT)}:{line}: {sentence}"
        for path in paths
        for line, sentence in check(path.read_text(encoding="utf-8"))
    ]


def _functions(source: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def long_file(source: str) -> list[Finding]:
    """Find a file that has outgrown one reason to exist."""
    lines = len(source.splitlines())
    return [(1, f"{lines} lines in one file")] if lines > FILE_LINES_MAX else []


def long_functions(source: str) -> list[Finding]:
    """Find functions that do not fit on a screen, decorators and docstring included."""
    found = []
    for node in _functions(source):
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        lines = (node.end_lineno or first) - first + 1
        if lines > FUNCTION_LINES_MAX:
            found.append((first, f"{node.name} has {lines} lines"))
    return found


def _is_interface(node: Function) -> bool:
    """Say whether a framework calls it by field: `@router.get(...)`, `@app.command(...)`."""
    return any(
        isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute)
        for decorator in node.decorator_list
    )


def many_parameters(source: str) -> list[Finding]:
    """Find functions with too many parameters; `self` and `cls` do not count.

    Routes and commands are passed over: their parameters are the fields of a request or the
    options of a command line, and no caller can swap them.
    """
    found = []
    for node in _functions(source):
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        given += [extra for extra in (node.args.vararg, node.args.kwarg) if extra]
        count = sum(parameter.arg not in ("self", "cls") for parameter in given)
        if count > PARAMETERS_MAX and not _is_interface(node):
            found.append((node.lineno, f"{node.name} takes {count} parameters"))
    return found


def broad_excepts(source: str) -> list[Finding]:
    """Find handlers that catch everything, and with it our own mistakes."""
    broad = {"Exception", "BaseException"}
    return [
        (node.lineno, "catches every exception")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or any(isinstance(name, ast.Name) and name.id in broad for name in ast.walk(node.type))
        )
    ]


_EXCEPTION = re.compile(r"#\s*(type:\s*ignore|noqa)\b")
_REASONED = re.compile(
    r"#\s*(type: ignore\[[^]]+\]|noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*)\s+[#(-]\s*\w.*"
)


def bare_exceptions(source: str) -> list[Finding]:
    """Find comments that silence a checker without naming what, or without a reason beside it."""
    return [
        (token.start[0], f"gives no reason: {token.string}")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
        and _EXCEPTION.search(token.string)
        and not _REASONED.fullmatch(token.string)
    ]


def imported_modules(source: str) -> list[Finding]:
    """List what a file imports, as `module` or `module:name`, relative imports as they stand."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found += [(node.lineno, f"{module}:{name.name}") for name in node.names]
    return found


def foreign_to_log(source: str) -> list[Finding]:
    """Find imports that would keep an auditor from copying the folder `ledger/log` alone."""
    allowed = {*sys.stdlib_module_names, "cryptography"}
    return [
        (line, f"ledger/log imports {name}")
        for line, name in imported_modules(source)
        if re.split("[.:]", name)[0] not in allowed and not re.match(r"\.[^.]", name)
    ]


def commits(source: str) -> list[Finding]:
    """Find transactions opened or ended where only reading is allowed."""
    ends = {"commit", "rollback", "begin", "begin_nested"}
    return [
        (node.lineno, f"calls .{node.func.attr}() outside the ledger")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ends
    ]
