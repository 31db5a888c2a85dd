"""How each kind of paper looks within the family: colours, emblem, and the words of its seal.

No look is red, and no seal is round with a star: it must not be taken for an official seal (公章).
"""

from dataclasses import dataclass
from typing import Final

from certificates.art import Palette

_GOLD: Final = "#b08d43"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One kind's look.

    Attributes:
        palette: Its colours.
        emblem: Its sign, see `art_emblems`.
        word: What the seal says, Chinese and English.
        ring: What stands around the seal.
    """

    palette: Palette
    emblem: str
    word: tuple[str, str]
    ring: str


def _palette(deep: str, main: str, light: str) -> Palette:
    return Palette(deep=deep, main=main, light=light, gold=_GOLD)


_STATEMENT: Final = "STATEMENT ON RECORD  ·  IN A PUBLIC LOG  ·  "

LOOKS: Final = {
    "RT": Look(
        palette=_palette("#0d4434", "#1d6b50", "#55a183"),
        emblem="leaf",
        word=("已注销", "RETIRED"),
        ring="RETIRED FOR GOOD  ·  RECORDED IN A PUBLIC LOG  ·  ",
    ),
    "CL": Look(
        palette=_palette("#17365f", "#2a5690", "#6b93c4"),
        emblem="zero",
        word=("已登记", "ON RECORD"),
        ring=_STATEMENT,
    ),
    "MT": Look(
        palette=_palette("#123f5c", "#1f6a94", "#69a7c8"),
        emblem="table",
        word=("已登记", "ON RECORD"),
        ring=_STATEMENT,
    ),
    "IN": Look(
        palette=_palette("#2f2a5e", "#4d4791", "#8d88c2"),
        emblem="house",
        word=("已登记", "ON RECORD"),
        ring=_STATEMENT,
    ),
    "PR": Look(
        palette=_palette("#0f474e", "#1c737d", "#62a8b0"),
        emblem="box",
        word=("已登记", "ON RECORD"),
        ring=_STATEMENT,
    ),
    "SB": Look(
        palette=_palette("#54430f", "#84691c", "#bfa45a"),
        emblem="sprout",
        word=("已认购", "SUBSCRIBED"),
        ring="SUBSCRIBED, NOT RETIRED  ·  IN A PUBLIC LOG  ·  ",
    ),
    "FB": Look(
        palette=_palette("#34461a", "#56702c", "#94ad68"),
        emblem="trees",
        word=("共建林", "PLANTED"),
        ring="FOREST PLANTED  ·  NO UNITS YET  ·  IN A PUBLIC LOG  ·  ",
    ),
    "RG": Look(
        palette=_palette("#4f361f", "#7b5734", "#b48e68"),
        emblem="parcel",
        word=("已登记", "REGISTERED"),
        ring="PARCEL REGISTERED  ·  IN A PUBLIC LOG  ·  ",
    ),
    "HD": Look(
        palette=_palette("#2c3a42", "#4a6070", "#8ea2ae"),
        emblem="blocks",
        word=("已载明", "AS STATED"),
        ring="HELD AS STATED  ·  IN A PUBLIC LOG  ·  ",
    ),
}
"""By look: the number's letters, but MT, IN and PR, whose numbers are of kind CL."""
