"""Which certificates an uncovered loss impairs, and in which order: the published order.

Units are given out oldest first: earliest monitoring period, then batch id, then lowest number.
The published order is the same read backwards. From the youngest batch of the project down, and in
a batch from the highest number down, every retirement that is met is impaired with all of its
kilograms from this project, the last one with what is left. So the papers that came last, when a
loss could be known, bear it first. Restoring takes the same way back, last impaired first.

Everything is in the books: the project's batches, the blocks of a batch, and the retirement that a
place `retired/<seq>` names. A walk may take several orders; the loss keeps how far it has come.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from contracts.books import Block, Books, age
from contracts.check_digits import encode_id
from contracts.lookup import RowError, integer_of, list_of, object_of, objects_of, text_of, texts_of
from contracts.size import json_bytes
from contracts.v1.certificate_record import certificate_number
from contracts.v1.certificate_status import Change, status, status_row
from contracts.values import Json, Moment, Row, Value, place_kind

BLOCKS_MAX: Final = 2_000
"""Blocks that one order looks at, so that its cost has a bound."""

RETIREMENTS_MAX: Final = 10
ROWS_BYTES_MAX: Final = 12 * 1024
"""Retirements, and bytes of their rows as they were, after which an order is full: two rows each,
grown by one event, then still fit into an entry."""

WINDOW: Final = 64
"""Units that are first asked for at once on the way down; where blocks are long, twice as many the
next time, and so on. It changes no answer, only how much is looked up in vain."""

IMPAIRED: Final = Change(event="impaired", reason="loss")
RESTORED: Final = Change(event="restored", reason="replacement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """A retirement's certificate, and its claim's if the claim is complete."""

    number: str
    claim: str | None


@dataclass(slots=True)
class Statuses:
    """Status rows as one order changes them: read once, changed in memory, written at the end."""

    books: Books
    changed: dict[str, dict[str, Json]] = field(default_factory=dict)

    def of(self, number: str) -> dict[str, Json]:
        """Return a status as it stands now."""
        return self.changed.get(number) or dict(status(self.books, number))

    def add(self, number: str, quantity_kg: int, impairments: list[Json] | None = None) -> None:
        """Add impaired kilograms (or take some away) and replace the list of impairments."""
        known = self.of(number)
        known["impaired_kg"] = integer_of(known, "impaired_kg") + quantity_kg
        if impairments is not None:
            known["impairments"] = impairments
        self.changed[number] = known

    @property
    def is_large(self) -> bool:
        """Say whether the rows as they stand leave no room for those of one more retirement."""
        return sum(json_bytes(known) for known in self.changed.values()) > ROWS_BYTES_MAX

    def rows(self, change: Change, moment: Moment) -> list[Row]:
        """Return the changed rows, by key."""
        return [
            status_row(number, known, change, moment, {})
            for number, known in sorted(self.changed.items())
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far one order has come.

    Attributes:
        rows: The status rows that it changes.
        quantity_kg: Kilograms that it impaired.
        last: The retirement that it impaired last, if any.
        cursor: Where the next order goes on; nothing when the walk is at its end.
    """

    rows: list[Row]
    quantity_kg: int
    last: str | None
    cursor: dict[str, Json] | None


def papers_of(books: Books, retirement: str) -> tuple[Value, Papers]:
    """Return a retirement's row and the numbers of the certificates that rest on it."""
    row = books.row(f"retire/{retirement}")
    if row is None:
        raise RowError(f"retire/{retirement} is missing")
    number = certificate_number(
        "RT", integer_of(row, "retired_seq"), integer_of(row, "retired_at_us")
    )
    claim = books.row(f"claim/{row['claim']}") if row["claim"] is not None else None
    if claim is None or claim["completion"] is None:
        return row, Papers(number=number, claim=None)
    done = object_of(claim, "completion")
    completed = certificate_number("CL", integer_of(done, "seq"), integer_of(done, "at_us"))
    return row, Papers(number=number, claim=completed)


def impair(books: Books, loss_id: str, loss: Value, moment: Moment) -> Walk:
    """Impair retirements in the published order until nothing is left or the order is full.

    Args:
        books: The registry as it stood before this order.
        loss_id: The loss's id.
        loss: Its row; what is owed and not yet impaired is to be impaired.
        moment: Of the order.
    """
    left_kg = integer_of(loss, "owed_kg") - integer_of(loss, "impaired_kg")
    project, last = text_of(loss, "project"), loss["last_impaired"]
    statuses, taken, total_kg = Statuses(books), list[str](), 0
    cursor: dict[str, Json] | None = None
    for walked, block in enumerate(_downwards(books, project, loss["cursor"])):
        full = len(taken) == RETIREMENTS_MAX or statuses.is_large
        if walked == BLOCKS_MAX or full or total_kg == left_kg:
            cursor = {"batch": block.batch, "below": block.end}
            break
        if place_kind(block.place) != "retired":
            continue
        retirement = encode_id(int(block.place.partition("/")[2]))
        row, papers = papers_of(books, retirement)
        known = statuses.of(papers.number)
        impairments = list_of(known, "impairments")
        open_kg = min(_open_kg(row, known, project), left_kg - total_kg)
        if open_kg == 0:
            continue
        item: dict[str, Json] = {
            "before": last,
            "claim": papers.claim,
            "loss": loss_id,
            "project": project,
            "quantity_kg": open_kg,
        }
        statuses.add(papers.number, open_kg, [*impairments, item])
        if papers.claim is not None:
            statuses.add(papers.claim, open_kg)
        taken.append(retirement)
        last, total_kg = retirement, total_kg + open_kg
    return Walk(
        rows=statuses.rows(IMPAIRED, moment),
        quantity_kg=total_kg,
        last=last if isinstance(last, str) else None,
        cursor=cursor,
    )


def _downwards(books: Books, project: str, cursor: Json) -> Iterator[Block]:
    """Yield the blocks of a project's batches in the published order, from the cursor on."""
    row = books.row(f"project/{project}")
    batches = sorted(texts_of(row, "batches") if row else (), key=age, reverse=True)
    start = cursor if isinstance(cursor, dict) else None
    for batch in batches:
        if start is not None and age(batch) > age(text_of(start, "batch")):
            continue
        issued = books.row(f"batch/{batch}")
        below = integer_of(issued, "gross_kg") if issued else 0
        if start is not None and batch == start["batch"]:
            below = integer_of(start, "below")
        window = WINDOW
        while below > 0:
            found = books.blocks(batch, max(below - window, 0), below)
            yield from reversed(found)
            below = found[0].first
            window *= 2 if len(found) < RETIREMENTS_MAX else 1


def _open_kg(retirement: Value, known: Value, project: str) -> int:
    """Return a retirement's kilograms from the project that no loss has impaired yet."""
    retired_kg = sum(
        integer_of(part, "quantity_kg")
        for part in objects_of(retirement, "batches")
        if part["project"] == project
    )
    impaired_kg = sum(
        integer_of(item, "quantity_kg")
        for item in objects_of(known, "impairments")
        if item["project"] == project
    )
    return retired_kg - impaired_kg


def restore(books: Books, loss_id: str, loss: Value, quantity_kg: int, moment: Moment) -> Walk:
    """Take back impairments of a loss, last impaired first.

    Returns:
        The changed rows; `quantity_kg` is less than was asked if the order is full; `last` is the
        retirement that then stands last.
    """
    statuses, left_kg, last, met = Statuses(books), quantity_kg, loss["last_impaired"], set[str]()
    while left_kg > 0 and isinstance(last, str):
        if last not in met and (len(met) == RETIREMENTS_MAX or statuses.is_large):
            break
        met.add(last)
        _, papers = papers_of(books, last)
        items = objects_of(statuses.of(papers.number), "impairments")
        position = max(at for at, item in enumerate(items) if item["loss"] == loss_id)
        item = items.pop(position)
        given_kg = min(left_kg, integer_of(item, "quantity_kg"))
        rest_kg = integer_of(item, "quantity_kg") - given_kg
        if rest_kg > 0:
            items.insert(position, {**item, "quantity_kg": rest_kg})
        else:
            before = item["before"]
            last = before if isinstance(before, str) else None
        statuses.add(papers.number, -given_kg, [*items])
        if isinstance(item["claim"], str):
            statuses.add(item["claim"], -given_kg)
        left_kg -= given_kg
    return Walk(
        rows=statuses.rows(RESTORED, moment),
        quantity_kg=quantity_kg - left_kg,
        last=last if isinstance(last, str) else None,
        cursor=None,
    )


def impaired_kg_of_claim(books: Books, claim: Value) -> int:
    """Return how many of the kilograms retired for a claim are impaired, in kg."""
    total_kg = 0
    for item in objects_of(claim, "retirements"):
        number = certificate_number(
            "RT", integer_of(item, "seq"), integer_of(item, "retired_at_us")
        )
        total_kg += integer_of(status(books, number), "impaired_kg")
    return total_kg
