"""Every paper conforms to PDF/A-3a and to PDF/UA-1 at once, says veraPDF.

It is there where `./run test` or `./run verapdf` found Java and Maven; no test fetches anything.
"""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from contracts.values import Json
from tests.certificates.test_render import many_ranges
from tests.support.architecture import ROOT
from tests.support.certificates import demo_log
from tests.support.extended_paper import dated, extended
from tests.support.sealed_paper import registry, renderer, rendering
from tests.support.specimens import LOOKS, paper
from tests.support.status_papers import status_paper

JARS = ROOT / ".tools" / "verapdf"
PROGRAM = "org.verapdf.apps.GreenfieldCliWrapper"

pytestmark = pytest.mark.skipif(
    not (shutil.which("java") and JARS.is_dir()),
    reason="veraPDF is not on this machine; './run verapdf' fetches it where java and mvn are",
)


def judged(flavour: str, files: dict[str, bytes], folder: Path) -> dict[str, str]:
    """Return PASS or FAIL for each file, by its name."""
    for name, data in files.items():
        (folder / f"{name}.pdf").write_bytes(data)
    paths = sorted(folder.glob("*.pdf"))
    done = subprocess.run(
        ["java", "-cp", f"{JARS}/*", PROGRAM, "--flavour", flavour, "--format", "text", *paths],
        capture_output=True,
        check=False,
        text=True,
    )
    lines = [line.split(" ") for line in done.stdout.splitlines()]
    return {Path(line[1]).stem: line[0] for line in lines if line[0] in {"PASS", "FAIL"}}


@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_every_paper_conforms(flavour: str, tmp_path: Path) -> None:
    papers = {look: registry().seal(renderer().draw(*paper(look))) for look in LOOKS}
    papers |= {"dated": dated(), "extended": extended(2)}
    rare: Json = {"org": {"name": {"zh": "示例㛃䶮𬭩𣲗公司"}, "uscc": "9115020014825206XQ"}}
    for name, log in (
        ("rare", demo_log().restated("RT", beneficiary=rare)),
        ("ranges", many_ranges(40)),
    ):
        papers[name] = registry().seal(renderer().render(log.statement("RT")))
    papers["status-revoked"] = status_paper("revoked", "false_statement")
    papers["status-expired"] = status_paper("expired", "display_right_ended")
    assert judged(flavour, papers, tmp_path) == dict.fromkeys(papers, "PASS")


@pytest.mark.parametrize(
    ("flavour", "name"),
    [
        pytest.param("3a", "/OutputIntents", id="no-colour-profile"),
        pytest.param("3a", "/MarkInfo", id="not-marked-as-tagged"),
        pytest.param("ua1", "/Metadata", id="not-named-in-the-metadata"),
        pytest.param("ua1", "/StructTreeRoot", id="no-structure"),
    ],
)
def test_it_sees_what_is_missing(flavour: str, name: str, tmp_path: Path) -> None:
    broken = BytesIO()
    with pikepdf.open(BytesIO(rendering("RT"))) as pdf:
        del pdf.Root[name]
        pdf.save(broken)
    assert judged(flavour, {"broken": broken.getvalue()}, tmp_path) == {"broken": "FAIL"}
