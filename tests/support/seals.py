"""PKIs for tests: a root, a key that seals, and a trust folder, side by side."""

from datetime import UTC, datetime
from pathlib import Path

from certificates.pki import Holder, PkiFolders, make_pki

ORGANISATION = "示例登记机构"
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def folders(folder: Path) -> PkiFolders:
    return PkiFolders(root=folder / "root", keys=folder / "keys", trust=folder / "trust")


def make_seal(folder: Path, *, organisation: str = ORGANISATION, now: datetime = NOW) -> str:
    """Make a demonstration's PKI in a folder; return its root's fingerprint."""
    holder = Holder(organisation=organisation, environment="demo")
    return make_pki(folders(folder), holder, now=now)
