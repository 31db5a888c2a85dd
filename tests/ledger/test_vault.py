"""The vault: what opens a commitment, and what an order leaves there."""

from hashlib import sha256
from pathlib import Path

from contracts.check_digits import encode_id
from ledger import vault
from tests.support import bodies
from tests.support.ledger import ORIGIN, REGISTRAR, open_scene
from tests.support.signing import Signer, private


def test_a_commitment_is_the_hash_of_domain_salt_and_record() -> None:
    salt, record = bytes(range(32)), b'{"a":1}'
    preimage = b"example.org/log/commit/v1\n" + salt + record
    assert vault.commitment("example.org/log", salt, record) == sha256(preimage).hexdigest()


def test_records_of_an_accepted_order_are_kept_and_those_of_a_refused_one_are_not(
    tmp_path: Path,
) -> None:
    world = open_scene(tmp_path).world
    org = private(ORIGIN, "org", bodies.organisation(70))
    somebody = Signer("somebody")
    person = private(ORIGIN, "person", {"name": "某人"})
    body = bodies.account("holder", org.commitment, [somebody])
    body["representatives"][0]["commitment"] = person.commitment  # type: ignore[index,call-overload] # JSON
    refused = world.signed("account.open", body, [somebody], (org, person))
    accepted = world.signed("account.open", body, [REGISTRAR, somebody], (org, person))

    world.submit(refused)
    with world.registry.reader.connect() as connection:
        assert vault.person_opening(connection, somebody.person) is None
    account = encode_id(world.record(accepted).seq)

    with world.registry.reader.connect() as connection:
        opened = vault.org_opening(connection, account)
        assert opened == vault.Opening(
            commitment=org.commitment, salt=org.salt, record=org.record_bytes
        )
        assert vault.org_of_uscc(connection, bodies.uscc(70)) == account
        kept = vault.person_opening(connection, somebody.person)
        assert kept is not None
        assert kept.record == person.record_bytes
        assert vault.polygon_opening(connection, account) is None


def test_the_log_holds_no_private_record(tmp_path: Path) -> None:
    world = open_scene(tmp_path).world
    entries = b"".join(world.registry.entry_bytes(s) for s in range(2, world.registry.size()))
    secret = bodies.uscc(1).encode()
    opening = world.registry.entry(2).content
    assert b"commitment" in opening
    assert secret not in opening
    assert b'"polygons"' not in entries
