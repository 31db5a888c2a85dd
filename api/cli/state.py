"""`sinkledger state …`: commit the state, check the follower, make and check proofs, snapshots."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.cli.given import PolicyOption, check_replaceable, content_of, policy_of
from api.cli.output import CommandError, console, print_json, print_table
from api.cli.place import DataOption, JsonOption, KeysOption, open_place
from api.cli.shown import lines_of
from api.committing import CommitError, StateKeeper
from api.keys import KeyFileError
from api.problems import ClaimError, NotFoundError
from api.proving import claim_of, store_of
from ledger.clock import clock_us
from ledger.files import write_atomically
from ledger.log.merkle import ProofError
from ledger.log.policy import PolicyError
from ledger.log.state_file import STATE_PROOF_SIZE_MAX, ProvenState, StateProof, verify_state
from ledger.log.state_proof import StateProofError
from ledger.state.check import check_state
from ledger.state.proving import NoBatchError
from ledger.state.records import StateDamagedError
from ledger.state.snapshot import SnapshotError, write_snapshot
from ledger.state.view import NotCommittedError, prove

SAID = {
    "absence": "it is not there",
    "prefix": "these are all",
    "presence": "it is there",
    "unit": "where the unit is",
}

commands = typer.Typer()
state = typer.Typer(help="The state's commitments and proofs.", no_args_is_help=True)
commands.add_typer(state, name="state")


@state.command("commit")
def commit(
    data: DataOption = None, keys: KeysOption = None, *, as_json: JsonOption = False
) -> None:
    """Bring the state up to date and record its root in the log."""
    registry = open_place(data, keys)
    if registry.read_only_reason is not None:
        raise CommandError(registry.read_only_reason)
    keeper = StateKeeper.of(registry)
    try:
        done = keeper.commit_state(clock_us(), on_demand=True)
    except (CommitError, KeyFileError) as error:
        raise CommandError(str(error)) from error
    finally:
        keeper.close()
    if done is None:
        console().print("nothing was recorded since the last commitment")
        return
    if done.damage is not None:
        console().print(f"state.db was damaged ({done.damage}); it was set aside and made anew")
    if as_json:
        root = done.head.root.hex()
        print_json({"root": root, "seq": done.entry.seq, "through": done.head.through})
    else:
        console().print(
            f"entry {done.entry.seq} commits the state through {done.head.through}: "
            f"root {done.head.root.hex()}"
        )


@state.command("check")
def check(data: DataOption = None, *, as_json: JsonOption = False) -> None:
    """Rebuild the state from the log and compare; exit 0 only if every key is the same."""
    registry = open_place(data)
    try:
        with closing(store_of(registry)) as store:
            found = check_state(registry, store)
    except StateDamagedError as error:
        raise CommandError(f"state.db is damaged: {error}") from error
    faults = list(found.faults)
    if as_json:
        head = found.head
        print_json(
            {
                "faults": faults,
                "keys": found.keys,
                "root": head.root.hex(),
                "through": head.through,
            }
        )
    else:
        rows = [("through", str(found.head.through)), ("keys", f"{found.keys:,}")]
        rows += [("root", found.head.root.hex()), *(("fault", fault) for fault in faults[:40])]
        print_table("THE STATE DOES NOT HOLD" if faults else "the state holds", rows)
    if faults:
        raise typer.Exit(1)


@state.command("snapshot")
def snapshot(
    out: Annotated[Path, typer.Option(help="The folder to write to.")], data: DataOption = None
) -> None:
    """Write the committed state as one file, named by its root; see 'audit --from-snapshot'."""
    registry = open_place(data)
    try:
        with closing(store_of(registry)) as store:
            path = write_snapshot(store, out)
    except (SnapshotError, StateDamagedError) as error:
        raise CommandError(str(error)) from error
    console().print(str(path), soft_wrap=True)


@state.command("prove")
def prove_command(
    key: Annotated[str, typer.Argument(help="A key of the state, such as retire/<id>.")] = "",
    prefix: Annotated[str, typer.Option(help="All keys that begin so.")] = "",
    serial: Annotated[str, typer.Option(help="A unit: BATCH:NUMBER.")] = "",
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("claim.state-proof"),
    data: DataOption = None,
) -> None:
    """Prove what the committed state holds: a key or its absence, all keys under a prefix, a unit.

    The newest commitment must be covered by a published checkpoint.
    """
    registry = open_place(data)
    check_replaceable(out, b"{", "state proof")
    try:
        claim_in = claim_of(key=key, prefix=prefix, serial=serial)
        with closing(store_of(registry)) as store:
            proof = prove(registry, store, claim_in)
    except (ClaimError, NoBatchError, NotCommittedError, StateDamagedError) as error:
        raise CommandError(str(error)) from error
    except NotFoundError as error:
        raise CommandError(f"{serial}: no such serial; write it as BATCH:NUMBER") from error
    write_atomically(out, proof.to_bytes())
    console().print(
        f"{out}: {SAID[proof.claim.kind]}; next: sinkledger state verify {out} --policy FILE"
    )


@state.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="A .state-proof file.")],
    policy: PolicyOption,
    *,
    as_json: JsonOption = False,
) -> None:
    """Check a state proof against the policy that you trust; exit 0 only if it holds."""
    trusted = policy_of(policy)
    content = content_of(file, STATE_PROOF_SIZE_MAX)
    try:
        proof = StateProof.parse(content)
        proven = verify_state(proof, policy=trusted)
    except (StateProofError, ProofError, PolicyError) as error:
        raise CommandError(
            f"{file}: not proven: {error}; do not rely on it, ask its sender for another"
        ) from error
    if as_json:
        print_json(_summary(proof, proven))
    else:
        _show(proof, proven)


def _summary(proof: StateProof, proven: ProvenState) -> dict[str, object]:
    return {
        "checkpoint_size": proven.verdict.checkpoint.size,
        "found": [{"key": key, "value": value} for key, value in proven.found],
        "kind": proof.claim.kind,
        "through": proven.commitment.through,
        "witnessed_at": proven.verdict.witnessed_at,
        "witnesses": [name for name, _ in proven.verdict.witnesses],
    }


def _show(proof: StateProof, proven: ProvenState) -> None:
    checkpoint, through = proven.verdict.checkpoint, proven.commitment.through
    names = ", ".join(name for name, _ in proven.verdict.witnesses) or "none"
    rows = [
        ("log", checkpoint.origin),
        ("as of entry", str(through)),
        ("committed by entry", str(proven.commitment.seq)),
        ("checkpoint", f"{checkpoint.size} entries, witnesses: {names}"),
    ]
    for key, value in proven.found:
        rows += lines_of(key, value)
    title = {
        "presence": "PROVEN: it is there",
        "absence": "PROVEN: it is not there",
        "prefix": f"PROVEN: these {len(proven.found)} are all",
        "unit": "PROVEN: the unit is here" if proven.found else "PROVEN: there is no such unit",
    }
    print_table(title[proof.claim.kind], rows)
