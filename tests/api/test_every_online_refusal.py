"""Every refusal of what is asked of the registry: an attack meets it and gets further without."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock

import pypdfium2
import pytest
from PIL import Image

from api.founding import service_seed
from api.routes.verify import STEP_NAMES
from certificates.compact import make_code, read_code
from certificates.number import CertificateNumber, certificate_number, parse_number
from certificates.photo import read_photo
from certificates.qr import code_of_text, qr_text
from certificates.seal import Sealer
from certificates.service_key import ServiceKey, service_key_of
from certificates.trust import Trust
from certificates.verdict import FAILED, STEPS, Standing, Verdict
from certificates.verify import verify_pdf
from certificates.verify_any import Asking, asked_online, verify
from certificates.verify_file import END_MARK, SIZE_MAX
from certificates.verify_ledger import Answering
from certificates.verify_text import verify_photo
from contracts.ranges import Range, serial_text
from ledger.log.proof import TlogProof
from tests.support.service import Service
from tests.support.step_sabotage import Site, refused_at, sites, without

FILES = (
    "certificates/photo.py",
    "certificates/verify_any.py",
    "certificates/verify_ledger.py",
    "certificates/verify_serial.py",
    "certificates/verify_text.py",
)
Patch = tuple[str, Any]


@dataclass(frozen=True)
class Desk:
    """A registry that is asked, and two of its papers."""

    service: Service

    @property
    def papers(self) -> list[Path]:
        return sorted(self.service.registry.settings.certificates.glob("TH-RT-*.pdf"))

    @property
    def trust(self) -> Trust:
        return Trust.load(self.service.registry.settings.trust)

    def ask(self, data: bytes) -> Verdict:
        settings = self.service.registry.settings
        return verify(data, Asking(trust_dir=settings.trust, registry=self.service.registry))

    def photo(self, *papers: Path) -> Verdict:
        answering = Answering(registry=self.service.registry, trust=self.trust)
        data = picture(*papers)
        return verify_photo(lambda: read_photo(data), answering)

    def file(self, data: bytes, said: bytes | None = None) -> Verdict:
        """Verify a file that says what another one says."""
        answering = Answering(registry=self.service.registry, trust=self.trust)
        verdict = verify_pdf(said or data, self.trust)
        facts = replace(verdict.facts, sha256=sha256(data).hexdigest())
        return asked_online(replace(verdict, facts=facts), data, answering)


Judge = Callable[[Desk], Verdict]


def picture(*papers: Path) -> bytes:
    pages = [pypdfium2.PdfDocument(one).get_page(0).render(scale=2).to_pil() for one in papers]
    both = Image.new("L", (1_800, 1_300 * max(1, len(pages))), 255)
    for at, page in enumerate(pages):
        both.paste(page.convert("L"), (0, 1_300 * at))
    target = BytesIO()
    both.save(target, "PNG")
    return target.getvalue()


def code_text(desk: Desk) -> str:
    return read_photo(picture(desk.papers[0]))


def more_claimed(desk: Desk) -> bytes:
    """Return a code of the service's own that says more than the log."""
    settings, text = desk.service.registry.settings, code_text(desk)
    claims = read_code(code_of_text(text), service_key_of(desk.service.registry.entry(0)))
    key = ServiceKey(seed=service_seed(settings, "certificates"))
    code = make_code(replace(claims, quantity_kg=claims.quantity_kg + 1), key)
    return qr_text(settings.base_url, claims.number, code).encode()


def of_another(desk: Desk) -> bytes:
    other = read_photo(picture(desk.papers[1]))
    return f"{code_text(desk).partition('#')[0]}#{other.partition('#')[2]}".encode()


def never_recorded(desk: Desk) -> bytes:
    """Seal a page of ours once more, with the registry's own key."""
    data = desk.papers[0].read_bytes()
    page = data[: data.index(END_MARK) + len(END_MARK)]
    keys = desk.service.registry.settings.keys
    return Sealer(keys).seal(page, when=datetime(2026, 11, 9, tzinfo=UTC))


def number(kind: str, seq: int, year: int = 2026) -> bytes:
    at_us = int(datetime(year, 7, 1, tzinfo=UTC).timestamp()) * 1_000_000
    return certificate_number(kind, seq, at_us).encode()


def stated(desk: Desk) -> int:
    return parse_number(desk.papers[0].stem).seq


def beyond_the_log(desk: Desk) -> bytes:
    proof = TlogProof.parse(desk.papers[0].with_suffix(".tlog-proof").read_bytes())
    return replace(proof, index=10**6).to_bytes()


def state_of(desk: Desk, key: str) -> bytes:
    return desk.service.client.get("/v1/state/proof", params={"key": key}).content


def serial(desk: Desk) -> bytes:
    retired = desk.service.get("/v1/retirements")[0]["id"]
    return str(desk.service.get(f"/v1/retirements/{retired}")["units"][0]["serial"]).encode()


def foreign_units(_: Desk) -> bytes:
    return serial_text("BT-F-9999-20210901-20250831-01", Range(0, 9)).encode()


CASES: dict[str, tuple[str, Judge]] = {
    "photo.read_photo:0": ("photo", lambda desk: desk.photo(*desk.papers[:2])),
    "photo.read_photo:1": ("photo", lambda desk: desk.photo()),
    "any._fetch:0": ("entry", lambda desk: desk.ask(beyond_the_log(desk))),
    "any._prove_state:1": ("state", lambda desk: desk.ask(state_of(desk, "registry"))),
    "any._refuse:0": ("file", lambda desk: desk.ask(bytes(SIZE_MAX + 1))),
    "any._refuse:1": ("file", lambda desk: desk.ask(b" ")),
    "any._refuse:2": ("file", lambda desk: desk.ask(b"GIF89a")),
    "any._refuse:3": ("file", lambda desk: desk.ask(b"?")),
    "ledger.Answering.stating:0": ("entry", lambda desk: desk.ask(number("RT", 10**6))),
    "ledger.Answering.stating:1": ("entry", lambda desk: desk.ask(number("CL", stated(desk)))),
    "ledger.Answering.stating:2": (
        "entry",
        lambda desk: desk.ask(number("RT", stated(desk), year=2031)),
    ),
    "ledger.check_record:0": ("record", lambda desk: desk.file(never_recorded(desk))),
    "ledger.check_record:1": (
        "record",
        lambda desk: desk.file(desk.papers[1].read_bytes(), desk.papers[0].read_bytes()),
    ),
    "serial._Asked.locate:0": ("units", lambda desk: desk.ask(foreign_units(desk))),
    "text._Asked.find_entry:0": ("entry", lambda desk: desk.ask(more_claimed(desk))),
    "text._Asked.read_code:1": ("code", lambda desk: desk.ask(of_another(desk))),
    "text._check_address:0": (
        "address",
        lambda desk: desk.ask(code_text(desk).replace("//", "//EVIL.", 1).encode()),
    ),
}
UNREACHED = {
    "serial._Asked.locate:1": "fifty retirements of one batch are more than the demonstration has",
    "serial._Asked.locate:2": "retired units without their row: the projection would be damaged",
    "text._Asked.find_record:0": "every paper of the demonstration is issued; below, by a patch",
}
BACKED = {
    "any._fetch:0",
    "any._prove_state:1",
    "any._refuse:0",
    "any._refuse:1",
    "any._refuse:2",
    "any._refuse:3",
    "ledger.Answering.stating:0",
    "ledger.Answering.stating:1",
    "ledger.check_record:0",
    "photo.read_photo:1",
}
"""Where nothing is there to go on with, so another sentence refuses."""

DASH = b"\n\xe2\x80\x94 "
REVOKED = Standing(state="revoked", as_of=9, source="ledger", event="revoked", reason="x", seq=1)
LENIENT = CertificateNumber(kind="RT", year=2026, seq=0, text="TH-RT-2026-0000000-0")
ELSEWHERE: dict[str, tuple[Judge, Patch | None, Patch]] = {
    "number": (
        lambda desk: desk.ask(desk.papers[0].stem.encode()[:-1] + b"-"),
        None,
        ("certificates.verify_text.parse_number", lambda _: LENIENT),
    ),
    "serial": (
        lambda desk: desk.ask(serial(desk)[:-1] + b"-"),
        None,
        ("certificates.verify_serial.parse_serial", lambda _: ("BT-F-1", Range(0, 9))),
    ),
    "checkpoint": (
        lambda desk: desk.ask(beyond_the_log(desk).replace(DASH, DASH + b"x")),
        None,
        ("certificates.verify_any.check_policy", mock.Mock()),
    ),
    "proof": (
        lambda desk: desk.ask(desk.papers[0].stem.encode()),
        ("ledger.registry.Registry.proof", lambda *_: (bytes(32),) * 9),
        ("certificates.verify_ledger.verify_entry", lambda *_, **__: mock.Mock(witnesses=())),
    ),
    "now": (
        lambda desk: desk.ask(desk.papers[0].stem.encode()),
        ("certificates.verify_ledger.Answering.standing", lambda *_: REVOKED),
        ("certificates.verify_text.check_standing", lambda _: ("", "")),
    ),
    "record": (
        lambda desk: desk.ask(desk.papers[0].stem.encode()),
        ("certificates.verify_ledger.Answering.copies", lambda *_: ()),
        ("certificates.verify_text._Asked.find_record", lambda *_: ("", "")),
    ),
}
"""Steps whose check stands in another package: the attack, what prepares it, the saboteur."""


@pytest.fixture(scope="module")
def desk(demo: Service) -> Desk:
    return Desk(demo)


def name_of(site: Site) -> str:
    file = site.file.removeprefix("certificates/").removeprefix("verify_").removesuffix(".py")
    return f"{file}.{site.function}:{site.position}"


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_is_met_by_its_attack_and_holds_it(desk: Desk, name: str) -> None:
    step, judge = CASES[name]
    site, before = refused_at(lambda: judge(desk), step)
    assert site is not None
    assert name_of(site) == name
    assert before.step(step).state == FAILED
    with without(site):
        try:
            after = judge(desk)
        except IndexError:
            return
    assert after.step(step) != before.step(step)
    assert (after.step(step).state == FAILED) == (name in BACKED)


@pytest.mark.parametrize("step", ELSEWHERE)
def test_a_step_without_its_check_lets_the_attack_through(desk: Desk, step: str) -> None:
    judge, prepared, sabotaged = ELSEWHERE[step]
    with ExitStack() as stack:
        if prepared is not None:
            stack.enter_context(mock.patch(*prepared))
        assert judge(desk).step(step).state == FAILED
        stack.enter_context(mock.patch(*sabotaged))
        assert judge(desk).step(step).state != FAILED


def test_every_refusal_in_the_source_has_its_attack() -> None:
    assert {name_of(site) for site in sites(*FILES)} == CASES.keys() | UNREACHED


def test_every_step_of_every_verdict_has_a_saboteur() -> None:
    through = {step for name, (step, _) in CASES.items() if name not in BACKED}
    assert through | ELSEWHERE.keys() | set(STEPS) == STEP_NAMES
