"""The units of one batch in words, as a retirement and a holding both list them."""

from collections.abc import Mapping
from typing import Final

from certificates import wording
from certificates.amounts import tonnes_text
from certificates.content_parts import (
    Fact,
    Pair,
    UnitLine,
    county_names,
    joined,
    organisation,
    period_text,
    words,
)
from contracts.lookup import object_of, text_of, texts_of
from contracts.ranges import Range, coalesce, serial_text
from contracts.values import Json

SERIALS_ON_FRONT_MAX: Final = 4


def unit_line(batch: str, row: Mapping[str, Json], parts: list[Range]) -> UnitLine:
    """Return the line of one batch.

    Args:
        batch: Its id.
        row: What is known of it: its project, methodology, counties and verifier.
        parts: The ranges that the paper is about.
    """
    number, project = text_of(row, "project"), words(row["name"])
    method = object_of(row, "methodology")
    _, ecosystem, _, start, end, _ = batch.split("-")
    places, kind = county_names(texts_of(row, "counties")), wording.ECOSYSTEMS[ecosystem]
    return UnitLine(
        batch=batch,
        project=Pair(
            f"{project.zh}（{number}）" if project.zh else "",
            f"{project.en} ({number})" if project.en else "",
        ),
        methodology=f"{text_of(method, 'id')} v{text_of(method, 'version')}",
        period=period_text(_iso(start), _iso(end)),
        counties=Pair(f"{kind.zh} · {places.zh}", f"{kind.en} · {places.en}"),
        verifier=organisation(row["verifier"]),
        quantity=tonnes_text(sum(map(len, parts))),
        serials=tuple(serial_text(batch, part) for part in coalesce(parts)),
    )


def _iso(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def unit_facts(units: tuple[UnitLine, ...]) -> tuple[Fact, ...]:
    """Return six facts: project, methodology, period, place, serial numbers, verifier."""
    serials = tuple(serial for line in units for serial in line.serials)
    count = len(serials)
    many = Pair(f"共 {count} 个区间，见附页", f"{count} ranges, see annex")
    shown = count <= SERIALS_ON_FRONT_MAX
    methods = dict.fromkeys(line.methodology for line in units)
    periods = dict.fromkeys(line.period for line in units)
    return (
        Fact(Pair("碳汇项目", "Project"), joined([line.project for line in units])),
        Fact(Pair("方法学及版本", "Methodology"), Pair("；".join(methods))),
        Fact(Pair("监测期", "Monitoring period"), Pair("；".join(periods))),
        Fact(Pair("类型与旗县区", "Type and county"), joined([line.counties for line in units])),
        Fact(
            wording.SERIALS,
            Pair("") if shown else many,
            serials if shown else (),
        ),
        Fact(Pair("核查机构", "Verified by"), joined([line.verifier for line in units])),
    )
