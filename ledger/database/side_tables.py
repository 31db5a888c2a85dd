"""The tables beside the log: `side_*`, created by migrations, never read by rules, not replayed.

Private records, leases and the era; long work, and the outbox.
"""

from typing import Any, ClassVar, Final

from sqlalchemy import LargeBinary, MetaData, Table
from sqlmodel import Field, SQLModel

from ledger.database.columns import Bytewise, Whole
from ledger.database.tables import VAULT

_NUMBERED: Final = {"autoincrement": False}


class _SideModel(SQLModel):
    metadata: ClassVar[MetaData] = MetaData()


class SideOrg(_SideModel, table=True):
    """An organisation's private record; one organisation per 统一社会信用代码."""

    __tablename__ = "side_org"
    __table_args__: ClassVar[dict[str, Any]] = {"schema": VAULT}

    org: str = Field(primary_key=True, sa_type=Bytewise)
    uscc: str = Field(sa_type=Bytewise, unique=True)
    commitment: str = Field(sa_type=Bytewise)
    salt: bytes = Field(sa_type=LargeBinary)
    record: bytes = Field(sa_type=LargeBinary)


class SidePerson(_SideModel, table=True):
    """A person's private record."""

    __tablename__ = "side_person"
    __table_args__: ClassVar[dict[str, Any]] = {"schema": VAULT}

    person: str = Field(primary_key=True, sa_type=Bytewise)
    commitment: str = Field(sa_type=Bytewise)
    salt: bytes = Field(sa_type=LargeBinary)
    record: bytes = Field(sa_type=LargeBinary)


class SidePolygonSalt(_SideModel, table=True):
    """The salt of a parcel's commitment; the polygon itself is in `side_polygon`."""

    __tablename__ = "side_polygon_salt"
    __table_args__: ClassVar[dict[str, Any]] = {"schema": VAULT}

    parcel: str = Field(primary_key=True, sa_type=Bytewise)
    commitment: str = Field(sa_type=Bytewise)
    salt: bytes = Field(sa_type=LargeBinary)


class SideLease(_SideModel, table=True):
    """Who may do what only one process at a time may do; `epoch` grows with every new holder."""

    __tablename__ = "side_lease"

    name: str = Field(primary_key=True, sa_type=Bytewise)
    epoch: int = Field(sa_type=Whole)
    holder: str = Field(sa_type=Bytewise)
    until_us: int = Field(sa_type=Whole)


class SideEpoch(_SideModel, table=True):
    """The era in which nodes write, and the server's timeline that it holds for; one row."""

    __tablename__ = "side_epoch"

    id: int = Field(primary_key=True, sa_type=Whole, sa_column_kwargs=_NUMBERED)
    epoch: int = Field(sa_type=Whole)
    timeline: str = Field(sa_type=Bytewise)


class SideJobNote(_SideModel, table=True):
    """What is told of a job: how far it is, how often it failed, and its newest sentence."""

    __tablename__ = "side_job_note"

    job: int = Field(primary_key=True, sa_type=Whole, sa_column_kwargs=_NUMBERED)
    done: int = Field(sa_type=Whole)
    total: int = Field(sa_type=Whole)
    failures: int = Field(sa_type=Whole)
    text: str = Field(sa_type=Bytewise)
    updated_at_us: int = Field(sa_type=Whole)


class SideNightly(_SideModel, table=True):
    """The last day (days since 1970-01-01 in UTC+8) for whose night a task has been deferred."""

    __tablename__ = "side_nightly"

    task: str = Field(primary_key=True, sa_type=Bytewise)
    day: int = Field(sa_type=Whole)


class SideLine(_SideModel, table=True):
    """A signed order of an upload until it is answered; then the answer, while its job is shown."""

    __tablename__ = "side_line"

    upload: str = Field(primary_key=True, sa_type=Bytewise)
    position: int = Field(primary_key=True, sa_type=Whole, sa_column_kwargs=_NUMBERED)
    envelope: bytes = Field(sa_type=LargeBinary)
    answer: str = Field(sa_type=Bytewise)


class SideSubscriber(_SideModel, table=True):
    """Whom the outbox tells what, and from which entry on it has not told yet (`cursor`).

    Kinds and accounts are lists, separated by spaces; an empty one stands for all.
    """

    __tablename__ = "side_subscriber"

    name: str = Field(primary_key=True, sa_type=Bytewise)
    url: str = Field(sa_type=Bytewise)
    moment: str = Field(sa_type=Bytewise)
    kinds: str = Field(sa_type=Bytewise)
    accounts: str = Field(sa_type=Bytewise)
    cursor: int = Field(sa_type=Whole)
    is_on: int = Field(sa_type=Whole)


SIDE_METADATA: Final = _SideModel.metadata

side_org: Final[Table] = SIDE_METADATA.tables[f"{VAULT}.side_org"]
side_person: Final[Table] = SIDE_METADATA.tables[f"{VAULT}.side_person"]
side_polygon_salt: Final[Table] = SIDE_METADATA.tables[f"{VAULT}.side_polygon_salt"]
side_lease: Final[Table] = SIDE_METADATA.tables["side_lease"]
side_epoch: Final[Table] = SIDE_METADATA.tables["side_epoch"]
side_job_note: Final[Table] = SIDE_METADATA.tables["side_job_note"]
side_nightly: Final[Table] = SIDE_METADATA.tables["side_nightly"]
side_line: Final[Table] = SIDE_METADATA.tables["side_line"]
side_subscriber: Final[Table] = SIDE_METADATA.tables["side_subscriber"]
