"""Flipping single bits of a registry's files, one at a time, and looking what happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ledger.audit.audit import AuditReport, audit
from ledger.blobs import Access, stored_blobs, write_blob
from ledger.settings import Settings
from tests.support import bodies
from tests.support.answers import Question, answers, questions
from tests.support.ledger import ISSUER, Scene, open_scene

STRAYS = ("-journal", "-wal", "-shm")
VALUES = ("view_row ", "entry ", "side_org ", "side_person ", "side_polygon ", "blob ")
"""How the names of values begin that an audit must name exactly."""

NOTHING = ("None", "[]")
ASTRAY = "missing from index"
"""What an audit says of a row that is sought in vain; a search may then find another's as well."""


@dataclass(frozen=True, slots=True)
class Flip:
    """One bit of one file."""

    path: Path
    byte: int
    bit: int

    def __str__(self) -> str:
        return f"bit {self.bit} of byte {self.byte} of {self.path.name}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A registry at rest, the questions to it and its right answers."""

    settings: Settings
    asked: dict[str, Question]
    right: dict[str, str]


def prepare(folder: Path) -> Subject:
    """Build a registry of some 50 entries with every kind of stored value."""
    scene = open_scene(folder)
    _work(scene)
    settings = scene.world.registry.settings
    write_blob(settings.blobs, b"public evidence" * 20, Access.PUBLIC)
    write_blob(settings.blobs, b"private evidence" * 20, Access.PRIVATE)
    scene.world.registry.close()
    asked = questions(settings)
    right = answers(settings, asked)
    assert not [name for name, answer in right.items() if answer.startswith("ERROR")]
    assert audit(settings).ok
    return Subject(settings, asked, right)


def _work(scene: Scene) -> None:
    world = scene.world
    world.register_parcel(scene.buyer, east=300_000)
    for number in range(8):
        world.act("parameters.publish", bodies.parameters(number + 2), [ISSUER])
        kg = 100 + number
        world.act("units.transfer", bodies.transfer(scene.owner, scene.buyer, quantity_kg=kg))
        world.act("units.transfer", bodies.transfer(scene.buyer, scene.third, quantity_kg=kg // 2))
        world.act("units.retire", bodies.retirement(scene.third, quantity_kg=kg // 3))


def random_flips(settings: Settings, count: int, seed: int) -> Iterator[Flip]:
    """Yield random bits, each file as often as its size deserves, small files at least a little."""
    random = Random(seed)
    blobs = [path for _, path in stored_blobs(settings.blobs)]
    paths = [settings.database, settings.vault, *blobs]
    sizes = [path.stat().st_size for path in paths]
    weights = [max(size, sum(sizes) // 20) for size in sizes]
    for _ in range(count):
        [place] = random.choices(range(len(paths)), weights)
        yield Flip(paths[place], random.randrange(sizes[place]), random.randrange(8))


@contextmanager
def flipped(flip: Flip) -> Iterator[None]:
    """Flip the bit, and flip it back."""
    _flip(flip)
    try:
        yield
    finally:
        for suffix in STRAYS:
            flip.path.with_name(flip.path.name + suffix).unlink(missing_ok=True)
        _flip(flip)


def _flip(flip: Flip) -> None:
    with flip.path.open("r+b") as file:
        file.seek(flip.byte)
        [value] = file.read(1)
        file.seek(flip.byte)
        file.write(bytes([value ^ 1 << flip.bit]))


def consequences(subject: Subject, flip: Flip) -> tuple[AuditReport, dict[str, str]]:
    """Return what an audit finds after a flip, and the answers that are no longer right."""
    with flipped(flip):
        report = audit(subject.settings)
        given = answers(subject.settings, subject.asked)
    wrong = {name: answer for name, answer in given.items() if answer != subject.right[name]}
    return report, wrong


def overlooked(report: AuditReport, wrong: dict[str, str]) -> list[str]:
    """Return the wrong answers that the audit does not account for.

    Any wrong answer needs a finding. A stored value that reads without an error but is another
    one must be named itself; one that is no longer found, or another's in its place (a damaged
    index, in which a search goes astray), needs a finding about its table, or that index.
    """
    if wrong and not report.findings:
        return sorted(wrong)
    named = {finding.where for finding in report.findings}
    told = " ".join(str(finding) for finding in report.findings)
    astray = " ".join(str(finding) for finding in report.findings if ASTRAY in str(finding))
    left = []
    for name, answer in wrong.items():
        if not name.startswith(VALUES) or answer.startswith("ERROR") or name in named:
            continue
        if name.split()[0] not in (told if answer in NOTHING else astray):
            left.append(name)
    return left
