"""Dating seals by a real authority (`openssl ts` over HTTP), and what happens when it is away."""

import asyncio
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates.seal import Sealer
from certificates.time_stamper import WAITS_S, Authority
from ledger.anchors.time_stamps import TimeStampError, ask_over_http, read_roots
from tests.support import time_authority
from tests.support.blank_paper import blank_paper
from tests.support.seals import make_seal
from tests.support.time_authority import found_authority, serving


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    make_seal(folder, now=datetime.now(UTC) - timedelta(days=1))
    found_authority(folder / "tsa")
    return folder


@pytest.fixture(scope="module")
def roots(place: Path) -> tuple[x509.Certificate, ...]:
    return read_roots(place / "tsa/roots")


@pytest.fixture(scope="module")
def address(place: Path) -> Iterator[str]:
    with serving(time_authority.Authority(folder=place / "tsa")) as found:
        yield found


@pytest.fixture(scope="module")
def sealed(place: Path, address: str, roots: tuple[x509.Certificate, ...]) -> bytes:
    sealer = Sealer(place / "keys", Authority(address, roots))
    return sealer.seal(blank_paper(), when=datetime.now(UTC))


def test_poppler_and_qpdf_find_a_dated_seal_good(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in said.stdout
    assert "Total document signed" in said.stdout
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=True)
    assert checked.stderr == ""


def test_pyhanko_finds_seal_and_time_valid_under_both_roots(sealed: bytes, place: Path) -> None:
    def trusting(path: Path) -> ValidationContext:
        roots = list(load_certs_from_pemder_data(path.read_bytes()))
        return ValidationContext(trust_roots=roots, allow_fetching=False)

    reader = PdfFileReader(BytesIO(sealed), strict=True)
    [signature] = reader.embedded_signatures
    seal, time = trusting(place / "trust/seal-root.pem"), trusting(place / "tsa/roots/root.pem")
    status = asyncio.run(async_validate_pdf_signature(signature, seal, ts_validation_context=time))
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert reader.xrefs.total_revisions == 2


def refusing(tries: list[int], *, good_after: int | None, address: str) -> Authority:
    """Return an authority that is away until it has been asked so often; notes each wait."""

    def ask(where: str, query: bytes) -> bytes:
        if good_after is None or len(tries) < good_after:
            raise TimeStampError(f"{where} cannot be asked: away")
        return ask_over_http(where, query)

    return Authority(address, (), ask=ask, wait=lambda seconds: tries.append(int(seconds)))


def test_an_authority_that_comes_back_is_waited_for(place: Path, address: str) -> None:
    waited: list[int] = []
    sealer = Sealer(place / "keys", refusing(waited, good_after=2, address=address))
    data = sealer.seal(blank_paper(), when=datetime.now(UTC))
    signature = PdfFileReader(BytesIO(data)).embedded_signatures[0]
    assert len(signature.signer_info["unsigned_attrs"]) == 1
    assert waited == [int(seconds) for seconds in WAITS_S[:2]]


def test_without_its_authority_nothing_is_sealed(place: Path, address: str) -> None:
    waited: list[int] = []
    sealer = Sealer(place / "keys", refusing(waited, good_after=None, address=address))
    with pytest.raises(TimeStampError, match="away"):
        sealer.seal(blank_paper(), when=datetime.now(UTC))
    assert waited == [int(seconds) for seconds in WAITS_S]


def test_a_strangers_authority_is_not_used(place: Path, address: str, tmp_path: Path) -> None:
    found_authority(tmp_path / "other")
    other = read_roots(tmp_path / "other/roots")
    authority = Authority(address, other, wait=lambda _: None)
    with pytest.raises(TimeStampError, match="trusted roots"):
        Sealer(place / "keys", authority).seal(blank_paper(), when=datetime.now(UTC))


def test_an_answer_to_another_question_is_not_used(place: Path, address: str) -> None:
    kept: list[bytes] = []

    def replay(where: str, query: bytes) -> bytes:
        kept.append(ask_over_http(where, query))
        return kept[0]

    authority = Authority(address, (), ask=replay, wait=lambda _: None)
    with pytest.raises(TimeStampError):
        Sealer(place / "keys", authority).seal(blank_paper(), when=datetime.now(UTC))


def test_an_authority_is_asked_once_how_much_room_it_needs(place: Path, address: str) -> None:
    asked: list[bytes] = []

    def ask(where: str, query: bytes) -> bytes:
        asked.append(query)
        return ask_over_http(where, query)

    sealer = Sealer(place / "keys", Authority(address, (), ask=ask))
    sizes = {len(sealer.seal(blank_paper(), when=datetime.now(UTC))) for _ in range(3)}
    assert len(asked) == 4
    assert max(sizes) - len(blank_paper()) < 12_000
