"""Synthetic input for the demo: plot files of two campaigns and an event's activity file.

Nothing here was measured. The same seed gives the same bytes on every machine: whole numbers
only, drawn from `random.Random`.
"""

from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Final

from contracts.v1.forest_inputs import Stated, Stratum

MARK: Final = "# 示例 SYNTHETIC：由程序生成，不是实测数据 / generated, not measured"
PLOT_AREA_M2: Final = 667
BEFORE_DAYS: Final = ("2021-09-13", "2021-09-17", "2021-09-22", "2021-09-26")
AFTER_DAYS: Final = ("2025-09-12", "2025-09-16", "2025-09-21", "2025-09-25")
CAMPAIGN_YEARS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stand:
    """One stratum: its species with shares in per cent, and how fast the first campaign's grow.

    `growth_mm` is the growth in diameter and `growth_dm` in height over four years on a plot of
    middling site.
    """

    stratum: str
    plots: int
    trees: int
    species: tuple[tuple[str, int], ...]
    growth_mm: int
    growth_dm: int


STANDS: Final = (
    _Stand(
        stratum="石拐-油松",
        plots=20,
        trees=96,
        species=(("油松", 88), ("山杨", 12)),
        growth_mm=13,
        growth_dm=7,
    ),
    _Stand(
        stratum="固阳-榆树小叶杨",
        plots=22,
        trees=62,
        species=(("榆树", 68), ("小叶杨", 32)),
        growth_mm=10,
        growth_dm=6,
    ),
    _Stand(
        stratum="土右-山杨落叶松",
        plots=18,
        trees=88,
        species=(("华北落叶松", 58), ("山杨", 42)),
        growth_mm=12,
        growth_dm=8,
    ),
)
STRATA: Final = (
    Stratum(stratum="石拐-油松", area_m2=1_520_000),
    Stratum(stratum="固阳-榆树小叶杨", area_m2=2_360_000),
    Stratum(stratum="土右-山杨落叶松", area_m2=980_000),
)

BASELINE: Final = Stated(
    quantity_kg=Decimal(186_000), reason="示例：不抚育时的自然生长，按邻近未抚育林分推定"
)
LEAKAGE: Final = Stated(
    quantity_kg=Decimal(0), reason="示例：抚育剩余物就地利用，没有放牧和薪柴采集转移"
)

PLOT_HEADER: Final = "样地号,层,样地面积(m2),固定样地,树号,树种,胸径(cm),树高(m),调查日期,标记"
EVENT_PLACE: Final = "150203"
EVENT_FIRST_DAY: Final = "2026-10-20"
EVENT_LAST_DAY: Final = "2026-10-22"
EVENT_PEOPLE: Final = 600
CONFIRMED_FACTORS: Final = (
    "food_and_drink_avg",
    "hotel_cn_defra",
    "mat_clothing",
    "mat_paper_recycled",
    "mat_plastic_avg",
    "meal_default_derived",
    "travel_air_dom_rf",
    "travel_bus_local",
    "travel_coach_cn",
    "travel_rail_national_uk",
    "travel_taxi_vkm",
    "waste_food_compost_uk",
    "water_supply_uk",
)
"""Proxies the demo's event rests on; a supervisor confirms them before it is measured."""


@dataclass(slots=True)
class _Tree:
    """A tree while it is being made up; lengths in 0.1 cm and 0.1 m."""

    number: int
    species: str
    dbh_mm: int
    height_dm: int


def write_plots(folder: Path, seed: int) -> tuple[Path, Path]:
    """Write the plot files of September 2021 and September 2025; return their paths.

    Permanent plots of one mu. Some trees die, some grow above 5 cm and enter.
    """
    random = Random(seed)  # noqa: S311 - made-up trees, nothing secret
    before, after = [MARK, PLOT_HEADER], [MARK, PLOT_HEADER]
    for number, stand in enumerate(STANDS, start=1):
        for place in range(1, stand.plots + 1):
            plot = f"P{number}{place:02d}"
            first = _first_stand(random, stand)
            second = _second_stand(random, stand, first)
            before += _plot_rows(plot, stand, first, BEFORE_DAYS[place % len(BEFORE_DAYS)])
            after += _plot_rows(plot, stand, second, AFTER_DAYS[place % len(AFTER_DAYS)])
    return (
        _write(folder / "plots-2021-09.csv", before),
        _write(folder / "plots-2025-09.csv", after),
    )


def write_event(folder: Path) -> Path:
    """Write the activity file of a three-day event with 600 people; return its path."""
    lines = files("api").joinpath("data", "demo_event.csv").read_text(encoding="utf-8")
    return _write(folder / "event-activities.csv", lines.splitlines())


def _first_stand(random: Random, stand: _Stand) -> list[_Tree]:
    count = stand.trees + random.randint(-14, 14)
    site_mm = random.randint(-9, 9)
    return [_new_tree(random, stand, number, site_mm) for number in range(1, count + 1)]


def _new_tree(random: Random, stand: _Stand, number: int, site_mm: int) -> _Tree:
    dbh_mm = max(52, 92 + site_mm + sum(random.randint(-13, 13) for _ in range(3)))
    return _Tree(
        number=number,
        species=_species(random, stand),
        dbh_mm=min(dbh_mm, 160),
        height_dm=_height_dm(random, dbh_mm),
    )


def _second_stand(random: Random, stand: _Stand, first: list[_Tree]) -> list[_Tree]:
    site_percent = random.randint(25, 175)
    living = [tree for tree in first if random.randint(1, 1000) > 24]
    grown = [_grow(random, stand, tree, site_percent) for tree in living]
    entered = [
        _Tree(
            number=first[-1].number + place,
            species=_species(random, stand),
            dbh_mm=random.randint(50, 57),
            height_dm=random.randint(26, 38),
        )
        for place in range(1, random.randint(1, 6))
    ]
    return grown + entered


def _grow(random: Random, stand: _Stand, tree: _Tree, site_percent: int) -> _Tree:
    growth_mm = stand.growth_mm * site_percent * random.randint(60, 140) // 10_000
    growth_dm = stand.growth_dm * site_percent * random.randint(60, 140) // 10_000
    return _Tree(
        number=tree.number,
        species=tree.species,
        dbh_mm=min(tree.dbh_mm + growth_mm, 180),
        height_dm=min(tree.height_dm + growth_dm, 90),
    )


def _height_dm(random: Random, dbh_mm: int) -> int:
    return min(85, max(25, 14 + dbh_mm * 43 // 100 + random.randint(-5, 5)))


def _species(random: Random, stand: _Stand) -> str:
    drawn = random.randint(1, 100)
    for species, share in stand.species:
        drawn -= share
        if drawn <= 0:
            return species
    return stand.species[0][0]


def _plot_rows(plot: str, stand: _Stand, trees: list[_Tree], day: str) -> list[str]:
    head = f"{plot},{stand.stratum},{PLOT_AREA_M2},是"
    return [
        f"{head},{tree.number},{tree.species},{_tenths(tree.dbh_mm)},{_tenths(tree.height_dm)}"
        f",{day},示例"
        for tree in trees
    ]


def _tenths(length: int) -> str:
    return f"{length // 10}.{length % 10}"


def _write(path: Path, lines: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    # A byte order mark, so that spreadsheet programs show the Chinese headers.
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode("utf-8-sig"))
    return path
