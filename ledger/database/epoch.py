"""The era that a node writes in: a promoted server begins a new one, and who is of the old stops.

A database server that replaces another continues its log on a new timeline. It may have lost what
the old one had acknowledged, so no node writes to it before it has compared its own mark. The row
`side_epoch` names the era and the timeline it holds for; the head moves only for a node that has
taken this era, on this timeline. A node of an older era, frozen over the change or still speaking
to the old server, therefore cannot append: it compares its mark, and then takes the new era or
stays read-only.

SQLite has one node and no other server, so there nothing is compared.
"""

from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, func, select, true
from sqlalchemy.dialects.postgresql import insert

from ledger.database.engine import is_postgres
from ledger.database.side_tables import side_epoch

OPTION: Final = "sinkledger_epoch"
_TIMELINE: Final = func.substr(func.pg_walfile_name(func.pg_current_wal_insert_lsn()), 1, 8)


class StaleEpochError(Exception):
    """This node's era is over: another server has taken over. Compare the mark, then go on."""


def take_epoch(connection: Connection, engine: Engine) -> None:
    """Let an engine write in the present era; begin a new one where the server is another.

    Args:
        connection: In a transaction that holds the head, after the mark was compared.
        engine: The write engine of this node.
    """
    if not is_postgres(connection):
        return
    timeline = connection.execute(select(_TIMELINE)).scalar_one()
    row = connection.execute(select(side_epoch)).one_or_none()
    epoch = row.epoch if row is not None else 0
    if row is None or row.timeline != timeline:
        epoch += 1
        values = {"epoch": epoch, "timeline": timeline}
        taken = insert(side_epoch).values(id=1, **values)
        connection.execute(taken.on_conflict_do_update(index_elements=["id"], set_=values))
    engine.update_execution_options(**{OPTION: epoch})


def present_epoch(connection: Connection) -> int:
    """Return the era of the database; 0 before the first, and on SQLite."""
    return connection.execute(select(side_epoch.c.epoch)).scalar() or 0


def epoch_holds(connection: Connection) -> ColumnElement[bool]:
    """Return the condition that this connection's node may move the head."""
    epoch = connection.get_execution_options().get(OPTION)
    if epoch is None:
        return true()
    return (
        select(side_epoch.c.id)
        .where(side_epoch.c.epoch == epoch, side_epoch.c.timeline == _TIMELINE)
        .exists()
    )


def check_epoch(connection: Connection) -> None:
    """Check that this node's era holds.

    Raises:
        StaleEpochError: it is over.
    """
    if not connection.execute(select(epoch_holds(connection))).scalar_one():
        raise StaleEpochError("another database server has taken over since this node began")
