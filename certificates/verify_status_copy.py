"""Verifying a status copy: it is drawn as its own attachments say, and then the issued file is.

copy   one unsealed part, nothing that acts, no attachments but its own
drawn  drawn again from its attachments, the same bytes: so it says nothing that they do not say
proven its state proof holds by the reader's own policy
then every step of the attached file, whose step "state" asks the copy's state proof too

A status copy has no seal: whatever counts in it is proven by the log, or sealed in the issued file.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from certificates.content_parts import ContentError
from certificates.offered import Offered
from certificates.render import RendererError, generator
from certificates.statement import addresses_of
from certificates.status_copy import ORIGINAL, StatusStatement, status_content
from certificates.status_copy_page import ERRATA, STATE_PROOF, render_status_copy
from certificates.steps import Steps
from certificates.trust import Trust
from certificates.verdict import STEPS, Facts, Finding, StepFailed, StepNotChecked, Verdict
from certificates.verify_content import renderer
from certificates.verify_extension import is_extended, open_sections
from certificates.verify_file import (
    END_MARK,
    REGISTRY,
    attached,
    check_still,
    dictionaries,
    open_document,
    read_strictly,
)
from certificates.verify_log import Newer
from certificates.verify_state import prove_errata, proven_state
from certificates.wording_status import STATES, TITLE
from ledger.log.state_file import StateProof
from ledger.log.state_proof import StateProofError

COPY_STEPS: Final = ("copy", "drawn", "proven")
_SEALED: Final = b"/ByteRange"

Verifier: TypeAlias = Callable[[bytes, Newer], Verdict]
"""How a sealed file is verified."""


def is_status_copy(data: bytes) -> bool:
    """Say whether a file calls itself a status copy; its metadata are in clear."""
    return _SEALED not in data and TITLE.zh.encode() in data


def verify_status_copy(
    data: bytes, trust: Trust, newer: Newer, verify_original: Verifier
) -> Verdict:
    """Verify a status copy and the issued file in it.

    Returns:
        Its own steps, then those of the issued file; what is known of that file are the facts.
    """
    steps, opened = Steps(COPY_STEPS), list[StatusStatement]()
    steps.take("copy", lambda: _open(data, opened))
    if not opened:
        return Verdict(
            steps=(*steps.results(), *Steps(STEPS).results()),
            facts=Facts(),
            offered=Offered.STATUS_COPY,
        )
    (statement,) = opened
    steps.take("drawn", lambda: _check_drawn(data, statement))
    steps.take("proven", lambda: _check_proven(statement, trust))
    asked = newer if newer.state is not None else replace(newer, state=statement.state_proof)
    verdict = verify_original(statement.original, asked)
    return replace(verdict, steps=(*steps.results(), *verdict.steps), offered=Offered.STATUS_COPY)


def _open(data: bytes, opened: list[StatusStatement]) -> Finding:
    if not data.startswith(b"%PDF-1.") or not data.endswith(END_MARK):
        raise StepFailed("状态副本的形式不对", "not in the form of a status copy")
    reader = read_strictly(data)
    if reader.xrefs.total_revisions != 1 or reader.xrefs.hybrid_xrefs_present:
        raise StepFailed("状态副本后来有改动", "a status copy has one part, and nothing after it")
    found = tuple(dictionaries(reader))
    check_still(found)
    if "/AcroForm" in reader.root:
        raise StepFailed("状态副本没有签章域", "a status copy has no field for a seal")
    files = attached(reader, found, {ORIGINAL, STATE_PROOF}, {ERRATA})
    info = reader.trailer_view["/Info"]
    try:
        addresses = addresses_of(str(info.get("/Keywords", "")))
    except ValueError as error:
        raise StepFailed("页面没有核验地址", "the page names no address") from error
    statement = StatusStatement(
        registry_entry=_opening(files[ORIGINAL]),
        state_proof=files[STATE_PROOF],
        errata_proof=files.get(ERRATA, b""),
        original=files[ORIGINAL],
        base_url=addresses.base_url,
        mirror_url=addresses.mirror_url,
        verifier_sha256=addresses.verifier_sha256,
    )
    if str(info.get("/Creator", "")) != generator():
        raise StepNotChecked(
            "状态副本由另一版本生成，请向登记处索取新的副本",
            "a status copy of another version: ask the registry for a new one",
        )
    opened.append(statement)
    return (
        "这是状态副本，不是证书；以下逐步核验其所附原件",
        "this is a status copy, not a certificate; the steps below verify the attached original",
    )


def _opening(original: bytes) -> bytes:
    """Return entry 0 as the issued file brings it; whether it is the trusted one, its steps say."""
    issued = open_sections(original).original if is_extended(original) else original
    return open_document(issued).attachments[REGISTRY]


def _check_proven(statement: StatusStatement, trust: Trust) -> Finding:
    try:
        found = proven_state(StateProof.parse(statement.state_proof), trust)
    except StateProofError as error:
        raise StepFailed("状态证明的格式不对", f"no state proof: {error}") from error
    if statement.errata_proof:
        prove_errata(statement.errata_proof, trust)
    entries = found.commitment.through + 1
    return (
        f"截至前{entries}条记录的状态由受信任的检查点证明",
        f"the state of the first {entries} entries is proven by a trusted checkpoint",
    )


def _check_drawn(data: bytes, statement: StatusStatement) -> Finding:
    try:
        content = status_content(statement)
        expected = render_status_copy(statement, renderer())
    except RendererError as error:
        raise StepNotChecked("本机缺少绘制页面所需的程序库", str(error)) from error
    except ContentError as error:
        raise StepFailed("所附状态证明不成立", f"its state proof: {error}") from error
    if data != expected:
        raise StepFailed("页面与所附状态证明不符", "the page is not what its attachments say")
    state = STATES[content.state]
    return (
        f"页面与附件逐字节一致，所载状态：{state.zh}",
        f"the page is drawn from its attachments, byte for byte; it says: {state.en.lower()}",
    )
