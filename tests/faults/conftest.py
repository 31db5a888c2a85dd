"""What the fault proofs share."""

from tests.attacks.conftest import browser, scripts, world

__all__ = ["browser", "scripts", "world"]
