"""What goes to a press and what comes back, apart from what pressing needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from certificates.statement import Statement


class Trouble(StrEnum):
    """What is in the way: this one paper, the authority that dates seals, or the seal's key."""

    PAPER = "paper"
    TIME = "time"
    KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A paper to be made: of which subject, from which statement, sealed as of when."""

    subject: str
    number: str
    statement: Statement
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmade:
    """Why a paper was not made."""

    trouble: Trouble
    reason: str


Press: TypeAlias = Callable[[Sheet], "bytes | Unmade"]
OpenPress: TypeAlias = Callable[[], Press]
