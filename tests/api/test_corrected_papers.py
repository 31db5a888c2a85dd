"""Papers after an erratum, a reinstatement or a restoration: what is issued, and what verifies."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest import mock

import pytest

from api.extending import extend_certificate
from api.issuing import Issuer, IssuingError
from api.proving import store_of
from api.sealing import open_sealer
from certificates.number import certificate_number
from certificates.render import Renderer
from certificates.statement import Statement
from certificates.trust import Trust
from certificates.verdict import Verdict
from certificates.verify import verify_pdf
from certificates.verify_any import Asking, verify
from certificates.verify_log import Newer
from contracts.lookup import integer_of
from ledger.registry import Registry
from ledger.state.proving import prove_key
from ledger.state.view import prove
from tests.support.life_bodies import certificate_correct, correction, standing
from tests.support.many_papers import copied, publish_here
from tests.support.office import act, desk_of, issue_now, issued

AFTER = "示例会展服务集团有限公司"
AGAIN = "示例会展服务股份有限公司"


@dataclass(frozen=True, slots=True)
class Case:
    """The demonstration's first retirement, whose paper lies in its folder of certificates."""

    registry: Registry
    subject: str
    number: str

    @property
    def first(self) -> Path:
        return self.registry.settings.certificates / f"{self.number}.pdf"

    @property
    def beneficiary(self) -> str:
        row = self.registry.books().row(self.subject)
        assert row is not None
        return str(row["beneficiary"]["org"]["name"]["zh"])  # type: ignore[index,call-overload]  # JSON of the rules

    def correct(self, before: str, after: str) -> None:
        body = certificate_correct(self.number, correction("beneficiary", before, after))
        act(self.registry, "certificate.correct", body)

    def offline(self, path: Path, newer: bytes | None = None) -> Verdict:
        trust = Trust.load(self.registry.settings.trust)
        return verify_pdf(path.read_bytes(), trust, newer=Newer(state=newer))

    def online(self, path: Path) -> Verdict:
        asking = Asking(trust_dir=self.registry.settings.trust, registry=self.registry)
        return verify(path.read_bytes(), asking)

    def state_proof(self) -> bytes:
        publish_here(self.registry)
        claim = partial(prove_key, key=f"status/{self.number}")
        with closing(store_of(self.registry)) as store:
            return prove(self.registry, store, claim).to_bytes()


@pytest.fixture
def case(played: Path, tmp_path: Path) -> Iterator[Case]:
    registry = copied(played, tmp_path / "own")
    # The anchors of this copy ask for no witness either.
    policy = registry.settings.policy.read_bytes()
    (registry.settings.trust / "policy").write_bytes(policy)
    key, row = registry.books().rows_under("retire/", limit=1)[0]
    number = certificate_number(
        "RT", integer_of(row, "retired_seq"), integer_of(row, "retired_at_us")
    )
    yield Case(registry, key, number)
    registry.close()


def failed(verdict: Verdict) -> list[str]:
    return [step.name for step in verdict.steps if step.state == "failed"]


def test_a_corrected_copy_prints_the_erratum_and_verifies_and_the_older_one_is_superseded(
    case: Case,
) -> None:
    before = case.beneficiary
    case.correct(before, AFTER)
    corrected = issued(case.registry, case.subject)
    newer = case.state_proof()

    assert corrected.name == f"{case.number}-copy2.pdf"
    for verdict in (
        case.offline(corrected),
        case.offline(corrected, newer),
        case.online(corrected),
    ):
        assert failed(verdict) == []
        assert verdict.number == case.number
    online = case.online(corrected)
    assert (online.step("now").state, online.identity) == ("passed", "identical")
    assert failed(case.offline(case.first)) == []
    assert failed(case.offline(case.first, newer)) == ["state"]
    assert failed(case.online(case.first)) == ["now"]
    assert "更正" in case.online(case.first).step("now").zh


def test_after_a_second_erratum_only_the_newest_copy_is_valid(case: Case) -> None:
    before = case.beneficiary
    case.correct(before, AFTER)
    second = issued(case.registry, case.subject)
    case.correct(AFTER, AGAIN)
    third = issued(case.registry, case.subject)
    newer = case.state_proof()

    assert failed(case.offline(second, newer)) == ["state"]
    assert failed(case.online(second)) == ["now"]
    assert failed(case.offline(third, newer)) == []
    assert failed(case.online(third)) == []


def test_no_paper_is_issued_on_a_state_before_the_erratum(case: Case) -> None:
    publish_here(case.registry)
    case.correct(case.beneficiary, AFTER)
    with pytest.raises(IssuingError, match="has changed since; run: sinkledger state commit"):
        issue_now(case.registry, case.subject)


@pytest.mark.parametrize("is_corrected", [False, True])
def test_a_reinstated_certificate_gives_one_more_copy_that_verifies(
    case: Case, *, is_corrected: bool
) -> None:
    if is_corrected:
        case.correct(case.beneficiary, AFTER)
    act(case.registry, "certificate.suspend", standing(case.number, "complaint"))
    with pytest.raises(IssuingError, match="is suspended"):
        issued(case.registry, case.subject)
    suspended = case.state_proof()
    assert failed(case.offline(case.first, suspended)) == ["state"]
    act(case.registry, "certificate.reinstate", standing(case.number, "complaint_unfounded"))
    again = issued(case.registry, case.subject)

    assert failed(case.offline(again, case.state_proof())) == []
    assert failed(case.online(again)) == []
    assert failed(case.online(case.first)) == (["now"] if is_corrected else [])


def test_what_happens_while_a_paper_is_drawn_keeps_it_from_being_recorded(case: Case) -> None:
    publish_here(case.registry)
    size = case.registry.size()

    class Slow(Renderer):
        def render(self, statement: Statement) -> bytes:
            act(case.registry, "certificate.suspend", standing(case.number, "complaint"))
            return super().render(statement)

    seal = open_sealer(case.registry.settings)
    issuer = Issuer(registry=case.registry, renderer=Slow(), sealer=seal)
    with pytest.raises(IssuingError, match="status has changed since it was stated"):
        issuer.issue(case.subject, desk_of(case.registry))
    assert case.registry.size() == size + 1


def test_a_superseded_copy_is_not_extended(case: Case) -> None:
    case.correct(case.beneficiary, AFTER)
    with pytest.raises(IssuingError, match="superseded by a corrected copy"):
        extend_certificate(case.registry, desk_of(case.registry), case.number, mock.Mock())
    assert len(list(case.first.parent.glob(f"{case.number}*.pdf"))) == 1
