"""A primary and its synchronous standby on the loopback: to be killed, frozen and promoted."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from tests.support.postgres import SUPERUSER, Cluster, binary, new_cluster, new_folder, run
from tests.support.waiting import wait_until

STANDBY: Final = "standby"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two servers; every commit on the primary waits for the standby's disk."""

    primary: Cluster
    standby: Cluster

    def is_following(self) -> bool:
        """Return whether the standby receives, and the primary waits for it if it should."""
        state = "sync" if self.primary.settings["synchronous_standby_names"] else "async"
        found = self.primary.execute("SELECT state, sync_state FROM pg_stat_replication")
        return found == [("streaming", state)]

    def url(self, database: str) -> str:
        """Return the address of a database on whichever of the two takes writes."""
        ports = f"127.0.0.1:{self.primary.port},127.0.0.1:{self.standby.port}"
        return f"postgresql://{SUPERUSER}@{ports}/{database}"

    def freeze_receiving(self) -> None:
        """Let the standby take nothing more: commits on the primary then wait."""
        self.standby.freeze()

    def lose_what_is_on_its_way(self) -> None:
        """End the primary and restart the standby: what it had not received is on no disk."""
        self.primary.kill()
        # Woken first, it would still take what its sockets hold.
        self.standby.kill()
        self.standby.start()

    def fail_over(self) -> None:
        """Kill the primary, then let the standby take its place."""
        self.primary.kill()
        self.standby.promote()


@contextmanager
def pair(*, fsync: bool = False, settings: Mapping[str, str] | None = None) -> Iterator[Pair]:
    """Run a primary and a synchronous standby for the length of a `with`."""
    made: list[Cluster] = []
    try:
        # From the start: were it set later, commits might not wait yet when the views say so.
        waiting = {"synchronous_standby_names": STANDBY, **(settings or {})}
        primary = new_cluster(fsync=fsync, settings=waiting)
        made.append(primary)
        primary.start()
        standby = follow(primary)
        made.append(standby)
        found = Pair(primary=primary, standby=standby)
        wait_until(found.is_following)
        yield found
    finally:
        for server in made:
            server.destroy()


def follow(primary: Cluster) -> Cluster:
    """Copy a running primary into a standby that follows it, and start that."""
    # Once promoted it waits for nobody, for there is nobody.
    settings = {**primary.settings, "synchronous_standby_names": ""}
    standby = Cluster(folder=new_folder(), settings=settings)
    source = f"{primary.url()}?application_name={STANDBY}"
    command = [binary("pg_basebackup"), f"--pgdata={standby.data}", "--no-sync"]
    run([*command, "--write-recovery-conf", "--checkpoint=fast", f"--dbname={source}"])
    standby.start()
    return standby
