"""The audit of published files: whatever differs from the stored log is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.audit.audit import audit
from ledger.publish.publisher import publish
from ledger.settings import Settings
from tests.support.ledger import open_scene

TILE, BUNDLE = "tile/0/000.p/{size}", "tile/entries/000.p/{size}"


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(bytes(content))


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:-1])


def published(folder: Path) -> tuple[Settings, int]:
    registry = open_scene(folder).world.registry
    publish(registry)
    settings, size = registry.settings, registry.size()
    registry.close()
    return settings, size


def test_what_was_published_is_what_the_log_yields(tmp_path: Path) -> None:
    settings, _ = published(tmp_path)

    assert audit(settings).ok


@pytest.mark.parametrize("name", [pytest.param(TILE, id="tile"), pytest.param(BUNDLE, id="bundle")])
@pytest.mark.parametrize(
    ("damage", "what"),
    [
        pytest.param(flip, "is not what the log yields", id="flipped"),
        pytest.param(cut, "is not what the log yields", id="cut-short"),
        pytest.param(Path.unlink, "is missing", id="removed"),
    ],
)
def test_a_damaged_file_is_named(
    tmp_path: Path, name: str, damage: Callable[[Path], None], what: str
) -> None:
    settings, size = published(tmp_path)
    path = name.format(size=size)
    damage(settings.log / path)

    assert [(one.where, one.what) for one in audit(settings).findings] == [(path, what)]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        pytest.param("tile/0/001", "reaches to entry", id="beyond-the-log"),
        pytest.param("tile/0/0", "not the path of a tile", id="no-tile"),
    ],
)
def test_a_file_that_should_not_be_there_is_named(tmp_path: Path, name: str, what: str) -> None:
    settings, _ = published(tmp_path)
    (settings.log / name).write_bytes(bytes(32))

    [finding] = audit(settings).findings
    assert finding.where == name
    assert finding.what.startswith(what)
