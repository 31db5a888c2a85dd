"""The verdict on a certificate: numbered steps, each passed, failed or not checked.

Nothing to check is never a success: a verdict is ok only if every step has passed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast

from contracts.values import Json

Finding: TypeAlias = tuple[str, str]
"""What a passed step found, in Chinese and in English."""

State: TypeAlias = Literal["passed", "failed", "not_checked"]

PASSED: Final = "passed"
FAILED: Final = "failed"
NOT_CHECKED: Final = "not_checked"

STEPS: Final = (
    "file",
    "seal",
    "time",
    "entry",
    "proof",
    "text",
    "units",
    "credential",
    "code",
    "state",
    "status",
)
"""The steps of a sealed file, in sequence."""

PROOF_STEPS: Final = ("entry", "proof", "status")
"""The steps of an entry and its proof without a page."""

Identity: TypeAlias = Literal["identical", "other_bytes", "sealed", "foreign"]
"""Whose file it is: one that the log records, byte for byte; sealed by us, but other bytes than any
recorded; sealed by us, and nobody was asked for the record; not ours."""

IDENTICAL: Final = "identical"
OTHER_BYTES: Final = "other_bytes"
SEALED: Final = "sealed"
FOREIGN: Final = "foreign"

Source: TypeAlias = Literal["ledger", "proof"]


class StepFailed(Exception):  # noqa: N818 - an outcome of a check, not a fault of the program
    """A step does not hold; says why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class StepNotChecked(Exception):  # noqa: N818 - an outcome of a check, not a fault of the program
    """What a step needs is not there; says what, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step's result in both languages."""

    name: str
    state: State
    zh: str
    en: str

    def to_json(self) -> dict[str, Json]:
        """Return the step as plain JSON."""
        return {"en": self.en, "name": self.name, "state": self.state, "zh": self.zh}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What became of a certificate, and as of when.

    Attributes:
        state: valid, suspended, impaired, superseded, expired or revoked.
        as_of: Entries that are taken into account; what comes after them is not known.
        source: "proof" if a committed state was proven, "ledger" if the registry itself was asked.
        event: What happened last, like "reinstated"; none if nothing ever did.
        reason: Why, as a code.
        seq: The entry by which it happened.
        copies_superseded: How many of its files an erratum has superseded.
        corrected_seq: The newest entry that corrected a text of it; none if none did.
    """

    state: str
    as_of: int
    source: Source
    event: str | None = None
    reason: str | None = None
    seq: int | None = None
    copies_superseded: int = 0
    corrected_seq: int | None = None

    def to_json(self) -> dict[str, Json]:
        """Return it as plain JSON."""
        return {name: getattr(self, name) for name in Standing.__dataclass_fields__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a certificate says of itself; to be shown, and believed only as far as steps passed.

    Attributes:
        number: The certificate's number, derived from the attached entry.
        kind: "RT" (retirement), "CL" (claim), "RG" (sink right) or "HD" (holdings).
        seq: Position of the stating entry.
        at_us: When it was recorded.
        quantity_kg: Kilograms retired or held.
        environment: "demo" or "production", from the attached entry 0.
        checkpoint_size: Entries that the proof's checkpoint covers; set once it is proven.
        sha256: Digest of the whole file, to be compared with the one recorded in the log.
        level: The seal's PAdES level, B-B, B-T or B-LTA, as far as the file shows it.
        dated_at_us: When a trusted authority dated the seal; none without one.
        errata_seq: The newest erratum that the file prints; none if it prints none.
    """

    number: str | None = None
    kind: str | None = None
    seq: int | None = None
    at_us: int | None = None
    quantity_kg: int | None = None
    environment: str | None = None
    checkpoint_size: int | None = None
    sha256: str | None = None
    level: str | None = None
    dated_at_us: int | None = None
    errata_seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All steps, what the certificate says, whose file it is and what became of it.

    Attributes:
        steps: What was checked, in sequence.
        facts: What the certificate says of itself.
        offered: What was given to verify, one of `certificates.offered.Offered`.
        identity: Whose file it is; only files have one.
        standing: What became of the certificate.
    """

    steps: tuple[Step, ...]
    facts: Facts
    offered: str = "pdf"
    identity: Identity | None = None
    standing: Standing | None = None

    @property
    def ok(self) -> bool:
        """Whether there are steps and every one has passed."""
        return bool(self.steps) and all(step.state == PASSED for step in self.steps)

    @property
    def has_failed(self) -> bool:
        """Whether a step has failed; if none has and it is not ok, anchors are missing."""
        return any(step.state == FAILED for step in self.steps)

    @property
    def number(self) -> str | None:
        """The certificate's number, if the attached entry could be read."""
        return self.facts.number

    @property
    def kind(self) -> str | None:
        """RT, CL, RG or HD, if the attached entry could be read."""
        return self.facts.kind

    @property
    def checkpoint_size(self) -> int | None:
        """Entries under the proven checkpoint."""
        return self.facts.checkpoint_size

    def step(self, name: str) -> Step:
        """Return a step by its name."""
        return next(step for step in self.steps if step.name == name)

    def to_json(self) -> dict[str, Json]:
        """Return the verdict as plain JSON: the facts, "ok", "steps" and so on."""
        facts: dict[str, Json] = {
            name: getattr(self.facts, name) for name in Facts.__dataclass_fields__
        }
        return {
            **facts,
            "identity": self.identity,
            "offered": self.offered,
            "ok": self.ok,
            "status": self.standing.to_json() if self.standing else None,
            "steps": [
                {"position": position, **step.to_json()}
                for position, step in enumerate(self.steps, start=1)
            ],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> "Verdict":
        """Read back what `to_json` wrote; only for the answer of our own process.

        Raises:
            KeyError: something is missing.
        """
        steps = cast("list[dict[str, str]]", value["steps"])
        return cls(
            steps=tuple(
                Step(
                    name=one["name"], state=cast("State", one["state"]), zh=one["zh"], en=one["en"]
                )
                for one in steps
            ),
            facts=Facts(**{name: cast("Any", value[name]) for name in Facts.__dataclass_fields__}),
            offered=cast("str", value["offered"]),
            identity=cast("Identity | None", value["identity"]),
            standing=Standing(**cast("Any", value["status"])) if value["status"] else None,
        )


def not_reached(name: str) -> Step:
    """Return a step that could not be taken because one before it has not passed."""
    return Step(
        name=name,
        state=NOT_CHECKED,
        zh="前面的步骤未通过，未检查",
        en="an earlier step has not passed",
    )
