"""What can go wrong for a client, by what he may conclude from it."""

from collections.abc import Mapping

from contracts.values import Json


class ClientError(Exception):
    """Something went wrong; the text says what and what to do."""


class RefusedError(ClientError):
    """The registry refuses the order as it stands now; nothing was recorded by this answer.

    Attributes:
        code: The refusal's number, permanent.
        name: Its name.
        facts: What the rule saw.
        detail_en: Why, in English; `detail_zh` in Chinese.
        earlier_open: An earlier attempt went unanswered. Should it still be on its way and arrive
            while the order is valid, it is decided anew then: look with `resolve` before an order
            with the same intent is signed.
    """

    def __init__(self, problem: Mapping[str, Json], *, earlier_open: bool) -> None:
        code, facts = problem.get("code"), problem.get("facts")
        self.code = code if isinstance(code, int) else 0
        self.name = str(problem.get("title", ""))
        self.facts: Mapping[str, Json] = facts if isinstance(facts, dict) else {}
        self.detail_en = str(problem.get("detail_en", ""))
        self.detail_zh = str(problem.get("detail_zh", ""))
        self.earlier_open = earlier_open
        super().__init__(f"{self.code} {self.name}: {self.detail_en}")


class UnreachableError(ClientError):
    """The registry could not be reached, and no attempt can have been recorded. Try again later."""


class UnknownOutcomeError(ClientError):
    """The order was sent and no answer came: it may be recorded or not.

    Send the same order again with `submit` or `resume`; never sign another one for the same intent
    before the outcome is known.
    """


class MismatchError(ClientError):
    """The registry's answer contradicts what was signed, or itself. Keep it: it is evidence."""
