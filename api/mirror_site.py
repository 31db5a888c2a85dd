"""The site that a mirror writes from its own copy: the log, the verifier, a page per certificate.

A registry is made anew from the copy in a folder that is thrown away, every order decided again,
so the pages say what the mirror has checked and not what the operator told. The papers themselves
are no part of a log; whoever holds one drops it on the page's verifier.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from api.founding import keep_trust
from api.static_site import site_files
from ledger.fetching import Fetch
from ledger.log.policy import Policy
from ledger.progress import Progress
from ledger.publish.replicate import replicate
from ledger.publish.targets import Target
from ledger.registry import open_registry
from ledger.replay.recovery import recover
from ledger.settings import Settings
from ledger.witness.mirror import Mirror
from ledger.witness.store import KnownLog


def write_site(
    copies: Mirror, log: KnownLog, target: Target, now_us: int, progress: Progress | None = None
) -> tuple[int, int]:
    """Write the site of one mirrored log.

    Args:
        copies: The mirror's copies.
        log: The log; its keys are all that the site is checked against.
        target: A folder or object storage.
        now_us: The moment, microseconds UTC.
        progress: Called with (entries done, entries in all).

    Returns:
        How many entries the site shows, and how many log files were new there.

    Raises:
        RecoveryError: nothing is held yet, or what is held is no ledger that the rules bear out.
        TargetError, TamperedError: as `ledger.publish.replicate.replicate`.
    """
    policy = Policy.of_keys(log.vkeys)
    with TemporaryDirectory(prefix="sinkledger-site-") as folder:
        settings = Settings(
            data=Path(folder) / "data",
            keys=Path(folder) / "keys",
            base_url=(log.url or f"https://{log.origin}").removesuffix("/log"),
        )
        registry = open_registry(settings)
        try:
            fetch: Fetch = copies.copy_of(log).fetch
            recover(registry, fetch, policy, progress)
            keep_trust(registry, policy)
            shown, written = replicate(registry, target, site_files(registry, now_us))
        finally:
            registry.close()
    return shown.size, written
