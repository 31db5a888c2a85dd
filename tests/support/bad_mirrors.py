"""A mirror of tiles that serves bad or old ones, in random ways; `fired` files really differ."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from ledger.log.tile_reader import TileReader
from ledger.log.tiles import CHECKPOINT_PATH, TileError
from tests.support.evil_log import OLD, SIZE, World, fork_of
from tests.support.witnesses import fetcher

WAYS = ("flip", "truncate", "extend", "swap", "another history", "frozen", "missing")

Files = dict[str, bytes]

READ_IN_BROWSER = """async ([size, root, changes]) => {
  const files = new Map(honestFiles);
  for (const [path, content] of changes) {
    if (content === null) files.delete(path); else files.set(path, bytesOfBase64(content));
  }
  try {
    const tree = new TileTree(files, { size: BigInt(size), root: bytesOfBase64(root) });
    await readAll(tree, () => {});
    return 'accepted';
  } catch (error) {
    if (!(error instanceof CheckError) && !(error instanceof NotChecked)) throw error;
    return error.code;
  }
}"""
KEEP_IN_BROWSER = """(files) => {
  globalThis.honestFiles = new Map(files.map(([path, content]) => [path, bytesOfBase64(content)]));
}"""


def bad_mirrors(world: World, count: int, random: Random) -> Iterator[tuple[str, Files]]:
    """Yield in which way a mirror is bad, and its files."""
    good = tiles_of(world)
    other = fork_of(fork_of(world.log, 511), 300).files(SIZE)
    old = world.log.files(OLD)
    for number in range(count):
        way, files = WAYS[number % len(WAYS)], dict(good)
        path = random.choice(sorted(files))
        content = files[path]
        at = random.randrange(len(content))
        if way == "flip":
            bit = 1 << random.randrange(8)
            files[path] = content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :]
        elif way == "truncate":
            files[path] = content[:at]
        elif way == "extend":
            files[path] = content + random.randbytes(random.choice((1, 32)))
        elif way == "swap":
            with_path = random.choice([one for one in sorted(files) if one != path])
            files[path], files[with_path] = files[with_path], files[path]
        elif way == "another history":
            changed = [one for one in sorted(files) if other[one] != files[one]]
            path = random.choice(changed)
            files[path] = other[path]
        elif way == "frozen":
            files = {one: old[one] for one in old if one != CHECKPOINT_PATH}
        else:
            del files[path]
        assert files != good
        yield way, files


def tiles_of(world: World) -> Files:
    """Return what a good mirror serves, without the checkpoint, which comes from elsewhere."""
    files = world.log.files(SIZE)
    del files[CHECKPOINT_PATH]
    return files


def try_bad_mirrors(world: World, scripts: Any, count: int) -> Counter[str]:
    """Read from each bad mirror and then from the next; return what was detected."""
    counts: Counter[str] = Counter()
    good, checkpoint = tiles_of(world), world.log.checkpoint(SIZE)
    scripts.evaluate(KEEP_IN_BROWSER, [[path, _text(one)] for path, one in good.items()])
    for way, files in bad_mirrors(world, count, Random(3)):
        counts[way] += 1
        entries, used = read_from([files, good], SIZE, checkpoint.root)
        counts["python"] += used == 1 and entries == world.log.entries
        changes = [
            [path, _text(files[path]) if path in files else None]
            for path in sorted(good.keys() | files.keys())
            if files.get(path) != good.get(path)
        ]
        root = _text(checkpoint.root)
        counts["browser"] += scripts.evaluate(READ_IN_BROWSER, [SIZE, root, changes]) != "accepted"
    assert scripts.evaluate(READ_IN_BROWSER, [SIZE, _text(checkpoint.root), []]) == "accepted"
    return counts


def read_from(mirrors: list[Files], size: int, root: bytes) -> tuple[list[bytes], int]:
    """Return all entries from the first mirror that serves them, and which one that was."""
    for number, files in enumerate(mirrors):
        try:
            return list(TileReader(fetcher(files), size, root).entries()), number
        except TileError:
            continue
    raise AssertionError("no mirror is good")


def _text(content: bytes) -> str:
    return b64encode(content).decode()
