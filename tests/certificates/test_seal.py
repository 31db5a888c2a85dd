"""The seal: appended to the rendering, one revision, no change allowed, checked by strangers."""

import subprocess
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError

from certificates.seal import Sealer
from certificates.seal_key import KeyFolder, SealKeyError
from tests.support.blank_paper import blank_paper
from tests.support.seals import make_seal
from tests.support.time_stamps import time_stamper

WHEN = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki")
    make_seal(folder, now=WHEN)
    return folder / "keys"


@pytest.fixture(scope="module")
def sealed(keys: Path) -> bytes:
    return Sealer(keys).seal(blank_paper(), when=WHEN)


def test_a_sealed_file_begins_with_its_rendering(sealed: bytes) -> None:
    assert sealed.startswith(blank_paper())
    assert PdfFileReader(BytesIO(sealed)).xrefs.total_revisions == 2


def test_the_seal_certifies_and_allows_no_change(sealed: bytes) -> None:
    with pikepdf.open(BytesIO(sealed)) as pdf:
        signature = pdf.Root.Perms.DocMDP
        assert signature.SubFilter == "/ETSI.CAdES.detached"
        assert signature.Reference[0].TransformParams.P == 1
        assert pdf.Root.AcroForm.Fields[0].V.objgen == signature.objgen


def test_the_seal_claims_the_time_that_it_was_given(sealed: bytes) -> None:
    with pikepdf.open(BytesIO(sealed)) as pdf:
        assert str(pdf.Root.Perms.DocMDP.M) == "D:20261122083000Z"


def test_the_seal_draws_nothing_and_brings_no_font(sealed: bytes) -> None:
    with pikepdf.open(BytesIO(sealed)) as pdf:
        appearance = pdf.Root.AcroForm.Fields[0].AP.N
        assert appearance.read_bytes() == b"q Q"
        assert "/Font" not in appearance.Resources


def test_the_seal_leaves_the_documents_own_names_and_version(sealed: bytes) -> None:
    with pikepdf.open(BytesIO(sealed)) as pdf, pikepdf.open(BytesIO(blank_paper())) as before:
        assert pdf.pdf_version == before.pdf_version
        assert set(pdf.Root.keys()) - set(before.Root.keys()) == {"/Perms"}


def test_the_root_does_not_travel_with_the_document(sealed: bytes, keys: Path) -> None:
    signature = PdfFileReader(BytesIO(sealed)).embedded_signatures[0]
    assert len(signature.signed_data["certificates"]) == 1


def test_poppler_says_valid_and_qpdf_finds_no_error(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in said.stdout
    assert "Total document signed" in said.stdout
    subprocess.run(["qpdf", "--check", path], capture_output=True, check=True)


def test_a_trusted_time_rides_inside_the_same_revision(keys: Path, sealed: bytes) -> None:
    stamped = Sealer(keys, time_stamper(WHEN)).seal(blank_paper(), when=WHEN)
    reader = PdfFileReader(BytesIO(stamped))
    unsigned = reader.embedded_signatures[0].signer_info["unsigned_attrs"]
    assert [one["type"].native for one in unsigned] == ["signature_time_stamp_token"]
    assert reader.xrefs.total_revisions == 2
    plain = PdfFileReader(BytesIO(sealed)).embedded_signatures[0]
    assert len(plain.signer_info["unsigned_attrs"]) == 0


@pytest.mark.parametrize(
    "paper",
    [
        pytest.param(blank_paper(field="Other"), id="field-of-another-name"),
        pytest.param(b"", id="sealed-already"),
    ],
)
def test_only_an_empty_field_of_ours_is_sealed(keys: Path, sealed: bytes, paper: bytes) -> None:
    with pytest.raises(SigningError):
        Sealer(keys).seal(paper or sealed, when=WHEN)


def test_a_time_without_zone_is_refused(keys: Path) -> None:
    with pytest.raises(ValueError, match="zone"):
        Sealer(keys).seal(blank_paper(), when=datetime(2026, 11, 22))  # noqa: DTZ001 - the point of it


def test_a_key_that_its_certificate_does_not_name_is_refused(keys: Path, tmp_path: Path) -> None:
    (tmp_path / "seal-chain.pem").write_bytes((keys / "seal-chain.pem").read_bytes())
    [named] = keys.glob("seal-*.key")
    KeyFolder(folder=tmp_path).make()
    [other] = tmp_path.glob("seal-*.key")
    other.rename(tmp_path / named.name)
    with pytest.raises(SealKeyError, match="not the one"):
        Sealer(tmp_path)


def test_a_key_file_that_others_can_read_seals_nothing(tmp_path: Path) -> None:
    make_seal(tmp_path)
    [key] = (tmp_path / "keys").glob("seal-*.key")
    key.chmod(0o640)
    with pytest.raises(SealKeyError, match="chmod 600"):
        Sealer(tmp_path / "keys")
