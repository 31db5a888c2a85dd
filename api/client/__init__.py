"""The client of a registry: drafts orders, signs them here, sends them until it knows the outcome.

    from api.client import Client

    with Client("https://registry.example") as client:
        order = client.draft("units.retire", "acct/0000014P", body).signed_with(seed)
        receipt = client.submit(order)       # recorded, and compared with what was signed
        client.wait_final(receipt)           # in a published checkpoint

It imports neither the service nor its database; the standard library, `cryptography`, `httpx2`,
the log's formats and the orders' form are enough. Keys stay where they are: only signatures leave.
"""

from api.client.answers import Final, Receipt, Unrecorded
from api.client.client import Client
from api.client.errors import (
    ClientError,
    MismatchError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
)
from api.client.journal import Journal, JournalError
from api.client.retrying import Patience

__all__ = [
    "Client",
    "ClientError",
    "Final",
    "Journal",
    "JournalError",
    "MismatchError",
    "Patience",
    "Receipt",
    "RefusedError",
    "UnknownOutcomeError",
    "UnreachableError",
    "Unrecorded",
]
