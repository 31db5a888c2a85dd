"""Publishing dies, fails and loses power at every step: what is shown is durable, and one log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest

from ledger import files
from ledger.publish import publisher, signer, tiling
from ledger.publish.publisher import Publisher
from tests.support.publish_faults import Sabotage, cut_at_every_step, fail_at_every_step, opened

STEPS_MIN = 18
"""A publication has at least so many durable steps: mark, signer's mark, tiles, checkpoint."""


def test_every_step_that_fails_or_kills_leaves_one_durable_log(tmp_path: Path) -> None:
    trial = opened(tmp_path)
    assert fail_at_every_step(trial) > 4 * STEPS_MIN


def test_power_cut_after_any_step_leaves_one_durable_log(tmp_path: Path) -> None:
    trial = opened(tmp_path)
    assert cut_at_every_step(trial) > 3 * STEPS_MIN


@contextmanager
def checkpoint_before_tiles() -> Iterator[None]:
    """Show the checkpoint as soon as it is signed."""
    real = Publisher._sign

    def sign(self: Publisher, *given: object) -> bytes:
        note = real(self, *given)  # type: ignore[arg-type]  # as it came
        self._show(None, note)
        return note

    with mock.patch.object(Publisher, "_sign", sign):
        yield


@contextmanager
def tiles_without_folders() -> Iterator[None]:
    """Forget that names are durable only once their folder is."""
    with mock.patch.object(tiling, "sync_folder", return_value=None):
        yield


def written_without_sync(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write as programs do that trust the weather."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        files.disk.write(file.fileno(), content, temporary)
    temporary.chmod(mode)
    files.disk.rename(temporary, path)


@contextmanager
def signer_mark_without_sync() -> Iterator[None]:
    """Let the signature leave before the mark is durable."""
    with mock.patch.object(signer, "write_atomically", written_without_sync):
        yield


@contextmanager
def checkpoint_without_sync() -> Iterator[None]:
    """Show a checkpoint whose content is not durable."""
    with mock.patch.object(publisher, "write_atomically", written_without_sync):
        yield


@pytest.mark.parametrize(
    ("sabotage", "trial_of"),
    [
        pytest.param(checkpoint_before_tiles, fail_at_every_step, id="order-and-kills"),
        pytest.param(checkpoint_before_tiles, cut_at_every_step, id="order-and-cuts"),
        pytest.param(tiles_without_folders, cut_at_every_step, id="tiles"),
        pytest.param(signer_mark_without_sync, cut_at_every_step, id="signer"),
        pytest.param(checkpoint_without_sync, cut_at_every_step, id="checkpoint"),
    ],
)
def test_the_same_test_sees_a_publisher_that_is_careless(
    tmp_path: Path, sabotage: Sabotage, trial_of: Callable[..., int]
) -> None:
    with pytest.raises(AssertionError):
        trial_of(opened(tmp_path, sabotage))
