"""What a malicious log tries with keys and names: whom a line, or a policy, seems to speak for."""

from dataclasses import replace
from hashlib import sha256

from ledger.log.cosignature import cosign, sign_text
from ledger.log.key import ALG_COSIGNATURE, ALG_ML_DSA_44, Skey, Vkey
from ledger.log.note import Note, NoteSignature, parse_note
from tests.support.cheats import forked
from tests.support.evil_log import ORIGIN, SIZE, Shown, World, fork_of, proof_of
from tests.support.witnesses import NOW_S, URL, seed


def key_id_collision(world: World) -> Shown:
    """Sign a fork with a key of one's own, under the log's name and the log's key ID."""
    fork = fork_of(world.log)
    thief = Skey(ORIGIN, seed("thief"))
    text = fork.checkpoint(SIZE).to_text()
    line = NoteSignature(ORIGIN, world.log.vkeys[0].key_id, sign_text(text, thief, 0))
    return forked(world, fork, SIZE, Note(text, (line,)).to_bytes())


def key_id_collision_among_keys(world: World) -> Shown:
    """Have clients trust two keys of one name and one key ID, so that a line names both."""
    vkeys = colliding_keys(ORIGIN)
    lines = "".join(f"log {vkey.to_text()}\n" for vkey in vkeys)
    honest = world.honest()
    return replace(honest, policy=lines + honest.policy, trusted=(*world.log.vkeys, *vkeys))


def one_witness_under_two_names(world: World) -> Shown:
    """Have one witness's key counted twice: policy and note name it again under another name.

    The signature holds there too, since what is signed under `cosignature/v1` names nobody.
    """
    first = world.witnesses[0].keys[0].vkey
    again = Vkey("second.example/w", first.alg, first.key)
    note = parse_note(world.notes[SIZE])
    lines = [one for one in note.signatures if one.name in (ORIGIN, first.name)]
    twice = next(one for one in lines if one.key_id == first.key_id).signature
    lines.append(NoteSignature(again.name, again.key_id, twice))
    return replace(
        _resigned(world, Note(note.text, tuple(lines))),
        policy=_policy(world, (first, again), "2"),
        one_key=True,
    )


def witness_named_like_the_origin(world: World) -> Shown:
    """Be one's own witness: a cosigner whose key has the log's name."""
    own = [Skey(ORIGIN, seed("own witness"), alg) for alg in (ALG_COSIGNATURE, ALG_ML_DSA_44)]
    note = parse_note(world.log.note(SIZE))
    lines = [cosign(world.log.checkpoint(SIZE), key, NOW_S) for key in own]
    shown = _resigned(world, Note(note.text, (*note.signatures, *lines)))
    return replace(
        shown,
        policy=_policy(world, tuple(key.vkey for key in own), "any"),
        request=world.log.request(0, SIZE),
        names=(ORIGIN, ORIGIN),
    )


def _resigned(world: World, note: Note) -> Shown:
    honest, content = world.honest(), note.to_bytes()
    return replace(
        honest,
        files={**honest.files, "checkpoint": content},
        proof=proof_of(world.log, SIZE, content),
    )


def _policy(world: World, witnesses: tuple[Vkey, ...], threshold: str) -> str:
    lines = [f"log {vkey.to_text()}" for vkey in world.log.vkeys]
    names = [f"witness{number}" for number in range(len(witnesses))]
    lines += [
        f"witness {name} {vkey.to_text()} {URL}"
        for name, vkey in zip(names, witnesses, strict=True)
    ]
    return "\n".join([*lines, f"group all {threshold} {' '.join(names)}", "quorum all", ""])


def colliding_keys(name: str) -> tuple[Vkey, Vkey]:
    """Return two ML-DSA-44 keys of one name and one key ID, by the birthday of four bytes."""
    found: dict[bytes, int] = {}
    begun = sha256(name.encode() + b"\n" + bytes([ALG_ML_DSA_44]))
    for number in range(2_000_000):
        digest = begun.copy()
        digest.update(_key(number))
        other = found.setdefault(digest.digest()[:4], number)
        if other != number:
            one, two = (Vkey(name, ALG_ML_DSA_44, _key(which)) for which in (other, number))
            return one, two
    raise AssertionError("no two keys collide")


def _key(number: int) -> bytes:
    return number.to_bytes(8, "big") * (1312 // 8)
