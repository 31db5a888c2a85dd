"""Credentials verified by Digital Bazaar's libraries, which share no code with this registry.

`./run test` fetches them by npm into `.tools/credential-check`; without a way to npm's registry
these tests are left out, and W3C's vectors stand alone.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from certificates.credential import make_credential
from certificates.credential_terms import context_document, context_url
from certificates.status_list import PURPOSES, StatusList, StatusRow, make_status_list
from tests.certificates.test_render import many_ranges
from tests.support.certificates import BASE_URL, SERVICE_KEY, FakeLog, demo_log
from tests.support.specimens import LOOKS, paper

HOME = Path(".tools/credential-check")
SCRIPT = Path("tests/foreign/vc/verify.mjs")
NODE = Path(sys.executable).with_name("node")
NOW = "2026-11-22T00:00:00Z"

pytestmark = pytest.mark.skipif(
    not (HOME / ".fetched").exists(), reason="./run setup could not fetch the libraries by npm"
)


def ask(folder: Path, *credentials: Any, rows: tuple[StatusRow, ...] = ()) -> list[Any]:
    """Let the libraries verify; the script must lie beside them to find them."""
    script = HOME / f"verify-{folder.name}.mjs"
    shutil.copy(SCRIPT, script)
    given = {"credentials": credentials, "documents": documents(rows), "now": NOW}
    try:
        said = subprocess.run(
            [NODE, script], input=json.dumps(given), capture_output=True, text=True, check=True
        )
    finally:
        script.unlink()
    answers: list[Any] = json.loads(said.stdout)
    return answers


def documents(rows: tuple[StatusRow, ...]) -> dict[str, Any]:
    """Return what a registry serves: the context and the status lists."""
    found: dict[str, Any] = {context_url(BASE_URL): context_document(BASE_URL)}
    for purpose in PURPOSES:
        which = StatusList(
            purpose=purpose, index=0, base_url=BASE_URL, opened_at_us=demo_log().parsed(0).at_us
        )
        found[which.url] = json.loads(make_status_list(which, rows, SERVICE_KEY))
    return found


def credential(kind: str, log: FakeLog | None = None) -> Any:
    return json.loads((log or demo_log()).statement(kind).credential)


def test_they_verify_every_kind_and_know_every_term(tmp_path: Path) -> None:
    contents = [paper(look)[0] for look in LOOKS]
    made = [json.loads(make_credential(one, BASE_URL, SERVICE_KEY)) for one in contents]
    answers = ask(tmp_path, *made, credential("RT", many_ranges(40)))
    assert [answer["verified"] for answer in answers] == [True] * (len(LOOKS) + 1)
    # A text instead of a number would name the term that no context knows.
    assert {answer["terms"] for answer in answers} == {8}
    assert answers[0]["statuses"] == {"revocation": False, "suspension": False, "message": False}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("credentialSubject", "quantityKg"), 42_319, id="more-kilograms"),
        pytest.param(("credentialSubject", "certificateNumber"), "TH-RT", id="another-number"),
        pytest.param(("credentialSubject", "units"), [], id="no-units"),
        pytest.param(("issuer", "name"), [{"@language": "en", "@value": "x"}], id="a-name"),
        pytest.param(("validFrom",), "2026-10-27T00:00:00Z", id="another-day"),
    ],
)
def test_they_refuse_a_changed_one(path: tuple[str, ...], value: Any, tmp_path: Path) -> None:
    document = credential("RT")
    part = document
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    (answer,) = ask(tmp_path, document)
    assert not answer["verified"]
    assert "Invalid signature." in answer["errors"]


@pytest.mark.parametrize(
    ("state", "statuses"),
    [
        ("revoked", {"revocation": True, "suspension": False, "message": False}),
        ("suspended", {"revocation": False, "suspension": True, "message": False}),
        ("superseded", {"revocation": False, "suspension": False, "message": True}),
        ("valid", {"revocation": False, "suspension": False, "message": False}),
    ],
)
def test_they_read_the_status_lists(state: str, statuses: dict[str, bool], tmp_path: Path) -> None:
    content = demo_log().content("RT")
    row = StatusRow(
        number=content.number,
        state=state,
        at_us=content.at_us,
        is_corrected=state == "superseded",
    )
    mine, other = ask(tmp_path, credential("RT"), credential("CL"), rows=(row,))
    assert mine["verified"]
    assert mine["statuses"] == statuses
    assert other["statuses"] == {"revocation": False, "suspension": False, "message": False}
