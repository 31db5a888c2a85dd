"""Procrastinate as it is locked: its schema is the one that our migration was written for."""

from hashlib import sha256

from procrastinate.schema import SchemaManager

DIGEST = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"


def test_a_newer_schema_of_the_library_needs_a_migration_of_ours() -> None:
    """If this fails, add a migration with the library's own scripts, then change the digest."""
    assert sha256(SchemaManager.get_schema().encode()).hexdigest() == DIGEST
