"""Where this node keeps its things: one frozen object, read from `SINKLEDGER_*`."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_POSTGRES: Final = ("postgresql://", "postgres://")
_SQLITE: Final = "sqlite:///"


def _networks(words: object) -> object:
    return tuple(map(ip_network, words.split())) if isinstance(words, str) else words


_Networks: TypeAlias = Annotated[
    tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)
]


class SettingsError(Exception):
    """A setting names something that this version cannot use; the text says what to do."""


class Settings(BaseSettings):
    """The settings of a node; the environment gives what the caller does not.

    Attributes:
        data: Folder of databases, blobs, log files, certificates and trust anchors.
        keys: Folder of private keys (0600, one file per key) and of the mark `HIGH_WATER`. It lies
            outside `data`, so that restoring an old `data` cannot roll the mark back.
        database_url: Database of the ledger: sqlite:/// or postgresql://, where a password belongs
            into a file that PGPASSFILE names; by default SQLite at `data`/ledger.db.
        replica_url: A read replica of that database (postgresql://), from which readings are
            answered while it is not behind.
        second_copy: Folder on another disk: every entry is there before its order is answered.
        base_url: Public address under which certificates name this registry.
        mirror_url: A second public address, named on papers for the day the first is gone.
        anchor_url: Address of the time-stamping authority (RFC 3161) that dates a checkpoint a day
            and every seal.
        anchor_roots: Folder of the certificates (*.pem) that are trusted to name authorities.
        seal_pkcs11_module: Library of the token that holds the seal's key; unset, it is a file.
        seal_pkcs11_token: Label of that token.
        seal_pkcs11_pin_file: File (0600) with its PIN.
        checkpoint_fresh_hours: How long after a checkpoint the pages still call a status current.
        signer: UNIX socket of a signer that runs as another user; unset, a child process signs.
        publish_seconds: How often new entries are published, at least.
        recosign_seconds: How often a log without new entries is cosigned again.
        witness_seconds: How long a witness may take to answer.
        disk_free_mb: Below so many free megabytes of any of its disks a service takes no orders.
        log_level: From which level on a service says what it does: debug, info, warning, error.
        metrics_port: Port of this machine's own address where figures are told; unset, nowhere.
        drain_seconds: How long a service that is told to stop goes on, not ready, before it
            accepts nothing more.
        stop_seconds: How long it then has to finish.
        issue: Whether whoever publishes also issues papers as they become due: auto or off.
        issue_workers: How many processes then make them.
        jobs: Whether whoever publishes also works at jobs: auto or off.
        job_slots: How many jobs such a process does at once.
        nightly_hour: The hour (UTC+8) from which on the nightly jobs are due.
        webhook_networks: Networks (CIDR, separated by spaces) to which messages may go although
            they are not of the public internet.
    """

    model_config = SettingsConfigDict(
        env_prefix="SINKLEDGER_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    data: Path = Path("data")
    keys: Path = Path("keys")
    database_url: str | None = Field(default=None, repr=False)
    replica_url: str | None = Field(default=None, repr=False)
    second_copy: Path | None = None
    base_url: str = "http://127.0.0.1:8000"
    mirror_url: str | None = None
    anchor_url: str | None = None
    anchor_roots: Path | None = None
    seal_pkcs11_module: Path | None = None
    seal_pkcs11_token: str | None = None
    seal_pkcs11_pin_file: Path | None = None
    checkpoint_fresh_hours: int = Field(default=24, ge=1, le=24 * 366)

    signer: Path | None = None
    publish_seconds: int = Field(default=30, ge=1, le=3_600)
    recosign_seconds: int = Field(default=600, ge=1, le=86_400)
    witness_seconds: int = Field(default=5, ge=1, le=60)
    disk_free_mb: int = Field(default=256, ge=0)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_port: int | None = Field(default=None, ge=1, le=65_535)
    drain_seconds: int = Field(default=0, ge=0, le=600)
    stop_seconds: int = Field(default=30, ge=1, le=600)
    issue: Literal["auto", "off"] = "off"
    issue_workers: int = Field(default=1, ge=1, le=256)
    jobs: Literal["auto", "off"] = "auto"
    job_slots: int = Field(default=2, ge=1, le=64)
    nightly_hour: int = Field(default=2, ge=0, le=23)
    webhook_networks: Annotated[
        tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)
    ] = ()

    @field_validator("database_url")
    @classmethod
    def _check_kind(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith((_SQLITE, *_POSTGRES)):
            raise ValueError(
                "it must begin with sqlite:/// or postgresql://; "
                "leave it unset to use SINKLEDGER_DATA/ledger.db"
            )
        return url

    @property
    def postgres_url(self) -> str | None:
        """The address of the ledger's database if that is PostgreSQL."""
        url = self.database_url
        return url if url is not None and url.startswith(_POSTGRES) else None

    @property
    def database(self) -> Path:
        """The file of the ledger's own database.

        Raises:
            SettingsError: `database_url` names no SQLite file.
        """
        if self.database_url is None:
            return self.data / "ledger.db"
        if not self.database_url.startswith(_SQLITE):
            raise SettingsError("SINKLEDGER_DATABASE_URL names no sqlite:/// file")
        return Path(self.database_url.removeprefix(_SQLITE))

    @property
    def vault(self) -> Path:
        """The file of private records; always beside the ledger's database."""
        return self.database.with_name("vault.db")

    @property
    def blobs(self) -> Path:
        """The folder of content-addressed files."""
        return self.data / "blobs"

    @property
    def log(self) -> Path:
        """The folder of what is published: checkpoint, tiles, entry bundles."""
        return self.data / "log"

    @property
    def certificates(self) -> Path:
        """The folder of sealed documents."""
        return self.data / "certificates"

    @property
    def trust(self) -> Path:
        """The folder of trust anchors: the log's key and the seal's root."""
        return self.data / "trust"

    @property
    def policy(self) -> Path:
        """The file that says which keys and witnesses a checkpoint needs (c2sp.org/tlog-policy)."""
        return self.trust / "policy"

    @property
    def high_water(self) -> Path:
        """The file that remembers how large the ledger was, outside `data`."""
        return self.keys / "HIGH_WATER"
