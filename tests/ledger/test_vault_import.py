"""Taking a vault in: whole, with what finds overlaps, and nothing that the log does not know."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from contracts.refusal import Refused
from ledger.audit.audit import audit
from ledger.export import export_ledger, import_ledger
from ledger.registry import Registry
from ledger.vault_import import TakenIn, VaultImportError, import_vault
from tests.support import bodies, ledger
from tests.support.ledger import ORIGIN, REGISTRAR, Scene, open_scene, open_world
from tests.support.on_postgres import engines_disposed
from tests.support.signing import Signer, private

ALL = TakenIn(orgs=6, persons=1, parcels=1, missing_orgs=0, missing_parcels=0)
NONE = TakenIn(orgs=0, persons=0, parcels=0, missing_orgs=0, missing_parcels=0)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A registry on SQLite, closed: its vault is what is taken in."""
    opened, somebody = open_scene(tmp_path / "old"), Signer("somebody")
    org = private(ORIGIN, "org", bodies.organisation(70))
    person = private(ORIGIN, "person", {"name": "某人"})
    body = bodies.account("holder", org.commitment, [somebody])
    body["representatives"][0]["commitment"] = person.commitment  # type: ignore[index,call-overload] # JSON
    opened.world.record(
        opened.world.signed("account.open", body, [REGISTRAR, somebody], (org, person))
    )
    export_ledger(opened.world.registry, tmp_path / "ledger.jsonl")
    opened.world.registry.close()
    return opened


@pytest.fixture(params=["sqlite", "postgres"])
def imported(
    request: pytest.FixtureRequest, scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """The same ledger elsewhere, without its vault."""
    if request.param == "sqlite":
        yield moved(scene, tmp_path)
        return
    cluster = request.getfixturevalue("postgres")
    with ledger.place.on(cluster), engines_disposed(monkeypatch):
        yield moved(scene, tmp_path)


def moved(scene: Scene, folder: Path) -> Scene:
    scene.world.registry = open_world(folder / "new").registry
    import_ledger(scene.world.registry, folder / "ledger.jsonl")
    return scene


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return tmp_path / "old" / "data" / "vault.db"


def test_a_ledger_goes_on_where_it_was(imported: Scene, old: Path) -> None:
    registry = imported.world.registry
    assert import_vault(registry, old) == ALL
    assert import_vault(registry, old) == NONE
    assert audit(registry.settings).ok
    with pytest.raises(Refused, match="OVERLAP"):
        imported.world.register_parcel(imported.owner, east=25_000)
    imported.world.register_parcel(imported.owner, east=60_000)
    imported.world.open_account("newcomer")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(
            "UPDATE side_org SET salt = zeroblob(32) WHERE org = '00000022'",
            "org/00000022: salt and record do not open the commitment",
            id="altered",
        ),
        pytest.param(
            "UPDATE side_polygon SET parcel = 'Z'; UPDATE side_polygon_salt SET parcel = 'Z'",
            "parcel/Z: the log knows no such subject",
            id="unknown",
        ),
        pytest.param("DROP TABLE side_person", "is no whole vault", id="no-vault"),
    ],
)
@pytest.mark.parametrize("imported", ["sqlite"], indirect=True)
def test_what_does_not_fit_the_log_brings_nothing(
    imported: Scene, old: Path, damage: str, said: str
) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript(damage)
    with pytest.raises(VaultImportError, match=said):
        import_vault(imported.world.registry, old)
    assert records(imported.world.registry) == 0


def records(registry: Registry) -> int:
    with registry.reader.connect() as connection:
        counted = "SELECT (SELECT count(*) FROM vault.side_org) + count(*) FROM side_parcel_box"
        return int(connection.exec_driver_sql(counted).scalar_one())


def test_without_a_ledger_there_is_nothing_to_compare_with(old: Path, tmp_path: Path) -> None:
    with pytest.raises(VaultImportError, match="import or rebuild its ledger first"):
        import_vault(open_world(tmp_path / "new").registry, old)
