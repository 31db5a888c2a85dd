"""Attacks that meet one refusal each, where no table of forgeries has one that does."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from asn1crypto import cms
from cryptography.hazmat.primitives.hashes import SHA512
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates import seal, seal_key
from certificates.data_integrity import sign_document
from certificates.seal import AppendingWriter, Sealer
from certificates.trust import Trust
from certificates.verdict import Verdict
from certificates.verify import verify_pdf, verify_proof
from certificates.verify_log import Newer
from contracts.values import Json
from ledger.log.canonical import canonical, parse_canonical
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.entry import build_entry, parse_entry, signed_bytes
from ledger.log.key import Skey
from ledger.log.merkle import inclusion_path, leaf_hash, root
from ledger.log.policy import Policy
from ledger.log.proof import TlogProof
from ledger.log.state_file import StateProof
from tests.support.certificates import LOG_KEY, SERVICE_KEY, STATE_SERVICE
from tests.support.extended_paper import dated, extended
from tests.support.people import digest
from tests.support.sealed_paper import WHEN, registry, renderer, rendering
from tests.support.seals import ORGANISATION, make_seal
from tests.support.tampering import Edit, attached, edited, page_replaced

OTHER = Skey("other.example/log", digest("another log"))


def judged(data: bytes, newer: Newer | None = None, **anchors: object) -> Verdict:
    """Verify by the registry's anchors, some of them exchanged."""
    trust: Trust = replace(registry().trust, **anchors)  # type: ignore[arg-type]  # any field
    return verify_pdf(data, trust, newer=newer)


def both_logs() -> Policy:
    """Return a policy of a reader who trusts two logs."""
    return Policy.of_keys([LOG_KEY.vkey, OTHER.vkey])


def restated_behind(kind: str, **changes: object) -> bytes:
    """Put an entry that no rule decided behind the page of the true one."""
    log = registry().log.restated(kind, **changes)  # type: ignore[arg-type]  # movements or fields
    entry = log.stating(kind)
    return registry().seal(
        edited(
            rendering(kind),
            attached("entry.json", entry.content),
            attached("entry.tlog-proof", log.proof(entry.seq)),
        )
    )


def without_rows(kind: str) -> bytes:
    """Put an entry of the right kind that wrote nothing behind the page of the true one."""
    entry = registry().log.stating(kind)
    content = build_entry(
        seq=entry.seq,
        prev=entry.prev,
        at_us=entry.at_us,
        order=entry.order_bytes,
        sigs=entry.sigs,
        movements=entry.movements,
        rows=[],
    )
    return registry().seal(edited(rendering(kind), attached("entry.json", content)))


def units_shifted() -> list[object]:
    """Return the retirement's movements, each of the next units of its batch."""
    moved = registry().log.stating("RT").movements

    class Shifted:
        def __init__(self, one: dict[str, Json]) -> None:
            self.one = one

        def to_json(self) -> dict[str, Json]:
            first, end = self.one["first"], self.one["end"]
            assert isinstance(first, int)
            assert isinstance(end, int)
            return {**self.one, "first": first + 1, "end": end + 1}

    return [Shifted(dict(one)) for one in moved]  # type: ignore[call-overload]  # a TypedDict


def ranges_shifted() -> Json:
    """Return what the account held, each range of the next units of its batch."""
    row = registry().log.stating("HD").rows[0]["value"]
    ranges = row["ranges"]
    return [{**one, "first": one["first"] + 1, "end": one["end"] + 1} for one in ranges]


def proof_of_another_log() -> Edit:
    """Prove the same entry by another log's checkpoint over the same leaves."""
    proof = TlogProof.parse(registry().log.statement("RT").proof)
    size = len(registry().log.entries)
    known = Checkpoint(origin=OTHER.name, size=size, root=_root(registry().log.entries))
    changed = replace(proof, checkpoint=sign_checkpoint(known, [OTHER]))
    return attached("entry.tlog-proof", changed.to_bytes())


def state_of_another_log() -> Edit:
    """Prove the status by another log that committed to the same state."""
    proof = StateProof.parse(registry().log.statement("RT").state_proof)
    before = registry().log.entries[:-1]
    entry = parse_entry(proof.entry)
    order = canonical({**entry.order, "log": OTHER.name})
    content = build_entry(
        seq=entry.seq,
        prev=entry.prev,
        at_us=entry.at_us,
        order=order,
        sigs=[STATE_SERVICE.sign(signed_bytes(OTHER.name, order))],
        movements=[],
        rows=list(entry.rows),  # type: ignore[arg-type]  # a TypedDict is a dict of JSON
    )
    entries = (*before, content)
    known = Checkpoint(origin=OTHER.name, size=len(entries), root=_root(entries))
    leaves = [leaf_hash(one) for one in entries]

    def subtree(level: int, index: int) -> bytes:
        return root(leaves[index << level : (index + 1) << level])

    inclusion = TlogProof(
        index=entry.seq,
        path=inclusion_path(entry.seq, len(leaves), subtree),
        checkpoint=sign_checkpoint(known, [OTHER]),
    )
    changed = replace(proof, entry=content, proof=inclusion.to_bytes())
    return attached("status.state-proof", changed.to_bytes())


def _root(entries: tuple[bytes, ...]) -> bytes:
    return root([leaf_hash(one) for one in entries])


def with_newer_state() -> bytes:
    """Return a paper whose own state proof is newer than the first one."""
    log = registry().log
    key = f"status/{log.content('RT').number}"
    statement = registry().statement("RT", state_proof=log.committed([]).state_proof(key))
    return registry().seal(renderer().render(statement))


def credential_of_ours(change: Callable[[dict[str, Json]], None]) -> Edit:
    """Attach a credential that says something else, signed by the service itself."""
    document = parse_canonical(registry().log.statement("RT").credential)
    assert isinstance(document, dict)
    bare = {name: value for name, value in document.items() if name != "proof"}
    subject = bare["credentialSubject"]
    assert isinstance(subject, dict)
    change(subject)
    content = sign_document(bare, SERVICE_KEY, created=str(bare["validFrom"]))
    return attached("credential.json", content)


def archive_from_one() -> bytes:
    """Let the archive timestamp cover all but the first byte."""
    head, _, tail = extended(1).rpartition(b"/ByteRange [0 ")
    return head + b"/ByteRange [1 " + tail


def more_evidence(writer: AppendingWriter) -> None:
    """Append evidence of a form that `extend` does not write."""
    writer.root["/DSS"]["/VRI"] = generic.DictionaryObject()


def proof_for_a_stranger() -> Verdict:
    """Verify an entry by the anchors of a reader of another log."""
    log, policy = registry().log, Policy.of_keys([OTHER.vkey])
    return verify_proof(log.entries[24], log.proof(24), replace(registry().trust, policy=policy))


def sealed_with_a_change() -> bytes:
    """Blank the page in the seal's own section."""
    with mock.patch.object(seal.AppendingWriter, "_update_meta", page_replaced):
        return registry().seal(rendering("RT"))


def by_another_root() -> bytes:
    """Seal with a key under a root that bears the same names."""
    with TemporaryDirectory() as name:
        make_seal(Path(name), organisation=ORGANISATION)
        return Sealer(Path(name) / "keys").seal(rendering("RT"), when=WHEN)


def by_another_digest() -> bytes:
    """Seal over SHA-512, with the registry's own key."""
    with (
        mock.patch.object(seal, "DIGEST", "sha512"),
        mock.patch.object(seal, "SHA256", SHA512),
        mock.patch.object(seal_key, "SHA256", SHA512),
    ):
        return registry().seal(rendering("RT"))


def stamped_twice() -> bytes:
    """Put the seal's timestamp into it a second time; no signature covers that."""
    data = dated()
    signature = PdfFileReader(BytesIO(data)).embedded_signatures[0]
    _, start, end, _ = (int(value) for value in signature.byte_range)
    content = cms.ContentInfo.load(signature.pkcs7_content)
    for attribute in content["content"]["signer_infos"][0]["unsigned_attrs"]:
        attribute["values"].append(attribute["values"][0].copy())
    written = content.dump(force=True).hex().upper().encode()
    room = end - start - 2
    if len(written) > room:
        raise ValueError("the seal keeps no room for a second stamp")
    return data[: start + 1] + written.ljust(room, b"0") + data[end - 1 :]
