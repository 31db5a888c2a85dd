"""From what is known to HTML: the templates, their language, and how dates and amounts look."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from api.text.catalogue import Language, say
from certificates.amounts import tonnes_text
from certificates.content_parts import Pair, words
from contracts.dates import BEIJING
from contracts.values import Value

CACHE: Final = "public, max-age=30"
_EPOCH: Final = datetime(1970, 1, 1, 8, tzinfo=BEIJING)
_HTML_LANGUAGE: Final[dict[Language, str]] = {"en": "en", "zh": "zh-Hans"}
_OTHER: Final[dict[Language, Language]] = {"en": "zh", "zh": "en"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Where a page is asked for and by whom: its language, its path, what the path was given."""

    language: Language
    path: str
    query: tuple[tuple[str, str], ...] = ()

    def show(
        self, template: str, registry: Value | None, status: int = 200, **values: object
    ) -> HTMLResponse:
        """Return the page; `registry` is the registry's own row, if it has been opened."""
        html = (
            _environment()
            .get_template(template)
            .render(
                **_words_in(self.language),
                **_frame(registry),
                lang=_HTML_LANGUAGE[self.language],
                other=_HTML_LANGUAGE[_OTHER[self.language]],
                other_href=self._in(_OTHER[self.language]),
                **values,
            )
        )
        headers = {
            "Cache-Control": CACHE if status == 200 else "no-store",
            "Content-Language": _HTML_LANGUAGE[self.language],
            "Vary": "Accept-Language",
        }
        return HTMLResponse(html, status, headers)

    def _in(self, language: Language) -> str:
        """Return this page's own address in a language."""
        return f"{self.path}?{urlencode((*self.query, ('lang', language)))}"


def _frame(row: Value | None) -> dict[str, Any]:
    """Return what every page shows of the registry; before its opening that is nothing."""
    nothing = {"zh": "碳汇账本", "en": "SinkLedger"}
    return {
        "registry_name": words(row["name"] if row else {**nothing}),
        "issuer": words(row["issuer"]) if row else None,
        "policy_basis": row["policy_basis"] if row else None,
        "is_demo": row is not None and row["environment"] != "production",
    }


def _words_in(language: Language) -> dict[str, Callable[..., object]]:
    def text(message: str, **facts: object) -> str:
        return say(f"page.{message}", language, facts)

    def pick(pair: Pair) -> Markup:
        """Write a text in the page's language, or in the one it has, marked as such."""
        own, foreign = (pair.zh, pair.en) if language == "zh" else (pair.en, pair.zh)
        if own or not foreign:
            return co2(own)
        return Markup('<span lang="{}">{}</span>').format(
            _HTML_LANGUAGE[_OTHER[language]], co2(foreign)
        )

    def second(pair: Pair) -> str:
        """Return the text in the other language, if the page's own is there too."""
        return (pair.en if language == "zh" else pair.zh) if pair.zh and pair.en else ""

    def link(path: str) -> str:
        return f"{path}?lang={language}"

    def time(at_us: int) -> str:
        return say("page.time", language, {"time": minute(at_us)})

    return {"t": text, "pick": pick, "second": second, "link": link, "time": time}


def co2(text: str) -> Markup:
    """Lower the 2 of CO2: many Chinese faces lack the subscript as a character of its own."""
    return Markup(str(escape(text)).replace("CO2", "CO<sub>2</sub>"))  # noqa: S704  # escaped before


def iso(at_us: int) -> str:
    """Write a log time for machines."""
    return _beijing(at_us).isoformat(timespec="seconds")


def minute(at_us: int) -> str:
    """Write a log time for people, in Beijing time."""
    return f"{_beijing(at_us):%Y-%m-%d %H:%M}"


def _beijing(at_us: int) -> datetime:
    return _EPOCH + timedelta(seconds=at_us // 1_000_000)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(co2=co2, iso=iso, minute=minute, tonnes=tonnes_text)
    return environment
