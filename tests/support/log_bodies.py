"""The bodies of orders about the log itself: state, anchors, keys, and its end."""

from contracts.books import MemoryBooks
from contracts.values import Json
from ledger.state.fold import root_of, supply_of
from tests.support.people import ORIGIN, hex_digest

Body = dict[str, Json]

NEXT_VKEY = f"{ORIGIN}+11111111+AQID"


def state_commit(books: MemoryBooks, through: int) -> Body:
    """The true root and supply of these books."""
    return {"root": root_of(books).hex(), "supply": dict(supply_of(books)), "through": through}


def anchor_record(size: int) -> Body:
    """A token over the checkpoint of that many entries."""
    return {
        "authority": "示例时间戳机构",
        "form": "rfc3161",
        "gen_time_us": 1_791_424_800_000_000,
        "root": hex_digest("checkpoint root"),
        "sha256": hex_digest("time-stamp token"),
        "size": size,
    }


def log_keys(action: str, *vkeys: str) -> Body:
    """Keys announced or dropped."""
    listed: list[Json] = [{"vkey": vkey} for vkey in vkeys]
    return {"action": action, "reason": "示例：例行轮换", "vkeys": listed}


def log_freeze(successor: str | None = None) -> Body:
    """The end of the log."""
    return {"reason": "示例：密钥泄露", "successor": successor}


def predecessor(origin: str, size: int = 901) -> Body:
    """The last checkpoint of another log, with one signature line."""
    root = "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo="
    return {"checkpoint": f"{origin}\n{size}\n{root}\n\n— {origin} AAAAAAAA\n"}
