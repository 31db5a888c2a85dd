"""Founding a registry: keys of log, services and seal, trust anchors, and the opening order."""

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.drafting.accounts import PersonPlan
from api.drafting.draft import Desk, Draft, draft_order
from api.keys import load_seed, make_key
from certificates.pki_certificates import Holder
from certificates.trust import Trust
from contracts.v1 import (
    anchor_record,
    certificate_expire,
    certificate_record,
    loss_impair,
    state_commit,
)
from contracts.values import Json
from ledger.files import write_atomically
from ledger.log.key import ALG_ED25519, ALG_ML_DSA_44, Skey, parse_vkey
from ledger.log.policy import Policy
from ledger.publish.signer import KEY_FILE, PQ_KEY_FILE, begin
from ledger.registry import Registry
from ledger.settings import Settings

SERVICES: Final = {
    anchor_record.SERVICE: (anchor_record.RULE.kind,),
    certificate_record.SERVICE: (
        certificate_expire.RULE.kind,
        certificate_record.RULE.kind,
        loss_impair.RULE.kind,
    ),
    state_commit.SERVICE: (state_commit.RULE.kind,),
}
"""The registry's services, each with a key of its own, and the kinds that it signs."""

POLICY_LINK: Final = "policy"
"""In the data folder: a link to the trust folder's policy."""

FIRST_ENTRY_FILE: Final = "registry.json"


class FoundingError(Exception):
    """A registry cannot be founded yet; the text says what to do first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundingPlan:
    """What the founders decide.

    Attributes:
        origin: The log's origin; it never changes.
        environment: demo or production.
        name: The registry's name, zh and en.
        issuer: Who issues certificates, zh and en; in a demo an invented body.
        policy_basis: The decision that the registry rests on.
        predecessor: The last checkpoint (signed note) of the log that this one goes on from.
    """

    origin: str
    environment: str
    name: Mapping[str, Json]
    issuer: Mapping[str, Json]
    policy_basis: str
    predecessor: str | None = None

    @property
    def holder(self) -> Holder:
        """Who seals the registry's papers: its issuer."""
        organisation = str(self.issuer.get("en") or self.issuer.get("zh"))
        return Holder(organisation=organisation, environment=self.environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """What everyone will check the registry against, and the public key of each service.

    `vkeys` are the log's own keys, the Ed25519 one first.
    """

    vkeys: tuple[str, ...]
    seal_root_sha256: str
    service_keys: Mapping[str, str]


def make_anchors(settings: Settings, plan: FoundingPlan, now_us: int) -> Anchors:
    """Make the keys of log and services and write the public trust anchors; never overwrites.

    The seal's root is there already: it was made apart, on a machine that this one need not be.

    Raises:
        FoundingError: the trust folder holds no root of seals.
        KeyFileError: a key file exists.
        FileExistsError: the log's key exists.
    """
    fingerprint = Trust.load(settings.trust).seal_root_sha256
    if fingerprint is None:
        raise FoundingError(
            f"{settings.trust} holds no root of seals; make one first: sinkledger pki init"
        )
    settings.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    service_keys = {name: make_key(settings.keys / key_file(name)) for name in SERVICES}
    vkeys = _make_log_keys(settings.keys, plan.origin, now_us)
    _write_policy(settings, vkeys)
    return Anchors(vkeys=vkeys, seal_root_sha256=fingerprint, service_keys=service_keys)


def key_file(service: str) -> str:
    """Return the name of a service's key file."""
    return f"service-{service}.pem"


def _make_log_keys(folder: Path, origin: str, now_us: int) -> tuple[str, ...]:
    """Make the log's two keys, and the signer's mark: that nothing has been signed yet."""
    vkeys = []
    for name, alg in ((KEY_FILE, ALG_ED25519), (PQ_KEY_FILE, ALG_ML_DSA_44)):
        key = Skey(origin, secrets.token_bytes(32), alg)
        write_secret(folder / name, f"{key.to_text()}\n".encode())
        vkeys.append(key.vkey.to_text())
    begin(folder, now_us // 1_000_000)
    return tuple(vkeys)


def _write_policy(settings: Settings, vkeys: Sequence[str]) -> None:
    """Trust the log's own keys; witnesses are added by the operator when others have agreed."""
    write_policy(settings, Policy.of_keys(parse_vkey(vkey) for vkey in vkeys))


def write_policy(settings: Settings, policy: Policy) -> None:
    """Put the policy that everybody is given into its place, and link it from the data folder."""
    write_atomically(settings.policy, policy.to_text().encode("utf-8", "surrogateescape"))
    link = settings.data / POLICY_LINK
    if not link.is_symlink():
        link.symlink_to(settings.policy.relative_to(settings.data))


def write_secret(path: Path, content: bytes) -> None:
    """Write a new file that its owner alone can read.

    Raises:
        FileExistsError: it exists; keys are not replaced.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def draft_opening(
    desk: Desk, plan: FoundingPlan, anchors: Anchors, officers: Sequence[PersonPlan]
) -> Draft:
    """Draft `registry.open`, entry 0, to be signed by every officer."""
    body: dict[str, Json] = {
        "environment": plan.environment,
        "issuer": dict(plan.issuer),
        "log": {"vkeys": [{"vkey": vkey} for vkey in anchors.vkeys]},
        "name": dict(plan.name),
        "officers": [officer.officer() for officer in officers],
        "origin": plan.origin,
        "policy_basis": plan.policy_basis,
        "seal": {"root_sha256": anchors.seal_root_sha256},
        "services": [
            {"alg": "ed25519", "key": key, "kinds": [*SERVICES[name]], "name": name}
            for name, key in sorted(anchors.service_keys.items())
        ],
        "webauthn": {"origins": [], "rp_id": plan.origin.partition("/")[0]},
    }
    if plan.predecessor is not None:
        body["predecessor"] = {"checkpoint": plan.predecessor}
    draft = draft_order(desk, "registry.open", "registrar", body)
    return Draft(order=draft.order, private=tuple(officer.record.to_json() for officer in officers))


def service_seed(settings: Settings, service: str) -> bytes:
    """Return the key of a service.

    Raises:
        KeyFileError: it is missing or not private.
    """
    return load_seed(settings.keys / key_file(service))


def keep_trust(registry: Registry, policy: Policy) -> None:
    """Write the trust anchors of a registry that was made anew: the policy, and entry 0."""
    write_policy(registry.settings, policy)
    publish_first_entry(registry)


def publish_first_entry(registry: Registry) -> None:
    """Put entry 0 among the trust anchors, so that no paper can bring another one along.

    The file never changes; once it is there nothing is done.
    """
    path = registry.settings.trust / FIRST_ENTRY_FILE
    if not path.exists():
        write_atomically(path, registry.entry_bytes(0))
