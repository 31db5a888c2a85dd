"""The `sinkledger` command: its groups and commands, and how failures end it."""

import sys
from typing import Final

import typer

from api.cli.given import sentence_of
from api.cli.later import group_of
from api.cli.output import CommandError, console_error

COMMANDS: Final = {
    "api.cli.anchors": {
        "anchor": "Date checkpoints by an authority (RFC 3161).",
    },
    "api.cli.orders": {
        "keygen": "Make an Ed25519 key pair; print the public key, which orders name.",
        "order": "Draft, show, sign and submit orders.",
    },
    "api.cli.registry": {
        "init": "Make keys of a new registry and draft entry 0 for its officers, after 'pki init'.",
    },
    "api.cli.keys": {
        "keys": "Keys of the registry: docs/KEYS.md.",
    },
    "api.cli.pki": {
        "pki": "Root, seals and revocations: docs/KEYS.md.",
    },
    "api.cli.publishing": {
        "checkpoint": (
            "Publish once: sign size and root, write tiles, ask the witnesses, show the checkpoint."
        ),
        "publish": "Publish the log: once, for as long as this runs, or as files at another place.",
        "signer": (
            "Sign for publishers that have no keys: run this as another user, "
            "named by SINKLEDGER_SIGNER."
        ),
        "signer-mark": (
            "Make lost marks again from a checkpoint that at least two witnesses have cosigned."
        ),
    },
    "api.cli.ledger": {
        "audit": (
            "Replay the ledger from entry 0 and compare every stored row; exit 0 only if all holds."
        ),
        "export": "Write the whole ledger, one entry a line; private records are not in it.",
        "import": (
            "Take an exported ledger into an empty data folder, checking every "
            "entry as the audit does."
        ),
        "import-vault": (
            "Take private records into an imported or rebuilt ledger, each checked against the log."
        ),
    },
    "api.cli.rebuild": {
        "rebuild": (
            "Make a registry anew from static files alone, checking every tile, "
            "order and signature."
        ),
    },
    "api.cli.database": {
        "database": "Make tables and rights in PostgreSQL, as the database's owner.",
    },
    "api.cli.backup": {
        "backup": "Take, prove and restore backups, while the registry works.",
    },
    "api.cli.recompute": {
        "recompute": (
            "Compute a recorded report anew from its evidence; exit 0 only if everything is equal."
        ),
    },
    "api.cli.verify": {
        "verify": (
            "Check step by step; exit 0 if every step passed, 1 if one failed, 2 if some were not "
            "checked."
        ),
    },
    "api.cli.certificates": {
        "certificate": "Issue and extend papers, and tell what became of them.",
        "certificates": "",
    },
    "api.cli.service": {
        "serve": "Start the HTTP service on a registry, and publish what it records.",
        "demo": (
            "Play the main job: from a tree plot to certificates that verify offline. All invented."
        ),
        "bench": (
            "Run benchmarks from the source tree; each prints a ratio against a "
            "named limit or peer."
        ),
    },
    "api.cli.jobs": {
        "jobs": "Long work: see it, try it again, drop it, do it.",
    },
    "api.cli.webhooks": {
        "webhooks": "Tell others of entries: Standard Webhooks, at least once.",
    },
    "api.cli.witness": {
        "witness": "Watch a log: cosign its checkpoints if they continue each other.",
    },
    "api.cli.mirror": {
        "mirror": "Watch a log and keep a copy of all its entries, for everybody to read.",
    },
    "api.cli.state": {
        "state": "The state's commitments and proofs.",
    },
}
"""Module -> command -> summary; a module is imported when one of its commands is called.

A command without a summary is another spelling of one, and not shown in the help.
"""

app = typer.Typer(
    name="sinkledger",
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback(no_args_is_help=True, cls=group_of(COMMANDS), invoke_without_command=False)
def sinkledger() -> None:
    """SinkLedger 碳汇账本: the registry of Baotou's carbon sinks."""


def main() -> None:
    """Run the command; an expected failure is one sentence and an exit code from 1 to 3."""
    try:
        app()
    except CommandError as error:
        console_error(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        if error.filename is None:
            raise
        # A file that a person named: missing, a folder, or not theirs to read.
        console_error(sentence_of(error))
        sys.exit(2)
