"""A registry with a real seal and a real log key, its trust folder, and its sealed papers."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from certificates.render import Renderer
from certificates.seal import Sealer
from certificates.statement import Statement, attested
from certificates.trust import Trust
from certificates.verdict import FAILED, Verdict
from ledger.log.policy import Policy
from tests.support.certificates import LOG_KEY, SERVICE_KEY, FakeLog, demo_log
from tests.support.seals import make_seal

WHEN = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Keys in `folder`/keys, anchors in `folder`/trust, and a log that names both."""

    folder: Path
    log: FakeLog
    sealer: Sealer
    trust: Trust

    def seal(self, pdf: bytes) -> bytes:
        """Seal any page, as a thief of the seal could."""
        return self.sealer.seal(pdf, when=WHEN)

    def statement(self, kind: str, **changes: object) -> Statement:
        """Return the statement of a kind's paper, with fields told otherwise, signed again."""
        changed = replace(self.log.statement(kind), **changes)  # type: ignore[arg-type] # any field
        return attested(changed, SERVICE_KEY)


@cache
def registry() -> Registry:
    """Return the registry that all tests of this process share."""
    folder = Path(mkdtemp(prefix="sinkledger-registry-"))
    fingerprint = make_seal(folder, now=WHEN)
    (folder / "trust/policy").write_text(Policy.of_keys([LOG_KEY.vkey]).to_text())
    return Registry(
        folder=folder,
        log=demo_log(seal_root_sha256=fingerprint),
        sealer=Sealer(folder / "keys"),
        trust=Trust.load(folder / "trust"),
    )


@cache
def renderer() -> Renderer:
    """Return the renderer that all tests of this process share."""
    return Renderer()


@cache
def rendering(kind: str) -> bytes:
    """Return the unsealed page of a kind's first paper."""
    return renderer().render(registry().log.statement(kind))


@cache
def sealed(kind: str) -> bytes:
    """Return the sealed file of a kind's first paper."""
    return registry().seal(rendering(kind))


def first_failed(verdict: Verdict) -> str:
    """Return the name of the first step that failed."""
    return next((step.name for step in verdict.steps if step.state == FAILED), "none")
