"""Pages for tests: read as a browser would; and registries in every state that one can show."""

import os
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from contracts.values import Json
from ledger import rulesets
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.publish.publisher import publish
from ledger.publish.signer import KEY_FILE, begin
from ledger.registry import Registry, open_registry
from tests.support.certificates import LOG_KEY
from tests.support.scenario import main_world
from tests.support.service import Service, fill, settings_of

HOUR_US = 3_600 * 1_000_000
VOID = {"br", "hr", "img", "input", "link", "meta"}
SHAPES = {"circle", "path", "rect"}
STATES = {"good", "stale", "copy", "pending", "unrecorded", "bad", "fault", "entrance"}


@dataclass(slots=True)
class Read(HTMLParser):
    """A page: what it shows, where it leads, what it loads, and whether its tags close."""

    status: int
    text: str = ""
    state: str = ""
    language: str = ""
    heading: str = ""
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin to read."""
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes.extend(given)
        self.ids.extend([given["id"]] if "id" in given else [])
        if tag == "html":
            self.language = given["lang"]
        if tag == "body":
            self.state = given["class"]
        if tag in ("a", "form"):
            self.links.append(given.get("href") or given.get("action", ""))
        if tag in ("img", "link", "script"):
            self.loads.append(given.get("src") or given.get("href", ""))
        if tag not in VOID | SHAPES:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in SHAPES:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "h1" in self.open:
            self.heading += data


def read(service: Service, path: str, **headers: str) -> Read:
    """Get a page and read it whole."""
    answer = service.client.get(path, headers=headers)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Read(answer.status_code)
    page.feed(answer.text)
    page.close()
    assert page.open == []
    assert page.state in STATES
    return page


def squeezed(text: str) -> str:
    """Return a text without white space: the page breaks lines where it likes."""
    return "".join(text.split())


def published_at(service: Service, at_us: int) -> None:
    """Let the checkpoint's file be of that time."""
    path = service.registry.settings.log / CHECKPOINT_PATH
    os.utime(path, ns=(at_us * 1000, at_us * 1000))


def with_registry(service: Service, registry: Registry) -> Service:
    """Put the service on another registry, at the same time."""
    return Service.on(registry, service.now_us)


def production_opening() -> dict[str, Json]:
    """Return what `registry.open` of a registry for production says otherwise."""
    log: Json = {"vkeys": [{"vkey": LOG_KEY.vkey.to_text()}]}
    return {"environment": "production", "log": log}


def build_production(folder: Path) -> int:
    """Do the main job in a registry for production and publish it; return when it ended."""
    steps = main_world(rules=rulesets.newest(), opening=production_opening()).steps
    registry = open_registry(settings_of(folder))
    (registry.settings.keys / KEY_FILE).write_text(LOG_KEY.to_text())
    begin(registry.settings.keys, steps[0].at_us // 1_000_000)
    fill(registry, steps)
    publish(registry)
    registry.close()
    return steps[-1].at_us
