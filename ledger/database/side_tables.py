"""The tables of long work and of the outbox: `side_*`, never read by rules, not made by a replay.

Importing this completes `SIDE_METADATA`, which the audit compares with the database.
"""

from typing import ClassVar, Final

from sqlalchemy import LargeBinary, MetaData, Table
from sqlmodel import Field, SQLModel

from ledger.database import tables
from ledger.database.columns import Bytewise, Whole

SIDE_METADATA: Final = tables.SIDE_METADATA
_NUMBERED: Final = {"autoincrement": False}


class _SideModel(SQLModel):
    metadata: ClassVar[MetaData] = SIDE_METADATA


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
    """A signed order of an upload, until it is answered; then only the answer stays."""

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


side_job_note: Final[Table] = SIDE_METADATA.tables["side_job_note"]
side_nightly: Final[Table] = SIDE_METADATA.tables["side_nightly"]
side_line: Final[Table] = SIDE_METADATA.tables["side_line"]
side_subscriber: Final[Table] = SIDE_METADATA.tables["side_subscriber"]
