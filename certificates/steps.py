"""Taking the steps of a verification, whatever a hostile file makes a parser do."""

from collections.abc import Callable, Sequence

from certificates.verdict import (
    FAILED,
    NOT_CHECKED,
    PASSED,
    Finding,
    State,
    Step,
    StepFailed,
    StepNotChecked,
    not_reached,
)


class Steps:
    """Takes steps by name and keeps their results.

    Args:
        names: All steps of the verification, in sequence.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._taken: dict[str, Step] = {}

    def take(self, name: str, check: Callable[[], Finding]) -> None:
        """Take a step: it passes if its check returns.

        A damaged file makes parsers raise anything: their own errors, but also TypeError or
        KeyError. This is the one place that answers for them, and it answers: failed.
        """
        state: State = PASSED
        try:
            zh, en = check()
        except StepFailed as reason:
            state, zh, en = FAILED, reason.zh, reason.en
        except StepNotChecked as reason:
            state, zh, en = NOT_CHECKED, reason.zh, reason.en
        except Exception as error:
            state, zh = FAILED, "内容损坏，无法读取"
            en = f"damaged, cannot be read ({type(error).__name__})"
        self._taken[name] = Step(name=name, state=state, zh=zh, en=en)

    def has_passed(self, name: str) -> bool:
        """Say whether a step that was taken has passed."""
        return self._taken[name].state == PASSED

    def has_failed(self, name: str) -> bool:
        """Say whether a step that was taken has failed."""
        return self._taken[name].state == FAILED

    def results(self) -> tuple[Step, ...]:
        """Return all steps in sequence; those not taken are not checked."""
        return tuple(self._taken.get(name) or not_reached(name) for name in self._names)
