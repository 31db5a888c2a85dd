"""Keys of the signing desk: a file made there opens here, and the reverse."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.keys import KeyFileError, load_seed, make_key
from ledger.log.signature import public_key
from tests.support.desk import PASSPHRASE, Desk


@pytest.fixture
def desk(open_page: Callable[..., Any]) -> Desk:
    return Desk(open_page("sign.html", accept_downloads=True))


def written(folder: Path, content: bytes) -> Path:
    path = folder / "key.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def test_a_key_made_in_the_page_opens_in_python(desk: Desk, tmp_path: Path) -> None:
    desk.make_key()
    public = desk.has_key()
    path = written(tmp_path, desk.saved("#key-save"))

    seed = load_seed(path, passphrase=PASSPHRASE.encode())

    assert public_key(seed).hex() == public
    with pytest.raises(KeyFileError):
        load_seed(path, passphrase=b"another passphrase")
    with pytest.raises(KeyFileError):
        load_seed(path)


def test_its_file_asks_a_guesser_for_600_000_rounds(desk: Desk) -> None:
    desk.make_key()
    desk.has_key()
    pem = desk.saved("#key-save").decode()

    lines = "".join(pem.splitlines()[1:-1])
    plan = desk.page.evaluate(f"readPbes2(bytesOfBase64({json.dumps(lines)})).plan")

    assert (plan["rounds"], plan["hash"], plan["bits"]) == (600_000, "SHA-256", 256)
    assert pem.startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    assert max(len(line) for line in pem.splitlines()) <= 64


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None], ids=["encrypted", "plain"])
def test_a_key_of_the_command_line_opens_in_the_page(
    desk: Desk, tmp_path: Path, passphrase: str | None
) -> None:
    secret = passphrase.encode() if passphrase else None
    public = make_key(tmp_path / "own.pem", passphrase=secret)

    desk.open_key((tmp_path / "own.pem").read_bytes(), passphrase or "")

    assert desk.has_key() == public
    assert ("没有加密" in desk.text("#key-message")) == (passphrase is None)


def test_a_key_opens_again_in_the_page_that_made_it(desk: Desk) -> None:
    desk.make_key()
    public = desk.has_key()
    pem = desk.saved("#key-save")
    desk.page.reload()

    desk.open_key(pem)

    assert desk.has_key() == public


def test_the_open_key_cannot_be_read_out_of_the_page(desk: Desk) -> None:
    desk.make_key()
    desk.has_key()

    assert sorted(desk.page.evaluate("Object.keys(desk.key)")) == ["public", "sign"]
    assert desk.find("#new-passphrase").input_value() == ""


def encrypted(key: Any) -> bytes:
    held: bytes = key.private_bytes(
        s.Encoding.PEM, s.PrivateFormat.PKCS8, s.BestAvailableEncryption(PASSPHRASE.encode())
    )
    return held


GOOD = encrypted(Ed25519PrivateKey.generate())
BAD_FILES = [
    pytest.param(GOOD, "wrong passphrase", "口令不对", id="wrong-passphrase"),
    pytest.param(GOOD, "", "请输入口令", id="no-passphrase"),
    pytest.param(GOOD[:-90] + GOOD[-40:], PASSPHRASE, "密钥文件", id="cut"),
    pytest.param(b"hello", PASSPHRASE, "这不是密钥文件", id="no-key"),
    pytest.param(b"x" * 20_000, PASSPHRASE, "这不是密钥文件", id="too-large"),
    pytest.param(
        encrypted(generate_private_key(SECP256R1())), PASSPHRASE, "不是 Ed25519", id="p256"
    ),
]


@pytest.mark.parametrize(("pem", "passphrase", "told"), BAD_FILES)
def test_what_does_not_open_is_told_in_both_languages(
    desk: Desk, pem: bytes, passphrase: str, told: str
) -> None:
    desk.open_key(pem, passphrase)

    complaint = desk.complaint("#key-message")
    assert told in complaint
    assert desk.find("#key-message [lang=en]").count() == 1
    assert desk.page.evaluate("desk.key === undefined")


@pytest.mark.parametrize(
    ("passphrase", "again", "told"),
    [
        pytest.param("short", "short", "至少 10 个字符", id="short"),
        pytest.param("long enough words", "long enough word", "两次输入的口令不同", id="differs"),
        pytest.param("汇" * 400, "汇" * 400, "口令过长", id="long"),
    ],
)
def test_makes_no_key_under_a_bad_passphrase(
    desk: Desk, passphrase: str, again: str, told: str
) -> None:
    desk.make_key(passphrase, again)

    assert told in desk.complaint("#key-message")


def test_six_hundred_wrong_passphrases_are_all_told_as_wrong(desk: Desk) -> None:
    """One in 256 leaves a padding that fits: what comes out must still not pass for a file."""
    pem = "".join(GOOD.decode().splitlines()[1:-1])
    tried = f"""(async () => {{
      const [file, told] = [bytesOfBase64({json.dumps(pem)}), new Set()];
      for (let n = 0; n < 600; n += 1) {{
        try {{ await decrypted(file, `wrong ${{n}}`); told.add('opened'); }}
        catch (error) {{ told.add(error.code); }}
      }}
      return [...told];
    }})()"""

    assert desk.page.evaluate(tried) == ["passphrase_wrong"]
