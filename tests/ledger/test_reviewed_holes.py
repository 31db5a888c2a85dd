"""Attacks that once went through: each is refused by the check that was missing."""

import json
import secrets
from pathlib import Path

import pytest

from contracts.refusal import RefusalCode, Refused
from ledger.audit.from_snapshot import audit_from_snapshot
from ledger.log.canonical import canonical
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.cosignature import cosign
from ledger.log.entry import EntryError, parse_entry
from ledger.log.key import ALG_ED25519, ALG_ML_DSA_44, Skey
from ledger.log.note import Note, parse_note
from ledger.log.state_file import read_commitment
from ledger.publish.mark_restore import RestoreError, restore_marks
from ledger.registry import open_registry
from ledger.state.snapshot import read_snapshot, write_snapshot
from ledger.state.store import StateStore
from tests.ledger.test_mark_restore import without_marks
from tests.ledger.test_snapshot import commit, entries_of, trade
from tests.support import log_bodies
from tests.support.ledger import ISSUER, LOG_KEY, ORIGIN, SUPERVISOR, Scene, open_scene
from tests.support.publishing import NearWitness, NearWitnesses, near_publisher


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path / "world")


def test_no_entry_before_a_snapshot_can_vouch_for_it(scene: Scene, tmp_path: Path) -> None:
    trade(scene, 20)
    store = StateStore(tmp_path / "state.db")
    store.catch_up(scene.world.registry)
    path = write_snapshot(store, tmp_path / "snapshot")
    trade(scene, 5)
    head, _ = read_snapshot(path)
    forged = json.loads(commit(scene).content)
    forged["outcome"]["rows"][0]["value"].update(
        root=head.root.hex(), through=head.through, seq=999_999
    )
    forged["order"]["body"].update(root=head.root.hex(), through=head.through)
    entries = [*entries_of(scene)[:3], canonical({**forged, "seq": 999_999})]
    entries += entries_of(scene)[4:]

    assert not audit_from_snapshot(path, lambda: entries).ok


def test_a_witness_with_two_keys_is_one_witness(scene: Scene) -> None:
    registry = scene.world.registry
    ask = NearWitnesses((NearWitness("a/w"),))
    first = ask.witnesses[0].key
    second = Skey(first.name, secrets.token_bytes(32), ALG_ML_DSA_44)
    other = Skey("b/w", secrets.token_bytes(32), ALG_ML_DSA_44)
    lines = [f"log {LOG_KEY.vkey.to_text()}"]
    lines += [
        f"witness {n} {k.vkey.to_text()}"
        for n, k in zip("abc", (first, second, other), strict=True)
    ]
    registry.settings.policy.write_text("\n".join([*lines, "group g any a b c", "quorum g", ""]))
    note = parse_note(near_publisher(registry, ask).publish())
    line = cosign(parse_checkpoint(note.text), second, 1_700_000_000)

    with pytest.raises(RestoreError, match="1 witnesses"):
        restore_marks(without_marks(registry), Note(note.text, (*note.signatures, line)).to_bytes())


def rotate(scene: Scene, action: str, vkey: str) -> None:
    scene.world.act("log.keys", log_bodies.log_keys(action, vkey), [ISSUER, SUPERVISOR])


def test_a_rotation_without_publication_in_between_locks_nobody_out(scene: Scene) -> None:
    registry = scene.world.registry
    near_publisher(registry).publish()
    new = Skey(ORIGIN, bytes([7]) * 32, ALG_ED25519)
    (registry.settings.keys / "log-new.skey").write_text(f"{new.to_text()}\n")
    rotate(scene, "announce", new.vkey.to_text())
    rotate(scene, "drop", LOG_KEY.vkey.to_text())

    near_publisher(registry).publish()
    registry.close()

    assert open_registry(registry.settings).read_only_reason is None


def test_the_last_key_that_can_sign_is_not_dropped(scene: Scene) -> None:
    rotate(scene, "announce", f"{ORIGIN}+00000000+AAAA")

    with pytest.raises(Refused) as caught:
        rotate(scene, "drop", LOG_KEY.vkey.to_text())

    assert caught.value.code is RefusalCode.LOG_KEYS_TOO_FEW


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"actor": "acct/0000013D"}, "not an order of", id="another-actor"),
        pytest.param({"through": 9_999}, "speak of itself", id="of-the-future"),
    ],
)
def test_only_the_state_service_commits_what_lies_before(
    scene: Scene, change: dict[str, object], said: str
) -> None:
    value = json.loads(commit(scene).content)
    if "through" in change:
        value["order"]["body"].update(change)
        value["outcome"]["rows"][0]["value"].update(change)
    else:
        value["order"].update(change)

    with pytest.raises(EntryError, match=said):
        read_commitment(parse_entry(canonical(value)))


def test_a_commitment_s_row_is_what_its_order_states(scene: Scene) -> None:
    value = json.loads(commit(scene).content)
    value["outcome"]["rows"][0]["value"].update(root="11" * 32)

    with pytest.raises(EntryError, match="order states"):
        read_commitment(parse_entry(canonical(value)))
