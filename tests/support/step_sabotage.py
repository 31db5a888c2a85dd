"""Taking one refusal out of a verifier: where an attack was refused, and what follows without."""

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from pathlib import Path
from types import CodeType, FunctionType
from unittest import mock

from certificates.steps import Steps
from certificates.verdict import Finding, StepFailed, Verdict
from tests.support.architecture import ROOT


@dataclass(frozen=True)
class Site:
    """A `raise StepFailed` in the source: its file, its function, and which one there."""

    file: str
    function: str
    position: int

    def __str__(self) -> str:
        return f"{self.file}:{self.function}:{self.position}"


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield f"{prefix}{node.name}", node


def _refusals(function: ast.FunctionDef) -> list[ast.Raise]:
    found = [node for node in ast.walk(function) if isinstance(node, ast.Raise)]
    return sorted((node for node in found if _refuses(node)), key=lambda node: node.lineno)


def _refuses(node: ast.Raise) -> bool:
    if node.exc is None:
        return False
    names = {"StepFailed", "_another_form", "missing"}
    return any(isinstance(one, ast.Name) and one.id in names for one in ast.walk(node.exc))


def _is_answer(function: ast.FunctionDef, refusal: ast.Raise) -> bool:
    """Say whether it only puts into words that another function has refused."""
    handlers = [node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler)]
    return any(refusal in ast.walk(handler) for handler in handlers)


def sites(*files: str) -> set[Site]:
    """Return every refusal that files decide themselves."""
    return {
        Site(file, name, position)
        for file in files
        for name, function in _functions(_tree(file))
        for position, refusal in enumerate(_refusals(function))
        if not _is_answer(function, refusal)
    }


@contextmanager
def watched(step: str) -> Iterator[list[tuple[str, str, int]]]:
    """Note where the step was refused: file, function, line."""
    found: list[tuple[str, str, int]] = []
    take = Steps.take

    def watching(self: Steps, name: str, check: Callable[[], Finding]) -> None:
        def checked() -> Finding:
            try:
                return check()
            except StepFailed as refusal:
                if name == step:
                    found.append(_place(refusal))
                raise

        take(self, name, checked)

    with mock.patch.object(Steps, "take", watching):
        yield found


def _place(refusal: StepFailed) -> tuple[str, str, int]:
    trace = refusal.__traceback__
    assert trace is not None
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return str(Path(code.co_filename).relative_to(ROOT)), code.co_qualname, trace.tb_lineno


def refused_at(judge: Callable[[], Verdict], step: str) -> tuple[Site | None, Verdict]:
    """Return which refusal an attack meets in a step, if it is one of the source's own."""
    with watched(step) as found:
        verdict = judge()
    return _site(found), verdict


def _site(found: list[tuple[str, str, int]]) -> Site | None:
    for file, name, line in found:
        for function_name, function in _functions(_tree(file)):
            if function_name != name:
                continue
            for position, refusal in enumerate(_refusals(function)):
                if refusal.lineno <= line <= (refusal.end_lineno or line):
                    return Site(file, name, position)
    return None


@contextmanager
def without(site: Site) -> Iterator[None]:
    """Let the function go on where it would refuse."""
    source = ROOT / site.file
    tree = ast.parse(source.read_text(encoding="utf-8"))
    function = dict(_functions(tree))[site.function]
    refusal = _refusals(function)[site.position]

    class Removing(ast.NodeTransformer):
        def visit_Raise(self, node: ast.Raise) -> ast.stmt:
            return ast.copy_location(ast.Pass(), node) if node is refusal else node

    module = compile(Removing().visit(tree), str(source), "exec")
    changed = next(one for one in _codes(module) if one.co_qualname == site.function)
    original: FunctionType = attrgetter(site.function)(sys.modules[_module(site.file)])
    kept = original.__code__
    original.__code__ = changed
    try:
        yield
    finally:
        original.__code__ = kept


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


def _module(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")
