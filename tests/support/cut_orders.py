"""Paying over connections that are cut, repeated and reordered, and counting what was recorded."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread

from api.client import Client, ClientError, Journal, Patience, Receipt
from api.drafting.draft import Draft
from ledger.log.entry import parse_entry
from tests.support import bodies
from tests.support.cutting_http import Cuts, cutting
from tests.support.ledger import Scene
from tests.support.served_scene import served

RATES = {
    "cut-before": 0.05,
    "cut-inside": 0.05,
    "cut-reply": 0.1,
    "cut-inside-reply": 0.05,
    "repeat": 0.1,
    "late-copy": 0.1,
}
CLIENTS = 4
TURN = 1_000
"""Payments of a client before it pays as many back, so that nobody runs out."""

PATIENT = Patience(deadline_s=30, first_s=0.005, longest_s=0.05, answer_s=5)
Pay = Callable[[Client, Draft, Callable[[], Draft]], Receipt | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of so many payments that were each wanted once.

    Attributes:
        wanted: How many.
        recorded: How many entries there are for them.
        acknowledged: How many clients were told of.
        lost: Acknowledged entries that are not there, or other than was said.
        fired: What the proxy did, by kind.
    """

    wanted: int
    recorded: int
    acknowledged: int
    lost: int
    fired: Counter[str]


def patiently(client: Client, draft: Draft, _new: Callable[[], Draft]) -> Receipt | None:
    """Pay as the client does it: the same bytes until there is an answer."""
    return client.submit(draft)


def pay_all(scene: Scene, folder: Path, count: int, pay: Pay, seed: int = 1) -> Outcome:
    """Let some clients pay `count` times in all, at once."""
    registry, world = scene.world.registry, scene.world
    before, cuts = registry.size(), Cuts(seed, RATES)
    receipts: list[Receipt] = []
    failures: list[BaseException] = []

    def work(number: int) -> None:
        journal = Journal(folder / f"journal-{number}")
        options = {"patience": PATIENT, "clock": lambda: world.now_us}
        try:
            with Client(url, journal=journal, **options) as client:  # type: ignore[arg-type]  # both are named above
                for one in range(count // CLIENTS):
                    draft = partial(_draft, client, scene, back=one // TURN % 2 == 1)
                    receipt = pay(client, draft(), draft)
                    receipts.extend([receipt] if receipt else [])
        except ClientError as error:
            failures.append(error)
        finally:
            journal.close()

    with served(world) as port, cutting(port, cuts) as url:
        threads = [Thread(target=work, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
    there = {seq: registry.entry_bytes(seq) for seq in range(before, registry.size())}
    paid = [
        seq for seq, entry in there.items() if parse_entry(entry).order["kind"] == "units.transfer"
    ]
    return Outcome(
        wanted=count // CLIENTS * CLIENTS,
        recorded=len(paid),
        acknowledged=len({receipt.seq for receipt in receipts}),
        lost=sum(there.get(receipt.seq) != receipt.entry for receipt in receipts),
        fired=cuts.fired,
    )


def _draft(client: Client, scene: Scene, *, back: bool) -> Draft:
    payer, payee = (scene.buyer, scene.owner) if back else (scene.owner, scene.buyer)
    body = bodies.transfer(payer, payee, quantity_kg=1)
    draft = client.draft("units.transfer", f"acct/{payer}", body)
    for signer in scene.world.people[payer]:
        draft = draft.signed_with(signer.seed)
    return draft
