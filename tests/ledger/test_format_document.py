"""docs/LEDGER_FORMAT.md shows the vectors as they are, and names every limit, row and field."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from contracts.values import SUPPLY_NAMES
from tests.support import format_document, format_vectors
from tests.support.main_steps import freeze
from tests.support.scenario import whole_world

VECTORS: dict[str, Any] = json.loads(format_vectors.PATH.read_text(encoding="utf-8"))
DOCUMENT = format_document.DOCUMENT.read_text(encoding="utf-8")


def test_the_document_shows_the_vectors() -> None:
    assert format_document.filled(DOCUMENT, VECTORS) == DOCUMENT, (
        "run python -m tests.support.format_document"
    )


def test_the_document_shows_no_hex_of_its_own() -> None:
    known = format_vectors.PATH.read_text(encoding="utf-8")
    assert [text for text in format_document.hex_shown(DOCUMENT) if text not in known] == []


def test_a_wrong_digit_in_the_document_is_noticed() -> None:
    [leaf, *_] = VECTORS["ledger"]["leaf_hashes"]
    spoilt = DOCUMENT.replace(leaf, f"0{leaf[:-1]}")
    assert format_document.filled(spoilt, VECTORS) != spoilt
    assert f"0{leaf[:-1]}" in format_document.hex_shown(spoilt)


def test_every_vector_is_shown() -> None:
    shown = {path.split(".")[0] for path in format_document.block_paths(DOCUMENT)}
    assert shown == set(VECTORS)


def test_the_document_names_every_limit_in_its_text() -> None:
    text = re.sub(r"^```.*?^```$", "", DOCUMENT, flags=re.DOTALL | re.MULTILINE)
    bytes_and_depths = [VECTORS["limits"][name] for name in VECTORS["limits"] if name != "integer"]
    assert [limit for limit in bytes_and_depths if f"{limit:,}" not in text] == []


def test_the_document_describes_every_row_and_field() -> None:
    described = format_document.row_fields(DOCUMENT)
    world = whole_world()
    freeze(world)
    rows = world.books.rows
    assert {key.split("/")[0] for key in rows} == set(described)
    for key, row in rows.items():
        always, maybe = described[key.split("/")[0]]
        assert always <= set(row) <= always | maybe, key


def test_the_document_describes_every_place() -> None:
    places = {*SUPPLY_NAMES, "issue"}
    assert [name for name in places if not re.search(rf"`{name}[`/]", DOCUMENT)] == []


def test_the_documents_shell_line_follows_the_chain(tmp_path: Path) -> None:
    [command] = re.findall(r"^```sh\n(.*?)\n```$", DOCUMENT, flags=re.DOTALL | re.MULTILINE)
    entries = [entry.encode() for entry in VECTORS["ledger"]["entries"]]
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes(b"".join(entry + b"\n" for entry in entries))
    answer = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split()[0] == json.loads(entries[1])["prev"]
