"""`anchor.record`: the anchor service records that somebody else dated a checkpoint of this log.

An anchor is a file beside the log: a time-stamp token over a checkpoint, by an authority that
neither runs the registry nor a witness. The entry holds the token's digest, so that it cannot be
put in or left out later.

Source: RFC 3161, time-stamp protocol; OpenTimestamps, attestations.

Example:
    A token over the checkpoint of 4,096 entries is recorded as entry 4,100 under the row
    anchor/rfc3161/0000000000004096/ and the first 16 digits of the token's SHA-256.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, service
from contracts.books import Books
from contracts.form import SHA256, Form
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.values import Json, Moment, Outcome, Row

SERVICE: Final = "anchors"
FORMS: Final = ("opentimestamps", "rfc3161")
_KEY_DIGITS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorRecord:
    """The body: who dated which checkpoint (size, root) when, and the digest of the token."""

    form: str
    size: int
    sha256: str
    described: dict[str, Json]


def read(form: Form) -> AnchorRecord:
    """Read the body."""
    kind = form.choice("form", FORMS)
    size = form.integer("size", low=1)
    digest = form.text("sha256", SHA256)
    body = AnchorRecord(
        form=kind,
        size=size,
        sha256=digest,
        described={
            "authority": form.text("authority"),
            "form": kind,
            "gen_time_us": form.integer("gen_time_us"),
            "root": form.text("root", SHA256),
            "sha256": digest,
            "size": size,
        },
    )
    form.done()
    return body


def needs(books: Books, order: Order, body: AnchorRecord) -> tuple[Need, ...]:
    """The anchor service signs, and nobody else."""
    del books, body
    if order.actor != f"service/{SERVICE}":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (service(SERVICE),)


def decide(books: Books, order: Order, body: AnchorRecord, moment: Moment) -> Outcome:
    """Record the anchor of a checkpoint that this log has reached.

    Raises:
        Refused: `ANCHOR_BEYOND_LOG`, `ANCHOR_ALREADY_RECORDED`.
    """
    del order
    if body.size > moment.seq:
        raise Refused(RefusalCode.ANCHOR_BEYOND_LOG, size=body.size, seq=moment.seq)
    key = f"anchor/{body.form}/{body.size:0{_KEY_DIGITS}d}/{body.sha256[:_KEY_DIGITS]}"
    if books.row(key) is not None:
        raise Refused(RefusalCode.ANCHOR_ALREADY_RECORDED, anchor=key)
    return Outcome(rows=(Row(key, {**body.described, "seq": moment.seq}),))


RULE: Final = Rule(kind="anchor.record", read=read, needs=needs, decide=decide)
