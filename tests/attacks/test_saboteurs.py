"""Saboteurs: with one check taken out of a client, its row of the matrix would be red.

Most let the attack through; where a second check stands behind the first, that one answers instead,
and the matrix sees another answer than it expects.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ledger.log import tile_reader
from ledger.log.policy import Policy, PolicyVerdict, check_policy
from ledger.log.tile_reader import TileReader
from ledger.log.tiles import Tile, width_at
from tests.support import key_attacks, log_attacks
from tests.support.evil_log import World
from tests.support.log_attacks import Attack
from tests.support.log_clients import ACCEPTED, by_browser, by_mirror, by_python, by_witness
from tests.support.witnesses import NOW_S


def nothing(*_given: Any, **_named: Any) -> None:
    """Check nothing."""


def any_checkpoint(note: bytes, _older: Any, policy: Policy) -> PolicyVerdict:
    return check_policy(policy, note)


def trusting(reader: TileReader, level: int, index: int) -> Any:
    """Read a tile without asking the one above it."""
    return tile_reader._pyramid(
        reader._read(Tile(level, index, width_at(level, index, reader.size)))
    )


def unhashed(reader: TileReader, first: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Read entries without comparing them."""
    for index in range(-(-reader.size // 256)):
        bundle = reader._bundle(index)
        yield from bundle[max(first - index * 256, 0) : (end or reader.size) - index * 256]


def lenient(data: bytes, width: int) -> tuple[bytes, ...]:
    """Take as many hashes as are wanted."""
    return tuple(data[at : at + 32] for at in range(0, width * 32, 32))


def no_signature(*_given: Any) -> int:
    return NOW_S


Patch = tuple[str, Callable[..., Any]]
ANY_CONSISTENCY: tuple[Patch, ...] = (
    ("ledger.witness.cosigner.verify_consistency", nothing),
    ("ledger.witness.mirror_pull.verify_consistency", nothing),
)
UNHASHED: Patch = ("ledger.log.tile_reader.TileReader.entries", unhashed)
TRUSTING: Patch = ("ledger.log.tile_reader.TileReader._pyramid", trusting)
ANY_KEYS: Patch = ("ledger.log.policy_form._check_keys", nothing)
WITNESS_NAME: Patch = ("ledger.witness.cosigner.refuse_own_log", nothing)
MIRROR_NAME: Patch = ("ledger.witness.mirror.refuse_own_log", nothing)
LENIENT: Patch = ("ledger.log.tile_reader.parse_tile", lenient)


@pytest.mark.parametrize(
    ("attack", "patches", "answer"),
    [
        (log_attacks.rollback, [("certificates.verify_log._newest", any_checkpoint)], ACCEPTED),
        (
            log_attacks.split_view_with_the_witnesses,
            [
                ("certificates.verify_log._newest", any_checkpoint),
                ("certificates.verify_case.check_one_log", lambda _: ("", "")),
            ],
            ACCEPTED,
        ),
        (
            log_attacks.fork_after_witnessing,
            [("ledger.log.note.verify_text", no_signature)],
            ACCEPTED,
        ),
        (
            log_attacks.split_view,
            [("ledger.log.policy_form.Policy.is_met", lambda *_: True)],
            ACCEPTED,
        ),
        (log_attacks.flipped_tile, [TRUSTING], "proof"),
        (log_attacks.flipped_entry, [UNHASHED], ACCEPTED),
        (log_attacks.swapped_bundles, [UNHASHED], ACCEPTED),
        (log_attacks.swapped_tiles, [TRUSTING], "proof"),
        (log_attacks.wrong_width_more, [LENIENT], ACCEPTED),
        (log_attacks.key_id_collision, [("ledger.log.note.verify_text", no_signature)], "proof"),
        (key_attacks.key_id_collision_among_keys, [ANY_KEYS], "proof"),
        (key_attacks.one_witness_under_two_names, [ANY_KEYS], ACCEPTED),
        (key_attacks.witness_named_like_the_origin, [ANY_KEYS], ACCEPTED),
    ],
)
def test_python_without_a_check(
    world: World, attack: Attack, patches: list[Patch], answer: str
) -> None:
    with patched(patches):
        assert by_python(attack(world)) == answer


def test_python_without_a_wish_for_freshness(world: World) -> None:
    shown = replace(log_attacks.stale_checkpoint(world), witnessed_after=None)
    assert by_python(shown) == ACCEPTED


ANY_WIDTH = """TileTree.prototype.hashes = function lenient(level, index, width) {
  const { bytes } = this.read(level, index, width);
  return Array.from({ length: width }, (_, at) => bytes.subarray(32 * at, 32 * (at + 1)));
};"""
ANY_SIGNER = "checkNoteLine = async () => 1n; isQuorum = () => true;"
BROWSER = [
    (log_attacks.swapped_tiles, "sameBytes = () => true;"),
    (log_attacks.flipped_tile, "sameBytes = () => true;"),
    (log_attacks.flipped_edge, "sameBytes = () => true;"),
    (log_attacks.wrong_width_more, ANY_WIDTH),
    (key_attacks.key_id_collision, ANY_SIGNER),
    (log_attacks.rollback, "requireOneHistory = async () => {};"),
    (log_attacks.stale_checkpoint, "takeFreshStep = async () => {};"),
    (log_attacks.split_view, "isQuorum = () => true;"),
    (log_attacks.split_view_with_the_witnesses, "takeHistoryStep = async () => {};"),
    (log_attacks.fork_after_witnessing, "checkNoteLine = async () => 1n;"),
    (log_attacks.flipped_entry, "TileTree.prototype.bundle = () => [];"),
    (log_attacks.swapped_bundles, "TileTree.prototype.bundle = () => [];"),
    (key_attacks.one_witness_under_two_names, "refuseOneKeyTwice = () => {};"),
    (key_attacks.witness_named_like_the_origin, "refuseOneKeyTwice = () => {};"),
]


@pytest.mark.parametrize(("attack", "script"), BROWSER)
def test_the_browser_without_a_check(
    world: World, open_page: Callable[..., Any], attack: Attack, script: str
) -> None:
    page = open_page("verify.html")
    page.evaluate(f"() => {{ {script} }}")
    assert by_browser(page, attack(world)) == ACCEPTED


@pytest.mark.parametrize(
    ("attack", "patches", "answer"),
    [
        (log_attacks.split_view, ANY_CONSISTENCY, "WitnessStoreError"),
        (log_attacks.fork_after_witnessing, ANY_CONSISTENCY, ACCEPTED),
        (log_attacks.swapped_tiles, ANY_CONSISTENCY, ACCEPTED),
        (log_attacks.key_id_collision, [("ledger.witness.cosigner.verify", nothing)], "422"),
        (key_attacks.witness_named_like_the_origin, [WITNESS_NAME], ACCEPTED),
        (log_attacks.oversize_entry, [("api.witness.app.CHECKPOINT_BYTES_MAX", 1 << 20)], "400"),
    ],
)  # fmt: skip
def test_the_witness_without_a_check(
    world: World, attack: Attack, patches: Any, answer: str, tmp_path: Path
) -> None:
    with patched(patches):
        assert by_witness(world, attack(world), tmp_path / "w") == answer


@pytest.mark.parametrize(
    ("attack", "patches", "answer"),
    [
        (log_attacks.split_view, ANY_CONSISTENCY, "WitnessStoreError"),
        (log_attacks.fork_after_witnessing, ANY_CONSISTENCY, "MirrorStoreError"),
        (log_attacks.flipped_entry, [UNHASHED], ACCEPTED),
        (log_attacks.wrong_width_more, [LENIENT], ACCEPTED),
        (key_attacks.witness_named_like_the_origin, [MIRROR_NAME], ACCEPTED),
    ],
)  # fmt: skip
def test_the_mirror_without_a_check(
    world: World, attack: Attack, patches: Any, answer: str, tmp_path: Path
) -> None:
    with patched(patches):
        assert by_mirror(world, attack(world), tmp_path / "m") == answer


def patched(patches: Any) -> ExitStack:
    stack = ExitStack()
    for target, replacement in patches:
        stack.enter_context(mock.patch(target, replacement))
    return stack
