"""The registry's own PKI: what it writes, who may read it, what its certificates may do."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID, NameOID

from certificates.pki import PkiAnchors, make_pki
from certificates.trust import Trust, TrustError

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def anchors(tmp_path: Path) -> PkiAnchors:
    return make_pki(
        tmp_path / "keys",
        tmp_path / "trust",
        organisation="示例登记机构",
        environment="demo",
        now=NOW,
    )


def chain(tmp_path: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((tmp_path / "keys/seal-chain.pem").read_bytes())


def test_only_the_owner_can_read_the_keys(tmp_path: Path, anchors: PkiAnchors) -> None:
    del anchors
    for name in ("seal-root.key", "seal.key"):
        assert stat.S_IMODE((tmp_path / "keys" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_the_trust_folder_holds_the_root_and_no_key(tmp_path: Path, anchors: PkiAnchors) -> None:
    assert [path.name for path in (tmp_path / "trust").iterdir()] == ["seal-root.pem"]
    assert b"PRIVATE" not in (tmp_path / "trust/seal-root.pem").read_bytes()
    assert Trust.load(tmp_path / "trust").seal_root_sha256 == anchors.root_sha256


def test_the_root_issues_the_seal_and_nothing_below_it(tmp_path: Path, anchors: PkiAnchors) -> None:
    del anchors
    seal, root = chain(tmp_path)
    seal.verify_directly_issued_by(root)
    limits = root.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (limits.critical, limits.value.ca, limits.value.path_length) == (True, True, 0)
    assert not seal.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_seal_signs_with_p256_and_does_nothing_else(
    tmp_path: Path, anchors: PkiAnchors
) -> None:
    del anchors
    seal, _ = chain(tmp_path)
    key = seal.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)
    usage = seal.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment) == (True, True)
    assert not usage.key_cert_sign


def test_no_certificate_sends_a_reader_to_the_network(tmp_path: Path, anchors: PkiAnchors) -> None:
    del anchors
    online = {
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
        ExtensionOID.AUTHORITY_INFORMATION_ACCESS,
        ExtensionOID.FRESHEST_CRL,
    }
    for certificate in chain(tmp_path):
        assert not online & {extension.oid for extension in certificate.extensions}


@pytest.mark.parametrize(
    ("environment", "marked"),
    [
        pytest.param("demo", True, id="demo"),
        pytest.param("production", False, id="production"),
    ],
)
def test_a_demonstration_says_so_in_every_name(
    tmp_path: Path, environment: str, *, marked: bool
) -> None:
    make_pki(
        tmp_path / "keys",
        tmp_path / "trust",
        organisation="某" * 80,
        environment=environment,
        now=NOW,
    )
    for certificate in chain(tmp_path):
        name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        assert ("DEMO" in str(name)) is marked


def test_the_root_outlives_the_seal(tmp_path: Path, anchors: PkiAnchors) -> None:
    del anchors
    seal, root = chain(tmp_path)
    assert root.not_valid_after_utc - seal.not_valid_after_utc > timedelta(days=365 * 19)
    assert seal.not_valid_before_utc <= NOW


def test_keys_are_never_overwritten(tmp_path: Path, anchors: PkiAnchors) -> None:
    del anchors
    before = (tmp_path / "keys/seal-root.key").read_bytes()
    with pytest.raises(FileExistsError):
        make_pki(
            tmp_path / "keys", tmp_path / "trust", organisation="x", environment="demo", now=NOW
        )
    assert (tmp_path / "keys/seal-root.key").read_bytes() == before


def test_a_time_without_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="zone"):
        make_pki(
            tmp_path / "keys",
            tmp_path / "trust",
            organisation="x",
            environment="demo",
            now=datetime(2026, 11, 22),  # noqa: DTZ001 - the point of the test
        )


def test_an_empty_trust_folder_trusts_nothing(tmp_path: Path) -> None:
    trust = Trust.load(tmp_path)
    assert (trust.policy, trust.seal_root, trust.opening, trust.seal_root_sha256) == (None,) * 4


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("policy", b"no policy", id="policy-of-another-form"),
        pytest.param("policy", b"\xff", id="policy-not-text"),
        pytest.param("seal-root.pem", b"no certificate", id="root-of-another-form"),
    ],
)
def test_a_damaged_trust_folder_is_no_empty_one(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TrustError):
        Trust.load(tmp_path)


def test_two_roots_are_one_too_many(tmp_path: Path, anchors: PkiAnchors) -> None:
    del anchors
    root = tmp_path / "trust/seal-root.pem"
    root.write_bytes(2 * root.read_bytes())
    with pytest.raises(TrustError, match="more than one"):
        Trust.load(tmp_path / "trust")
