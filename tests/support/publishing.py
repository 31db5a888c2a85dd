"""Publishing in tests: a signer in this process, witnesses without a network."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ledger.log.checkpoint import Checkpoint
from ledger.log.cosignature import cosign
from ledger.log.key import ALG_COSIGNATURE, Skey
from ledger.log.merkle import verify_consistency
from ledger.log.note import NoteSignature, parse_note
from ledger.log.policy import Policy
from ledger.log.tree_head import parse_checkpoint
from ledger.publish.publisher import Publisher
from ledger.publish.quorum import Consistency, ask_nobody
from ledger.publish.signer import SignRequest, read_signer_mark, sign
from ledger.registry import Registry
from tests.support.ledger import LOG_KEY, ORIGIN
from tests.support.signing import Signer

NOW_S = 1_790_000_000


@dataclass(slots=True)
class NearSigner:
    """The signer's rules without its process; counts what it signed."""

    keys: Path
    now_s: int = NOW_S
    notes: list[bytes] = field(default_factory=list)

    def mark(self) -> bytes | None:
        """Return the note that was signed last."""
        return read_signer_mark(self.keys)

    def sign(self, request: SignRequest) -> bytes:
        """Sign."""
        self.notes.append(sign(self.keys, request, self.now_s))
        return self.notes[-1]

    def close(self) -> None:
        """Do nothing."""


@dataclass(slots=True)
class NearWitness:
    """A witness without a network: cosigns what continues what it cosigned last."""

    name: str
    last: Checkpoint | None = None
    now_s: int = NOW_S
    silent: bool = False
    asked: int = 0

    @property
    def key(self) -> Skey:
        """Its key."""
        return Skey(self.name, Signer(self.name).seed, ALG_COSIGNATURE)

    def cosign(self, note: bytes, consistency: Consistency) -> tuple[NoteSignature, ...]:
        """Answer as a witness does, or not at all."""
        self.asked += 1
        if self.silent:
            return ()
        new = parse_checkpoint(parse_note(note).text)
        if self.last is not None:
            path = consistency(self.last.size)
            verify_consistency(self.last.size, new.size, path, self.last.root, new.root)
        self.last = new
        return (cosign(new, self.key, self.now_s),)


@dataclass(slots=True)
class NearWitnesses:
    """What `ask_witnesses` is in tests."""

    witnesses: tuple[NearWitness, ...]

    def __call__(
        self, _policy: Policy, note: bytes, consistency: Consistency, _timeout_s: float
    ) -> tuple[NoteSignature, ...]:
        lines: tuple[NoteSignature, ...] = ()
        for one in self.witnesses:
            try:
                lines += one.cosign(note, consistency)
            except ValueError:
                continue
        return lines

    def write_policy(self, registry: Registry, quorum: int) -> None:
        """Put a policy among the trust anchors that needs so many of them."""
        names = [one.name.partition("/")[0] for one in self.witnesses]
        lines = [f"log {LOG_KEY.vkey.to_text()}"]
        lines += [
            f"witness {name} {one.key.vkey.to_text()} https://{name}.example/"
            for name, one in zip(names, self.witnesses, strict=True)
        ]
        lines += [f"group all {quorum} {' '.join(names)}", "quorum all"]
        registry.settings.policy.write_text("\n".join(lines) + "\n")


def near_publisher(
    registry: Registry,
    ask: NearWitnesses | None = None,
    before: Callable[[], None] | None = None,
) -> Publisher:
    """Return a publisher with everything in this process."""
    signer = NearSigner(registry.settings.keys)
    return Publisher(registry=registry, signer=signer, ask=ask or ask_nobody, before=before)


def request(registry: Registry, since: int, **changed: object) -> SignRequest:
    """Return an honest request to sign the registry's head, with changes."""
    head = registry.head()
    given = {
        "origin": ORIGIN,
        "old_size": since,
        "path": registry.consistency(since, head.size),
        "size": head.size,
        "root": head.root,
        "vkeys": (LOG_KEY.vkey.to_text(),),
    }
    return SignRequest(**{**given, **changed})  # type: ignore[arg-type]  # of the right kinds
