"""Random orders through `submit` and through books in memory: the same state, and always sound."""

import shutil
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from contracts.books import Block, MemoryBooks
from contracts.refusal import Refused
from contracts.values import TERMINAL, Json, Moment, Outcome, place_kind
from ledger import rulesets
from ledger.audit.audit import audit
from ledger.intake.envelope import SignedOrder
from ledger.log.entry import Entry
from ledger.replay.redecide import Redecider
from ledger.state.fold import root_of, supply_of
from ledger.state.store import StateStore
from tests.support import bodies
from tests.support.ledger import ISSUER, REGISTRAR, SUPERVISOR, Scene, open_scene
from tests.support.signing import Signer, sign

GROSS_KG = 100_000
MEMORY = Path("/dev/shm")
quantities = st.integers(1, 60) | st.integers(1, GROSS_KG)
firsts = st.integers(0, GROSS_KG)
accounts = st.integers(0, 3)


class RegistryMachine(RuleBasedStateMachine):
    """Three holders and an unknown account move, retire and cancel what they have and have not."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(
            mkdtemp(prefix="sinkledger-machine-", dir=MEMORY if MEMORY.is_dir() else None)
        )
        self.scene: Scene = open_scene(self.folder)
        self.world = self.scene.world
        self.waiting: list[SignedOrder] = []
        self.sent: list[SignedOrder] = []
        self.gone: set[tuple[int, int, str]] = set()
        self.model = Redecider()
        for seq in range(self.world.registry.size()):
            self.model.take(self.world.registry.entry(seq))
        self.follower = StateStore(self.folder / "state.db")
        self.world.people["0000003J"] = [Signer("nobody")]
        self.names = [self.scene.owner, self.scene.buyer, self.scene.third, "0000003J"]

    @property
    def books(self) -> MemoryBooks:
        return self.model.state.books

    def queue(self, kind: str, body: bodies.Body, signers: list[Signer] | None = None) -> None:
        self.waiting.append(self.world.signed(kind, body, signers))

    def units(self, first: int, quantity: int, *, named: bool) -> dict[str, Json]:
        if not named:
            return {"quantity_kg": quantity}
        end = first + quantity
        return {"ranges": [{"batch": self.scene.batch, "end": end, "first": first}]}

    @rule(giver=accounts, taker=accounts, first=firsts, quantity=quantities, named=st.booleans())
    def transfer(self, giver: int, taker: int, first: int, quantity: int, named: bool) -> None:
        units = self.units(first, quantity, named=named)
        self.queue("units.transfer", bodies.transfer(self.names[giver], self.names[taker], **units))

    @rule(source=accounts, first=firsts, quantity=quantities, named=st.booleans())
    def retire(self, source: int, first: int, quantity: int, named: bool) -> None:
        units = self.units(first, quantity, named=named)
        self.queue("units.retire", bodies.retirement(self.names[source], **units))

    @rule(source=accounts, quantity=quantities)
    def cancel(self, source: int, quantity: int) -> None:
        body = bodies.cancellation(self.names[source], quantity_kg=quantity)
        self.queue("units.cancel", body, [ISSUER, SUPERVISOR])

    @rule(number=st.integers(1, 3))
    def publish(self, number: int) -> None:
        self.queue("parameters.publish", bodies.parameters(number), [ISSUER])

    @rule(quantity=quantities)
    def sign_wrongly(self, quantity: int) -> None:
        body = bodies.transfer(self.scene.owner, self.scene.buyer, quantity_kg=quantity)
        order = self.world.order("units.transfer", f"acct/{self.scene.owner}", body)
        self.waiting.append(sign(order, [REGISTRAR]))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        self.waiting.append(data.draw(st.sampled_from(self.sent)))

    @precondition(lambda self: self.waiting)
    @rule()
    def submit(self) -> None:
        """Submit what waits as one batch, and decide each order on the books in memory as well."""
        size = self.world.registry.size()
        answers = self.world.submit(*self.waiting)
        for signed, answer in zip(self.waiting, answers, strict=True):
            key = (signed.order.actor, signed.order.nonce)
            if key in self.model.nonces:
                assert isinstance(answer, Entry)
                assert answer.seq == self.model.nonces[key]
                continue
            expected = self.decide(signed)
            if isinstance(expected, Refused):
                assert isinstance(answer, Refused)
                assert (answer.code, answer.facts) == (expected.code, expected.facts)
                continue
            assert isinstance(answer, Entry)
            assert answer.seq == size
            assert [m["first"] for m in answer.movements] == [m.first for m in expected.movements]
            assert self.model.take(answer) == ()
            size += 1
        self.sent.extend(self.waiting)
        self.waiting = []
        self.check_books()
        self.check_kilograms()

    def decide(self, signed: SignedOrder) -> Outcome | Refused:
        moment = Moment(seq=self.model.state.chain.size, at_us=self.world.now_us)
        try:
            return rulesets.decide(self.world.rules, self.books, signed.order, signed.keys, moment)
        except Refused as refusal:
            return refusal

    def check_books(self) -> None:
        books = self.world.registry.books()
        stored = books.blocks(self.scene.batch, 0, GROSS_KG)
        assert stored == tuple(self.books.all_blocks())
        assert books.rows(sorted(self.books.rows)) == self.books.rows
        for name in self.names:
            place = f"acct/{name}"
            assert books.holdings(place, GROSS_KG) == self.books.holdings(place, GROSS_KG)

    def check_kilograms(self) -> None:
        blocks = self.world.registry.books().blocks(self.scene.batch, 0, GROSS_KG)
        assert (blocks[0].first, blocks[-1].end) == (0, GROSS_KG)
        assert all(one.end == other.first for one, other in pairwise(blocks))
        assert all(one.place != other.place for one, other in pairwise(blocks))
        supply = self.world.registry.books().supply(self.scene.batch)
        assert sum(kg for name, kg in supply.items() if name != "gross") == supply["gross"]
        gone = {unit_range(block) for block in blocks if place_kind(block.place) in TERMINAL}
        assert self.gone <= gone
        self.gone = gone

    @rule()
    def follow(self) -> None:
        """Let the state's follower catch up, however far it was behind."""
        head = self.follower.catch_up(self.world.registry)
        assert head.through == self.model.state.chain.size - 1
        assert head.root == root_of(self.books)
        assert head.supply == supply_of(self.books)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        settings = self.world.registry.settings
        assert audit(settings).ok
        self.follow()
        self.follower.close()
        self.world.registry.close()
        shutil.rmtree(self.folder)


def unit_range(block: Block) -> tuple[int, int, str]:
    return block.first, block.end, block.place


RegistryMachine.TestCase.settings = hypothesis_settings(stateful_step_count=25)
TestRegistryMachine = RegistryMachine.TestCase
