"""Letting engines go that a test has opened, before its database is dropped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from ledger.database import postgres


@contextmanager
def engines_disposed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Dispose every PostgreSQL engine that is opened within, whoever opened it."""
    opened: list[Engine] = []

    def create(*arguments: Any, **options: Any) -> Engine:
        opened.append(create_engine(*arguments, **options))
        return opened[-1]

    monkeypatch.setattr(postgres, "create_engine", create)
    try:
        yield
    finally:
        for engine in opened:
            engine.dispose()
