"""Every task, by name: what a worker can do and what the command line can ask for."""

from typing import Final

from api.tasks.checking import CHECK
from api.tasks.delivering import DELIVER
from api.tasks.exporting import EXPORT
from api.tasks.issuing import ISSUE
from api.tasks.submitting import SUBMIT
from api.tasks.tidying import TIDY
from ledger.jobs.task import Tasks

TASKS: Final[Tasks] = {one.name: one for one in (CHECK, DELIVER, EXPORT, ISSUE, SUBMIT, TIDY)}
