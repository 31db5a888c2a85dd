"""Checks of what is written beside the code: documents, changelog, names of hosts."""

import dataclasses
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.architecture import ROOT, source_files

# In halves, so that this file does not hold what it forbids.
REGISTRY_HOSTS = tuple(
    f"{name}.{domain}".encode()
    for name, domain in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("crates", "io"),
        ("proxy.golang", "org"),
    )
)
MADE = {"__pycache__", "build", "demo-data", "node_modules"}
"""Folders that are made, not written."""


def written_files() -> Iterator[Path]:
    """Yield every file of the tree that somebody wrote; git need not be installed."""
    yield from (path for path in (ROOT / ".ci").rglob("*") if path.is_file())
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") for part in parts)
        if path.is_file() and not hidden and not MADE.intersection(parts):
            yield path


def registry_hosts(content: bytes) -> list[str]:
    """Find host names of package registries: which one is used is the machine's own setting."""
    lowered = content.lower()
    return [host.decode() for host in REGISTRY_HOSTS if host in lowered]


def changelog_sections(text: str) -> list[str]:
    """Return the section titles of the newest version, in order."""
    newest = re.split(r"^## ", text, flags=re.MULTILINE)[1]
    return re.findall(r"^### (.+)$", newest, flags=re.MULTILINE)


def tasks_of(script: str) -> set[str]:
    """Return the tasks that a task runner's `case` knows."""
    labels = re.findall(r"^  ([a-z][a-z |-]*)\)", script, flags=re.MULTILINE)
    names = {name.strip() for label in labels for name in label.split("|")}
    return {name for name in names if not name.startswith("-")}


def tasks_named(document: str) -> set[str]:
    """Return the tasks that a document tells its reader to run."""
    return set(re.findall(r"\./run ([a-z]+)", document))


def commands_named(document: str) -> set[str]:
    """Return the commands of `sinkledger` that a document shows as code."""
    code = re.findall(r"```.*?```|`[^`\n]+`", document, flags=re.DOTALL)
    return {name for part in code for name in re.findall(r"\bsinkledger ([a-z]+)", part)}


def documents() -> list[Path]:
    """Return the documents for people, except the decisions: those keep the words of their day."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def settings() -> set[str]:
    """Return every environment setting: fields of `Settings`, and names in the source."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in source_files())
    names = set(re.findall(r"\bSINKLEDGER_[A-Z][A-Z_]*[A-Z]\b", text))
    if importlib.util.find_spec("ledger.settings") is None:
        return names
    model = importlib.import_module("ledger.settings").Settings
    if dataclasses.is_dataclass(model):
        fields = [field.name for field in dataclasses.fields(model)]
    else:
        fields = list(model.model_fields)
    return names | {f"SINKLEDGER_{field.upper()}" for field in fields}


def links(document: str) -> list[str]:
    """Return the files that a document links to, without anchors and web addresses."""
    targets = re.findall(r"\]\(([^)\s#]+)[^)]*\)", document)
    return [
        target for target in targets if "://" not in target and not target.startswith("mailto:")
    ]
