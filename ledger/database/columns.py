"""Column types that mean the same on both databases.

A whole number has 64 bits, and text is compared byte by byte: what SQLite does by itself, and
what PostgreSQL would do differently (32 bits; the order of people, where "a" may come before "B").
"""

from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine


class Whole(TypeDecorator[int]):
    """A whole number; on SQLite INTEGER, so that a primary key is the row's own number."""

    impl = Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type for one database."""
        return BigInteger() if dialect.name == "postgresql" else Integer()


class Bytewise(TypeDecorator[str]):
    """Text in the order of its UTF-8 bytes, which is that of its code points and Python's."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type for one database."""
        return Text(collation="C") if dialect.name == "postgresql" else Text()

    def coerce_compared_value(self, op: object, value: object) -> TypeEngine[Any]:
        """Return the type of a value that is compared with a column: the column has the order."""
        del op, value
        return Text()
