"""Asking witnesses: at once, in time, and believing only what the policy's keys have signed."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.witness.local import LocalWitness, local_witnesses, loopback, serving
from ledger.log.note import Note, parse_note
from ledger.log.policy import Policy, check_policy, parse_policy
from ledger.log.witness_wire import format_lines
from ledger.witness.asking import Outcome, WitnessAnswer, ask_each, ask_witnesses
from tests.support.policies import with_wrong_signature
from tests.support.witnesses import ORIGIN, SmallLog, make_witness

LOG = SmallLog.of(50)
TIMEOUT_S = 5.0


@pytest.fixture
def witnesses(tmp_path: Path) -> Iterator[tuple[LocalWitness, ...]]:
    with local_witnesses(tmp_path, ["w.example/1", "w.example/2"], LOG.vkeys) as started:
        yield started


def policy_of(*witnesses: LocalWitness, quorum: str = "2") -> Policy:
    lines = [f"log {key.to_text()}" for key in LOG.vkeys]
    lines += [line for one in witnesses for line in one.policy_lines]
    lines += [f"group q {quorum} {' '.join(one.name for one in witnesses)}", "quorum q", ""]
    return parse_policy("\n".join(lines))


def ask(policy: Policy, size: int, timeout_s: float = TIMEOUT_S) -> tuple[WitnessAnswer, ...]:
    return ask_each(policy, LOG.note(size), lambda old: LOG.path(old, size), timeout_s)


def test_a_quorum_cosigns_the_first_and_the_next_checkpoint(
    witnesses: tuple[LocalWitness, ...],
) -> None:
    policy = policy_of(*witnesses)
    for size in (7, 7, 50):
        lines = ask_witnesses(policy, LOG.note(size), lambda old, n=size: LOG.path(old, n), 5)
        note = parse_note(LOG.note(size))
        full = Note(note.text, (*note.signatures, *lines)).to_bytes()

        assert len(lines) == 4
        assert len(check_policy(policy, full).witnesses) == 4


def test_says_what_became_of_each(witnesses: tuple[LocalWitness, ...]) -> None:
    one, two = witnesses
    policy = policy_of(one, two, quorum="any")
    gone = Policy(
        logs=policy.logs,
        witnesses=tuple(
            type(w)(w.name, w.vkey, "http://127.0.0.1:9" if w.url == two.url else w.url)
            for w in policy.witnesses
        ),
    )
    found = {answer.url: answer for answer in ask(gone, 10)}

    assert found[one.url].outcome is Outcome.COSIGNED
    assert found[one.url].names == (f"{one.name}-ed25519", f"{one.name}-mldsa")
    assert found["http://127.0.0.1:9"].outcome is Outcome.UNREACHED


def test_a_witness_that_has_seen_more_is_believed_when_it_shows_it(
    witnesses: tuple[LocalWitness, ...],
) -> None:
    policy = policy_of(*witnesses)
    ask(policy, 40)

    answers = ask(policy, 30)

    assert {(one.outcome, one.size) for one in answers} == {(Outcome.AHEAD, 40)}


def test_a_witness_that_holds_another_branch_refuses(witnesses: tuple[LocalWitness, ...]) -> None:
    policy, fork = policy_of(*witnesses), LOG.fork(5)
    ask_each(policy, fork.note(10), lambda old: fork.path(old, 10), TIMEOUT_S)

    answers = ask(policy, 20)

    assert {one.outcome for one in answers} == {Outcome.REFUSED}
    assert all(one.detail.startswith("422") for one in answers)


@contextmanager
def hostile(tmp_path: Path, answer: object) -> Iterator[LocalWitness]:
    """A witness whose keys the policy has, and whose server answers whatever it likes."""
    folder = make_witness(tmp_path / "hostile", LOG)

    async def add_checkpoint(request: Request) -> Response:
        honest = folder.witness(lambda: 1_763_769_600).add_checkpoint(await request.body())
        return answer(honest.body)  # type: ignore[operator] # a test's lambda

    app = Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])])
    with serving(app, loopback()) as url:
        yield LocalWitness(folder=folder, url=url)


def with_forged_copy(body: bytes) -> Response:
    lines = parse_note(LOG.note(10).rpartition(b"\n\n")[0] + b"\n\n" + body).signatures
    return Response(format_lines([with_wrong_signature(lines[0]), lines[1]]))


def test_a_forged_line_does_not_spoil_the_true_one(tmp_path: Path) -> None:
    with hostile(tmp_path, with_forged_copy) as one:
        (answer,) = ask(policy_of(one, quorum="any"), 10)

    assert answer.outcome is Outcome.COSIGNED
    assert [line.key_id for line in answer.signatures] == [one.folder.keys[1].vkey.key_id]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param(lambda _body: Response(b""), Outcome.WRONG, id="nothing"),
        pytest.param(lambda _body: Response(b"hello\n"), Outcome.WRONG, id="no-lines"),
        pytest.param(
            lambda _body: Response(format_lines(parse_note(LOG.note(10)).signatures)),
            Outcome.WRONG,
            id="the-logs-own-line",
        ),
        pytest.param(lambda _body: Response(b"x" * 100_000), Outcome.WRONG, id="too-much"),
        pytest.param(
            lambda _body: Response(b"7\n", status_code=409), Outcome.WRONG, id="always-another-size"
        ),
        pytest.param(
            lambda _body: Response(b"999\n", status_code=409), Outcome.WRONG, id="lies-to-be-ahead"
        ),
        pytest.param(
            lambda body: RedirectResponse("http://127.0.0.1:9/"), Outcome.REFUSED, id="redirects"
        ),
        pytest.param(
            lambda _body: Response(b"\x1b[31m\n", status_code=500), Outcome.REFUSED, id="fails"
        ),
    ],
)
def test_nothing_is_accepted_from(tmp_path: Path, answer: object, outcome: Outcome) -> None:
    with hostile(tmp_path, answer) as one:
        (found,) = ask(policy_of(one, quorum="any"), 10)

    assert (found.outcome, found.signatures) == (outcome, ())
    assert "\x1b" not in found.detail


def test_a_slow_witness_costs_no_more_than_its_time(witnesses: tuple[LocalWitness, ...]) -> None:
    silent = loopback()
    silent.listen()
    slow = LocalWitness(
        folder=make_witness(witnesses[0].folder.path.parent / "slow", LOG),
        url=f"http://127.0.0.1:{silent.getsockname()[1]}",
    )
    began = time.monotonic()
    with ExitStack() as stack:
        stack.callback(silent.close)
        answers = ask(policy_of(*witnesses, slow), 10, timeout_s=1.0)

    assert time.monotonic() - began < 4
    assert sorted(one.outcome for one in answers) == [
        Outcome.COSIGNED,
        Outcome.COSIGNED,
        Outcome.UNREACHED,
    ]


def test_a_long_proof_for_one_witness_holds_up_no_other(
    witnesses: tuple[LocalWitness, ...],
) -> None:
    # Each proof waits until the other is being made: only side by side do they come to an end.
    both = threading.Barrier(2, timeout=TIMEOUT_S / 2)

    def path(old: int) -> tuple[bytes, ...]:
        both.wait()
        return LOG.path(old, 10)

    answers = ask_each(policy_of(*witnesses), LOG.note(10), path, TIMEOUT_S)

    assert [one.outcome for one in answers] == [Outcome.COSIGNED] * 2


def test_asks_from_any_thread(witnesses: tuple[LocalWitness, ...]) -> None:
    found: list[int] = []
    thread = threading.Thread(
        target=lambda: found.append(len(ask(policy_of(*witnesses), 10))), daemon=True
    )
    thread.start()
    thread.join(10)
    assert found == [2]


def test_policy_lines_count_both_keys_as_one(witnesses: tuple[LocalWitness, ...]) -> None:
    policy = policy_of(*witnesses)
    one = witnesses[0].name
    assert not policy.is_met([f"{one}-ed25519", f"{one}-mldsa"])
    assert policy.origins == {ORIGIN}
