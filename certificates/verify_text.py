"""Verifying what people type or scan: a certificate's number, a QR code's text, a serial number.

number  1 number   its check character fits
2 entry    the log holds the entry that states it
3 proof    the published checkpoint covers that entry, as the policy demands
4 record   a file was issued for it
5 now      what became of it
code    1 number, 2 address, 3 code (signed by the service), then entry … now
photo   1 photo, then those of a code
serial  1 serial, 2 units (where they are now), 3 proof, 4 now
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from certificates.compact import Claims, CodeError, claims_of, read_code
from certificates.content import Content
from certificates.number import CertificateNumber, NumberError, parse_number
from certificates.offered import Offered
from certificates.qr import MARK, code_of_text, qr_address, verification_path
from certificates.service_key import ServiceKeyError, service_key_of
from certificates.steps import Steps
from certificates.verdict import Facts, Finding, Standing, StepFailed, StepNotChecked, Verdict
from certificates.verify_ledger import Answering
from certificates.verify_state import check_standing
from ledger.log.entry import Entry, parse_entry

NUMBER_STEPS: Final = ("number", "entry", "proof", "record", "now")
CODE_STEPS: Final = ("number", "address", "code", "entry", "proof", "record", "now")
PHOTO_STEPS: Final = ("photo", *CODE_STEPS)


def _said(content: Content) -> tuple[int, date, str]:
    """Return what a code says; the credential, which it names too, is not in the log."""
    claims = claims_of(content, b"")
    return claims.quantity_kg, claims.day, claims.beneficiary


@dataclass(slots=True, kw_only=True)
class _Asked:
    """What the steps find out, for the steps after them."""

    answering: Answering
    number: CertificateNumber | None = None
    claims: Claims | None = None
    content: Content | None = None
    standing: Standing | None = None

    def read_number(self, text: str) -> Finding:
        try:
            self.number = parse_number(text)
        except NumberError as error:
            raise StepFailed("证书编号有误，请核对后重输", f"no number: {error}") from error
        return f"编号{self.number.text}校验相符", f"{self.number.text}: the check character fits"

    def read_code(self, text: str) -> Finding:
        """Check the statement behind the code's address, by the key that entry 0 names."""
        try:
            code = code_of_text(text)
            if not code:
                raise StepNotChecked("二维码未带签名声明", "the code holds no signed statement")
            self.claims = read_code(code, service_key_of(self._opening()))
        except (CodeError, ServiceKeyError, ValueError) as error:
            raise StepFailed("二维码中的声明不成立", f"the code's statement: {error}") from error
        if self.number is None or self.claims.number != self.number.text:
            raise StepFailed("二维码的声明属于另一证书", "the statement is of another certificate")
        return (
            f"声明由证书服务签名：{self.claims.beneficiary}，{self.claims.quantity_kg}千克，"
            f"{self.claims.day}；请与纸面逐项核对",
            f"signed: {self.claims.beneficiary}, {self.claims.quantity_kg} kg, "
            f"{self.claims.day}; compare each with the paper",
        )

    def _opening(self) -> Entry:
        if self.answering.trust.opening is not None:
            return parse_entry(self.answering.trust.opening)
        return self.answering.opened.entry(0)

    def find_entry(self, number: CertificateNumber) -> Finding:
        """Look the number up, and hold the code's words against the entry's."""
        content = self.content = self.answering.stating(number)
        if self.claims is not None:
            said = (self.claims.quantity_kg, self.claims.day, self.claims.beneficiary)
            # An older copy says what stood there before an erratum; the step "now" tells of it.
            if said not in (_said(content), _said(self.answering.stating(number, as_entered=True))):
                raise StepFailed("二维码所述与登记簿不符", "the log says something else")
        whom, kg = content.body.subject, content.quantity_kg
        return (
            f"第{content.seq}条记录：{whom.zh or whom.en}" + (f"，{kg}千克" if kg else ""),
            f"entry {content.seq}: {whom.en or whom.zh}" + (f", {kg} kg" if kg else ""),
        )

    def find_record(self, number: str) -> Finding:
        copies = self.answering.copies(number)
        if not copies:
            raise StepFailed("登记簿没有签发过此证书的文件", "no file was ever issued for it")
        return f"已签发{len(copies)}份文件", f"{len(copies)} file(s) were issued"

    def ask_now(self, number: str) -> Finding:
        self.standing = self.answering.standing(number)
        return check_standing(self.standing)

    def facts(self) -> Facts:
        content = self.content
        if content is None:
            number = self.number
            return Facts(
                number=number.text if number else None, kind=number.kind if number else None
            )
        return Facts(
            number=content.number,
            kind=content.kind,
            seq=content.seq,
            at_us=content.at_us,
            quantity_kg=content.quantity_kg,
            environment="demo" if content.is_demo else "production",
        )


def verify_number(text: str, answering: Answering) -> Verdict:
    """Verify a certificate's number, as it stands on paper or was typed."""
    asked, steps = _Asked(answering=answering), Steps(NUMBER_STEPS)
    steps.take("number", lambda: asked.read_number(text))
    _look_up(steps, asked)
    return _verdict(steps, asked, Offered.NUMBER)


def verify_code(text: str, answering: Answering) -> Verdict:
    """Verify the text of a QR code: an address, a number, and a signed statement."""
    asked, steps = _Asked(answering=answering), Steps(CODE_STEPS)
    _read_code(steps, asked, text)
    return _verdict(steps, asked, Offered.CODE)


def verify_photo(read: Callable[[], str], answering: Answering) -> Verdict:
    """Verify the code in a picture; `read` finds its text, or says why there is none."""
    asked, steps, texts = _Asked(answering=answering), Steps(PHOTO_STEPS), list[str]()

    def look() -> Finding:
        texts.append(read())
        return "照片中读到一个证书二维码", "the picture shows one certificate's code"

    steps.take("photo", look)
    for text in texts:
        _read_code(steps, asked, text)
    return _verdict(steps, asked, Offered.PHOTO)


def _read_code(steps: Steps, asked: _Asked, text: str) -> None:
    address = text.strip().partition(MARK)[0]
    number = address.upper().rpartition(verification_path("").upper())[2]
    steps.take("number", lambda: asked.read_number(number))
    steps.take("address", lambda: _check_address(address, number, asked.answering))
    steps.take("code", lambda: asked.read_code(text.strip()))
    if not steps.has_failed("code"):
        _look_up(steps, asked)


def _check_address(address: str, number: str, answering: Answering) -> Finding:
    """Check that the code leads to this registry; a copied statement may stand behind any address.

    It is compared whole, as `qr_text` writes it: another scheme, port, path or query on our host
    leads elsewhere too. Only small letters are allowed, as browsers write a host with them.
    """
    settings = answering.opened.settings
    known = {qr_address(url, number) for url in (settings.base_url, settings.mirror_url) if url}
    is_plain = address.isascii() and number.replace("-", "").isalnum()
    if not is_plain or address.upper() not in known:
        raise StepFailed(
            "二维码指向的网址不是本登记处，请勿打开", "the code leads elsewhere: do not open it"
        )
    return "二维码指向本登记处", "the code leads to this registry"


def _look_up(steps: Steps, asked: _Asked) -> None:
    number = asked.number
    if number is None:
        return
    steps.take("entry", lambda: asked.find_entry(number))
    content = asked.content
    if content is not None:
        steps.take("proof", lambda: asked.answering.check_covered(content.seq))
        steps.take("record", lambda: asked.find_record(content.number))
        steps.take("now", lambda: asked.ask_now(content.number))


def _verdict(steps: Steps, asked: _Asked, offered: Offered) -> Verdict:
    return Verdict(
        steps=steps.results(), facts=asked.facts(), offered=offered, standing=asked.standing
    )
