"""`project.validate`: a validator attests that a project meets its methodology.

The validator is independent of the owner now, and of the later verifier of its reports. Until a
public-notice procedure exists in the rules, papers of the project print 未经公示程序.

Source: Measures art. 12 to 15 (validation), art. 37 (no interest in the project).

Example:
    Validator account 00000042 attests project 0001 positively on a report with SHA-256 5e…
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, holder_needs
from contracts.books import Books
from contracts.form import ID, SHA256, Form
from contracts.lookup import account as find_account
from contracts.lookup import project as find_project
from contracts.lookup import text_of
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.independence import check_independent
from contracts.v1.project_register import NUMBER
from contracts.values import Json, Moment, Outcome, Row

OPINIONS: Final = ("negative", "positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectValidation:
    """The body: the validator's attestation."""

    account: str
    project: str
    opinion: str
    body: dict[str, Json]
    report_sha256: str


def read(form: Form) -> ProjectValidation:
    """Read the body."""
    validation = ProjectValidation(
        account=form.text("account", ID),
        project=form.text("project", NUMBER),
        opinion=form.choice("opinion", OPINIONS),
        body=form.organisation("validator"),
        report_sha256=form.text("report_sha256", SHA256),
    )
    form.done()
    return validation


def needs(books: Books, order: Order, body: ProjectValidation) -> tuple[Need, ...]:
    """The validator's representatives sign."""
    return holder_needs(books, order, body.account)


def decide(books: Books, order: Order, body: ProjectValidation, moment: Moment) -> Outcome:
    """Record the attestation; a negative one is recorded nowhere, it is refused.

    Raises:
        Refused: `ACCOUNT_TYPE_WRONG`, `PROJECT_UNKNOWN`,
            `PROJECT_ALREADY_VALIDATED`, `NOT_INDEPENDENT`, `OPINION_NOT_POSITIVE`.
    """
    del order
    account = find_account(books, body.account, "validator")
    project = find_project(books, body.project)
    if project["validation"] is not None:
        raise Refused(RefusalCode.PROJECT_ALREADY_VALIDATED, project=body.project)
    check_independent(books, body.account, (text_of(project, "account"),))
    if body.opinion != "positive":
        raise Refused(RefusalCode.OPINION_NOT_POSITIVE, opinion=body.opinion)
    validation: dict[str, Json] = {
        "account": body.account,
        "body": body.body,
        "org": account["org"],
        "report_sha256": body.report_sha256,
        "seq": moment.seq,
    }
    changed: dict[str, Json] = {**project, "validation": validation}
    return Outcome(rows=(Row(f"project/{body.project}", changed),))


RULE: Final = Rule(kind="project.validate", read=read, needs=needs, decide=decide)
