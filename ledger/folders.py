"""The folders of a registry."""

from ledger.files import make_folders
from ledger.settings import Settings


def create_folders(settings: Settings) -> None:
    """Create those that are missing; only the owner may look into that of the keys."""
    for folder in (
        settings.data,
        *(() if settings.postgres_url else (settings.database.parent,)),
        settings.blobs,
        settings.log,
        settings.certificates,
        settings.trust,
    ):
        # SQLite makes its files' names durable, but not the folder's in which they lie.
        make_folders(folder)
    make_folders(settings.keys)
    if settings.second_copy is not None:
        make_folders(settings.second_copy)
    settings.keys.chmod(0o700)
