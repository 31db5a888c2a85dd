"""Programme constants that several rules share, each with its basis."""

from typing import Final

ECOSYSTEMS: Final = ("F", "G", "W")
POOLS: Final = {"F": "forest", "G": "grassland", "W": "wetland"}

BUFFER_PERMILLE_MIN: Final = {"F": 150, "G": 200, "W": 200}
"""Pooled buffer by ecosystem; the programme's own choice, above the 12 % of VCS NPRT v4.2."""

TRACKS: Final = ("CCER_RESERVE", "LOCAL")

ACTIVITIES: Final = {
    "afforestation": "F",
    "degraded_forest_repair": "F",
    "forest_tending": "F",
    "low_yield_forest": "F",
    "degraded_grassland": "G",
    "wetland_restoration": "W",
    "mine_restoration": "FGW",
}
"""The plan's seven activities (包府发〔2021〕43号, 四(二)) and the ecosystems they belong to:
营造林, 退化林修复, 森林抚育, 低效林改造, 退化草原修复, 湿地保护修复, 矿山生态修复."""

METHODOLOGIES: Final = {("SL-FOREST-PLOT", "1"): "F"}
"""Methodologies that units can be issued under in this rule set, and their ecosystem."""

PLAUSIBLE_KG_PER_HA_YEAR_MAX: Final = {"F": 12_000, "G": 1_500, "W": 3_000}
"""Net removal above which a report needs a written justification (programme's own gate)."""

REPORT_AGE_YEARS_MAX: Final = 5
"""A report covers removals of the five years before it is submitted: Measures art. 17."""

CREDITING_YEARS: Final = (1, 40)

COUNTIES: Final = (
    "150202",
    "150203",
    "150204",
    "150205",
    "150206",
    "150207",
    "150221",
    "150222",
    "150223",
)
"""The nine counties of Baotou (GB/T 2260) that parcels may lie in."""

REPLACEMENT_YEARS: Final = 1
"""An owner replaces what the buffer did not cover by the same date next year. Measures art. 43 asks
for an equal quantity and names no period; this one is the programme's own, a calendar date as the
deadline of a claim is."""

DISPLAY_YEARS: Final = {"EVENT": 3, "INSTITUTION": 1, "MEETING": 3}
"""Years from its declaration during which a claim's certificate may be displayed."""
