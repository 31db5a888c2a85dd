"""The registry's own PKI: what it writes, who may read it, what its certificates may do."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID, NameOID

from api.cli.app import app
from certificates.pki import Holder, chain_of, make_pki, publish_list, rotate
from certificates.pki_root import Root, RootError, list_number
from certificates.seal import Sealer
from certificates.seal_key import SealKeyError
from certificates.trust import Trust, TrustError
from tests.support.blank_paper import blank_paper
from tests.support.founded import RUNNER
from tests.support.seals import NOW, folders, make_seal


@pytest.fixture
def fingerprint(tmp_path: Path) -> str:
    return make_seal(tmp_path)


def chain(tmp_path: Path) -> tuple[x509.Certificate, ...]:
    return chain_of(tmp_path / "keys")


def root_of(tmp_path: Path) -> Root:
    return Root.open(tmp_path / "root", None)


def test_only_the_owner_can_read_the_keys(tmp_path: Path, fingerprint: str) -> None:
    del fingerprint
    secret = [tmp_path / "root/seal-root.key", *(tmp_path / "keys").glob("seal-*.key")]
    assert [stat.S_IMODE(path.stat().st_mode) for path in secret] == [0o600, 0o600]
    for folder in ("root", "keys"):
        assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700


def test_the_root_is_in_its_own_folder_and_nowhere_else(tmp_path: Path, fingerprint: str) -> None:
    names = {path.name for path in (tmp_path / "keys").iterdir()}
    assert {name.rpartition(".")[2] for name in names} == {"key", "pem"}
    assert "seal-root.key" not in names
    assert {path.name for path in (tmp_path / "trust").iterdir()} == {
        "seal-root.crl",
        "seal-root.pem",
    }
    assert b"PRIVATE" not in (tmp_path / "trust/seal-root.pem").read_bytes()
    assert Trust.load(tmp_path / "trust").seal_root_sha256 == fingerprint


def test_a_registry_seals_without_its_root(tmp_path: Path, fingerprint: str) -> None:
    del fingerprint
    (tmp_path / "root").rename(tmp_path / "safe")
    assert Sealer(tmp_path / "keys").seal(blank_paper(), when=NOW)


def test_the_root_is_opened_by_its_passphrase_alone(tmp_path: Path) -> None:
    holder = Holder(organisation="x", environment="production")
    make_pki(folders(tmp_path), holder, now=NOW, passphrase=b"five words")
    assert b"ENCRYPTED" in (tmp_path / "root/seal-root.key").read_bytes()
    for wrong in (None, b"other words"):
        with pytest.raises(RootError, match="passphrase"):
            Root.open(tmp_path / "root", wrong)
    assert Root.open(tmp_path / "root", b"five words").certificate == chain(tmp_path)[1]


def test_the_root_issues_the_seal_and_nothing_below_it(tmp_path: Path, fingerprint: str) -> None:
    del fingerprint
    seal, root = chain(tmp_path)
    seal.verify_directly_issued_by(root)
    limits = root.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (limits.critical, limits.value.ca, limits.value.path_length) == (True, True, 0)
    assert not seal.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_seal_signs_with_p256_and_does_nothing_else(tmp_path: Path, fingerprint: str) -> None:
    del fingerprint
    seal, _ = chain(tmp_path)
    key = seal.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)
    usage = seal.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment) == (True, True)
    assert not usage.key_cert_sign


def test_no_certificate_sends_a_reader_to_the_network(tmp_path: Path, fingerprint: str) -> None:
    del fingerprint
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
    holder = Holder(organisation="某" * 80, environment=environment)
    make_pki(folders(tmp_path), holder, now=NOW)
    for certificate in chain(tmp_path):
        name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        assert ("DEMO" in str(name)) is marked


def test_the_root_outlives_the_seal(tmp_path: Path, fingerprint: str) -> None:
    del fingerprint
    seal, root = chain(tmp_path)
    assert root.not_valid_after_utc - seal.not_valid_after_utc > timedelta(days=365 * 19)
    assert seal.not_valid_before_utc <= NOW


def test_a_late_seal_does_not_outlive_the_root(tmp_path: Path, fingerprint: str) -> None:
    del fingerprint
    late = rotate(root_of(tmp_path), folders(tmp_path), now=NOW + timedelta(days=365 * 25))
    assert late.not_valid_after_utc == chain(tmp_path)[1].not_valid_after_utc


def test_a_root_is_never_overwritten(tmp_path: Path, fingerprint: str) -> None:
    before = (tmp_path / "root/seal-root.key").read_bytes()
    with pytest.raises(RootError):
        make_seal(tmp_path)
    (tmp_path / "trust/seal-root.pem").unlink()
    with pytest.raises(RootError):
        make_seal(tmp_path)
    assert (tmp_path / "root/seal-root.key").read_bytes() == before
    del fingerprint


def test_a_rotation_changes_the_seal_and_nothing_that_readers_have(
    tmp_path: Path, fingerprint: str
) -> None:
    del fingerprint
    before = {path.name: path.read_bytes() for path in (tmp_path / "trust").iterdir()}
    old, root = chain(tmp_path)
    new = rotate(root_of(tmp_path), folders(tmp_path), now=NOW + timedelta(days=365))
    assert chain(tmp_path) == (new, root)
    assert new.public_key() != old.public_key()
    assert {path.name: path.read_bytes() for path in (tmp_path / "trust").iterdir()} == before
    assert root_of(tmp_path).seals() == (old, new)


def test_a_crash_before_the_chain_is_written_leaves_the_old_seal_in_use(
    tmp_path: Path, fingerprint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    del fingerprint
    old = chain(tmp_path)

    def fail(*_: object) -> None:
        raise OSError("power cut")

    monkeypatch.setattr("certificates.pki.write_atomically", fail)
    with pytest.raises(OSError, match="power cut"):
        rotate(root_of(tmp_path), folders(tmp_path), now=NOW)
    assert chain(tmp_path) == old
    assert Sealer(tmp_path / "keys").seal(blank_paper(), when=NOW)


def test_a_revoked_seal_stands_in_the_list_that_the_root_signed(
    tmp_path: Path, fingerprint: str
) -> None:
    del fingerprint
    seal, root = chain(tmp_path)
    at = NOW - timedelta(minutes=3)
    opened = root_of(tmp_path)
    opened.revoke(seal.serial_number, at=at, reason="key_compromise", now=NOW)
    publish_list(opened, tmp_path / "trust")
    listed = x509.load_der_x509_crl((tmp_path / "trust/seal-root.crl").read_bytes())
    key = root.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert listed.is_signature_valid(key)
    [entry] = listed
    assert (entry.serial_number, entry.revocation_date_utc) == (seal.serial_number, at)
    assert list_number(listed) == 2

    again = opened.sign_list(opened.revocations(), NOW + timedelta(days=300))
    assert [one.serial_number for one in again] == [seal.serial_number]
    assert list_number(again) == 3


@pytest.mark.parametrize(
    ("serial", "reason", "said"),
    [
        pytest.param(1, "key_compromise", "serial number", id="a-strangers-seal"),
        pytest.param(None, "boredom", "a reason is one of", id="another-reason"),
    ],
)
def test_only_a_seal_of_this_root_is_revoked_and_for_a_reason(
    tmp_path: Path, fingerprint: str, serial: int | None, reason: str, said: str
) -> None:
    del fingerprint
    seal, _ = chain(tmp_path)
    with pytest.raises(RootError, match=said):
        root_of(tmp_path).revoke(serial or seal.serial_number, at=NOW, reason=reason, now=NOW)


@pytest.mark.parametrize("later", [timedelta(), timedelta(days=1)])
def test_a_revocation_is_never_put_off(tmp_path: Path, fingerprint: str, later: timedelta) -> None:
    del fingerprint
    root, serial = root_of(tmp_path), chain(tmp_path)[0].serial_number
    root.revoke(serial, at=NOW, reason="superseded", now=NOW)
    with pytest.raises(RootError, match="revoked already"):
        root.revoke(serial, at=NOW + later, reason="superseded", now=NOW + later)


def test_a_revocation_is_brought_forward(tmp_path: Path, fingerprint: str) -> None:
    """The true start of a theft is often found later."""
    del fingerprint
    root, serial = root_of(tmp_path), chain(tmp_path)[0].serial_number
    now = NOW + timedelta(days=9)
    root.revoke(serial, at=now, reason="superseded", now=now)
    [entry] = root.revoke(serial, at=NOW, reason="key_compromise", now=now)
    assert entry.revocation_date_utc == NOW


@pytest.mark.parametrize(
    ("apart", "said"),
    [
        pytest.param(timedelta(seconds=1), "future", id="ahead-of-time"),
        pytest.param(timedelta(days=-2), "not older", id="before-the-seal"),
    ],
)
def test_a_seal_is_revoked_within_its_life(
    tmp_path: Path, fingerprint: str, apart: timedelta, said: str
) -> None:
    del fingerprint
    root, serial = root_of(tmp_path), chain(tmp_path)[0].serial_number
    with pytest.raises(RootError, match=said):
        root.revoke(serial, at=NOW + apart, reason="key_compromise", now=NOW)


def test_a_revoked_seal_seals_no_more(tmp_path: Path, fingerprint: str) -> None:
    """Not when it is opened, nor when it was open already."""
    del fingerprint
    keys, trust = tmp_path / "keys", tmp_path / "trust"
    sealer = Sealer(keys, trust=trust)
    assert sealer.seal(blank_paper(), when=NOW)
    opened = root_of(tmp_path)
    opened.revoke(chain(tmp_path)[0].serial_number, at=NOW, reason="superseded", now=NOW)
    publish_list(opened, trust)
    with pytest.raises(SealKeyError, match="pki rotate"):
        sealer.seal(blank_paper(), when=NOW)
    with pytest.raises(SealKeyError, match="pki rotate"):
        Sealer(keys, trust=trust)
    rotate(opened, folders(tmp_path), now=NOW)
    assert Sealer(keys, trust=trust).seal(blank_paper(), when=NOW)


@pytest.mark.parametrize("apart", [timedelta(days=-2), timedelta(days=20 * 366)])
def test_a_seal_seals_within_its_validity(
    tmp_path: Path, fingerprint: str, apart: timedelta
) -> None:
    del fingerprint
    with pytest.raises(SealKeyError, match="pki rotate"):
        Sealer(tmp_path / "keys").seal(blank_paper(), when=NOW + apart)


def test_a_time_without_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="zone"):
        make_seal(tmp_path, now=datetime(2026, 11, 22))  # noqa: DTZ001 - the point of the test


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


def test_two_roots_are_one_too_many(tmp_path: Path, fingerprint: str) -> None:
    del fingerprint
    root = tmp_path / "trust/seal-root.pem"
    root.write_bytes(2 * root.read_bytes())
    with pytest.raises(TrustError, match="more than one"):
        Trust.load(tmp_path / "trust")


def test_a_lost_chain_is_made_anew_by_a_rotation(tmp_path: Path, fingerprint: str) -> None:
    """A crash before the first chain was written must not be a dead end."""
    del fingerprint
    (tmp_path / "keys/seal-chain.pem").unlink()
    where = ["--data", tmp_path, "--keys", tmp_path / "keys", "--root", tmp_path / "root"]
    done = RUNNER.invoke(app, ["pki", "rotate", *map(str, where)])
    assert done.exit_code == 0, f"{done.output} {done.exception}"
    assert Sealer(tmp_path / "keys").seal(blank_paper(), when=datetime.now(UTC))
