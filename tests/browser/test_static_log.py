"""The folder of a static log in the page itself: chosen, read, compared, asked how fresh it is."""

from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest

from ledger.log.merkle import inclusion_path
from ledger.log.tiles import tile_path
from tests.attacks.conftest import world
from tests.support.browser import expecting
from tests.support.evil_log import ENTRIES, OLD, RECORD, SEEN, SIZE, World
from tests.support.offline import check_offline

__all__ = ["world"]


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    """A static log as it is downloaded, with a policy that its operator would like."""
    place = tmp_path / "log"
    for path, content in world.honest().files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(content)
    own = world.policy.replace("quorum enough", "quorum none")
    (place / "policy").write_text(own, encoding="utf-8")
    return place


@pytest.fixture
def trusting(page: Any, world: World, folder: Path, tmp_path: Path) -> Any:
    """The page with the reader's policy and the folder."""
    policy = tmp_path / "trusted"
    policy.write_text(world.policy, encoding="utf-8")
    page.locator("#files").set_input_files([str(policy)])
    page.locator("#folder").set_input_files(str(folder))
    return page


def test_a_folder_is_read_to_the_last_entry(trusting: Any) -> None:
    result = trusting.locator("article.result")
    expecting(result).to_have_class("result valid")
    step = trusting.locator("[data-step=tiles]")
    expecting(step).to_contain_text(f"{SIZE} 条记录")
    expecting(trusting.locator("#trusted")).to_contain_text("enough")


@pytest.mark.parametrize(
    ("date", "verdict"), [("2025-11-01", "result valid"), ("2026-11-01", "result invalid")]
)
def test_a_reader_may_ask_that_it_was_witnessed_since(
    trusting: Any, date: str, verdict: str
) -> None:
    trusting.locator("#fresh").fill(date)
    expecting(trusting.locator("article.result")).to_have_class(verdict)


def test_a_proof_is_computed_from_the_tiles(scripts: Any, world: World) -> None:
    files = [(f"log/{path}", content) for path, content in world.honest().files.items()]
    found = check_offline(scripts, world.policy, ENTRIES[0], ENTRIES[RECORD], *files)
    assert found.of("entry").verdict == "valid"
    assert found.of("entry").codes["inclusion"] == "inclusion_ok"


@pytest.mark.parametrize("index", [0, 255, 256, 511, 512, 559])
def test_javascript_computes_the_paths_that_python_does(
    scripts: Any, world: World, index: int
) -> None:
    files = [[path, b64encode(one).decode()] for path, one in world.log.files(SEEN).items()]
    root = b64encode(world.log.checkpoint(SEEN).root).decode()
    script = """([files, size, root, index]) => {
      const known = new Map(files.map(([path, content]) => [path, bytesOfBase64(content)]));
      const tree = new TileTree(known, { size: BigInt(size), root: bytesOfBase64(root) });
      const roots = Array.from({ length: size + 1 }, (_, at) => base64Of(tree.rootAt(at)));
      return [tree.inclusionPath(index).map(base64Of), roots];
    }"""
    path, roots = scripts.evaluate(script, [files, SEEN, root, index])
    assert [b64decode(one) for one in path] == list(inclusion_path(index, SEEN, world.log.subtree))
    assert [b64decode(one) for one in roots] == [
        world.log.checkpoint(size).root for size in range(SEEN + 1)
    ]


@pytest.mark.parametrize("index", [0, 7, 67, 999, 1000, 1_234_067, 1_000_000_000])
def test_javascript_names_tiles_as_python_does(scripts: Any, index: int) -> None:
    found = scripts.evaluate("(index) => [tilePath(3, index), tilePath(3, index, 7)]", index)
    assert found == [tile_path(3, index), tile_path(3, index, 7)]
    assert scripts.evaluate("(name) => placeInLog(name)", f"a/b/{found[1]}") == {
        "place": "a/b/",
        "path": found[1],
    }


def test_a_checkpoint_that_nobody_witnessed_counts_for_nothing(scripts: Any, world: World) -> None:
    """It neither proves that the log went back nor passes unseen."""
    given = [world.policy, ENTRIES[0], ENTRIES[RECORD], world.seen]
    found = check_offline(scripts, *given, world.log.note(OLD))
    assert found.of("entry").codes["history"] == "other_untrusted"
    assert check_offline(scripts, *given, world.notes[SIZE]).of("entry").verdict == "valid"


def test_an_incomplete_folder_is_neither_good_nor_bad(scripts: Any, world: World) -> None:
    files = world.honest().files
    given = [(path, content) for path, content in files.items() if path != "tile/entries/001"]
    found = check_offline(scripts, world.policy, *given).of("static_log")
    assert found.codes["tiles"] == "tile_missing"
    assert found.verdict == "unchecked"


def test_tiles_without_a_checkpoint_say_nothing(scripts: Any, world: World) -> None:
    given = [("log/tile/0/000", world.honest().files["tile/0/000"])]
    found = check_offline(scripts, world.policy, *given).of("static_log")
    assert set(found.codes.values()) == {"no_checkpoint"}


def test_a_full_tile_serves_where_the_partial_one_was_deleted(scripts: Any, world: World) -> None:
    """The log has grown to 600; its checkpoint of 300 is read from what stands there now."""
    files = {**world.honest().files, "checkpoint": world.notes[OLD]}
    files["tile/1/000.p/1"] = files["tile/1/000.p/2"][:32]
    found = check_offline(scripts, world.policy, *files.items()).of("static_log")
    assert found.verdict == "valid"
