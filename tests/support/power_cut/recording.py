"""A registry at work, with every step on its files, and what people outside were told meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine, text

from ledger.database.tables import VAULT
from ledger.intake.envelope import SignedOrder
from ledger.land.geometry import area_m2, parse_parcel
from ledger.log.checkpoint import open_checkpoint
from ledger.publish.publisher import Publisher
from ledger.publish.signer import KEY_FILE, SignRequest, begin
from ledger.publish.signer import sign as sign_near
from ledger.publish.tiling import STAGING
from ledger.registry import open_registry
from ledger.settings import Settings
from tests.support import bodies, geometries
from tests.support.ledger import (
    LOG_KEY,
    OFFICERS,
    ORIGIN,
    REGISTRAR,
    SERVICES,
    Scene,
    World,
    entries_of,
    open_scene,
    settings_in,
)
from tests.support.power_cut.engines import over_apsw
from tests.support.power_cut.model import Files
from tests.support.power_cut.vfs import Recorder, Step, watched
from tests.support.publishing import NOW_S, NearSigner, near_publisher
from tests.support.signing import Signer, private, sign

PARCEL = geometries.rectangle(10_000, 10_000, east=300_000)
PRIVATE_TABLES = ("side_org", "side_person", "side_polygon_salt", "side_polygon")


@dataclass(slots=True, kw_only=True)
class Told:
    """What had been told, or asked, until some instant; sizes are numbers of entries."""

    asked: int
    recorded: int
    signed: int
    shown: int

    @classmethod
    def since(cls, size: int) -> "Told":
        """Begin where everything was told."""
        return cls(asked=size, recorded=size, signed=size, shown=size)

    def hear(self, step: Step) -> None:
        """Take note."""
        name, _, size = step.content.decode().partition(" ")
        setattr(self, name, int(size))


@dataclass(slots=True)
class Recording:
    """What was done, and how everything was in the end."""

    settings: Settings
    world: World
    journal: str
    before: Files
    scene: Scene | None = None
    """Nothing if there was no registry before."""

    start: int = 0
    steps: list[Step] = field(default_factory=list)
    orders: list[SignedOrder] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    vaults: dict[str, list[int]] = field(default_factory=dict)
    """Digest of all private records → at which sizes the vault held just these."""


Work = Callable[["Desk"], None]


@dataclass(slots=True)
class Desk:
    """Where orders are handed in while everything is recorded."""

    recording: Recording
    recorder: Recorder

    def hand_in(self, *orders: SignedOrder) -> None:
        """Submit a batch that must be recorded."""
        recording, world = self.recording, self.recording.world
        recording.orders.extend(orders)
        self.tell("asked", world.registry.size() + len(orders))
        self.ask_again(*orders)

    def ask_again(self, *orders: SignedOrder) -> None:
        """Submit orders that were handed in already."""
        entries = entries_of(self.recording.world.submit(*orders))
        self.tell("recorded", entries[-1].seq + 1)
        self.keep_vault()

    def keep_vault(self) -> None:
        """Remember the private records that there are now."""
        registry = self.recording.world.registry
        digest = vault_digest(registry.reader)
        self.recording.vaults.setdefault(digest, []).append(registry.size())

    def _scene(self) -> Scene:
        assert self.recording.scene is not None
        return self.recording.scene

    def pay(self, times: int) -> None:
        """Move a kilogram so many times, in one batch."""
        scene = self._scene()
        body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
        self.hand_in(*(scene.world.signed("units.transfer", body) for _ in range(times)))

    def open_account(self, name: str) -> None:
        """Open an account: the order brings a private record."""
        world, signer = self.recording.world, Signer(name)
        record = private(ORIGIN, "org", bodies.organisation(900 + len(self.recording.orders)))
        body = bodies.account("holder", record.commitment, [signer], dual=False)
        order = world.order("account.open", "registrar", body)
        self.hand_in(sign(order, [REGISTRAR, signer], (record,)))

    def register_parcel(self) -> None:
        """Register a parcel: a polygon for the vault, a box for the ledger's index."""
        world, account = self.recording.world, self._scene().buyer
        record = private(ORIGIN, "polygon", geometries.record(PARCEL))
        body = bodies.parcel(account, record.commitment, area_m2(parse_parcel(record.record)))
        order = world.order("parcel.register", f"acct/{account}", body)
        self.hand_in(sign(order, [*world.people[account], REGISTRAR], (record,)))

    def publish(self) -> None:
        """Sign and show what there is."""
        registry = self.recording.world.registry
        signer = OverheardSigner(registry.settings.keys, tell=self.tell)
        note = Publisher(registry=registry, signer=signer).publish()
        self.tell("shown", open_checkpoint(note, [LOG_KEY.vkey], ORIGIN).size)

    def tell(self, name: str, size: int) -> None:
        """Note that people outside asked for, or were told of, so many entries."""
        self.recorder.tell(f"{name} {size}".encode())


@dataclass(slots=True, kw_only=True)
class OverheardSigner(NearSigner):
    """A signer that says aloud what it signs."""

    tell: Callable[[str, int], None]

    def sign(self, request: SignRequest) -> bytes:
        """Sign."""
        note = sign_near(self.keys, request, self.now_s)
        self.tell("signed", request.size)
        return note


def vault_digest(reader: Engine) -> str:
    """Hash all private records."""
    hashed = sha256()
    with reader.connect() as connection:
        for table in PRIVATE_TABLES:
            rows = connection.execute(text(f"SELECT * FROM {VAULT}.{table} ORDER BY 1")).all()
            hashed.update(repr([tuple(row) for row in rows]).encode())
    return hashed.hexdigest()


def record(
    folder: Path,
    journal: str,
    work: Work,
    *pragmas: str,
    recorder: Recorder | None = None,
    second_copy: Path | None = None,
) -> Recording:
    """Let something be done in the scene in a folder, over the watched files."""
    scene = open_scene(folder)
    near_publisher(scene.world.registry).publish()
    scene.world.registry.close()
    settings = scene.world.registry.settings.model_copy(update={"second_copy": second_copy})
    with over_apsw(journal, *pragmas), watched(recorder or Recorder()) as recorder:
        recording = Recording(settings, scene.world, journal, files_in(folder), scene)
        _record(recording, recorder, work)
    return recording


def record_founding(folder: Path, journal: str) -> Recording:
    """Found a registry where there are only the log's keys, and publish it."""
    settings = settings_in(folder)
    settings.keys.mkdir()
    (settings.keys / KEY_FILE).write_text(LOG_KEY.to_text())
    begin(settings.keys, NOW_S)

    def work(desk: Desk) -> None:
        body = bodies.opening(LOG_KEY.vkey, OFFICERS, SERVICES)
        desk.hand_in(desk.recording.world.signed("registry.open", body, [*OFFICERS.values()]))
        desk.publish()

    with over_apsw(journal), watched(Recorder()) as recorder:
        before = files_in(folder)
        recording = Recording(settings, World(open_registry(settings)), journal, before)
        recording.world.registry.close()
        _record(recording, recorder, work)
    return recording


def _record(recording: Recording, recorder: Recorder, work: Work) -> None:
    recording.world.registry = registry = open_registry(recording.settings)
    recording.start = registry.size()
    desk = Desk(recording, recorder)
    desk.keep_vault()
    work(desk)
    recording.steps = list(recorder.steps)
    recording.contents = [registry.entry_bytes(seq) for seq in range(registry.size())]
    registry.close()


def files_in(folder: Path) -> Files:
    """Return every file below a folder but what is only for a moment."""
    return {
        path: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock" and STAGING not in path.parts
    }


def put_back(folder: Path, files: Files) -> None:
    """Make a folder hold just these files."""
    there = {path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}
    for path in there - files.keys():
        path.unlink()
    for path, content in files.items():
        if path not in there or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


@contextmanager
def as_recorded(recording: Recording) -> Iterator[None]:
    """Read and write as the recording did, unless the machine's own SQLite does so by itself."""
    if recording.journal == "TRUNCATE":
        yield
        return
    with over_apsw(recording.journal):
        yield
