"""The seal's key in a token (SoftHSM): it seals, it is rotated, and its PIN is told to nobody."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from api.cli.app import app
from api.sealing import key_place
from certificates.pki import Holder, chain_of, make_pki, rotate
from certificates.pki_root import Root
from certificates.seal import Sealer
from certificates.seal_key import SealKeyError, Token
from ledger.settings import Settings, SettingsError
from tests.support.blank_paper import blank_paper
from tests.support.founded import PLAN, RUNNER
from tests.support.seals import NOW, folders
from tests.support.tokens import PIN, make_token, token_settings

HOLDER = Holder(organisation="示例登记机构", environment="demo")


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Token:
    return make_token(tmp_path_factory.mktemp("token"))


@pytest.fixture
def keys(tmp_path: Path, token: Token) -> Path:
    make_pki(folders(tmp_path), HOLDER, now=NOW, place=token)
    return tmp_path / "keys"


def test_a_token_seals_and_no_key_lies_in_a_file(keys: Path, token: Token, tmp_path: Path) -> None:
    sealed, path = Sealer(keys, place=token).seal(blank_paper(), when=NOW), tmp_path / "a.pdf"
    path.write_bytes(sealed)
    signature = PdfFileReader(BytesIO(sealed)).embedded_signatures[0]
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in said.stdout
    assert signature.signer_cert.serial_number == chain_of(keys)[0].serial_number
    assert [path.name for path in keys.iterdir()] == ["seal-chain.pem"]


def test_a_rotation_makes_a_second_key_in_the_token(
    keys: Path, token: Token, tmp_path: Path
) -> None:
    old = chain_of(keys)[0]
    rotate(
        Root.open(tmp_path / "root", None),
        folders(tmp_path),
        now=NOW + timedelta(days=1),
        place=token,
    )
    assert chain_of(keys)[0].public_key() != old.public_key()
    assert Sealer(keys, place=token).seal(blank_paper(), when=NOW + timedelta(days=2))
    assert token.find(old).public == old.public_key()


def test_a_wrong_pin_is_refused_and_not_told(keys: Path, token: Token, tmp_path: Path) -> None:
    """A process that is logged in asks for no PIN again, so this one is a child."""
    wrong = tmp_path / "wrong"
    wrong.write_text("99999999")
    wrong.chmod(0o600)
    code = (
        "from pathlib import Path; from certificates.seal import Sealer\n"
        "from certificates.seal_key import Token\n"
        f"Sealer(Path({str(keys)!r}), place=Token(module=Path({str(token.module)!r}), "
        f"label={token.label!r}, pin_file=Path({str(wrong)!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "SealKeyError: the token registry cannot be reached: PinIncorrect" in done.stderr
    assert "99999999" not in done.stderr


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param({"label": "other"}, "cannot be reached", id="no-such-token"),
        pytest.param({"module": Path("/none.so")}, "cannot be reached", id="no-such-library"),
        pytest.param({"pin_file": Path("/none")}, "/none", id="no-pin-file"),
    ],
)
def test_what_is_wrong_with_a_token_is_one_sentence(
    keys: Path, token: Token, spoil: dict[str, object], said: str
) -> None:
    with pytest.raises(SealKeyError, match=said) as caught:
        Sealer(keys, place=replace(token, **spoil))  # type: ignore[arg-type] # any field
    assert PIN not in str(caught.value)


def test_a_pin_that_others_can_read_is_not_used(keys: Path, token: Token, tmp_path: Path) -> None:
    open_to_all = tmp_path / "pin"
    open_to_all.write_text(PIN)
    open_to_all.chmod(0o644)
    with pytest.raises(SealKeyError, match="chmod 600"):
        Sealer(keys, place=replace(token, pin_file=open_to_all))


def test_a_key_that_is_not_in_the_token_is_missed(keys: Path, token: Token, tmp_path: Path) -> None:
    elsewhere = folders(tmp_path / "elsewhere")
    make_pki(elsewhere, HOLDER, now=NOW)
    with pytest.raises(SealKeyError, match="no key for this seal"):
        Sealer(elsewhere.keys, place=token)


def test_a_token_is_named_whole_or_not_at_all(token: Token) -> None:
    assert (
        key_place(
            Settings(
                seal_pkcs11_module=token.module,
                seal_pkcs11_token=token.label,
                seal_pkcs11_pin_file=token.pin_file,
            )
        )
        == token
    )
    with pytest.raises(SettingsError, match="belong together"):
        key_place(Settings(seal_pkcs11_module=token.module))


def test_the_command_line_uses_the_token_that_the_settings_name(
    tmp_path: Path, token: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    token_settings(monkeypatch, token)
    (tmp_path / "plan.json").write_text(json.dumps(PLAN), encoding="utf-8")
    place = ["--data", str(tmp_path / "data"), "--keys", str(tmp_path / "keys")]
    plan, root = ["--plan", str(tmp_path / "plan.json")], ["--root", str(tmp_path / "root")]
    made = RUNNER.invoke(app, ["pki", "init", *plan, *root, "--no-passphrase", *place])
    shown = RUNNER.invoke(app, ["pki", "show", "--json", *place])

    assert made.exit_code == 0, made.output
    assert json.loads(shown.stdout)["key"] == "token registry"
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["seal-chain.pem"]
    assert PIN not in made.output + shown.output


def test_a_token_that_does_not_answer_leaves_no_root_behind(token: Token, tmp_path: Path) -> None:
    away = replace(token, label="away")
    with pytest.raises(SealKeyError):
        make_pki(folders(tmp_path), HOLDER, now=NOW, place=away)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert make_pki(folders(tmp_path), HOLDER, now=NOW, place=token)
