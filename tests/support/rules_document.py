"""The rules as a document, made from the docstrings of the rules themselves.

`python -m tests.support.rules_document` writes `docs/RULES.md`; a test compares.
"""

import inspect
import re
import sys
from dataclasses import dataclass
from textwrap import dedent, indent

from contracts.refusal import RefusalCode
from contracts.rule import Rule
from contracts.v1.ruleset import RULES
from tests.support.architecture import ROOT

DOCUMENT = ROOT / "docs" / "RULES.md"
HEAD = """\
# Rules

Made from the code by `python -m tests.support.rules_document`; a test compares.

Rule set v1: one section for each order kind, in the words of its rule in `contracts/v1/`. The
code decides; this page repeats what it says of itself. Every order is first checked for its form
(class 1), then for its log, the active rule set, its lifetime and its signatures (class 2): every
need is filled by another person, and no signature is left over. Then come the refusals listed
with each kind, class by class, and the first failing check answers. Numbers and facts of all
refusals stand in [REFUSALS.md](REFUSALS.md).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What the docstrings of one rule say."""

    kind: str
    title: str
    text: str
    source: str
    example: str
    signers: str
    decision: str
    codes: tuple[RefusalCode, ...]


def section(rule: Rule[object]) -> Section:
    """Read one rule's docstrings.

    Raises:
        ValueError: a part is missing.
    """
    module = sys.modules[rule.decide.__module__]
    written = inspect.cleandoc(module.__doc__ or "")
    found = re.fullmatch(
        r"`(?P<kind>[a-z.]+)`: (?P<title>.+?)\n\n(?P<text>.+?\n\n)?Source: (?P<source>.+?)\n\n"
        r"Example:\n(?P<example>.+)",
        written,
        re.DOTALL,
    )
    if found is None or found["kind"] != rule.kind:
        raise ValueError(f"{rule.kind}: docstring needs a title, Source and Example")
    decision, _, raises = inspect.cleandoc(rule.decide.__doc__ or "").partition("Raises:")
    words = re.findall(r"`([A-Z_]+)`", raises)
    return Section(
        kind=rule.kind,
        title=found["title"],
        text=(found["text"] or "").strip(),
        source=found["source"],
        example=dedent(found["example"]).strip(),
        signers=inspect.cleandoc(rule.needs.__doc__ or ""),
        decision=decision.strip(),
        codes=tuple(
            RefusalCode[word] for word in dict.fromkeys(words) if word in RefusalCode.__members__
        ),
    )


def _shown(part: Section) -> str:
    codes = "\n".join(f"- {code.value} `{code.name}`" for code in part.codes) or "- none of its own"
    paragraphs = [
        f"## `{part.kind}`",
        part.title[:1].upper() + part.title[1:],
        part.text,
        f"**Source.** {part.source}",
        f"**Example.**\n\n{indent(part.example, '> ')}",
        f"**Signers.** {part.signers}",
        f"**Decision.** {part.decision}",
        f"**Refusals after form and signatures.**\n\n{codes}",
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def text() -> str:
    """Return the document."""
    return HEAD + "".join(f"\n{_shown(section(rule))}\n" for rule in RULES.values())


def write() -> None:
    """Write the document."""
    DOCUMENT.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    write()
