"""The plot CSV of one campaign: one row per living tree, or one row for a plot without trees.

Columns (Chinese or English header): plot 样地号, area 样地面积(m²), species 树种, dbh 胸径(cm),
height 树高(m); optional stratum 层, permanent 固定样地, tree 树号, date 调查日期. A plot without
trees is one row with species, dbh and height left empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Final

from api.inputs.errors import InputError
from api.inputs.numbers import read_day, read_name, read_positive, read_yes_no
from api.inputs.sheet import Record, header_name, read_sheet
from contracts.v1.forest_inputs import Campaign, Plot, Tree

STRATUM_DEFAULT: Final = "1"
AREA_M2_MAX: Final = 100_000
DBH_CM_MAX: Final = 300
HEIGHT_M_MAX: Final = 60

HEADERS: Final = {
    "plot": ("plot", "plot id", "样地", "样地号", "样地编号"),
    "stratum": ("stratum", "层", "碳层", "层号", "分层"),
    "area_m2": (
        *("area m2", "plot area m2", "area (m2)", "area", "样地面积", "面积"),
        *("样地面积(m2)", "面积(m2)", "样地面积(平方米)", "样地面积m2", "面积m2"),
    ),
    "species": ("species", "tree species", "树种", "树种名称"),
    "dbh_cm": ("dbh cm", "dbh (cm)", "dbh", "胸径", "胸径(cm)", "胸径cm", "胸径(厘米)"),
    "height_m": ("height m", "height (m)", "height", "树高", "树高(m)", "树高m", "树高(米)"),
    "tree": ("tree", "tree id", "树号", "样木号", "树木编号"),
    "permanent": ("permanent", "固定样地", "是否固定样地"),
    "date": ("date", "campaign date", "survey date", "调查日期", "日期"),
}
REQUIRED: Final = {
    "plot": "样地号",
    "area_m2": "样地面积(m²)",
    "species": "树种",
    "dbh_cm": "胸径(cm)",
    "height_m": "树高(m)",
}
_NAMES: Final = {header_name(name): column for column, names in HEADERS.items() for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotFile:
    """One campaign as handed in; `sha256` is over the file's bytes."""

    campaign: Campaign
    first_day: date | None
    last_day: date | None
    ignored_columns: tuple[str, ...]
    sha256: str


def read_plots(raw: bytes, *, species: Mapping[str, str]) -> PlotFile:
    """Read one campaign.

    Args:
        raw: The file's bytes.
        species: Accepted names (Chinese or Latin) and the name the equations have them under.

    Raises:
        InputError: what `read_sheet` raises, then for the first faulty row what its cells raise,
            `SPECIES_UNKNOWN`, `PLOT_CONFLICT`, `PLOT_DUPLICATE`, `TREE_DUPLICATE`.
    """
    sheet = read_sheet(raw, names=_NAMES, required=REQUIRED)
    reading = _Reading(species)
    for record in sheet.records:
        reading.read(record)
    days = sorted(reading.days)
    return PlotFile(
        campaign=Campaign(plots=tuple(reading.plots.values()), trees=tuple(reading.trees)),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        ignored_columns=sheet.ignored,
        sha256=sha256(raw).hexdigest(),
    )


class _Reading:
    """The rows read so far."""

    def __init__(self, species: Mapping[str, str]) -> None:
        self._species = {header_name(name): known for name, known in species.items()}
        self._shown = "、".join(sorted(set(species.values())))
        self._empty: set[str] = set()
        self._wooded: set[str] = set()
        self._tree_ids: set[tuple[str, str]] = set()
        self.plots: dict[str, Plot] = {}
        self.trees: list[Tree] = []
        self.days: set[date] = set()

    def read(self, record: Record) -> None:
        """Take in one row."""
        plot = self._read_plot(record)
        day = read_day(record, "date")
        if day is not None:
            self.days.add(day)
        if not any(record.text(column) for column in ("species", "dbh_cm", "height_m")):
            if plot.plot in self._empty | self._wooded:
                raise self._duplicate_plot(record, plot.plot)
            self._empty.add(plot.plot)
            return
        if plot.plot in self._empty:
            raise self._duplicate_plot(record, plot.plot)
        self._wooded.add(plot.plot)
        self.trees.append(self._read_tree(record, plot.plot))

    def _read_plot(self, record: Record) -> Plot:
        plot = Plot(
            plot=read_name(record, "plot"),
            stratum=read_name(record, "stratum") if record.text("stratum") else STRATUM_DEFAULT,
            area_m2=read_positive(record, "area_m2", most=AREA_M2_MAX, unit="m²"),
            permanent=read_yes_no(record, "permanent", default="是"),
        )
        known = self.plots.setdefault(plot.plot, plot)
        if known != plot:
            raise InputError(
                "PLOT_CONFLICT",
                record.line,
                zh=f"样地{plot.plot}的层、面积或固定样地与前面的行不同，请统一。",
                en=f"plot {plot.plot} has another stratum, area or permanence than before.",
            )
        return known

    def _read_tree(self, record: Record, plot: str) -> Tree:
        name = read_name(record, "species")
        species = self._species.get(header_name(name))
        if species is None:
            raise InputError(
                "SPECIES_UNKNOWN",
                record.line,
                zh=f"树种“{name}”没有可用的生物量方程，请改为：{self._shown}。",
                en=f"species {name!r} has no usable equation; known: {self._shown}.",
            )
        tree = read_name(record, "tree") if record.text("tree") else ""
        if tree and (plot, tree) in self._tree_ids:
            raise InputError(
                "TREE_DUPLICATE",
                record.line,
                zh=f"样地{plot}的树号{tree}重复，请删去一行或改号。",
                en=f"tree {tree} of plot {plot} appears twice; remove or renumber one.",
            )
        self._tree_ids.add((plot, tree))
        return Tree(
            plot=plot,
            species=species,
            dbh_cm=read_positive(record, "dbh_cm", most=DBH_CM_MAX, unit="cm"),
            height_m=read_positive(record, "height_m", most=HEIGHT_M_MAX, unit="m"),
            tree=tree,
        )

    def _duplicate_plot(self, record: Record, plot: str) -> InputError:
        return InputError(
            "PLOT_DUPLICATE",
            record.line,
            zh=f"样地{plot}既有空行又有其他行；无树样地只写一行，树种、胸径、树高留空。",
            en=f"plot {plot} has an empty row and others; an empty plot is one row only.",
        )


def renamed(campaign: Campaign, stratum: str) -> Campaign:
    """Return a campaign whose plots all belong to one named stratum.

    For a project that is a single stratum, whose file has no column for it.
    """
    return replace(campaign, plots=tuple(replace(plot, stratum=stratum) for plot in campaign.plots))


def years_between(before: PlotFile, after: PlotFile) -> Decimal | None:
    """Return the years from the last day of one campaign to the last of the next, if dated."""
    if before.last_day is None or after.last_day is None:
        return None
    days = (after.last_day - before.last_day).days
    return (Decimal(days) / Decimal("365.25")).quantize(Decimal("0.001"))
