"""People at their own desks: a registry founded and used through the command line alone."""

import json
from dataclasses import dataclass
from pathlib import Path

from click.testing import Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from typer.testing import CliRunner

from api.cli.app import app

RUNNER = CliRunner()
PLAN = {
    "environment": "production",
    "issuer": {"zh": "示例登记机构"},
    "name": {"zh": "示例登记账本", "en": "Example registry"},
    "origin": "registry.example/baotou",
    "policy_basis": "包府发〔2021〕43号",
}
ROLES = ("registrar", "issuer", "supervisor")


@dataclass(frozen=True)
class Desk:
    """A folder with keys and records, and a registry beside it."""

    folder: Path

    def run(self, *arguments: str | Path, fails: bool = False) -> Result:
        result = RUNNER.invoke(app, [str(part) for part in arguments])
        assert (result.exit_code != 0) is fails, f"{result.output} {result.exception}"
        return result

    def key(self, name: str) -> str:
        self.run("keygen", self.folder / f"{name}.pem")
        made = self.folder / f"{name}.json"
        made.write_text(json.dumps({"name": name}), encoding="utf-8")
        public = self.run("keygen", self.folder / f"{name}-spare.pem", "--json")
        assert json.loads(public.stdout)["alg"] == "ed25519"
        return self.public(name)

    def public(self, name: str) -> str:
        key = load_pem_private_key((self.folder / f"{name}.pem").read_bytes(), None)
        assert isinstance(key, Ed25519PrivateKey)
        return key.public_key().public_bytes_raw().hex()

    @property
    def data(self) -> tuple[str, str, str, str]:
        return ("--data", str(self.folder / "data"), "--keys", str(self.folder / "keys"))

    def sign_and_submit(self, order: Path, *signers: str) -> Result:
        """Sign an order with the keys of these names, and submit it."""
        for signer in signers:
            self.run("order", "sign", order, "--key", self.folder / f"{signer}.pem")
        return self.run("order", "submit", order, *self.data, "--json")


def found(folder: Path, *options: str | Path, origin: str = PLAN["origin"]) -> Desk:
    """Found a registry in a folder: keys, entry 0 with `options` for init, three signatures."""
    folder.mkdir(parents=True, exist_ok=True)
    desk = Desk(folder)
    (folder / "plan.json").write_text(json.dumps({**PLAN, "origin": origin}), encoding="utf-8")
    officers = []
    for role in ROLES:
        officers += ["--officer", f"{role}:{desk.key(role)}:{folder / (role + '.json')}"]
    opening = folder / "open.order"
    plan = ("--plan", folder / "plan.json")
    desk.run("pki", "init", *plan, "--root", folder / "root", "--no-passphrase", *desk.data)
    desk.run("init", *plan, *officers, *options, *desk.data, "--out", opening)
    desk.sign_and_submit(opening, *ROLES)
    return desk
