"""Verifying by program: upload a file, or ask for a number, a serial number or a code's text."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.deps import RegistryDep
from api.verifying import verify_body
from certificates.verdict import PROOF_STEPS, STEPS, State
from certificates.verify_any import (
    FILE_STEP,
    NOTE_STEPS,
    RECORD_STEPS,
    STATE_STEPS,
    Asking,
    verify,
)
from certificates.verify_serial import SERIAL_STEPS
from certificates.verify_text import CODE_STEPS, NUMBER_STEPS, PHOTO_STEPS
from ledger.registry import Registry

router = APIRouter(prefix="/v1", tags=["verification"])
TEXT_MAX: Final = 1_500

_FILE: Final = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
_UPLOADS: Final = {
    "application/octet-stream": _FILE,
    "application/pdf": _FILE,
    "image/jpeg": _FILE,
    "image/png": _FILE,
    "text/plain": {
        "schema": {"type": "string"},
        "examples": {
            "number": {"summary": "A certificate's number", "value": "TH-RT-2026-0000014-P"},
            "serial": {
                "summary": "A serial number",
                "value": "BT-F-0001-20210901-20250831-01:1-42318/Y",
            },
        },
    },
}


STEP_NAMES: Final = frozenset(
    {
        *STEPS,
        *PROOF_STEPS,
        *NOTE_STEPS,
        *RECORD_STEPS,
        *STATE_STEPS,
        *PHOTO_STEPS,
        *NUMBER_STEPS,
        *SERIAL_STEPS,
    }
)
_STEP_NAME: Final = (
    "Stable; the same step has the same name in every answer. In sequence: "
    f"of a PDF {', '.join((*STEPS, *RECORD_STEPS))}; "
    f"of a proof file {', '.join((*NOTE_STEPS, *PROOF_STEPS))}; "
    f"of a state proof {', '.join(STATE_STEPS)}; "
    f"of a number {', '.join(NUMBER_STEPS)}; "
    f"of a QR code's text {', '.join(CODE_STEPS)}, and of its photo {PHOTO_STEPS[0]} before them; "
    f"of a serial number {', '.join(SERIAL_STEPS)}; of what is not recognised {FILE_STEP}."
)


class StepAnswer(BaseModel):
    """One step: what was checked, and what came of it in both languages."""

    position: int = Field(ge=1, description="Counted from 1, as the page and the command show it.")
    name: str = Field(description=_STEP_NAME, json_schema_extra={"enum": [*sorted(STEP_NAMES)]})
    state: State
    zh: str
    en: str


class StatusAnswer(BaseModel):
    """What became of the certificate, taking `as_of` entries into account and none after them."""

    state: str = Field(
        description="valid, suspended, impaired, superseded, expired or revoked.",
    )
    as_of: int
    source: Literal["ledger", "proof"]
    event: str | None
    reason: str | None
    seq: int | None
    copies_superseded: int
    corrected_seq: int | None


class VerdictAnswer(BaseModel):
    """A verdict; `ok` only if there are steps and every one has passed.

    What the certificate says of itself (number, kind and so on) is to be believed as far as the
    steps passed.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at_us": None,
                    "checkpoint_size": None,
                    "dated_at_us": None,
                    "errata_seq": None,
                    "environment": None,
                    "identity": None,
                    "kind": "RT",
                    "level": None,
                    "number": "TH-RT-2026-00000ZZ-4",
                    "offered": "number",
                    "ok": False,
                    "quantity_kg": None,
                    "seq": None,
                    "sha256": None,
                    "status": None,
                    "steps": [
                        {
                            "en": "TH-RT-2026-00000ZZ-4: the check character fits",
                            "name": "number",
                            "position": 1,
                            "state": "passed",
                            "zh": "编号TH-RT-2026-00000ZZ-4校验相符",
                        },
                        {
                            "en": "the log states no such certificate",
                            "name": "entry",
                            "position": 2,
                            "state": "failed",
                            "zh": "登记簿中没有此证书编号",
                        },
                    ],
                }
            ]
        }
    )

    offered: str = Field(
        description="What was given, told by its content: pdf, photo, proof, state_proof, number, "
        "serial, code or unknown.",
    )
    ok: bool
    identity: Literal["identical", "other_bytes", "sealed", "foreign"] | None = Field(
        description="Of a file: a recorded one, byte for byte; sealed by this registry, but other "
        "bytes; sealed, and the record was not asked; not this registry's.",
    )
    status: StatusAnswer | None
    steps: list[StepAnswer]
    number: str | None
    kind: str | None
    seq: int | None
    at_us: int | None
    quantity_kg: int | None
    environment: str | None
    checkpoint_size: int | None
    sha256: str | None
    level: str | None = Field(description="The seal's PAdES level: B-B, B-T or B-LTA.")
    dated_at_us: int | None
    errata_seq: int | None


def asking_of(registry: Registry) -> Asking:
    """Return who is asked when this service verifies: itself, by its own trust anchors."""
    return Asking(trust_dir=registry.settings.trust, registry=registry)


@router.get("/verify", response_model=VerdictAnswer)
def verify_text(
    registry: RegistryDep,
    text: Annotated[
        str,
        Query(max_length=TEXT_MAX, description="A number, a serial number or a QR code's text."),
    ],
) -> dict[str, Any]:
    """Verify what stands on a paper: its number, a serial number, or what its QR code says."""
    return verify(text.encode("utf-8", "replace"), asking_of(registry)).to_json()


@router.post(
    "/verify",
    response_model=VerdictAnswer,
    openapi_extra={"requestBody": {"required": True, "content": _UPLOADS}},
)
async def verify_upload(request: Request, registry: RegistryDep) -> dict[str, Any]:
    """Verify a PDF, a proof file, a photo of the QR code, or a text; nothing of it is kept.

    What it is, is told by its content alone, not by its name or media type. At most 10 MB; 503
    with `Retry-After` while others are being answered.
    """
    return (await verify_body(request, asking_of(registry))).to_json()
