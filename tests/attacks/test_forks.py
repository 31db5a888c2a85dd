"""Stolen keys, split views and bad mirrors: none gets through, and what betrays a log is kept."""

from collections import Counter
from pathlib import Path
from typing import Any
from unittest import mock

from ledger.log.policy import check_policy
from ledger.log.tile_reader import TileReader
from tests.attacks.test_saboteurs import unhashed
from tests.support.bad_mirrors import WAYS, try_bad_mirrors
from tests.support.evil_log import World
from tests.support.fork_trials import try_split_views, try_stolen_key

FORKS, VIEWS, MIRRORS = 40, 20, 70


def test_a_stolen_key_convinces_only_whoever_asks_for_no_witness(
    world: World, scripts: Any, tmp_path: Path
) -> None:
    found = try_stolen_key(world, scripts, tmp_path / "w", FORKS)

    assert found == Counter(tried=FORKS, naive=FORKS, python=0, browser=0, witness=0, mirror=0)


def test_two_histories_are_refused_detected_and_proven(
    world: World, scripts: Any, tmp_path: Path
) -> None:
    found = try_split_views(world, scripts, tmp_path, VIEWS)

    assert found["shown"] == found["python"] == found["browser"] == VIEWS
    assert found["refused"] == 2 * VIEWS
    assert found["evidence"] == 2 * VIEWS
    assert found["addresses"] == 2


def test_a_reader_who_compares_nothing_sees_one_history(
    world: World, scripts: Any, tmp_path: Path
) -> None:
    """The saboteurs: no comparison with the other address's head, and no evidence kept."""
    blind = mock.patch(
        "certificates.verify_log._newest", lambda note, _, policy: check_policy(policy, note)
    )
    mute = mock.patch("certificates.verify_case.check_one_log", return_value=("", ""))
    with blind, mute, mock.patch("ledger.witness.cosigner.keep_evidence"):
        found = try_split_views(world, scripts, tmp_path, 3)

    assert found["shown"] == 3
    assert found["python"] == found["evidence"] == 0


def test_bad_and_old_tiles_are_detected_and_the_next_mirror_used(
    world: World, scripts: Any
) -> None:
    found = try_bad_mirrors(world, scripts, MIRRORS)

    assert found["python"] == found["browser"] == MIRRORS
    assert [found[way] for way in WAYS] == [MIRRORS // len(WAYS)] * len(WAYS)


def test_who_compares_no_hash_believes_a_bad_mirror(world: World, scripts: Any) -> None:
    with mock.patch.object(TileReader, "entries", unhashed):
        found = try_bad_mirrors(world, scripts, len(WAYS))

    assert found["python"] < len(WAYS)
