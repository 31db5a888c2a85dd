"""The main job for tests: real, signed orders from `registry.open` to the last certificate.

    world, step = before("units.transfer")      # the main job, just before its transfer
    world.do(world.changed(step, quantity_kg=5))

Other modules say who there is (`people`), what their orders hold (`main_bodies`, `unit_bodies`), in
which sequence they come (`main_steps`, then `life_steps`) and what a step and a world are
(`world`).
"""

from collections.abc import Mapping
from functools import cache

from contracts.values import Json
from tests.support import life_steps, main_steps
from tests.support.world import RULES, Step, World

__all__ = [
    "RULES",
    "Step",
    "World",
    "after",
    "before",
    "main_job",
    "main_world",
    "whole_world",
    "world_at",
]


def main_world(*, rules: str = RULES, opening: Mapping[str, Json] | None = None) -> World:
    """Return a world in which the main job has been done from its first step to its last.

    With `opening`, fields of `registry.open` are other ones; commitments are true all the same.
    """
    world = World(rules=rules)
    main_steps.run(world, opening or {})
    return world


def whole_world(*, rules: str = RULES, opening: Mapping[str, Json] | None = None) -> World:
    """Return the world after the main job and all that became of its papers."""
    world = main_world(rules=rules, opening=opening)
    life_steps.run(world)
    return world


def main_job(*, rules: str = RULES) -> list[Step]:
    """Return the main job, from `registry.open` to the last `certificate.record`."""
    return main_world(rules=rules).steps


@cache
def _whole_job() -> tuple[Step, ...]:
    return tuple(whole_world().steps)


@cache
def _world_at(position: int) -> World:
    steps = _whole_job()
    if position == 0:
        return World()
    world = _world_at(position - 1).fork()
    step = steps[position - 1]
    world.now_us, world.nonces = step.at_us, 1000 + position
    world.do(step)
    world.now_us = steps[position].at_us if position < len(steps) else world.now_us
    return world


def world_at(position: int) -> World:
    """Return a fresh world in which that many steps have been done."""
    return _world_at(position).fork()


def before(kind: str, *, nth: int = 0) -> tuple[World, Step]:
    """Return the world just before a kind's first (or `nth`) step of the job, and the step."""
    found = [step for step in _whole_job() if step.kind == kind]
    return world_at(found[nth].seq), found[nth]


def after(kind: str, *, nth: int = 0) -> World:
    """Return the world just after a kind's first (or `nth`) step of the job."""
    return world_at(before(kind, nth=nth)[1].seq + 1)
