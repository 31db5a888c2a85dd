"""The log's own keys, as its entries announce and drop them."""

from sqlalchemy import Connection, select

from contracts.lookup import texts_of
from contracts.values import Value
from ledger.database.tables import log_entry
from ledger.log.entry import parse_entry
from ledger.log.key import NoteError, Vkey, parse_vkey
from ledger.publish.quorum import PublishError


def announced(row: Value) -> tuple[Vkey, ...]:
    """Return the keys that the log has announced, those that this version can read."""
    keys = []
    for text in texts_of(row, "log_vkeys"):
        try:
            keys.append(parse_vkey(text))
        except NoteError:
            continue
    return tuple(keys)


def ever_announced(connection: Connection) -> tuple[Vkey, ...]:
    """Return every key that the log has announced at any time: what it once signed stays signed."""
    kinds = ("registry.open", "log.keys")
    contents = connection.execute(
        select(log_entry.c.content).where(log_entry.c.kind.in_(kinds)).order_by(log_entry.c.seq)
    ).scalars()
    rows = [row for content in contents for row in parse_entry(content).rows]
    found = [key for row in rows if row["key"] == "registry" for key in announced(row["value"])]
    return tuple(dict.fromkeys(found))


def signing_keys(row: Value) -> tuple[Vkey, ...]:
    """Return the announced keys of the registry's row, at least one.

    Raises:
        PublishError: there is none that this version can read.
    """
    keys = announced(row)
    if not keys:
        raise PublishError("the log has announced no key that this version can read")
    return keys
