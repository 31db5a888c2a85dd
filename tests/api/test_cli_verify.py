"""Commands given what they cannot read: one sentence and exit code 2, never a traceback."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.app import app, main
from api.cli.output import CommandError

RUNNER = CliRunner()


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    file = tmp_path / "paper.pdf"
    file.write_bytes(b"%PDF-1.7 is read after everything else")
    (tmp_path / "trust").mkdir()
    return file


def said(*arguments: str | Path) -> str:
    """Return the one sentence that the command fails with."""
    result = RUNNER.invoke(app, ["verify", *(str(part) for part in arguments)])

    assert isinstance(result.exception, CommandError), result.exception
    assert result.exception.exit_code == 2
    assert "Traceback" not in result.output
    return str(result.exception)


@pytest.mark.parametrize(
    "name", [pytest.param("nothing-here", id="missing"), pytest.param("trust", id="folder")]
)
def test_a_checkpoint_that_cannot_be_read_is_one_sentence(paper: Path, name: str) -> None:
    checkpoint = paper.parent / name

    sentence = said(paper, "--trust", paper.parent / "trust", "--checkpoint", checkpoint)

    assert sentence.startswith(f"{checkpoint}: ")


@pytest.mark.parametrize(
    "name", [pytest.param("nothing-here", id="missing"), pytest.param("trust", id="folder")]
)
def test_a_paper_that_cannot_be_read_is_one_sentence(paper: Path, name: str) -> None:
    assert said(paper.parent / name, "--trust", paper.parent / "trust").endswith(
        "no such file or folder; check the name"
        if name == "nothing-here"
        else "is a folder; name a file"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("policy", b"no policy", id="policy"),
        pytest.param("policy", b"\xff\xfe", id="policy, not even text"),
        pytest.param("seal-root.pem", b"no certificate", id="seal root"),
    ],
)
def test_a_damaged_trust_folder_is_one_sentence(paper: Path, name: str, content: bytes) -> None:
    trust = paper.parent / "trust"
    (trust / name).write_bytes(content)

    sentence = said(paper, "--trust", trust)

    assert str(trust) in sentence
    assert name in sentence


@pytest.mark.parametrize("name", ["policy", "seal-root.pem", "registry.json"])
def test_a_folder_in_an_anchors_place_is_one_sentence(paper: Path, name: str) -> None:
    (paper.parent / "trust" / name).mkdir()

    assert said(paper, "--trust", paper.parent / "trust").endswith(
        f"{name}: is a folder; name a file"
    )


@pytest.mark.parametrize("name", ["nothing-here", "trust"])
def test_any_command_says_of_a_file_it_cannot_read_which_and_why(
    paper: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = paper.parent / name

    def read() -> None:
        file.read_bytes()

    monkeypatch.setattr("api.cli.app.app", read)
    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert f"{name}: " in capsys.readouterr().err.replace("\n", "")
