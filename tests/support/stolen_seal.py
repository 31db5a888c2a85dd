"""What a thief of the registry's seal could put into a certificate before sealing it."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from certificates.data_integrity import sign_document
from certificates.service_key import ServiceKey
from contracts.values import Json
from ledger.log.canonical import canonical, parse_canonical
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.key import Skey
from ledger.log.proof import TlogProof
from tests.support import tampering
from tests.support.certificates import LOG_KEY, FakeLog
from tests.support.people import ORIGIN, digest
from tests.support.sealed_paper import registry, rendering
from tests.support.tampering import (
    attached,
    entry_changed,
)

STRANGER = ServiceKey(seed=digest("a stranger's service"))


def code_of_another(pdf: Pdf) -> None:
    """Draw the other paper's operators, QR code included."""
    with pikepdf.open(BytesIO(rendering("CL"))) as other:
        page = other.pages[0]
        page.contents_coalesce()
        pdf.pages[0].Contents = pdf.make_stream(page.Contents.read_bytes())


def maker_renamed(pdf: Pdf) -> None:
    pdf.docinfo["/Creator"] = String("SinkLedger 99")


def page_twice(pdf: Pdf) -> None:
    pdf.pages.append(pdf.pages[0])


def link(pdf: Pdf) -> None:
    action = Dictionary(S=Name.URI, URI=String("https://evil.example"))
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].Annots.append(pdf.make_indirect(note))


def page_action(pdf: Pdf) -> None:
    pdf.pages[0].AA = Dictionary(O=Dictionary(S=Name.Named, N=Name.Print))


def named_script(pdf: Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    pdf.Root.Names.JavaScript = Dictionary(Names=Array([String("x"), script]))


def no_keywords(pdf: Pdf) -> None:
    del pdf.docinfo["/Keywords"]


def other_addresses(pdf: Pdf) -> None:
    pdf.docinfo["/Keywords"] = String("https://evil.example")


def statement_attached(kind: str, *names: str) -> tampering.Edit:
    """Attach another certificate's files."""
    statement = registry().log.statement(kind)
    content = {
        "credential.json": statement.credential,
        "entry.json": statement.entry,
        "entry.tlog-proof": statement.proof,
        "statement.cose": statement.code,
        "status.state-proof": statement.state_proof,
    }

    def edit(pdf: Pdf) -> None:
        for name in names:
            attached(name, content[name])(pdf)

    return edit


def entry_of(seq: int) -> tampering.Edit:
    """Attach another entry with its own proof."""
    log = registry().log

    def edit(pdf: Pdf) -> None:
        attached("entry.json", log.entries[seq])(pdf)
        attached("entry.tlog-proof", log.proof(seq))(pdf)

    return edit


def proof() -> TlogProof:
    return TlogProof.parse(registry().log.statement("RT").proof)


def checkpoint(*, size: int = 32, root: bytes | None = None, key: Skey = LOG_KEY) -> bytes:
    lines = proof().checkpoint.decode().split("\n")
    known = Checkpoint(origin=key.name, size=size, root=root or digest("root"))
    assert lines[0] == ORIGIN
    return sign_checkpoint(known, [key])


def row_changed(value: dict[str, Json]) -> None:
    rows = value["outcome"]["rows"]
    rows[-1]["value"]["quantity_kg"] = 42_319


def movement_changed(value: dict[str, Json]) -> None:
    movements = value["outcome"]["movements"]
    movements[0]["end"] += 1


def order_changed(value: dict[str, Json]) -> None:
    value["order"]["body"]["quantity_kg"] = 42_319


def signature_changed(value: dict[str, Json]) -> None:
    first = value["sigs"][0]
    sig = first["sig"]
    first["sig"] = ("1" if sig[0] == "0" else "0") + sig[1:]


def other_environment(value: dict[str, Json]) -> None:
    for row in value["outcome"]["rows"]:
        if row["key"] == "registry":
            row["value"]["environment"] = "production"


def anchor_changed(field: str, value: Json) -> Callable[[dict[str, Json]], None]:
    def change(entry: dict[str, Json]) -> None:
        for row in entry["outcome"]["rows"]:
            if row["key"] == "registry":
                row["value"][field] = value

    return change


def spaced(name: str) -> tampering.Edit:
    statement = registry().log.statement("RT")
    content = statement.entry if name == "entry.json" else statement.registry_entry
    return attached(name, content.replace(b'{"at_us":', b'{"at_us": ', 1))


def signed_again(change: Callable[[dict[str, Json]], None]) -> tampering.Edit:
    """Attach the credential with its subject changed, signed by somebody else's key."""
    document = parse_canonical(registry().log.statement("RT").credential)
    assert isinstance(document, dict)
    bare = {name: value for name, value in document.items() if name != "proof"}
    change(bare["credentialSubject"])
    content = sign_document(bare, STRANGER, created=str(bare["validFrom"]))
    return attached("credential.json", content)


def in_credential(change: Callable[[dict[str, Json]], None]) -> tampering.Edit:
    """Attach the credential with its subject changed under the old proof."""
    document = parse_canonical(registry().log.statement("RT").credential)
    assert isinstance(document, dict)
    change(document["credentialSubject"])
    return attached("credential.json", canonical(document))


def more_claimed(subject: dict[str, Json]) -> None:
    subject["quantityKg"] = 42_319


def state_of(key: str) -> tampering.Edit:
    return attached("status.state-proof", registry().log.state_proof(key))


def state_changed(**fields: object) -> tampering.Edit:
    """Attach the state proof with fields of its file changed."""
    value = parse_canonical(registry().log.statement("RT").state_proof.removesuffix(b"\n"))
    assert isinstance(value, dict)
    return attached("status.state-proof", canonical({**value, **fields}) + b"\n")


def old_state() -> tampering.Edit:
    """Attach a proof under a commitment of a state before the stating entry."""
    log = registry().log
    number = log.content("RT").number
    early = FakeLog(log.entries[:20], log.view).committed([])
    return attached("status.state-proof", early.state_proof(f"status/{number}"))


def revoked_state() -> tampering.Edit:
    """Attach the proof of a row that says that the certificate is revoked."""
    log = registry().log
    key = f"status/{log.content('RT').number}"
    row: dict[str, Json] = {"key": key, "value": {"reason": "ERROR", "state": "revoked"}}
    return attached("status.state-proof", log.committed([row]).state_proof(key))


def in_registry(field: str, value: Json) -> tampering.Edit:
    return entry_changed(anchor_changed(field, value), "registry.json")


def unsigned_proof() -> bytes:
    note, _, _ = proof().checkpoint.partition(b"\n\n")
    return note + b"\n\n"


def form_of_xml(pdf: Pdf) -> None:
    pdf.Root.AcroForm.XFA = String("<xdp/>")
