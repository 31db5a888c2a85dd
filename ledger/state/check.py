"""The self-check: is `state.db` what a replay of the whole log yields, to the last key?"""

from dataclasses import dataclass

from ledger import store
from ledger.log.canonical import canonical
from ledger.log.entry import parse_entry
from ledger.registry import Registry
from ledger.replay.replay import ReplayState
from ledger.state.fold import root_of, state_of, supply_of
from ledger.state.records import StateDamagedError
from ledger.state.store import StateHead, StateStore
from ledger.state.view import StoredView, view_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCheck:
    """What a check found: the state checked, how many keys it has, and what is wrong."""

    head: StateHead
    keys: int
    faults: tuple[str, ...]


def check_state(registry: Registry, state: StateStore) -> StateCheck:
    """Replay the log up to where the follower stands, and compare root, supply, keys and values.

    Every stored node is met on the way to some key, so all of the file is read.

    Raises:
        StateDamagedError: the file cannot be read at all.
        TamperedError: the ledger itself is damaged.
    """
    with view_of(state) as view:
        replayed = _replay(registry, view.head.through + 1)
        faults = []
        if root_of(replayed.books) != view.head.root:
            faults.append("its root is not that of a full rebuild")
        if supply_of(replayed.books) != view.head.supply:
            faults.append("its supply is not that of a full rebuild")
        wanted = {key: canonical(value).decode() for key, value in state_of(replayed.books)}
        keys = len(wanted)
        faults.extend(_compare(view, wanted))
        return StateCheck(head=view.head, keys=keys, faults=tuple(faults))


def _replay(registry: Registry, size: int) -> ReplayState:
    state = ReplayState()
    for first in range(0, size, store.PAGE_ROWS):
        with registry.reader.connect() as connection:
            page = list(store.read(connection, first, min(first + store.PAGE_ROWS, size)))
        for line in page:
            state.take(parse_entry(line))
    return state


def _compare(view: StoredView, wanted: dict[str, str]) -> list[str]:
    faults = []
    for key, value in view.under(""):
        if wanted.pop(key, None) != value:
            faults.append(f"{key} is not what the log yields")
            continue
        try:
            path = view.path(key)
        except StateDamagedError as error:
            faults.append(f"{key}: {error}")
            continue
        if path is None or path.key != key.encode() or path.root() != view.head.root:
            faults.append(f"{key} is not found from the root")
    faults.extend(f"{key} is missing" for key in wanted)
    return faults
