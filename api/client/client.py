"""The client: one object for one registry, to be used by one thread at a time."""

import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Final as Constant
from typing import Self

from api.client.answers import Final, Receipt, Unrecorded
from api.client.asking import NOT_FOUND, Asking
from api.client.errors import MismatchError, RefusedError, UnreachableError
from api.client.journal import Journal
from api.client.retrying import Patience
from api.client.settling import Settling
from api.drafting.draft import Desk, Draft, draft_order
from contracts.refusal import RefusalCode
from contracts.values import ORDER_LIFE_US, Json
from ledger.clock import clock_us
from ledger.log.merkle import ProofError
from ledger.log.policy import Policy
from ledger.log.proof import TlogProof, verify_entry

BATCH_LINES_MAX: Constant = 1_000
POLL_S: Constant = 0.5
CLOCKS_DIFFER_US: Constant = 60 * 1_000_000
"""The registry's clock may be behind; the longest life would then be too long."""


class Client:
    """A registry as its clients see it.

    Args:
        url: Its address, without a path.
        journal: Where orders are written down before they are sent; without it, a client that is
            killed has to remember himself what he sent.
        policy: Whose signatures make a checkpoint good; without it, finality is told, not proven.
        patience: How long to ask again.
        clock: This machine's time in microseconds since 1970-01-01T00:00:00Z.
    """

    def __init__(
        self,
        url: str,
        *,
        journal: Journal | None = None,
        policy: Policy | None = None,
        patience: Patience | None = None,
        clock: Callable[[], int] = clock_us,
    ) -> None:
        self._asking = Asking(url, patience or Patience())
        self._settling = Settling(self._asking, journal)
        self._clock = clock
        self._journal = journal
        self._policy = policy
        self._desk: Desk | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close connections; the journal stays the caller's."""
        self._asking.close()

    def draft(
        self, kind: str, actor: str, body: Mapping[str, Json], *, life_us: int = ORDER_LIFE_US
    ) -> Draft:
        """Draft an order under the registry's rules in force, to be signed with `signed_with`.

        Raises:
            UnreachableError: the registry does not say what rules are in force.
            Refused: class 1, a field is malformed.
        """
        now_us = self._clock()
        if self._desk is None:
            row = self._asking.json("/v1/registry")
            if not isinstance(row, Mapping):
                raise MismatchError("the registry's description is no object")
            self._desk = Desk(origin=str(row["origin"]), rules=str(row["rules"]), now_us=now_us)
        desk = Desk(origin=self._desk.origin, rules=self._desk.rules, now_us=now_us)
        return draft_order(
            desk, kind, actor, body, life_us=min(life_us, ORDER_LIFE_US - CLOCKS_DIFFER_US)
        )

    def submit(self, draft: Draft) -> Receipt:
        """Send a signed order until the outcome is known, and compare the entry with it.

        Returns:
            Its receipt; the same one however often the same order is sent.

        Raises:
            RefusedError: the registry refuses it.
            UnknownOutcomeError: it may be recorded or not; send it again.
            UnreachableError: it was never received.
            MismatchError: the registry answers with what was not signed.
            JournalError: it could not be written down, and was not sent.
        """
        try:
            return self._settling.send(draft)
        except RefusedError as refused:
            self._forget_rules(refused)
            raise

    def submit_all(self, drafts: Sequence[Draft]) -> list[Receipt | RefusedError]:
        """Send orders of one sequence together, up to 1,000; each sees the ones before it.

        Raises:
            ValueError: none, or more than 1,000.
            UnknownOutcomeError, UnreachableError, MismatchError, JournalError: as `submit`; nothing
                is known of any of them then.
        """
        if not 0 < len(drafts) <= BATCH_LINES_MAX:
            raise ValueError(f"1 to {BATCH_LINES_MAX} orders go together, not {len(drafts)}")
        answers = self._settling.send_all(drafts)
        for answer in answers:
            self._forget_rules(answer)
        return answers

    def resolve(self, draft: Draft) -> Receipt | Unrecorded:
        """Look whether an order is recorded, without sending it.

        Raises:
            UnreachableError: nobody answers.
            MismatchError: the registry answers with what was not signed.
            JournalError: the outcome could not be written down.
        """
        return self._settling.look(draft)

    def resume(self) -> list[Receipt | RefusedError]:
        """Settle whatever the journal holds that was sent and never answered.

        Raises:
            ValueError: there is no journal.
            UnknownOutcomeError, UnreachableError, MismatchError, JournalError: as `submit`.
        """
        if self._journal is None:
            raise ValueError("a client without a journal has nothing to resume")
        found: list[Receipt | RefusedError] = []
        for draft in self._journal.open_orders():
            try:
                found.append(self._settling.send(draft, in_doubt=True))
            except RefusedError as refused:
                found.append(refused)
        return found

    def wait_final(self, receipt: Receipt, *, timeout_s: float = 120.0) -> Final:
        """Wait until a published checkpoint covers an entry, and check the proof of it.

        Raises:
            UnreachableError: not in time; the entry is recorded all the same.
            MismatchError: the proof does not hold under the policy.
        """
        ends_s = time.monotonic() + timeout_s
        path = f"/v1/entries/{receipt.seq}/proof"
        while (answered := self._asking.find(path)).status == NOT_FOUND:
            if time.monotonic() > ends_s:
                raise UnreachableError(f"entry {receipt.seq} is recorded and not yet published")
            time.sleep(POLL_S)
        try:
            proof = TlogProof.parse(answered.content)
            if proof.index != receipt.seq:
                raise MismatchError(f"the proof is of entry {proof.index}, not {receipt.seq}")
            verdict = (
                verify_entry(proof, receipt.entry, policy=self._policy) if self._policy else None
            )
        except ProofError as error:
            raise MismatchError(f"entry {receipt.seq} is not proven: {error}") from error
        return Final(proof=answered.content, verdict=verdict)

    def _forget_rules(self, answer: Receipt | RefusedError) -> None:
        """Ask for the rules in force again before the next draft, if these are no longer."""
        if isinstance(answer, RefusedError) and answer.code == RefusalCode.RULES_NOT_ACTIVE.value:
            self._desk = None
