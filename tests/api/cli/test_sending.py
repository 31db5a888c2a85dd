"""`order send` and `find`: a file is recorded once, however often it goes over whatever line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from api.drafting.draft import Desk, draft_order, save
from ledger.publish.publisher import publish
from tests.support import bodies
from tests.support.cutting_http import Cuts, cutting
from tests.support.ledger import LOG_KEY, ORIGIN, SECOND_US, Scene


def order_file(scene: Scene, path: Path, quantity_kg: int = 1) -> Path:
    desk = Desk(origin=ORIGIN, rules=scene.world.rules, now_us=scene.world.now_us)
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=quantity_kg)
    actor, life_us = f"acct/{scene.owner}", 60 * SECOND_US
    draft = draft_order(desk, "units.transfer", actor, body, life_us=life_us)
    for signer in scene.world.people[scene.owner]:
        draft = draft.signed_with(signer.seed)
    save(draft, path)
    return path


def run(*words: str | Path | int) -> tuple[int, list[dict[str, Any]], str]:
    """Run a command; return its exit code, its answers, and the sentence it failed with."""
    result = CliRunner().invoke(app, ["order", *map(str, words), "--json"])
    said = result.exception
    code = getattr(said, "exit_code", result.exit_code)
    answers = json.loads(result.stdout)["results"] if result.stdout else []
    return code, answers, str(said)


def at(port: int) -> tuple[str, str]:
    return "--url", f"http://127.0.0.1:{port}"


def test_a_file_sent_twice_is_recorded_once(scene: Scene, port: int, tmp_path: Path) -> None:
    path = order_file(scene, tmp_path / "a.order")
    size = scene.world.registry.size()
    code, [first], _ = run("send", path, *at(port))
    assert (code, first["seq"], first["again"]) == (0, size, False)
    code, [again], _ = run("send", path, *at(port))
    assert (code, again["seq"], again["again"]) == (0, size, True)
    assert scene.world.registry.size() == size + 1


def test_a_refused_one_stops_none_of_the_others(scene: Scene, port: int, tmp_path: Path) -> None:
    files = [order_file(scene, tmp_path / f"{kg}.order", kg) for kg in (1, 1_000_000, 2)]
    code, answers, _ = run("send", *files, *at(port))
    assert code == 1
    assert [answer["refused"] for answer in answers] == [False, True, False]
    assert answers[1]["code"] == 4001
    assert "。" in answers[1]["text"]


def test_silence_is_told_from_refusal_and_ends_when_sent_again(
    scene: Scene, port: int, tmp_path: Path
) -> None:
    path = order_file(scene, tmp_path / "a.order")
    size = scene.world.registry.size()
    with cutting(port, Cuts(1, {"cut-reply": 1.0})) as url:
        code, _, said = run("send", path, "--url", url, "--for", 0)
    assert code == 3
    assert "Run the same command again" in said
    code, [answer], _ = run("send", path, *at(port))
    assert (code, answer["seq"], answer["again"]) == (0, size, True)


def test_nobody_there_is_said_as_that(scene: Scene, tmp_path: Path) -> None:
    path = order_file(scene, tmp_path / "a.order")
    code, _, said = run("send", path, "--url", "http://127.0.0.1:1", "--for", 0)
    assert code == 2
    assert "run the same command again" in said


def test_it_waits_until_whoever_counts_has_signed(scene: Scene, port: int, tmp_path: Path) -> None:
    path, policy = order_file(scene, tmp_path / "a.order"), tmp_path / "policy"
    policy.write_text(f"log {LOG_KEY.vkey.to_text()}\nquorum none\n")
    run("send", path, *at(port))
    publish(scene.world.registry)
    code, [answer], _ = run("send", path, *at(port), "--policy", policy)
    assert (code, answer["final"]) == (0, True)


def test_a_file_is_looked_for_without_being_sent(scene: Scene, port: int, tmp_path: Path) -> None:
    sent, unsent = (order_file(scene, tmp_path / f"{name}.order") for name in ("a", "b"))
    run("send", sent, *at(port))
    size = scene.world.registry.size()
    code, [there, absent], _ = run("find", sent, unsent, *at(port))
    assert (code, there["seq"], absent["entries"], absent["never"]) == (3, size - 1, size, False)
    scene.world.now_us += 61 * SECOND_US
    scene.world.record(
        scene.world.signed(
            "units.transfer", bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
        )
    )
    code, [absent], _ = run("find", unsent, *at(port))
    assert (code, absent["never"]) == (1, True)


@pytest.mark.parametrize("url", ["registry.example", "ftp://registry.example", "https://"])
def test_what_is_no_address_is_said_to_be_none(scene: Scene, tmp_path: Path, url: str) -> None:
    code, _, said = run("send", order_file(scene, tmp_path / "a.order"), "--url", url)
    assert code == 2
    assert "begins with https://" in said
