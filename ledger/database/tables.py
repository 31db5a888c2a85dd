"""The schema: log tables that only grow, and projections that follow from the log alone.

SQLModel declares the shape; every statement is SQLAlchemy Core over the `Table` objects below.
`log_*` are created by migrations. `view_*` are projections: they are created from here, can be
thrown away and rebuilt, and the audit compares each row with a replay.
"""

from typing import ClassVar, Final

from sqlalchemy import Index, LargeBinary, MetaData, PrimaryKeyConstraint, Table
from sqlalchemy import UniqueConstraint as Unique
from sqlmodel import Field, SQLModel

from ledger.database.columns import Bytewise, Whole

VAULT: Final = "vault"
"""Schema name of the attached file of private records."""

PLACE_ORDER: Final = ("place", "started", "batch", "first")
"""Oldest first: place, start of the monitoring period, batch id, lowest number."""


class _LogModel(SQLModel):
    metadata: ClassVar[MetaData] = MetaData()


class _ViewModel(SQLModel):
    metadata: ClassVar[MetaData] = MetaData()


class LogEntry(_LogModel, table=True):
    """One entry: its canonical bytes, and what finds it again.

    The index leads with the nonce, a ULID: new orders then touch the same few pages.
    """

    __tablename__ = "log_entry"
    __table_args__ = (Unique("nonce", "actor", name="log_entry_nonce_actor"),)

    seq: int = Field(primary_key=True, sa_type=Whole, sa_column_kwargs={"autoincrement": False})
    leaf_hash: bytes = Field(sa_type=LargeBinary)
    actor: str = Field(sa_type=Bytewise)
    nonce: str = Field(sa_type=Bytewise)
    kind: str = Field(sa_type=Bytewise)
    at_us: int = Field(sa_type=Whole)
    content: bytes = Field(sa_type=LargeBinary)


class LogSubtree(_LogModel, table=True):
    """The hash of a full subtree of 256^level leaves, number `position` of its level."""

    __tablename__ = "log_subtree"

    level: int = Field(primary_key=True, sa_type=Whole)
    position: int = Field(primary_key=True, sa_type=Whole)
    hash: bytes = Field(sa_type=LargeBinary)


class ViewHead(_ViewModel, table=True):
    """The one row that says where the log ends; it moves by compare-and-swap only.

    `leaf_hash` is that of the last entry, 32 zero bytes before the first. `frontier` is
    `ledger.log.merkle.Frontier.to_bytes`.
    """

    __tablename__ = "view_head"

    id: int = Field(primary_key=True, sa_type=Whole, sa_column_kwargs={"autoincrement": False})
    size: int = Field(sa_type=Whole)
    leaf_hash: bytes = Field(sa_type=LargeBinary)
    at_us: int = Field(sa_type=Whole)
    frontier: bytes = Field(sa_type=LargeBinary)


class ViewRow(_ViewModel, table=True):
    """The newest value of a row, as canonical JSON, and the entry that wrote it."""

    __tablename__ = "view_row"

    key: str = Field(primary_key=True, sa_type=Bytewise)
    value: str = Field(sa_type=Bytewise)
    seq: int = Field(sa_type=Whole)


class ViewBlock(_ViewModel, table=True):
    """Units [first, end) of a batch, all in one place; `started` is the period's first day."""

    __tablename__ = "view_block"
    __table_args__ = (
        PrimaryKeyConstraint("batch", "first"),
        Index("view_block_place", *PLACE_ORDER),
    )

    batch: str = Field(sa_type=Bytewise)
    first: int = Field(sa_type=Whole)
    end: int = Field(sa_type=Whole)
    place: str = Field(sa_type=Bytewise)
    started: str = Field(sa_type=Bytewise)


class ViewMovement(_ViewModel, table=True):
    """Movement number `position` of entry `seq`: the life of any unit, any account's statement."""

    __tablename__ = "view_movement"
    __table_args__ = (
        PrimaryKeyConstraint("seq", "position"),
        Index("view_movement_unit", "batch", "first"),
        Index("view_movement_source", "source", "seq"),
        Index("view_movement_target", "target", "seq"),
    )

    seq: int = Field(sa_type=Whole)
    position: int = Field(sa_type=Whole)
    batch: str = Field(sa_type=Bytewise)
    first: int = Field(sa_type=Whole)
    end: int = Field(sa_type=Whole)
    source: str = Field(sa_type=Bytewise)
    target: str = Field(sa_type=Bytewise)


class ViewSupply(_ViewModel, table=True):
    """Kilograms of a batch by name: gross, held, and so on (`contracts.values.SUPPLY_NAMES`)."""

    __tablename__ = "view_supply"

    batch: str = Field(primary_key=True, sa_type=Bytewise)
    name: str = Field(primary_key=True, sa_type=Bytewise)
    quantity_kg: int = Field(sa_type=Whole)


LOG_METADATA: Final = _LogModel.metadata
VIEW_METADATA: Final = _ViewModel.metadata

log_entry: Final[Table] = LOG_METADATA.tables["log_entry"]
log_subtree: Final[Table] = LOG_METADATA.tables["log_subtree"]
view_head: Final[Table] = VIEW_METADATA.tables["view_head"]
view_row: Final[Table] = VIEW_METADATA.tables["view_row"]
view_block: Final[Table] = VIEW_METADATA.tables["view_block"]
view_movement: Final[Table] = VIEW_METADATA.tables["view_movement"]
view_supply: Final[Table] = VIEW_METADATA.tables["view_supply"]

PROJECTIONS: Final = (view_head, view_row, view_block, view_movement, view_supply)
