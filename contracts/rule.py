"""The shape that every rule has: read the form, name the signers, decide."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from contracts.authority import Need
from contracts.books import Books
from contracts.form import Form
from contracts.orders import Order
from contracts.values import Moment, Outcome

Body = TypeVar("Body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[Body]):
    """One order kind.

    Attributes:
        kind: The order kind, for example `units.retire`.
        read: Reads the body; refuses with class 1.
        needs: Names the signatures that the order needs; refuses with class 2.
        decide: Checks existence and state, quantity and serials, programme rules, in this
            order of classes, and returns what happens.
    """

    kind: str
    read: Callable[[Form], Body]
    needs: Callable[[Books, Order, Body], tuple[Need, ...]]
    decide: Callable[[Books, Order, Body, Moment], Outcome]
