"""The signing desk in a real browser: what a person does there, one function a step."""

import json
from dataclasses import dataclass
from typing import Any

from contracts.values import Json
from ledger.log.canonical import canonical, parse_canonical
from tests.support.browser import expecting
from tests.support.people import ORIGIN
from tests.support.world import RULES

PASSPHRASE = "三棵云杉 and a lake"

FACTS: dict[str, Json] = {
    "environment": "demo",
    "name": {"en": "Baotou carbon sink registry", "zh": "包头碳汇账本"},
    "origin": ORIGIN,
    "rules": RULES,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """The page, with the steps that a person takes."""

    page: Any

    def find(self, selector: str) -> Any:
        """Return what a selector finds."""
        return self.page.locator(selector)

    def text(self, selector: str) -> str:
        """Return the text of the one thing that a selector finds, as it stands in the page."""
        found = self.find(selector).text_content()
        assert isinstance(found, str)
        return found

    def give(self, selector: str, name: str, content: bytes) -> None:
        """Choose a file in a file field."""
        chosen = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        self.find(selector).set_input_files(chosen)

    def facts(self, **changed: Json) -> None:
        """Open a file of registry facts."""
        self.give("#facts-file", "registry.json", json.dumps({**FACTS, **changed}).encode())

    def open_key(self, pem: bytes, passphrase: str = PASSPHRASE) -> None:
        """Open a key file."""
        self.give("#key-file", "own.pem", pem)
        self.find("#passphrase").fill(passphrase)
        self.find("#key-open button").click()

    def make_key(self, passphrase: str = PASSPHRASE, again: str | None = None) -> None:
        """Make a key."""
        self.find("#new-passphrase").fill(passphrase)
        self.find("#new-passphrase-again").fill(passphrase if again is None else again)
        self.find("#key-make button").click()

    def has_key(self) -> str:
        """Wait for an open key and return its public half."""
        expecting(self.find("#public-key")).to_be_visible(timeout=20_000)
        return self.text("#public-key")

    def saved(self, selector: str) -> bytes:
        """Click what saves a file and return the file."""
        # The browser lives in another thread, where `with` does not reach.
        waiting = self.page.expect_event("download", timeout=10_000)
        download = waiting.__enter__()
        self.find(selector).click()
        waiting.__exit__(None, None, None)
        content = download.value.path().read_bytes()
        assert isinstance(content, bytes)
        return content

    def open_order(self, content: bytes) -> None:
        """Open an order file."""
        self.give("#order-file", "some.order", content)

    def reads(self) -> None:
        """Wait until an order lies on the desk."""
        expecting(self.find("#reading")).to_be_visible(timeout=10_000)

    def sign(self, signatures: int = 1) -> None:
        """Read and sign."""
        self.find("#have-read").check()
        self.find("#sign").click()
        expecting(self.find("#signatures li")).to_have_count(signatures)

    def form(self, kind: str, /, **filled: str) -> None:
        """Choose a form and fill fields that stand in it once, by their names."""
        self.find("#form-kind").select_option(kind)
        for name, value in filled.items():
            self.fill(name, value)

    def fill(self, name: str, value: str, nth: int = 0) -> None:
        """Fill one field of the form, a folded one too."""
        field = self.find(f'#order-form [name="{name}"]').nth(nth)
        field.evaluate("field => field.closest('details')?.setAttribute('open', '')")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    def draft(self) -> None:
        """Make the order of the form."""
        self.find("#order-form button[type=submit]").click()

    def complaint(self, place: str) -> str:
        """Wait for a complaint at a place and return it."""
        expecting(self.find(f"{place}.bad")).to_be_visible(timeout=20_000)
        return self.text(place)

    def envelope(self) -> dict[str, Any]:
        """Save the order and return what the file holds; it must be canonical and one line."""
        content = self.saved("#save")
        parsed = parse_canonical(content.removesuffix(b"\n"), size_max=65_536)
        assert isinstance(parsed, dict)
        assert content == canonical(parsed) + b"\n"
        return parsed
