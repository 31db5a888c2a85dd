"""A registry at work for measuring: the main job done, many accounts, many signed transfers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from contracts.values import Json
from ledger import rulesets
from ledger.intake.envelope import SignedOrder, read_envelope
from ledger.log.key import ALG_ED25519, ALG_ML_DSA_44, Skey
from ledger.publish.signer import KEY_FILE, PQ_KEY_FILE, begin
from ledger.registry import Registry, open_registry
from ledger.settings import Settings
from tests.support import main_steps, unit_bodies
from tests.support.main_steps import FARM_ID
from tests.support.passkeys import passkey
from tests.support.people import ORIGIN, Key, Person, digest, organisation, person
from tests.support.scenario import World

LOG_KEYS = {KEY_FILE: ALG_ED25519, PQ_KEY_FILE: ALG_ML_DSA_44}
ACCOUNTS = 32
STAKE_KG = 20_000
TRANSFER_KG_MAX = 40
"""Small amounts, so that no account runs dry while thousands are moved."""


def one_person(name: str) -> tuple[Person, ...]:
    """Let an account act by one signature."""
    return (person(name),)


def two_passkeys(name: str) -> tuple[Person, ...]:
    """Put an account under dual control: two persons sign each order, each with a passkey."""
    return tuple(replace(person(n), key=passkey(n)) for n in (name, f"{name} second"))


class Market:
    """Accounts that hold units, with their signers, and orders between them."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        database_url: str | None = None,
        people: Callable[[str], tuple[Person, ...]] = one_person,
    ) -> None:
        self.random = Random(seed)
        self.log_keys = [Skey(ORIGIN, digest(name), alg) for name, alg in LOG_KEYS.items()]
        vkeys: list[Json] = [{"vkey": one.vkey.to_text()} for one in self.log_keys]
        self.world = World(rules=rulesets.newest())
        main_steps.do_business(self.world, {"log": {"vkeys": vkeys}})
        self.people = people
        self.keys: dict[str, list[Key]] = {}
        self.accounts: list[tuple[str, str]] = []
        for number in range(ACCOUNTS):
            self._open_account(f"trader {number}")
        settings = Settings(data=folder, keys=folder / "keys", database_url=database_url)
        self.registry: Registry = open_registry(settings)
        self._give_signer_its_keys()
        for step in self.world.steps:
            signed = [read_envelope(step.envelope())]
            (result,) = self.registry.submit(signed, now_us=step.at_us, clock_confirmed=True)
            if isinstance(result, Exception):
                raise result
        self.now_us = self.world.now_us

    def _give_signer_its_keys(self) -> None:
        keys = self.registry.settings.keys
        for name, one in zip(LOG_KEYS, self.log_keys, strict=True):
            (keys / name).write_text(f"{one.to_text()}\n", encoding="ascii")
        begin(keys, 0)

    def _open_account(self, name: str) -> None:
        org = organisation(f"示例 {name}", name)
        roles = zip(self.people(name), ("initiate", "approve"), strict=False)
        account = main_steps.open_account(self.world, "holder", org, *roles)
        body = unit_bodies.units_transfer(FARM_ID, account, STAKE_KG)
        main_steps.farm_step(self.world, "units.transfer", body)
        self.accounts.append((account, name))
        self.keys[name] = [one.key for one in self.people(name)]

    def orders(self, count: int, *, fragmenting: bool = False) -> Iterator[bytes]:
        """Yield signed transfers, as they would arrive.

        Sellers sell to buyers, so a transfer is one movement. With `fragmenting`, everybody
        trades with everybody, and holdings fall into ever more and smaller pieces.
        Without, a seller's stake lasts for 20,000 orders of 1 kg.
        """
        half = len(self.accounts) // 2
        for number in range(count):
            source, name = self.accounts[number % half]
            target, _ = self.accounts[half + number % half]
            quantity_kg = 1
            if fragmenting:
                (source, name), (target, _) = self.random.sample(self.accounts, 2)
                quantity_kg = self.random.randint(1, TRANSFER_KG_MAX)
            body = unit_bodies.units_transfer(source, target, quantity_kg)
            self.world.now_us = self.now_us
            step = self.world.step("units.transfer", body, f"acct/{source}", self.keys[name])
            yield step.envelope()

    def submit(self, signed: list[SignedOrder]) -> tuple[int, int]:
        """Submit a batch; return how many orders were recorded, and how many movements."""
        self.now_us += 1_000_000
        results = self.registry.submit(signed, now_us=self.now_us, clock_confirmed=True)
        entries = [result for result in results if not isinstance(result, Exception)]
        return len(entries), sum(len(entry.movements) for entry in entries)
