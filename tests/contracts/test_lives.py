"""Lives of certificates: whatever is asked in whatever order, one machine of states answers.

Officers suspend, reinstate, revoke and correct, time expires, losses impair and replacements
restore, in random sequences. After each order the row must say what a small model says, the blocks
must tile their batches, every kilogram must be in one place, and losses must add up.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.books import MemoryBooks
from contracts.invariants import supply_changes
from contracts.lookup import object_of
from contracts.refusal import RefusalCode, Refused
from contracts.values import ISSUE, SUPPLY_NAMES, Json, place_kind
from tests.support import life_bodies
from tests.support.life_steps import CLAIM_PAPER, ENTERPRISE_PAPER, EVENT_PAPER
from tests.support.losses import faults, retire
from tests.support.main_bodies import ENTERPRISE, ORGANISER
from tests.support.main_steps import (
    FARM_CLERK,
    FARM_HEAD,
    FARM_ID,
    ISSUER,
    REGISTRAR,
    SERVICE,
    SUPERVISOR,
    officers,
)
from tests.support.scenario import after
from tests.support.world import DAY_US, Step, World

PAPERS: Final = (CLAIM_PAPER, EVENT_PAPER, ENTERPRISE_PAPER)
REASONS: Final = {
    "suspend": "complaint",
    "reinstate": "no_error",
    "revoke": "false_statement",
}
ALLOWED: Final = {
    "suspend": ("valid", "superseded"),
    "reinstate": ("suspended",),
    "revoke": ("suspended",),
    "correct": ("valid", "superseded"),
    "expire": ("valid", "superseded"),
}
ACTS: Final = (*ALLOWED, "declare", "impair", "replace", "retire", "wait")
SUPPLY: Final = tuple(SUPPLY_NAMES.values())


@dataclass(slots=True)
class Paper:
    """What the model knows of a certificate: its standing, and the one before a suspension."""

    standing: str = "valid"
    before: str = "valid"

    def take(self, act: str) -> None:
        """Do what the rules have allowed."""
        if act == "suspend":
            self.standing, self.before = "suspended", self.standing
        elif act == "reinstate":
            self.standing = self.before
        else:
            names = {"revoke": "revoked", "correct": "superseded", "expire": "expired"}
            self.standing = names[act]


def asked(world: World, act: str, number: str, rng: Random) -> Step:
    """Return what is asked about one certificate."""
    if act == "expire":
        body: dict[str, Json] = {"number": number}
        return world.step("certificate.expire", body, "service/certificates", [SERVICE])
    if act == "correct":
        field = "claimant" if number == CLAIM_PAPER else "beneficiary"
        printed = _printed(world.books, number, field)
        new = f"更正 {rng.random()}"
        body = life_bodies.certificate_correct(number, life_bodies.correction(field, printed, new))
    else:
        body = life_bodies.standing(number, REASONS[act])
    return world.step(f"certificate.{act}", body, "registrar", officers(REGISTRAR, SUPERVISOR))


def _printed(books: MemoryBooks, number: str, field: str) -> str:
    erratum = books.row(f"erratum/{number}/{field}.zh")
    named = ENTERPRISE if number == ENTERPRISE_PAPER else ORGANISER
    first = object_of(named.named(), "name")["zh"]
    return str(erratum["after"] if erratum else first)


def about_loss(world: World, act: str, rng: Random) -> Step | None:
    """Return what is asked about a loss; nothing if there is none."""
    if act == "declare":
        body = life_bodies.loss_declare(rng.choice([1, 7_000, 140_000]))
        return world.step("loss.declare", body, "registrar", officers(ISSUER, SUPERVISOR))
    known = [key.removeprefix("loss/") for key in world.books.rows if key.startswith("loss/")]
    if not known:
        return None
    loss = rng.choice(known)
    if act == "impair":
        return world.step("loss.impair", {"loss": loss}, "service/certificates", [SERVICE])
    body = life_bodies.loss_replace(FARM_ID, loss, rng.randint(1, 9_000))
    keys = officers(FARM_CLERK, FARM_HEAD)
    return world.step("loss.replace", body, f"acct/{FARM_ID}", keys)


def check(world: World, model: dict[str, Paper], supply: dict[str, int]) -> None:
    """Compare the books with the model, and with themselves."""
    for number, paper in model.items():
        row = world.books.row(f"status/{number}")
        standing = row["standing"] if row else "valid"
        assert standing == paper.standing
        if row is not None:
            graver = paper.standing in ("revoked", "suspended") or row["impaired_kg"] == 0
            assert row["state"] == (paper.standing if graver else "impaired")
    assert faults(world.books) == []
    position: dict[str, int] = {}
    counted = dict.fromkeys(SUPPLY, 0)
    for block in world.books.all_blocks():
        assert block.first == position.get(block.batch, 0)
        position[block.batch] = block.end
        counted[SUPPLY_NAMES[place_kind(block.place)]] += block.quantity_kg
    assert counted == {name: supply.get(name, 0) for name in SUPPLY}
    assert sum(counted.values()) == sum(position.values()) == supply["gross"]


def supply_of(world: World) -> dict[str, int]:
    """Return the supply as all movements so far made it."""
    totals: dict[str, int] = {}
    books = MemoryBooks()
    for step in world.steps:
        outcome = step.apply_to(books)
        _count(totals, supply_changes(outcome.movements))
    return totals


def _count(totals: dict[str, int], changes: dict[tuple[str, str], int]) -> None:
    for (_, name), change_kg in changes.items():
        totals[name] = totals.get(name, 0) + change_kg


def play(world: World, act: str, rng: Random, supply: dict[str, int]) -> RefusalCode | None:
    """Do one act that is not about one certificate; return why it was refused, if it was."""
    if act == "wait":
        world.now_us += rng.choice([30, 200, 400]) * DAY_US
        return None
    try:
        if act == "retire":
            _count(supply, {("", "held"): -5, ("", "retired"): 5})
            retire(world, 5)
            return None
        step = about_loss(world, act, rng)
        if step is not None:
            _count(supply, supply_changes(world.do(step).movements))
    except Refused as refused:
        return refused.code
    return None


def attempt(world: World, act: str, number: str, rng: Random) -> RefusalCode | None:
    """Ask for something about one certificate; return why it was refused, if it was."""
    try:
        world.do(asked(world, act, number, rng))
    except Refused as refused:
        return refused.code
    return None


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(min_value=0, max_value=10**9))
def test_every_life_follows_the_machine_and_every_kilogram_stays_in_its_place(seed: int) -> None:
    rng, world = Random(seed), after("state.commit", nth=1)
    model, supply = {number: Paper() for number in PAPERS}, supply_of(world)
    for _ in range(30):
        act = rng.choice(ACTS)
        if act not in ALLOWED:
            code = play(world, act, rng, supply)
            assert code in LOSS_CODES
        else:
            number = rng.choice(PAPERS)
            before = model[number].standing
            code = attempt(world, act, number, rng)
            if code is None:
                assert before in ALLOWED[act]
                model[number].take(act)
            elif code is RefusalCode.CERTIFICATE_STATE_WRONG:
                assert before not in ALLOWED[act]
            else:
                assert act == "expire"
                assert code in NOT_YET
        check(world, model, supply)
    assert ISSUE not in {block.place for block in world.books.all_blocks()}


NOT_YET: Final = (RefusalCode.CERTIFICATE_NOT_DUE, RefusalCode.CERTIFICATE_UNLIMITED)
LOSS_CODES: Final = (
    None,
    RefusalCode.LOSS_COVERED,
    RefusalCode.LOSS_NOT_DUE,
    RefusalCode.LOSS_TOO_LARGE,
    RefusalCode.NOTHING_TO_IMPAIR,
    RefusalCode.REPLACEMENT_TOO_LARGE,
)


def test_a_status_row_stays_small_however_much_happens() -> None:
    world, rng = after("state.commit", nth=1), Random(1)
    for act in ["suspend", "reinstate"] * 20:
        world.do(asked(world, act, ENTERPRISE_PAPER, rng))
    history = world.books.rows[f"status/{ENTERPRISE_PAPER}"]["history"]
    assert isinstance(history, list)
    assert len(history) == 8
