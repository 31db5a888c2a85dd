"""What is written beside the code is true: commands exist, settings are described, links lead."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import documents
from tests.support.architecture import ROOT


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_no_file_names_a_package_registry() -> None:
    found = {
        str(path.relative_to(ROOT)): hosts
        for path in documents.written_files()
        if (hosts := documents.registry_hosts(path.read_bytes()))
    }
    assert found == {}


@pytest.mark.parametrize("host", documents.REGISTRY_HOSTS)
def test_a_registry_is_found_wherever_it_stands(host: bytes) -> None:
    assert documents.registry_hosts(b"source = https://files." + host.upper() + b"/simple")
    assert not documents.registry_hosts(host.replace(b".", b"-"))


def test_the_tree_is_read_down_to_its_leaves() -> None:
    read = {str(path.relative_to(ROOT)) for path in documents.written_files()}
    assert {"run", ".ci/run", "requirements.lock", "contracts/values.py"} <= read
    assert not any(name.startswith((".venv", ".git/")) for name in read)


def test_the_changelog_tells_rules_and_format_first() -> None:
    assert documents.changelog_sections(text_of("CHANGELOG.md"))[0] == "Rules and ledger format"


def test_an_older_versions_sections_do_not_count() -> None:
    text = "# Log\n\n## 1.1.0\n\n### Added\n\n## 1.0.0\n\n### Rules and ledger format\n"
    assert documents.changelog_sections(text) == ["Added"]


@pytest.mark.parametrize("path", documents.documents(), ids=lambda path: path.name)
def test_every_task_that_a_document_names_exists(path: object) -> None:
    named = documents.tasks_named(text_of(str(path)))
    assert named <= documents.tasks_of(text_of("run"))


def test_the_task_runner_is_read_right() -> None:
    tasks = documents.tasks_of(text_of("run"))
    assert {"setup", "demo", "serve", "test", "bench", "faults", "soak", "fix", "lock"} <= tasks
    assert documents.tasks_named("Type `./run invent` now") - tasks == {"invent"}


def test_only_what_is_shown_as_code_counts_as_a_command() -> None:
    text = "sinkledger itself; `./run sinkledger audit`\n```\nsinkledger verify A.pdf\n```\n"
    assert documents.commands_named(text) == {"audit", "verify"}


def test_the_readme_shows_the_two_commands() -> None:
    assert {"demo", "test"} <= documents.tasks_named(text_of("README.md"))


def test_every_command_that_a_document_shows_exists() -> None:
    start = "import sys; from api.cli import main; sys.argv[0] = 'sinkledger'; main()"
    answer = subprocess.run(
        [sys.executable, "-c", start, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    shown = {name for path in documents.documents() for name in commands_of(path)}
    assert sorted(name for name in shown if f" {name} " not in answer.stdout) == []


def commands_of(path: Path) -> set[str]:
    return documents.commands_named(path.read_text(encoding="utf-8"))


def test_every_setting_is_described_for_operators() -> None:
    described = text_of("docs/OPERATING.md")
    assert sorted(name for name in documents.settings() if name not in described) == []


@pytest.mark.parametrize(
    "path", [*documents.documents(), ROOT / "docs/adr/README.md"], ids=lambda path: path.name
)
def test_every_link_leads_to_a_file(path: object) -> None:
    folder = (ROOT / str(path)).parent
    broken = [name for name in documents.links(text_of(str(path))) if not (folder / name).exists()]
    assert broken == []


def test_every_decision_is_in_the_index_and_has_its_four_parts() -> None:
    index = text_of("docs/adr/README.md")
    for path in sorted((ROOT / "docs/adr").glob("[0-9]*.md")):
        assert path.name in index
        parts = [
            line for line in path.read_text(encoding="utf-8").splitlines() if line[:3] == "## "
        ]
        assert parts == ["## Status", "## Context", "## Decision", "## Consequences"]
