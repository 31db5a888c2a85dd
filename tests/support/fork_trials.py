"""Trials of forks and bad mirrors, as many as are asked for; the suite asks for few."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from ledger.log.checkpoint import open_checkpoint
from ledger.log.policy import Policy, PolicyError, check_policy, parse_policy
from ledger.log.witness_wire import AddCheckpoint
from ledger.witness.evidence import HELD_FILE, OFFERED_FILE, kept_evidence
from ledger.witness.mirror import Mirror
from ledger.witness.mirror_pull import RewrittenError, pull
from tests.support.cheats import bought, forked
from tests.support.evil_log import ORIGIN, SIZE, World, clock
from tests.support.forks import Fork, ForkServer, fork_at, forks_of_a_thief, two_witnesses
from tests.support.log_clients import ACCEPTED, by_browser, by_python
from tests.support.witnesses import fetcher

HERE, THERE = "127.0.0.1", "127.0.0.2"


def try_stolen_key(world: World, scripts: Any, folder: Path, count: int) -> Counter[str]:
    """Show every client every fork of a thief; return who accepted how many."""
    accepted: Counter[str] = Counter(tried=0, python=0, browser=0, witness=0, mirror=0, naive=0)
    watcher = world.watcher(folder)
    known, mirror = watcher.store.log(ORIGIN), Mirror.of(watcher, clock)
    assert known is not None
    witness = watcher.witness(clock)
    for fork in forks_of_a_thief(world, count, Random(1)):
        shown = fork.shown
        accepted["tried"] += 1
        accepted["python"] += by_python(shown) == ACCEPTED
        accepted["browser"] += by_browser(scripts, shown) == ACCEPTED
        accepted["witness"] += witness.add_checkpoint(shown.request).status == 200
        try:
            pull(witness, mirror, known, fetcher(shown.files))
            accepted["mirror"] += 1
        except RewrittenError:
            pass
        accepted["naive"] += _naively(world, fork)
    return accepted


def _naively(world: World, fork: Fork) -> bool:
    """Say what a client thinks that asks for no witness."""
    policy = Policy.of_keys(world.log.vkeys)
    return by_python(replace(fork.shown, policy=policy.to_text())) == ACCEPTED


def try_split_views(world: World, scripts: Any, folder: Path, count: int) -> Counter[str]:
    """Show two addresses two histories; return what became of the second one."""
    counts: Counter[str] = Counter()
    random, one_history = Random(2), {**world.log.files(SIZE), "checkpoint": world.notes[SIZE]}
    witnesses = two_witnesses(world, folder)
    with ForkServer().serving() as server:
        server.views[HERE] = one_history
        for at in random.sample(range(SIZE), count):
            fork = fork_at(world, at)
            note = bought(world, fork, SIZE)
            server.views[THERE] = {**fork.files(SIZE), "checkpoint": note}
            heads = [server.fetch_as(address)("checkpoint") for address in (HERE, THERE)]
            counts["shown"] += heads[0] != heads[1] and _meets(world, heads)
            asked = AddCheckpoint(old_size=SIZE, path=(), checkpoint=heads[1]).to_bytes()
            for one in witnesses:
                counts["refused"] += one.witness(clock).add_checkpoint(asked).status == 422
            # A holder has a paper from one address, a buyer asks at the other.
            paper = replace(forked(world, fork, SIZE, note), files=one_history)
            counts["python"] += by_python(paper) == "status"
            counts["browser"] += "history:root_other" in by_browser(scripts, paper)
        counts["addresses"] = len(set(server.asked))
    counts["evidence"] = sum(_proven(world, one.evidence) for one in witnesses)
    return counts


def _meets(world: World, heads: list[bytes]) -> bool:
    """Say whether each of the two heads alone would be believed."""
    policy = parse_policy(world.policy)
    try:
        return all(check_policy(policy, head).checkpoint.size == SIZE for head in heads)
    except PolicyError:
        return False


def _proven(world: World, folder: Path) -> int:
    """Count pieces of evidence that convince whoever knows nothing but the log's keys."""
    convincing = 0
    for place in kept_evidence(folder):
        held, offered = (
            open_checkpoint((place / name).read_bytes(), world.log.vkeys, ORIGIN)
            for name in (HELD_FILE, OFFERED_FILE)
        )
        convincing += held.size == offered.size and held.root != offered.root
    return convincing
