"""The shape of the code: small rooms, clean floors, no net under our own mistakes."""

import pytest

from tests.support import architecture
from tests.support.architecture import Check, report, source_files

CATCH_ALL_ALLOWED: dict[str, str] = {
    "ledger/database/outcome.py": "whatever ends a second attempt, the first one's outcome is open",
    "ledger/jobs/performing.py": "whatever a task raises is written down; its worker goes on",
    "certificates/steps.py": "a hostile PDF makes parsers raise anything; the step has failed then",
    "ledger/sequencing/sequencer.py": "whoever waits in another thread is told; the thread goes on",
}
"""Files that may catch every exception, each with its reason: only the process boundary."""


def lines(count: int) -> str:
    return "\n".join(["    pass"] * count)


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(architecture.long_file, id="file-length"),
        pytest.param(architecture.long_functions, id="function-length"),
        pytest.param(architecture.many_parameters, id="parameters"),
    ],
)
def test_every_source_file_keeps_to(check: Check) -> None:
    assert report(check, source_files()) == []


def test_nothing_catches_every_exception_but_the_process_boundary() -> None:
    found = report(architecture.broad_excepts, source_files())
    assert [line for line in found if line.split(":")[0] not in CATCH_ALL_ALLOWED] == []


def test_no_checker_is_silenced_without_a_reason() -> None:
    paths = source_files(*architecture.PACKAGES, "tests", "bench")
    assert report(architecture.bare_exceptions, paths) == []


def test_the_log_needs_the_standard_library_and_cryptography_only() -> None:
    assert report(architecture.foreign_to_log, source_files("ledger/log")) == []


def test_transactions_are_opened_and_ended_in_the_ledger_only() -> None:
    assert report(architecture.commits, source_files("contracts", "certificates", "api")) == []


@pytest.mark.parametrize(
    ("check", "bad", "good"),
    [
        pytest.param(
            architecture.long_file, "x = 1\n" * 251, "x = 1\n" * 250, id="a-file-of-251-lines"
        ),
        pytest.param(
            architecture.long_functions,
            f"def grown():\n{lines(50)}\n",
            f"def fits():\n{lines(49)}\n",
            id="a-function-of-51-lines",
        ),
        pytest.param(
            architecture.long_functions,
            f"@once\n@twice\nasync def grown():\n{lines(48)}\n",
            f"async def fits():\n{lines(49)}\n",
            id="decorators-count",
        ),
        pytest.param(
            architecture.many_parameters,
            "def f(a, b, c, /, d, *rest, e): pass",
            "def f(self, a, b, c, /, d, *, e): pass",
            id="six-parameters",
        ),
        pytest.param(
            architecture.many_parameters,
            "@cache\ndef f(a, b, c, d, e, f): pass",
            "@router.get('/')\ndef f(a, b, c, d, e, f): pass",
            id="only-an-interface-may-take-six",
        ),
        pytest.param(
            architecture.broad_excepts,
            "try: pass\nexcept (ValueError, Exception): pass",
            "try: pass\nexcept (ValueError, KeyError): pass",
            id="except-exception",
        ),
        pytest.param(
            architecture.broad_excepts,
            "try: pass\nexcept: pass",
            "try: pass\nfinally: pass",
            id="bare-except",
        ),
        pytest.param(
            architecture.bare_exceptions,
            "x = y  # type: ignore[arg-type]",
            "x = y  # type: ignore[arg-type] # as it came",
            id="a-type-ignored-without-a-reason",
        ),
        pytest.param(
            architecture.bare_exceptions,
            "x = y  # type: ignore # as it came",
            "x = '# type: ignore'",
            id="all-types-ignored",
        ),
        pytest.param(
            architecture.bare_exceptions,
            "x = y  # noqa: E731, S603",
            "x = y  # noqa: E731, S603 - a reader in a line",
            id="a-rule-silenced-without-a-reason",
        ),
        pytest.param(
            architecture.bare_exceptions,
            "x = y  # noqa",
            "x = y  # noqa: N818 (an outcome, not an error)",
            id="all-rules-silenced",
        ),
        pytest.param(
            architecture.foreign_to_log,
            "from contracts.values import Json",
            "from .canonical import parse\nfrom cryptography import exceptions\nimport hashlib",
            id="the-log-imports-a-rule",
        ),
        pytest.param(
            architecture.foreign_to_log,
            "from ..tables import entry_table",
            "from . import canonical",
            id="the-log-climbs-out-of-its-folder",
        ),
        pytest.param(
            architecture.foreign_to_log,
            "def lazy():\n    import sqlalchemy",
            "def lazy():\n    import json",
            id="a-late-import-counts",
        ),
        pytest.param(
            architecture.commits,
            "with engine.begin() as connection: pass",
            "with engine.connect() as connection: pass",
            id="a-route-opens-a-transaction",
        ),
        pytest.param(
            architecture.commits, "session.commit()", "session.get(1)", id="a-route-commits"
        ),
    ],
)
def test_the_check_bites(check: Check, bad: str, good: str) -> None:
    assert check(bad) != []
    assert check(good) == []
