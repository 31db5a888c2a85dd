"""Anchors: a real authority dates the checkpoint, the log records it, and nothing false passes."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from api.anchoring import AnchoringError, anchor, anchor_if_due, record, stamp
from api.cli.output import CommandError
from api.cli.place import desk_of
from api.due import due
from contracts.values import Json
from ledger.anchors.anchors import DAY_US, FOLDER, Anchor, is_due, recorded
from ledger.audit.audit import AuditReport, audit
from ledger.registry import Registry, open_registry
from ledger.settings import Settings
from tests.support.founded import Desk, found
from tests.support.time_authority import Authority, found_authority, serving


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return found_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def address(authority: Authority) -> Iterator[str]:
    with serving(authority) as address:
        yield address


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = found(tmp_path)
    desk.run("checkpoint", *desk.data)
    return desk


@pytest.fixture
def anchored(desk: Desk, authority: Authority, address: str) -> Desk:
    desk.run("anchor", "--authority", address, "--roots", authority.roots, *desk.data)
    return desk


def settings_of(desk: Desk, authority: Authority | None, url: str | None = None) -> Settings:
    return Settings(
        data=desk.folder / "data",
        keys=desk.folder / "keys",
        anchor_roots=authority.roots if authority else None,
        anchor_url=url,
    )


def opened(desk: Desk, authority: Authority | None, url: str | None = None) -> Registry:
    return open_registry(settings_of(desk, authority, url))


def verdict(desk: Desk, *options: str | Path, fails: bool = False) -> dict[str, Json]:
    done = desk.run("anchor", "verify", *options, *desk.data, "--json", fails=fails)
    answer: dict[str, Json] = json.loads(done.stdout)
    return answer


def test_the_checkpoint_is_dated_recorded_and_verified(
    anchored: Desk, authority: Authority, address: str
) -> None:
    answer = verdict(anchored, "--roots", authority.roots)
    registry = opened(anchored, authority)
    [made] = recorded(registry.books())

    assert answer["ok"] is True
    assert (made.size, made.root) == (1, registry.root(1).hex())
    assert made.authority == address
    assert abs(made.gen_time_us - time.time_ns() // 1_000) < 60_000_000
    report = audit(registry.settings)
    assert (report.ok, report.anchors, report.dates) == (True, 1, 1)


def test_any_other_tool_can_check_the_files_beside_the_log(
    anchored: Desk, authority: Authority, tmp_path: Path
) -> None:
    [token] = (anchored.folder / "data/log" / FOLDER).glob("*.tsr")
    note = token.with_suffix(".checkpoint").read_bytes()
    (tmp_path / "text").write_bytes(note.partition(b"\n\n")[0] + b"\n")
    done = subprocess.run(
        [
            *("openssl", "ts", "-verify", "-in", str(token), "-data", str(tmp_path / "text")),
            *("-CAfile", str(authority.roots / "root.pem")),
            *("-untrusted", str(authority.folder / "tsa.pem")),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Verification: OK" in done.stdout


def test_without_roots_a_date_is_called_not_checked(anchored: Desk) -> None:
    answer = verdict(anchored, fails=True)
    report = audit(settings_of(anchored, None))

    assert "not checked" in json.dumps(answer)
    assert (report.ok, report.anchors, report.dates) == (True, 1, 0)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def other_stamp(path: Path) -> None:
    """Put another honest answer of the same authority in its place."""
    path.write_bytes(b"0" + path.read_bytes())


def other_tree(path: Path) -> None:
    note = path.with_suffix(".checkpoint")
    origin, _, rest = note.read_bytes().partition(b"\n")
    note.write_bytes(origin + b"\n2" + rest[1:])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(Path.unlink, "cannot be read", id="token-missing"),
        pytest.param(lambda it: it.with_suffix(".checkpoint").unlink(), "cannot be", id="no-note"),
        pytest.param(flip, "another file than the one recorded", id="token-flipped"),
        pytest.param(other_stamp, "another file than the one recorded", id="token-replaced"),
        pytest.param(other_tree, "of another tree", id="note-of-another-tree"),
        pytest.param(
            lambda it: it.with_suffix(".checkpoint").write_bytes(b"x"), "no checkpoint", id="junk"
        ),
    ],
)
def test_audit_and_verify_name_what_was_altered(
    anchored: Desk, authority: Authority, spoil: Callable[[Path], None], said: str
) -> None:
    [token] = (anchored.folder / "data/log" / FOLDER).glob("*.tsr")
    spoil(token)
    report: AuditReport = audit(settings_of(anchored, authority))
    answer = verdict(anchored, "--roots", authority.roots, fails=True)

    assert [finding.where for finding in report.findings] == [f"anchor {token.name}"]
    assert said in report.findings[0].what
    assert said in json.dumps(answer)


def test_a_stranger_s_authority_is_refused_and_leaves_nothing(
    desk: Desk, authority: Authority, tmp_path: Path
) -> None:
    stranger = found_authority(tmp_path / "stranger")
    registry = opened(desk, authority)
    with pytest.raises(AnchoringError, match="trusted roots"):
        anchor(registry, desk_of(registry), "x", ask=lambda _, query: stranger.reply(query))

    assert registry.size() == 1
    assert not (registry.settings.log / FOLDER).exists()


def record_falsely(registry: Registry, made: Anchor, **other: Json) -> None:
    """Record an anchor by the service's own key that says something else than its file."""
    record(registry, desk_of(registry), {**made.body(), **other})


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        pytest.param("root", sha256(b"x").hexdigest(), "has another root", id="root"),
        pytest.param("gen_time_us", 1_700_000_000_000_000, "another time", id="time"),
        pytest.param("sha256", sha256(b"x").hexdigest(), "cannot be read", id="digest"),
    ],
)
def test_the_audit_finds_a_false_record(
    desk: Desk, authority: Authority, field: str, value: Json, said: str
) -> None:
    registry = opened(desk, authority)
    answer = anchor_files(registry, authority)
    record_falsely(registry, answer, **{field: value})
    report = audit(registry.settings)

    assert not report.ok
    assert said in " ".join(finding.what for finding in report.findings)


def anchor_files(registry: Registry, authority: Authority) -> Anchor:
    """Have the checkpoint dated and the files kept, without a record."""
    return stamp(registry, desk_of(registry), "here", ask=lambda _, query: authority.reply(query))


def test_an_anchor_is_due_once_a_day(desk: Desk, authority: Authority) -> None:
    registry = opened(desk, authority, "http://authority.example/")
    first = anchor_if_due(registry, desk_of(registry), ask=lambda _, query: authority.reply(query))
    assert first is not None
    assert anchor_if_due(registry, desk_of(registry)) is None
    assert not is_due([first], first.gen_time_us + DAY_US - 1)
    assert is_due([first], first.gen_time_us + DAY_US)
    assert anchor_if_due(opened(desk, authority), desk_of(registry)) is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param((), "no authority is named", id="no-authority"),
        pytest.param(("--authority", "http://127.0.0.1:1/"), "cannot be asked", id="nobody"),
        pytest.param(("--authority", "x", "--roots", "."), "no trusted", id="empty-roots"),
    ],
)
def test_what_cannot_be_anchored_is_one_sentence(
    desk: Desk, options: tuple[str, ...], said: str
) -> None:
    result = desk.run("anchor", *options, *desk.data, fails=True)
    assert isinstance(result.exception, CommandError)
    assert said in str(result.exception)


def test_each_publication_is_preceded_by_what_is_due(
    desk: Desk, authority: Authority, address: str
) -> None:
    said: list[str] = []
    registry = opened(desk, authority, address)

    with due(registry, said.append) as turn:
        turn()
        turn()

    assert said == []
    assert len(list(recorded(registry.books()))) == 1
    assert registry.books().row("state/latest") is not None


def test_an_authority_that_is_down_stops_nothing(desk: Desk, authority: Authority) -> None:
    said: list[str] = []
    registry = opened(desk, authority, "http://127.0.0.1:9/")

    with due(registry, said.append) as turn:
        turn()

    assert "was not anchored" in said[0]
    assert registry.books().row("state/latest") is not None


def test_an_unpublished_log_is_not_anchored(tmp_path: Path) -> None:
    desk = found(tmp_path / "new")
    result = desk.run("anchor", "--authority", "x", *desk.data, fails=True)
    assert "nothing is published yet" in str(result.exception)
