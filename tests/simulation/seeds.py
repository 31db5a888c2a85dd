"""Playing many seeds: what they met in all, and the seeds that once found something."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tests.simulation.chance import KINDS
from tests.simulation.play import PRODUCTION, Build, FoundError, play

FOUND: dict[int, str] = {}
"""Seeds that broke a promise, and what was wrong; each is played again for ever."""

MET = ("UNITS_NOT_HELD", "BALANCE_TOO_LOW")
"""Refusals that races and spending end in; without them nobody competed for anything."""


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the sequencer from writing a line for every fault that we made."""
    logger = logging.getLogger("ledger.sequencing.sequencer")
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = False


def play_all(seeds: Iterable[int]) -> tuple[int, int]:
    """Play seeds; return how many entries were recorded and how many faults struck.

    Raises:
        FoundError: a seed broke a promise.
        AssertionError: the faults or the competition that the seeds are for did not happen.
    """
    fired, met, entries = Counter[str](), Counter[str](), 0
    with quiet():
        for seed in seeds:
            result = play(seed)
            fired += result.fired
            met += result.met
            entries += result.entries
    assert all(fired[kind] for kind in KINDS), fired
    assert all(met[name] for name in MET), met
    return entries, fired.total()


def first_found(build: Build, seeds: Iterable[int]) -> str:
    """Return what the first seed says that breaks a promise of a build.

    Raises:
        AssertionError: none does.
    """
    with quiet():
        for seed in seeds:
            try:
                play(seed, build)
            except FoundError as error:
                return str(error).splitlines()[0]
    raise AssertionError("no seed has found what is wrong with this build")


def plain(seed: int) -> str:
    """Return the trace of a seed under the production build."""
    with quiet():
        return play(seed, PRODUCTION).trace
