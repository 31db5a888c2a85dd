"""What others say of a signed note before it is shown: cosignatures, until the policy is met."""

from collections.abc import Callable
from typing import TypeAlias

from ledger.log.note import Note, NoteError, NoteSignature, parse_note, verify
from ledger.log.policy import Policy, PolicyError, check_policy, parse_policy
from ledger.settings import Settings

Consistency: TypeAlias = Callable[[int], tuple[bytes, ...]]
Ask: TypeAlias = Callable[[Policy, bytes, Consistency, float], tuple[NoteSignature, ...]]
"""`ledger.witness.asking.ask_witnesses`: policy, note, proof from an old size, seconds to wait."""


class PublishError(Exception):
    """The log cannot be published as it stands; the text says why. The old checkpoint stays."""


class NoQuorumError(PublishError):
    """Too few witnesses have cosigned; the text says what became of it."""


class AheadError(PublishError):
    """A witness has cosigned more entries than there are: this ledger is an old copy."""


def ask_nobody(
    _policy: Policy, _note: bytes, _consistency: Consistency, _timeout_s: float
) -> tuple[NoteSignature, ...]:
    """Ask no witness."""
    return ()


def read_policy(settings: Settings) -> Policy | None:
    """Return the registry's policy, or nothing where there is none yet.

    Raises:
        PolicyError: the file is not a policy.
    """
    try:
        return parse_policy(settings.policy.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def cosigned(
    settings: Settings, note: bytes, shown: bytes | None, ask: Ask, consistency: Consistency
) -> bytes:
    """Return the note with the cosignatures that the policy asks for.

    Args:
        settings: Where the policy lies; without one nobody is asked.
        note: As the log signed it.
        shown: What is published now; of the same tree, its cosignatures still count.
        ask: How witnesses are asked.
        consistency: The path from an old size to the note's.

    Raises:
        NoQuorumError: too few have cosigned.
        AheadError: a witness knows more entries than the note has.
    """
    policy = read_policy(settings)
    if policy is None:
        return note
    answers = ask_all(settings, note, ask, consistency)
    full = _merged(parse_note(note), shown, answers).to_bytes()
    try:
        check_policy(policy, full)
    except PolicyError as error:
        raise NoQuorumError(f"the policy is not met: {error}") from error
    return full


def ask_all(
    settings: Settings, note: bytes, ask: Ask, consistency: Consistency
) -> tuple[NoteSignature, ...]:
    """Return the cosignatures that hold; none where no policy names a witness.

    Raises:
        AheadError: a witness knows more entries than the note has.
    """
    policy = read_policy(settings)
    if policy is None or not policy.witnesses:
        return ()
    ahead: list[int] = []

    def prove(old_size: int) -> tuple[bytes, ...]:
        try:
            return consistency(old_size)
        except ValueError:
            ahead.append(old_size)
            raise

    answers = ask(policy, note, prove, settings.witness_seconds)
    if ahead:
        raise AheadError(
            f"a witness has cosigned {max(ahead)} entries, more than there are here: an old copy "
            "was restored; bring the missing entries, from a mirror or the newest copy"
        )
    signed = parse_note(note)
    return tuple(line for line in answers if _is_by_witness(policy, signed, line))


def _is_by_witness(policy: Policy, signed: Note, line: NoteSignature) -> bool:
    """Say whether a line is a witness's and holds: one that fails would spoil the whole note."""
    try:
        verify(Note(signed.text, (line,)), [one.vkey for one in policy.witnesses])
    except NoteError:
        return False
    return True


def _merged(signed: Note, shown: bytes | None, answers: tuple[NoteSignature, ...]) -> Note:
    """Put new cosignatures below the log's own lines, and older ones of those who said nothing."""
    lines = {(one.name, one.key_id): one for one in _earlier(signed, shown)}
    lines |= {(one.name, one.key_id): one for one in answers}
    own = {(one.name, one.key_id) for one in signed.signatures}
    others = tuple(line for key, line in sorted(lines.items()) if key not in own)
    return Note(signed.text, (*signed.signatures, *others))


def _earlier(signed: Note, shown: bytes | None) -> tuple[NoteSignature, ...]:
    try:
        before = None if shown is None else parse_note(shown)
    except NoteError:
        return ()
    return before.signatures if before is not None and before.text == signed.text else ()
