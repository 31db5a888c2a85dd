"""Random ledgers, sound and broken in every way we know, as the differential test takes them."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from api.offline.build import FOLDER
from tests.support import broken_lives
from tests.support.broken_entries import BREAKINGS
from tests.support.broken_ledgers import BREAKAGES, Breakage
from tests.support.browser import Chromium
from tests.support.random_acts import random_ledger
from tests.support.random_ledger import Registry, chained
from tests.support.replay_verdict import Judged, judge

SOUND = "sound"
NEVER_BAD = (SOUND, "cut-off")


@dataclass(frozen=True, slots=True)
class Case:
    """An exported ledger: its seed, and what was done to it."""

    seed: int
    what: str
    lines: list[bytes]

    def text(self) -> str:
        """Return the file; bytes that are no text become U+FFFD, which is no entry either."""
        return b"".join(line + b"\n" for line in self.lines).decode(errors="replace")


def _broken(breakage: Breakage, rng: Random, registry: Registry) -> list[bytes] | None:
    records = breakage(rng, registry)
    return None if records is None else chained(records)


WAYS: dict[str, Callable[[Random, Registry], list[bytes] | None]] = {
    **{
        name: partial(_broken, breakage)
        for name, breakage in (BREAKAGES | broken_lives.BREAKAGES).items()
    },
    **BREAKINGS,
}


def cases(seeds: Iterable[int], broken: int) -> Iterator[Case]:
    """Yield each seed's ledger, and as many broken ones made of it, every way in its turn."""
    waiting = deque(WAYS)
    for seed in seeds:
        registry, rng = random_ledger(seed), Random(seed)
        yield Case(seed, SOUND, registry.lines())
        made, passed = 0, []
        while waiting and made < broken:
            what = waiting.popleft()
            lines = WAYS[what](rng, registry)
            if lines is None:
                passed.append(what)
                continue
            waiting.append(what)
            made += 1
            yield Case(seed, what, lines)
        waiting.extendleft(reversed(passed))


def cases_of(what: str, count: int) -> Iterator[Case]:
    """Yield the first ledgers that are broken in one way."""
    seed, found = 0, 0
    while found < count:
        lines = WAYS[what](Random(seed), random_ledger(seed))
        if lines is not None:
            found += 1
            yield Case(seed, what, lines)
        seed += 1


@contextmanager
def opened(browser: Chromium) -> Iterator[Any]:
    """Open the verifier from its file."""
    context = browser.context(offline=True)
    page = context.new_page()
    page.goto((FOLDER / "verify.html").as_uri())
    yield page
    context.close()


@contextmanager
def replaying(browser: Chromium, sabotage: str = "") -> Iterator[Callable[[Case], Any]]:
    """Open the verifier and hand out its replay, with a part of it taken away if asked."""
    with opened(browser) as page:
        if sabotage:
            page.evaluate(f"() => {{ {sabotage} }}")
        yield lambda case: page.evaluate("(text) => replayLedger(text)", case.text())


def disagreements(judged: Judged, verdict: Any) -> list[str]:
    """Return in what the two verdicts differ.

    The JavaScript reads actor, nonce and the like with the entry's form, the Python with the order;
    an entry that has no form there has no refusal to compare.
    """
    bad = [finding for finding in verdict["findings"] if finding["seq"] == judged.first_bad]
    refusals = [one["facts"]["number"] for one in bad if one["code"] == "refused"]
    both = {
        "root": (judged.root, verdict["root"]),
        "ok": (judged.first_bad is None, verdict["ok"]),
        "first bad entry": (judged.first_bad, verdict["firstBadEntry"]),
    }
    if not any(one["code"] == "form" for one in bad):
        both["refusal"] = (judged.refusals, refusals)
    if judged.first_bad is None:
        both["state root"] = (judged.state_root, verdict["stateRoot"])
        both["supply"] = (judged.supply, verdict["supply"])
    return [
        f"{name}: {ours} != {theirs}" for name, (ours, theirs) in both.items() if ours != theirs
    ]


@dataclass(slots=True)
class Tally:
    """What a run of the differential test saw: ledgers and broken ones by way, differences."""

    seen: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    differing: list[str] = field(default_factory=list)

    def take(self, case: Case, replay: Callable[[Case], Any]) -> None:
        """Let both judge a ledger."""
        judged = judge(case.lines)
        self.seen[case.what] += 1
        self.bad[case.what] += judged.first_bad is not None
        found = disagreements(judged, replay(case))
        self.differing += [f"{case.what} of seed {case.seed}: {one}" for one in found]

    def never_bad(self) -> list[str]:
        """Return the ways that broke nothing: a test of them would be none."""
        return [what for what in WAYS if what not in NEVER_BAD and not self.bad[what]]


def compare(browser: Chromium, seeds: Iterable[int], broken: int) -> Tally:
    """Let Python and the browser judge ledgers; both must say the same of each."""
    tally = Tally()
    with replaying(browser) as replay:
        for case in cases(seeds, broken):
            tally.take(case, replay)
    return tally
