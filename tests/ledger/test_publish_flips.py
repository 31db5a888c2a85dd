"""One flipped bit between storage and signature ends the publication: a wrong root is for ever."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ledger.publish import growth, signer
from tests.support.publish_flips import STAGES, flip_often, opened

FLIPS = 200
SEED = 6


def test_no_flipped_bit_is_signed(tmp_path: Path) -> None:
    fired = flip_often(opened(tmp_path), FLIPS, SEED)
    assert min(fired.values()) > 0, fired
    assert set(fired) == set(STAGES)


@pytest.mark.parametrize(
    "sabotage",
    [
        pytest.param(mock.patch.object(growth, "check_files"), id="files-unchecked"),
        pytest.param(mock.patch.object(signer, "_check_continues"), id="signer-unchecked"),
    ],
)
def test_the_same_test_sees_a_publisher_that_checks_less(
    tmp_path: Path, sabotage: AbstractContextManager[Any]
) -> None:
    subject = opened(tmp_path)
    with sabotage, pytest.raises(AssertionError):
        flip_often(subject, FLIPS, SEED)
