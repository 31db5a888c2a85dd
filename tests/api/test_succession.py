"""The log must end: it is frozen and published a last time, and every paper still verifies."""

from pathlib import Path
from shutil import copytree

from api.cli.place import settings_for
from api.drafting.draft import Desk, draft_order
from api.founding import write_policy
from api.keys import load_seed
from api.rotation import predecessor_of
from certificates.trust import Trust
from certificates.verify import verify_pdf
from contracts.lookup import registry as registry_row
from contracts.refusal import RefusalCode, Refused
from ledger.audit.audit import audit
from ledger.intake.envelope import read_envelope
from ledger.log.entry import Entry
from ledger.log.policy import Policy
from ledger.publish.announced import signing_keys
from ledger.publish.publisher import publish
from ledger.registry import Registry, open_registry
from tests.api.conftest import DEMO_US

OFFICERS = ("registrar", "supervisor")


def test_every_certificate_verifies_after_the_log_is_frozen(played: Path, tmp_path: Path) -> None:
    folder = tmp_path / "old"
    copytree(played, folder, symlinks=True)
    registry = open_registry(settings_for(folder))
    frozen = submit(
        registry,
        "log.freeze",
        {"reason": "drill", "successor": "registry.example/2"},
        *OFFICERS,
    )
    later = submit(registry, "log.freeze", {"reason": "x", "successor": None}, *OFFICERS)
    trust = Trust.load(registry.settings.trust)
    # The demonstration's witnesses have ended with it; papers are still checked against them.
    write_policy(registry.settings, Policy.of_keys(signing_keys(registry_row(registry.books()))))
    note = publish(registry)

    assert isinstance(frozen, Entry)
    assert isinstance(later, Refused)
    assert later.code is RefusalCode.LOG_FROZEN
    assert audit(registry.settings).ok
    papers = sorted(registry.settings.certificates.glob("*.pdf"))
    verdicts = [verify_pdf(paper.read_bytes(), trust) for paper in papers]
    assert len(papers) >= 2
    assert [verdict.ok for verdict in verdicts] == [True] * len(papers)
    assert predecessor_of(folder, None, "registry.example/2") == note.decode()


def submit(
    registry: Registry, kind: str, body: dict[str, str | None], *roles: str
) -> Entry | Refused:
    rules = registry.books().row("rules/active")
    assert rules is not None
    desk = Desk(origin=registry.origin(), rules=str(rules["hash"]), now_us=DEMO_US)
    draft = draft_order(desk, kind, "registrar", dict(body))
    for role in roles:
        draft = draft.signed_with(load_seed(registry.settings.keys / f"persons/{role}.pem"))
    (answer,) = registry.submit(
        [read_envelope(draft.envelope())], now_us=DEMO_US, clock_confirmed=True
    )
    return answer
