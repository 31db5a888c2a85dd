"""Refusals in words: why the rules say no, with the facts, and what to do next."""

from api.text.catalogue import Language, say
from contracts.refusal import Refused
from contracts.values import Json


def explain(refused: Refused, language: Language) -> str:
    """Return one or two sentences that say why, and what to do next."""
    facts = {name: _shown(value) for name, value in refused.facts.items()}
    return say(f"refusal.{refused.code.name}", language, facts)


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, dict):
        return " ".join(_shown(item) for _, item in sorted(value.items()) if item not in ("", None))
    return "…" if value is None else str(value)
