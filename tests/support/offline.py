"""Asking the offline verifier from Python: give it files, get its steps."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

CHECK = """async ([files, witnessedAfter]) => {
  const given = nothingGiven();
  if (witnessedAfter !== null) given.witnessedAfter = BigInt(witnessedAfter);
  const refused = [];
  for (const [name, file] of files) {
    try { await takeMaterial(given, bytesOfBase64(file), name); } catch (error) {
      refused.push(answerFor(error).code);
    }
  }
  const results = await checkAll(given);
  return { refused, results: results.map(({ kind, verdict, steps }) => ({ kind, verdict,
    steps: steps.map(({ name, state, code }) => [name, state, code]) })) };
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineVerdict:
    """What the page says of one thing.

    Attributes:
        kind: certificate, entry, ledger, number or state_proof.
        verdict: valid, invalid or unchecked.
        states: By step: passed, failed or not_checked.
        codes: By step: why.
    """

    kind: str
    verdict: str
    states: dict[str, str]
    codes: dict[str, str]

    @property
    def first_failed(self) -> str:
        """The first step that failed."""
        return next((name for name, state in self.states.items() if state == "failed"), "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offline:
    """Everything that the page says of some files; `refused` are codes of those it cannot read."""

    refused: tuple[str, ...]
    verdicts: tuple[OfflineVerdict, ...]

    def of(self, kind: str) -> OfflineVerdict:
        """Return the one verdict about a kind of thing."""
        [found] = [one for one in self.verdicts if one.kind == kind]
        return found


def check_offline(
    scripts: Any, *files: bytes | str | tuple[str, bytes], witnessed_after: int | None = None
) -> Offline:
    """Give files to the page's functions, in this sequence, and return what they say.

    A file of a folder is a pair of its path and its bytes.
    """
    given = [_named(one) for one in files]
    found: dict[str, Any] = scripts.evaluate(CHECK, [given, witnessed_after])
    return Offline(
        refused=tuple(found["refused"]), verdicts=tuple(_verdict(one) for one in found["results"])
    )


def _named(file: bytes | str | tuple[str, bytes]) -> list[str]:
    name, content = file if isinstance(file, tuple) else ("", file)
    return [name, b64encode(content.encode() if isinstance(content, str) else content).decode()]


def _verdict(found: dict[str, Any]) -> OfflineVerdict:
    steps: Iterable[list[str]] = found["steps"]
    return OfflineVerdict(
        kind=found["kind"],
        verdict=found["verdict"],
        states={name: state for name, state, _ in steps},
        codes={name: code for name, _, code in steps},
    )


def export_of(entries: Iterable[bytes]) -> bytes:
    """Return entries as an exported ledger."""
    return b"".join(entry + b"\n" for entry in entries)
