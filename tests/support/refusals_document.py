"""docs/REFUSALS.md, made from the code: every refusal, its facts, and who raises it.

    python -m tests.support.refusals_document     writes it anew

Codes come from `contracts.refusal`; facts and places from every call `Refused(RefusalCode.X, …)`
in the source; sentences, with their facts in braces, from the catalogue of `api.text`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from api.text.catalogue import LANGUAGES, Language, translations
from contracts.refusal import RefusalCode
from tests.support.architecture import ROOT, source_files

DOCUMENT: Final = ROOT / "docs" / "REFUSALS.md"
CLASSES: Final = {
    1: "form",
    2: "signature and authority",
    3: "existence and state",
    4: "quantity and serials",
    5: "programme rules",
}
HEAD: Final = """# Refusals

Made from the code by `python -m tests.support.refusals_document`; a test compares.

Every reason for which an order is not recorded. A number is permanent and never gets another
meaning; a client may rely on it. Classes are checked in this sequence, and the first check that
fails answers:

"""

FOOT: Final = """
A refusal comes with facts, the numbers and names that decided it; which ones depends on the case.
`…` stands for further facts of the geometry check. In the last column `contracts/v1/<kind>` is the
rule of that order kind, other files under `contracts/` are shared by rules, and files under
`ledger/` are checks at intake that no replay repeats.
"""


@dataclass(slots=True)
class Raised:
    """Where a code is raised, and the facts that come with it."""

    facts: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)


def raised_in(source: str) -> Iterator[tuple[str, set[str]]]:
    """Yield the code's name and the facts' names of each `Refused(RefusalCode.X, …)`."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        code = node.args[0] if node.func.id == "Refused" and node.args else None
        if isinstance(code, ast.Attribute):
            yield code.attr, {keyword.arg or "…" for keyword in node.keywords}


def raised() -> dict[str, Raised]:
    """Return what the source raises, by the code's name."""
    found: dict[str, Raised] = {code.name: Raised() for code in RefusalCode}
    for path in source_files():
        for name, facts in raised_in(path.read_text(encoding="utf-8")):
            found[name].facts |= facts
            found[name].modules.add(_module(path))
    return found


def _module(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix()


def text() -> str:
    """Return the document."""
    found = raised()
    parts = [HEAD, "".join(f"{number}. {name}\n" for number, name in CLASSES.items()), FOOT]
    for number, name in CLASSES.items():
        parts.append(f"\n## Class {number}: {name}\n\n")
        parts.append("| code | what people read | facts | raised in |\n|---|---|---|---|\n")
        codes = [code for code in RefusalCode if code.value // 1000 == number]
        parts.extend(_line(code, found[code.name]) for code in codes)
    return "".join(parts)


def _line(code: RefusalCode, raised_at: Raised) -> str:
    facts = ", ".join(f"`{name}`" for name in sorted(raised_at.facts))
    modules = ", ".join(f"`{name}`" for name in sorted(raised_at.modules))
    sentences = "<br>".join(sentence(code, language) for language in LANGUAGES)
    return f"| {code.value} `{code.name}` | {sentences} | {facts} | {modules} |\n"


def sentence(code: RefusalCode, language: Language) -> str:
    """Return a refusal's sentence, its facts still named in braces."""
    return translations(language).gettext(f"refusal.{code.name}")


def facts_named(text_with_braces: str) -> set[str]:
    """Return the facts that a sentence names."""
    return set(re.findall(r"{(\w+)}", text_with_braces))


def write() -> None:
    """Write the document."""
    DOCUMENT.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    write()
