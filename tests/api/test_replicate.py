"""Static copies, in a folder and in an object storage: whole, gone on with, never of two logs."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from api.static_site import site_files
from ledger.blobs import Access, write_blob
from ledger.log.checkpoint import open_checkpoint
from ledger.log.tile_reader import TileMissingError, TileReader
from ledger.publish import replicate as module
from ledger.publish.replicate import CHECKPOINT, replicate
from ledger.publish.targets import BucketTarget, FolderTarget, Target, TargetError, open_target
from ledger.store import TamperedError
from tests.support.disks import RecordingDisk, installed
from tests.support.ledger import LOG_KEY, ORIGIN, Scene, open_scene, pay
from tests.support.object_storage import RCLONE, served
from tests.support.publishing import near_publisher
from tests.support.service import Service

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    assert RCLONE.exists(), "the locked packages bring rclone"
    folder = tmp_path_factory.mktemp("storage")
    (folder / "bucket").mkdir()
    with served(folder) as environment:
        yield environment


@pytest.fixture(params=["folder", "s3"])
def target(
    request: pytest.FixtureRequest,
    storage: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Target:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    for name, value in storage.items():
        monkeypatch.setenv(name, value)
    if request.param == "folder":
        return open_target(str(tmp_path / "copy"))
    return open_target(f"s3://bucket/{tmp_path.name}")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = open_scene(tmp_path / "world")
    pay(scene, 300)
    near_publisher(scene.world.registry).publish()
    return scene


def again(target: Target) -> Target:
    """Return the same place as another process would find it."""
    return BucketTarget(target.store) if isinstance(target, BucketTarget) else target


def read_all(target: Target) -> list[bytes]:
    """Read the copy as a stranger would."""
    note = target.read(CHECKPOINT)
    assert note is not None
    checkpoint = open_checkpoint(note, [LOG_KEY.vkey], ORIGIN)

    def fetch(path: str) -> bytes:
        content = target.read(f"log/{path}")
        if content is None:
            raise TileMissingError(path)
        return content

    return list(TileReader(fetch, checkpoint.size, checkpoint.root).entries())


def test_a_copy_is_the_whole_log(scene: Scene, target: Target) -> None:
    registry = scene.world.registry
    digest = write_blob(registry.settings.blobs, b"evidence", Access.PUBLIC)
    secret = write_blob(registry.settings.blobs, b"private", Access.PRIVATE)
    shown, written = replicate(registry, target)
    assert shown.size == registry.size()
    assert read_all(target) == [registry.entry_bytes(seq) for seq in range(shown.size)]
    assert target.read(f"log/blob/{digest}") == b"evidence"
    assert target.read(f"log/blob/{secret}") is None
    assert written == 6  # two bundles, two tiles below, one above, one document

    assert replicate(registry, again(target))[1] == 0


def test_a_copy_goes_on_where_it_was_interrupted(
    scene: Scene, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CutError(Exception):
        pass

    def cut(done: int, _total: int) -> None:
        if done >= 3:
            raise CutError

    monkeypatch.setattr(module, "FILES_AT_ONCE", 1)
    with pytest.raises(CutError):
        replicate(scene.world.registry, target, progress=cut)
    assert target.read(CHECKPOINT) is None
    assert replicate(scene.world.registry, again(target))[1] == 2
    assert len(read_all(target)) == scene.world.registry.size()


def test_a_later_copy_adds_what_is_new(scene: Scene, target: Target) -> None:
    registry = scene.world.registry
    replicate(registry, target)
    pay(scene, 5)
    near_publisher(registry).publish()
    _, written = replicate(registry, again(target))
    assert written == 2
    assert len(read_all(target)) == registry.size()


@pytest.mark.parametrize("same_size", [True, False])
def test_other_bytes_in_the_copy_end_everything(
    scene: Scene, target: Target, *, same_size: bool
) -> None:
    replicate(scene.world.registry, target)
    content = target.read("log/tile/0/000") or b""
    altered = bytes([content[0] ^ 1]) + content[1:] if same_size else content[1:]
    target.replace("log/tile/0/000", altered, "application/octet-stream")
    with pytest.raises(TamperedError, match="other bytes"):
        replicate(scene.world.registry, again(target))


def test_a_copy_is_never_taken_back(scene: Scene, target: Target, tmp_path: Path) -> None:
    replicate(scene.world.registry, target)
    note = target.read(CHECKPOINT)
    older = open_scene(tmp_path / "older").world.registry
    near_publisher(older).publish()
    with pytest.raises(TargetError, match="an old copy of the registry"):
        replicate(older, again(target))
    assert target.read(CHECKPOINT) == note


def test_a_copy_of_another_history_is_left_alone(
    scene: Scene, target: Target, tmp_path: Path
) -> None:
    replicate(scene.world.registry, target)
    other = open_scene(tmp_path / "other")
    other.world.now_us += 1
    pay(other, 400)
    near_publisher(other.world.registry).publish()
    with pytest.raises(TamperedError, match="another history"):
        replicate(other.world.registry, again(target))


def test_nothing_published_is_nothing_to_copy(target: Target, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="nothing is published"):
        replicate(open_scene(tmp_path / "new").world.registry, target)


def test_a_page_is_written_again_only_with_other_bytes(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.replace("verify/page", b"one", "text/html")
    with monkeypatch.context() as patch:
        patch.setattr("ledger.publish.targets.write_atomically", _never)
        patch.setattr(BucketTarget, "_put", _never)
        target.replace("verify/page", b"one", "text/html")
        with pytest.raises(AssertionError, match="written"):
            target.replace("verify/page", b"two", "text/html")
    target.replace("verify/page", b"two", "text/html")
    assert target.read("verify/page") == b"two"


def test_a_copied_page_lies_in_folders_whose_names_are_durable(tmp_path: Path) -> None:
    target = FolderTarget(tmp_path / "copies" / "one")
    with installed(RecordingDisk()) as disk:
        target.replace("verify/number/page", b"one", "text/html")
    names = ("", "copies", "copies/one", "copies/one/verify", "copies/one/verify/number")
    assert {tmp_path / name for name in names} <= {
        step.path for step in disk.steps if step.kind == "sync"
    }


def _never(*_arguments: object, **_names: object) -> None:
    raise AssertionError("written")


def test_a_storage_that_does_not_answer_is_an_error(
    scene: Scene, storage: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**storage, "AWS_SECRET_ACCESS_KEY": "wrong"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(TargetError):
        replicate(scene.world.registry, open_target("s3://bucket/denied"))


def test_every_certificate_has_a_page_with_its_files(demo: Service, tmp_path: Path) -> None:
    target = FolderTarget(tmp_path / "site")
    replicate(demo.registry, target, site_files(demo.registry, demo.now_us))
    numbers = sorted(path.name for path in (tmp_path / "site/verify").iterdir())
    assert len(numbers) == 5
    verifier = (tmp_path / "site/verify.html").read_bytes()
    assert verifier.startswith(b"<!")
    digest = sha256(verifier).hexdigest()
    assert (tmp_path / "site/verify.html.sha256").read_text() == f"{digest}  verify.html\n"
    for number in numbers:
        folder = tmp_path / "site/verify" / number
        for name, language in (("index.html", "zh-Hans"), ("index.en.html", "en")):
            page = (folder / name).read_text()
            assert f'<html lang="{language}">' in page
            assert '<body class="copy">' in page  # a copy never calls itself recent
            for link in re.findall(r'(?:href|src)="([^"#]*)"', page):
                if not link.startswith(demo.registry.settings.base_url):
                    assert (folder / link).exists(), link
        assert (folder / f"{number}.pdf").exists()
        assert (folder / f"{number}.tlog-proof").exists()


def test_what_is_stored_and_not_recorded_is_not_handed_out(own_demo: Service) -> None:
    folder = own_demo.registry.settings.certificates
    first, second, *_ = sorted(folder.glob("*.pdf"))
    first.with_name(f"{first.stem}-copy2.pdf").write_bytes(b"sealed, and the machine went down")
    second.write_bytes(b"another seal")

    given = {one.path for one in site_files(own_demo.registry, own_demo.now_us)}

    assert f"verify/{first.stem}/{first.name}" in given
    assert f"verify/{second.stem}/{second.stem}.tlog-proof" in given
    assert f"verify/{second.stem}/{second.name}" not in given
    assert not [path for path in given if "copy2" in path]
