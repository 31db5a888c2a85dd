"""A small registry for tests, built through real orders: officers, accounts, one issued batch."""

import atexit
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from contracts.check_digits import encode_id
from contracts.refusal import Refused
from contracts.values import Json
from ledger import rulesets
from ledger.intake.envelope import PrivateRecord, SignedOrder
from ledger.land.geometry import area_m2, parse_parcel
from ledger.log.entry import Entry
from ledger.log.key import Skey
from ledger.publish.signer import KEY_FILE, begin
from ledger.registry import Registry, open_registry
from ledger.settings import Settings
from tests.support import bodies, geometries
from tests.support.bodies import Body
from tests.support.postgres import Cluster
from tests.support.signing import Signer, nonce, private, sign

ORIGIN = "registry.example/test"
DATABASE_FILE = "database-url"
START_US = 1_790_000_000_000_000  # 2026-09-21
SECOND_US = 1_000_000
OFFICERS = {role: Signer(role) for role in ("issuer", "registrar", "supervisor")}
SERVICE = Signer("certificates")
SERVICES = {
    "anchor.record": Signer("anchors"),
    "certificate.record": SERVICE,
    "state.commit": Signer("state"),
}
LOG_KEY = Skey(ORIGIN, Signer("log").seed)
REGISTRAR, ISSUER, SUPERVISOR = (OFFICERS[n] for n in ("registrar", "issuer", "supervisor"))
PERIODS = (("2022-01-01", "2022-12-31"), ("2023-01-01", "2023-12-31"))


def settings_in(folder: Path) -> Settings:
    """Return settings for a registry in a folder, which may name a database elsewhere."""
    named = folder / DATABASE_FILE
    url = named.read_text() if named.exists() else None
    return Settings(data=folder / "data", keys=folder / "keys", database_url=url)


@dataclass(slots=True)
class Place:
    """Where new ledgers lie: SQLite files, or databases of a PostgreSQL cluster."""

    cluster: Cluster | None = None
    made: list[str] = field(default_factory=list)

    def prepare(self, folder: Path, template: str = "template1") -> None:
        """Make a database for a folder, if ledgers lie in a cluster."""
        if self.cluster is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self.made.append(self.cluster.create_database(template))
            (folder / DATABASE_FILE).write_text(self.cluster.url(self.made[-1]))

    @contextmanager
    def on(self, cluster: Cluster) -> Iterator[None]:
        """Let new ledgers lie in a cluster for the length of a `with`; they are dropped then."""
        self.cluster = cluster
        try:
            yield
        finally:
            self.cluster = None
            while self.made:
                cluster.drop_database(self.made.pop())


place = Place()


@dataclass(slots=True)
class World:
    """A registry, the time, and who signs for which account."""

    registry: Registry
    now_us: int = START_US
    orders: int = 0
    people: dict[str, list[Signer]] = field(default_factory=dict)
    rules: str = field(default_factory=rulesets.newest)

    def order(self, kind: str, actor: str, body: Body) -> dict[str, Json]:
        """Return an unsigned order with the next nonce."""
        self.orders += 1
        return {
            "actor": actor,
            "body": body,
            "kind": kind,
            "log": ORIGIN,
            "nonce": nonce(self.orders),
            "rules": self.rules,
            "valid_until_us": self.now_us + 86_400 * SECOND_US,
        }

    def signed(
        self,
        kind: str,
        body: Body,
        signers: list[Signer] | None = None,
        records: tuple[PrivateRecord, ...] = (),
    ) -> SignedOrder:
        """Return a signed order; without signers, the account in the body acts for itself."""
        if signers is not None:
            return sign(self.order(kind, "registrar", body), signers, records)
        account = str(body.get("account", body.get("from")))
        return sign(self.order(kind, f"acct/{account}", body), self.people[account], records)

    def submit(self, *orders: SignedOrder) -> tuple[Entry | Refused, ...]:
        """Submit orders in one batch, a second later."""
        self.now_us += SECOND_US
        return self.registry.submit(orders, now_us=self.now_us)

    def record(self, order: SignedOrder) -> Entry:
        """Submit one order that must be recorded."""
        answer = self.submit(order)[0]
        if isinstance(answer, Refused):
            raise answer
        return answer

    def act(self, kind: str, body: Body, signers: list[Signer] | None = None) -> Entry:
        """Sign and submit one order that must be recorded."""
        return self.record(self.signed(kind, body, signers))

    def open(self) -> Entry:
        """Found the registry."""
        body = bodies.opening(LOG_KEY.vkey, OFFICERS, SERVICES)
        return self.act("registry.open", body, [*OFFICERS.values()])

    def open_account(self, name: str, type_: str = "holder", *, dual: bool = False) -> str:
        """Open an account of a new organisation and return its id."""
        number = len(self.people) + 1
        people = [Signer(f"{name}-{position}") for position in range(2 if dual else 1)]
        record = private(ORIGIN, "org", bodies.organisation(number))
        body = bodies.account(type_, record.commitment, people, dual=dual)
        entry = self.record(self.signed("account.open", body, [REGISTRAR, *people], (record,)))
        account = encode_id(entry.seq)
        self.people[account] = people
        return account

    def named(self, account: str) -> Body:
        """Return an account's organisation as orders name it in clear."""
        return bodies.organisation([*self.people].index(account) + 1)

    def register_parcel(self, account: str, *, east: int = 0) -> str:
        """Register a rectangle of about 1 km and return the parcel's id."""
        record = private(ORIGIN, "polygon", geometries.record(_square(east)))
        area = area_m2(parse_parcel(record.record))
        body = bodies.parcel(account, record.commitment, area)
        order = self.order("parcel.register", f"acct/{account}", body)
        entry = self.record(sign(order, [*self.people[account], REGISTRAR], (record,)))
        return encode_id(entry.seq)

    def register_project(self, account: str, validator: str, number: str) -> None:
        """Register and validate a project on a new parcel."""
        parcel = self.register_parcel(account, east=int(number) * 20_000)
        body = {**bodies.project(account, number, parcel), "owner": self.named(account)}
        order = self.order("project.register", f"acct/{account}", body)
        self.record(sign(order, [*self.people[account], REGISTRAR]))
        opinion = {**bodies.validation(validator, number), "validator": self.named(validator)}
        self.act("project.validate", opinion)

    def issue(self, account: str, verifier: str, number: str, gross_kg: int) -> str:
        """Report, verify and issue the project's next period; return the batch id."""
        row = self.registry.books().row(f"project/{number}")
        run = int(str(row["runs"] if row else 0)) + 1
        period = PERIODS[run - 1]
        seq = self.act("report.submit", bodies.report(account, number, period, gross_kg)).seq
        report = encode_id(seq)
        opinion = bodies.verification(verifier, report, gross_kg)
        attested = self.act("report.verify", {**opinion, "verifier": self.named(verifier)}).seq
        body = bodies.issuance(report, run, attested, gross_kg)
        entry = self.act("batch.issue", body, [ISSUER, SUPERVISOR])
        return str(entry.movements[0]["batch"])


def _square(east: int) -> list[tuple[int, int]]:
    return geometries.rectangle(10_000, 10_000, east=east)


@dataclass(frozen=True, slots=True)
class Scene:
    """A world with three holders, and a batch of 100,000 kg: 15,000 kg buffer, the rest held."""

    world: World
    owner: str
    buyer: str
    third: str
    verifier: str
    batch: str


def open_world(folder: Path) -> World:
    """Open an empty registry in a folder, with the log's key."""
    place.prepare(folder)
    registry = open_registry(settings_in(folder))
    (registry.settings.keys / KEY_FILE).write_text(LOG_KEY.to_text())
    begin(registry.settings.keys, START_US // SECOND_US)
    return World(registry=registry)


def build_scene(folder: Path) -> Scene:
    """Build the scene from nothing, about 15 entries."""
    world = open_world(folder)
    world.open()
    world.act("parameters.publish", bodies.parameters(), [ISSUER])
    owner, buyer, third = (world.open_account(name) for name in ("owner", "buyer", "third"))
    validator = world.open_account("validator", "validator")
    verifier = world.open_account("verifier", "verifier")
    world.register_project(owner, validator, "0001")
    batch = world.issue(owner, verifier, "0001", 100_000)
    return Scene(world, owner, buyer, third, verifier, batch)


@cache
def _template(cluster: Cluster | None) -> tuple[Path, Scene, str]:
    """Return the scene's folder, the scene, and the database to copy if there is one."""
    folder = Path(mkdtemp(prefix="sinkledger-test-"))
    atexit.register(shutil.rmtree, folder)
    scene = build_scene(folder)
    scene.world.registry.close()
    return folder, scene, "" if cluster is None else place.made.pop()


def open_scene(folder: Path) -> Scene:
    """Return the scene in a folder of its own; built once a process, then copied."""
    source, scene, database = _template(place.cluster)
    shutil.copytree(source, folder, dirs_exist_ok=True)
    place.prepare(folder, database)
    old = scene.world
    world = World(
        registry=open_registry(settings_in(folder)),
        now_us=old.now_us,
        orders=old.orders,
        people=dict(old.people),
    )
    return Scene(world, scene.owner, scene.buyer, scene.third, scene.verifier, scene.batch)


def pay(scene: Scene, times: int = 1) -> None:
    """Let the owner transfer 1 kg to the buyer so many times, in one batch."""
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
    entries_of(
        scene.world.submit(*(scene.world.signed("units.transfer", body) for _ in range(times)))
    )


def entries_of(answers: Iterable[Entry | Refused]) -> list[Entry]:
    """Return the answers of a batch, all of which must be entries."""
    found = []
    for answer in answers:
        if isinstance(answer, Refused):
            raise answer
        found.append(answer)
    return found
