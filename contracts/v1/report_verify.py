"""`report.verify`: an independent verifier attests a monitoring report.

The verifier is another organisation, with other persons, than the owner and the validator. It
may verify less than was reported, never more. With it the period is closed: no other report may
reach into it.

Source: Measures art. 18 (verifier differs from validator), art. 19 to 21, art. 37.

Example:
    Reported net 950,000 kg, verified 948,500 kg with a qualified opinion: at most 948,500 kg
    can be issued.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, holder_needs
from contracts.books import Books
from contracts.dates import date_at
from contracts.form import ID, SHA256, Form
from contracts.lookup import account as find_account
from contracts.lookup import integer_of, object_of, period_of, text_of
from contracts.lookup import project as find_project
from contracts.lookup import report as find_report
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.independence import check_independent
from contracts.v1.report_submit import check_follows
from contracts.values import Json, Moment, Outcome, Row

OPINIONS: Final = ("negative", "positive", "qualified")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportVerification:
    """The body: the verifier's attestation."""

    account: str
    report: str
    opinion: str
    verified_kg: int
    body: dict[str, Json]
    statement_sha256: str


def read(form: Form) -> ReportVerification:
    """Read the body."""
    verification = ReportVerification(
        account=form.text("account", ID),
        report=form.text("report", ID),
        opinion=form.choice("opinion", OPINIONS),
        verified_kg=form.integer("verified_kg"),
        body=form.organisation("verifier"),
        statement_sha256=form.text("statement_sha256", SHA256),
    )
    form.done()
    return verification


def needs(books: Books, order: Order, body: ReportVerification) -> tuple[Need, ...]:
    """The verifier's representatives sign."""
    return holder_needs(books, order, body.account)


def decide(books: Books, order: Order, body: ReportVerification, moment: Moment) -> Outcome:
    """Record the attestation.

    Raises:
        Refused: `ACCOUNT_TYPE_WRONG`, `REPORT_UNKNOWN`,
            `REPORT_ALREADY_VERIFIED`; `VERIFIED_MORE_THAN_REPORTED`, `NOTHING_TO_ISSUE`;
            `NOT_INDEPENDENT`, `OPINION_NOT_POSITIVE`, `MONITORING_PERIOD_WRONG` (another
            report of that time was verified meanwhile).
    """
    del order
    account = find_account(books, body.account, "verifier")
    report = find_report(books, body.report)
    if report["verification"] is not None:
        raise Refused(RefusalCode.REPORT_ALREADY_VERIFIED, report=body.report)
    net_kg = integer_of(report, "net_kg")
    if body.verified_kg > max(net_kg, 0):
        raise Refused(
            RefusalCode.VERIFIED_MORE_THAN_REPORTED, verified_kg=body.verified_kg, net_kg=net_kg
        )
    if body.verified_kg == 0:
        raise Refused(RefusalCode.NOTHING_TO_ISSUE, net_kg=net_kg)
    project = find_project(books, text_of(report, "project"))
    validator = text_of(object_of(project, "validation"), "account")
    check_independent(books, body.account, (text_of(project, "account"), validator))
    if body.opinion == "negative":
        raise Refused(RefusalCode.OPINION_NOT_POSITIVE, opinion=body.opinion)
    start, end = period_of(report, "period")
    check_follows(project, start, date_at(moment.at_us))
    verification: dict[str, Json] = {
        "account": body.account,
        "body": body.body,
        "opinion": body.opinion,
        "org": account["org"],
        "seq": moment.seq,
        "statement_sha256": body.statement_sha256,
        "verified_kg": body.verified_kg,
    }
    rows = (
        Row(
            f"project/{text_of(report, 'project')}",
            {**project, "last_period_end": end.isoformat()},
        ),
        Row(f"report/{body.report}", {**report, "verification": verification}),
    )
    return Outcome(rows=rows)


RULE: Final = Rule(kind="report.verify", read=read, needs=needs, decide=decide)
