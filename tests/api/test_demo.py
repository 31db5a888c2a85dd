"""The demonstration: it runs to its end, and what it leaves behind convinces a stranger."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.values import Json
from ledger.fetching import folder_log
from ledger.log.policy import check_policy, parse_policy
from ledger.log.proof import TlogProof, verify_entry
from ledger.log.tile_reader import TileReader
from tests.support.made_once import made_once

REQUIRED = {
    "certificates",
    "checkpoint",
    "data_dir",
    "entries",
    "export",
    "log_dir",
    "policy",
    "proofs",
    "seconds",
    "supply",
    "trust",
    "vkey",
}


def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    command = [sys.executable, "-c", "from api.cli import main; main()", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, cwd=cwd
    )


@dataclass(frozen=True)
class Demo:
    folder: Path
    summary: dict[str, Json]
    text: str

    def paths(self, name: str) -> list[Path]:
        value = self.summary[name]
        return [Path(str(item)) for item in (value if isinstance(value, list) else [value])]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    def play(folder: Path) -> None:
        done = run("demo", "--data", folder / "data", "--json")
        assert done.returncode == 0, done.stderr
        (folder / "stdout").write_text(done.stdout)
        (folder / "stderr").write_text(done.stderr)

    folder = made_once(tmp_path_factory, "演示 demo", play)
    summary = json.loads((folder / "stdout").read_text().splitlines()[-1])
    return Demo(folder / "data", summary, (folder / "stderr").read_text())


def test_the_last_line_says_where_everything_is(demo: Demo) -> None:
    assert set(demo.summary) >= REQUIRED
    assert all(
        path.exists()
        for name in ("certificates", "checkpoint", "export", "log_dir", "policy", "proofs", "trust")
        for path in demo.paths(name)
    )


def test_every_sealed_paper_has_200_kilobytes_at_most(demo: Demo) -> None:
    # A kilobyte is 1,024 bytes.
    sizes = {path.name: path.stat().st_size for path in demo.paths("certificates")}
    assert len(sizes) >= 4
    assert {name: size for name, size in sizes.items() if size > 200 * 1024} == {}


def test_it_shows_both_refusals_and_a_full_coverage(demo: Demo) -> None:
    for shown in ("4002", "UNITS_NOT_HELD", "4012", "RETIRED_TOO_LITTLE", "1000 ‰", "示例"):
        assert shown in demo.text


def test_the_supply_identity_holds(demo: Demo) -> None:
    supply = demo.summary["supply"]
    assert isinstance(supply, dict)
    parts = {name: kg for name, kg in supply.items() if name != "gross"}
    assert supply["gross"] == sum(int(str(kg)) for kg in parts.values())


def test_every_certificate_verifies_offline(demo: Demo) -> None:
    done = run("verify", *demo.paths("certificates"), "--trust", demo.paths("trust")[0], "--json")

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["ok"]
    kinds = [one["kind"] for one in result["results"]]
    assert sorted(kinds) == ["CL", "HD", "RG", "RT", "RT"]


def test_a_changed_certificate_is_refused(demo: Demo, tmp_path: Path) -> None:
    content = bytearray(demo.paths("certificates")[0].read_bytes())
    content[len(content) // 2] ^= 1
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(content)

    assert run("verify", changed, "--trust", demo.paths("trust")[0]).returncode == 1


def test_nothing_passes_without_trust_anchors(demo: Demo, tmp_path: Path) -> None:
    done = run("verify", demo.paths("certificates")[0], "--trust", tmp_path, "--json")

    assert done.returncode == 2
    states = {step["state"] for step in json.loads(done.stdout)["results"][0]["steps"]}
    assert "not_checked" in states


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    done = run("verify", tmp_path / "no.pdf", "--trust", tmp_path)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_ledger_audits(demo: Demo) -> None:
    done = run("audit", "--data", demo.folder, "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["entries"] == demo.summary["entries"]


def test_an_auditor_needs_only_the_folder_of_the_log(demo: Demo) -> None:
    arguments = ["-m", "ledger.log.verify", str(demo.paths("export")[0])]
    arguments += ["--checkpoint", str(demo.paths("checkpoint")[0])]
    arguments += ["--vkey", str(demo.summary["vkey"])]
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_an_export_imports_into_the_same_bytes(demo: Demo, tmp_path: Path) -> None:
    source = demo.paths("export")[0]
    taken = run("import", source, "--data", tmp_path / "copy", "--keys", tmp_path / "keys")
    assert taken.returncode == 0, taken.stderr
    again = run("export", tmp_path / "again.jsonl", "--data", tmp_path / "copy")

    assert again.returncode == 0, again.stderr
    assert (tmp_path / "again.jsonl").read_bytes() == source.read_bytes()


def test_a_demo_never_overwrites_a_registry(demo: Demo) -> None:
    done = run("demo", "--data", demo.folder)

    assert done.returncode == 1
    assert "--fresh" in done.stderr


def test_no_private_word_stands_in_the_exported_log(demo: Demo) -> None:
    exported = demo.paths("export")[0].read_text(encoding="utf-8")

    assert "示例人员" not in exported
    assert '"polygons"' not in exported


def test_the_log_is_complete_and_cosigned_by_both_witnesses(demo: Demo) -> None:
    [log], [policy_file] = demo.paths("log_dir"), demo.paths("policy")
    policy = parse_policy(policy_file.read_text())

    verdict = check_policy(policy, (log / "checkpoint").read_bytes())
    checkpoint = verdict.checkpoint
    reader = TileReader(folder_log(log), checkpoint.size, checkpoint.root)

    assert checkpoint.size == demo.summary["entries"]
    assert len({name.rpartition("-")[0] for name, _ in verdict.witnesses}) == 2
    lines = demo.paths("export")[0].read_bytes().splitlines()
    assert list(reader.entries()) == lines
    for file in demo.paths("proofs"):
        proof = TlogProof.parse(file.read_bytes())
        verify_entry(proof, lines[proof.index], policy=policy)
