"""The example of docs/CLIENT.md does what the page says, word for word."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import api.client
from api.client import Receipt
from contracts.refusal import RefusalCode
from tests.support.architecture import ROOT
from tests.support.ledger import Scene
from tests.support.served_scene import served

PAGE = (ROOT / "docs/CLIENT.md").read_text(encoding="utf-8")


def run_example(scene: Scene, url: str) -> dict[str, Any]:
    """Run the page's program with the names of this registry."""
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    for written, real in (
        ("https://registry.example", url),
        ("00000044", scene.owner),
        ("00000055", scene.buyer),
    ):
        assert written in example
        example = example.replace(written, real)
    names: dict[str, Any] = {}
    exec(compile(example, "docs/CLIENT.md", "exec"), names)
    names["client"]._settling._journal.close()
    return names


def test_the_example_pays(
    scene: Scene,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (signer,) = scene.world.people[scene.owner]
    key = Ed25519PrivateKey.from_private_bytes(signer.seed)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "owner.pem").write_bytes(pem)
    (tmp_path / "owner.pem").chmod(0o600)
    monkeypatch.chdir(tmp_path)
    timed = partial(api.client.Client, clock=lambda: scene.world.now_us)
    monkeypatch.setattr(api.client, "Client", timed)
    with served(scene.world) as port:
        names = run_example(scene, f"http://127.0.0.1:{port}")
    receipt = names["receipt"]
    assert isinstance(receipt, Receipt)
    assert receipt.entry == scene.world.registry.entry_bytes(receipt.seq)
    assert str(receipt.seq) in capsys.readouterr().out


def test_the_page_names_codes_that_exist() -> None:
    named = {int(code) for code in re.findall(r"\((\d{4})\)", PAGE)}
    assert named == {RefusalCode.NONCE_REUSED.value}
