"""The translation catalogue: gettext files below `locales`, made with `python -m api.text.compile`.

Message ids are stable names (`refusal.UNITS_NOT_HELD`, `page.status`), never sentences, so that
Chinese, which comes first, is a translation like English and neither is derived from the other.
"""

from collections.abc import Mapping
from functools import lru_cache
from gettext import GNUTranslations
from importlib.resources import files
from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
LOCALES: Final[dict[Language, str]] = {"zh": "zh_Hans", "en": "en"}
DOMAIN: Final = "sinkledger"


class TextMissingError(KeyError):
    """A message has no text in one of the languages: our fault, found by a test."""


@lru_cache(maxsize=2)
def translations(language: Language) -> GNUTranslations:
    """Return the compiled catalogue of a language."""
    folder = files("api.text") / "locales" / LOCALES[language] / "LC_MESSAGES"
    with (folder / f"{DOMAIN}.mo").open("rb") as file:
        return GNUTranslations(file)


class _Facts(dict[str, object]):
    """Facts for a sentence; one that a case does not have is shown as an ellipsis."""

    def __missing__(self, name: str) -> str:
        return "…"


def say(message: str, language: Language, facts: Mapping[str, object] | None = None) -> str:
    """Return a message in a language, with its facts filled in.

    Raises:
        TextMissingError: there is no such message.
    """
    sentence = translations(language).gettext(message)
    if sentence == message:
        raise TextMissingError(message)
    return sentence.format_map(_Facts(facts or {}))
