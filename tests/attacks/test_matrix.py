"""Every attack of a malicious log on every client: all are refused, each where it should be.

A cell says what refusing is: for Python the step that fails ("policy" and "tiles" come before and
after the steps), for the browser each thing, its step and the reason, for the witness the status
code, for the mirror the error, or the status code with which it would answer.

A witness never sees tiles, entries or policies. It is sent the consistency proof that changed tiles
would give; a request that is too large instead of an entry; and for attacks on a policy it is made
as the policy would have it: with one key under two names, or with the name of the log.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.evil_log import Shown, World
from tests.support.log_attacks import ATTACKS, Attack
from tests.support.log_clients import ACCEPTED, by_browser, by_mirror, by_python, by_witness


@dataclass(frozen=True, slots=True)
class Refusals:
    """What each client answers."""

    python: str
    browser: str
    witness: str
    mirror: str


def both(step: str) -> str:
    """Name one step, at which the browser refuses the entry and the log."""
    return f"entry:{step} static_log:{step}"


def tiles(code: str) -> Refusals:
    """Say that files are refused as they are read."""
    return Refusals("tiles", f"static_log:tiles:{code}", "422", "TileError")


def policy(witness: str, mirror: str) -> Refusals:
    """Say that the policy is refused, so that nothing is left by which to trust a checkpoint."""
    nothing = "checkpoint:no_policy"
    return Refusals(
        "policy", f"entry:{nothing} file:policy_twice static_log:{nothing}", witness, mirror
    )


EXPECTED = {
    "rollback": Refusals(
        "status",
        "entry:history:log_shrunk static_log:history:log_behind",
        "409",
        "BehindError",
    ),
    "stale_checkpoint": Refusals("status", both("fresh:too_old"), "400", "BehindError"),
    "split_view": Refusals("proof", both("witnesses:quorum"), "422", "RewrittenError"),
    "split_view_with_the_witnesses": Refusals(
        "status", both("history:root_other"), "422", "RewrittenError"
    ),
    "fork_after_witnessing": Refusals(
        "proof", both("witnesses:note_signature"), "422", "RewrittenError"
    ),
    "swapped_tiles": tiles("tile_other"),
    "swapped_bundles": tiles("bundle_other"),
    "flipped_tile": tiles("tile_other"),
    "flipped_edge": tiles("tile_root"),
    "flipped_entry": tiles("bundle_other"),
    "wrong_width_more": tiles("tile_form"),
    "wrong_width_fewer": tiles("tile_form"),
    "wrong_width_bundle": tiles("bundle_form"),
    "oversize_entry": Refusals(
        "entry",
        "entry:inclusion:not_included file:entry static_log:tiles:bundle_form",
        "413",
        "TileError",
    ),
    "key_id_collision": Refusals("proof", both("checkpoint:note_signature"), "403", "NoteError"),
    "key_id_collision_among_keys": policy("403", "NoteError"),
    "one_witness_under_two_names": policy("WitnessFolderError", "WitnessFolderError"),
    "witness_named_like_the_origin": policy("403", "403"),
}


def id_of(attack: Attack) -> str:
    return attack.__name__


@pytest.fixture(params=ATTACKS, ids=id_of)
def attack(request: pytest.FixtureRequest) -> Attack:
    found: Attack = request.param
    return found


@pytest.fixture
def shown(world: World, attack: Attack) -> Shown:
    return attack(world)


@pytest.fixture
def expected(attack: Attack) -> Refusals:
    return EXPECTED[attack.__name__]


def test_python_refuses(shown: Shown, expected: Refusals) -> None:
    assert by_python(shown) == expected.python


def test_the_browser_refuses(scripts: Any, shown: Shown, expected: Refusals) -> None:
    assert by_browser(scripts, shown) == expected.browser


def test_the_witness_refuses(
    world: World, shown: Shown, expected: Refusals, tmp_path: Path
) -> None:
    assert by_witness(world, shown, tmp_path / "w") == expected.witness


def test_the_mirror_refuses(world: World, shown: Shown, expected: Refusals, tmp_path: Path) -> None:
    assert by_mirror(world, shown, tmp_path / "m") == expected.mirror


def test_the_attack_is_one(world: World, shown: Shown) -> None:
    """What is shown differs from the truth, or is the truth of another day."""
    honest = world.honest()
    changed = {path for path in shown.files if shown.files[path] != honest.files.get(path)}
    assert changed or shown.policy != honest.policy
    assert shown.request != honest.request or shown.policy != honest.policy


def test_every_attack_has_its_row() -> None:
    assert [attack.__name__ for attack in ATTACKS] == list(EXPECTED)


def test_the_truth_is_accepted_by_all(world: World, scripts: Any, tmp_path: Path) -> None:
    """Else whoever refuses everything would pass."""
    honest = world.honest()
    assert by_python(honest) == ACCEPTED
    assert by_browser(scripts, honest) == ACCEPTED
    assert by_witness(world, honest, tmp_path / "w") == ACCEPTED
    assert by_mirror(world, honest, tmp_path / "m") == ACCEPTED
