"""Clients: each asks for one thing after the other and does not rest until it knows the outcome.

A client signs an order once. Whatever happens, it sends the same bytes again, to any node, until
somebody answers with its entry or with a refusal of the rules. What it was told it writes down.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from contracts.refusal import RefusalCode, Refused
from contracts.values import Json
from ledger.intake.envelope import SignedOrder
from ledger.sequencing.tickets import Answer, Recorded
from tests.simulation.hub import Hub, Task
from tests.simulation.network import Network
from tests.simulation.node import Node
from tests.support import bodies
from tests.support.ledger import ORIGIN, Scene
from tests.support.signing import nonce, sign

PATIENCE_US = 400_000
ORDER_LIFE_US = 86_400_000_000
RACED = 100
"""Blocks of the owner's units that several clients want to retire at the same time."""

RACED_KG = 50
RACED_FIRST = 20_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to happen once: who, what, and the orders that were made for it."""

    number: int
    account: str
    kind: str
    body: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Ack:
    """What a node has answered: this order stands in the log there, with these bytes."""

    wish: int
    seq: int
    leaf_hash: bytes


class Journal:
    """What clients have sent and been told; nothing of it lies in the system."""

    def __init__(self) -> None:
        self.sent: dict[bytes, int] = {}
        self.acks: list[Ack] = []
        self.refused: dict[int, RefusalCode] = {}
        self.wishes = 0
        self.nonces = 1_000_000


Retry = Callable[["Client", Wish, SignedOrder], SignedOrder]


def same_bytes(_client: "Client", _wish: Wish, order: SignedOrder) -> SignedOrder:
    """Send what was sent before."""
    return order


class Client:
    """Somebody with a key."""

    def __init__(
        self,
        name: str,
        scene: Scene,
        network: Network,
        journal: Journal,
        retry: Retry = same_bytes,
    ) -> None:
        self.name, self.scene, self.network, self.journal = name, scene, network, journal
        self.hub: Hub = network.hub
        self.retry = retry
        self.nodes: Sequence[Node] = ()
        self.answers: dict[bytes, Answer] = {}
        self.settled = 0
        self.waiting = False
        self.task: Task = self.hub.spawn(name, self._live)

    def _live(self) -> None:
        while True:
            self._settle(self._wish())
            self.settled += 1
            self.hub.sleep(self.task, self.hub.random.randrange(20_000))

    def _wish(self) -> Wish:
        """Want something: to pay somebody, or to retire units that others want as well."""
        random, scene = self.hub.random, self.scene
        accounts = [scene.owner, scene.buyer, scene.third]
        self.journal.wishes += 1
        number = self.journal.wishes
        chosen = random.random()
        if chosen < 0.35:
            first = RACED_FIRST + RACED_KG * random.randrange(RACED)
            part: dict[str, Json] = {"batch": scene.batch, "first": first, "end": first + RACED_KG}
            body = bodies.retirement(scene.owner, ranges=[part])
            return Wish(number, scene.owner, "units.retire", body)
        source, target = random.sample(accounts, 2)
        if chosen < 0.8:
            source, target = scene.owner, random.choice(accounts[1:])
        body = bodies.transfer(source, target, quantity_kg=random.randint(1, 30))
        return Wish(number, source, "units.transfer", body)

    def order(self, wish: Wish) -> SignedOrder:
        """Sign a new order for a wish."""
        world, journal = self.scene.world, self.journal
        journal.nonces += 1
        order: dict[str, Json] = {
            "actor": f"acct/{wish.account}",
            "body": wish.body,
            "kind": wish.kind,
            "log": ORIGIN,
            "nonce": nonce(journal.nonces),
            "rules": world.rules,
            "valid_until_us": self.hub.now_us + ORDER_LIFE_US,
        }
        signed = sign(order, world.people[wish.account])
        journal.sent[signed.order_bytes] = wish.number
        return signed

    def _settle(self, wish: Wish) -> None:
        order = self.order(wish)
        while True:
            answer = self._ask(order)
            if isinstance(answer, Recorded):
                self._acknowledged(wish, answer)
                return
            if isinstance(answer, Refused) and answer.code is not RefusalCode.LEDGER_READ_ONLY:
                self.hub.note(self.name, wish.number, answer.code.name)
                self.journal.refused[wish.number] = answer.code
                return
            self.hub.note(self.name, wish.number, "asks again after", type(answer).__name__)
            self.hub.sleep(self.task, self.hub.random.randrange(50_000))
            order = self.retry(self, wish, order)

    def _ask(self, order: SignedOrder) -> Answer | None:
        """Send an order to some node; return its answer, or nothing if none comes in time."""
        node = self.hub.random.choice(self.nodes)
        self.answers.pop(order.order_bytes, None)
        self.network.send((self.name, node.name), node.take, order, self)
        self.waiting = True
        self.hub.sleep(self.task, PATIENCE_US)
        self.waiting = False
        return self.answers.pop(order.order_bytes, None)

    def answered(self, node: Node, order: SignedOrder, answer: Answer) -> None:
        """Have a node's answer carried back."""
        self.network.send((self.name, node.name), self._hear, order, answer)

    def _hear(self, order: SignedOrder, answer: Answer) -> None:
        if isinstance(answer, Recorded):
            self._believe(order, answer)
        self.answers[order.order_bytes] = answer
        if self.waiting:
            self.task.wake()

    def _believe(self, order: SignedOrder, answer: Recorded) -> None:
        """An answer of success is a promise, whenever it comes."""
        assert answer.entry.order_bytes == order.order_bytes, "the entry of another order"
        wish = self.journal.sent[order.order_bytes]
        ack = Ack(wish, answer.entry.seq, answer.entry.leaf_hash)
        self.journal.acks.append(ack)

    def _acknowledged(self, wish: Wish, answer: Recorded) -> None:
        self.hub.note(self.name, wish.number, "recorded at", answer.entry.seq)
