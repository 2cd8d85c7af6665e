"""One recipe in: what are all the answers?

The only room that joins the others. A :class:`Study` is everything computed
from the records; it stays with the analysts. What others see is a release,
made from it by :func:`csgeo.make_release`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from csgeo.basemap import basemap
from csgeo.checks import checks_of
from csgeo.context.services import services_around
from csgeo.disclosure.successive import days_before
from csgeo.errors import EmptyTable, NothingToReport
from csgeo.hotspots.enforcement import made_by_enforcement
from csgeo.hotspots.find import find_hotspots
from csgeo.hotspots.surface import gather_in_cells
from csgeo.intake import take_in
from csgeo.lattice import cell_corner
from csgeo.recipe import Period, recipe_toml, shareable
from csgeo.streets import street_network
from csgeo.tables import INCIDENTS, SERVICES
from csgeo.times.known import times_known
from csgeo.times.peaks import add_peak_slots
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from csgeo.hotspots.find import Found
    from csgeo.intake import Intake
    from csgeo.recipe import Recipe
    from csgeo.sources.report import ReadReport

    Progress = Callable[[str, int, int], None]

#: Files that begin later than this into the time before do not tell of it, days.
_BEGINS_LATE_DAYS = 31
#: Below this share of records with a pseudonym, people are taken as not known.
_PEOPLE_KNOWN = 0.5

CAVEATS = (
    "Recorded harm is not all harm: more is recorded where more people look.",
    "Places are areas of lattice cells, not addresses; nothing here describes a person.",
    "A place on the list is a place to look at first, not a dangerous place.",
)
_FOOTPATHS = (
    "Walks follow the streets of the file used; a footpath that it lacks would make them shorter."
)
_NO_PLACE = (
    "Records with no place are counted for the whole of each file: how many of them belong to "
    "the study area is not known."
)


@dataclass(frozen=True, eq=False)
class Study:
    """Everything that one recipe gives: for analysts only.

    The tables keep the contracts that are named after them in
    :mod:`csgeo.tables`; all are in the CRS of ``area``. ``checks`` are what analysts look at before
    anyone acts (:mod:`csgeo.checks`). ``incidents_before`` are those of as many days right before,
    through the same choices; None where the recipe names no days, or the files begin later.
    """

    title: str
    marking: str
    harms: tuple[str, ...]
    period: tuple[dt.date, dt.date]
    area: gpd.GeoDataFrame
    incidents: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    hotspots: gpd.GeoDataFrame
    set_aside: gpd.GeoDataFrame
    services: gpd.GeoDataFrame
    services_near: pd.DataFrame
    checks: Mapping[str, pd.DataFrame]
    basemap: gpd.GeoDataFrame
    reports: tuple[ReadReport, ...]
    rows_set_aside: Mapping[str, pd.DataFrame]
    sources: tuple[Mapping[str, Any], ...]
    steps: tuple[Mapping[str, Any], ...]
    choices: Mapping[str, Any]
    recipe_text: str
    attribution: tuple[str, ...]
    caveats: tuple[str, ...]
    records_used: int
    records_without_place: int
    people_known: bool
    incidents_before: gpd.GeoDataFrame | None = None

    @property
    def searched(self) -> gpd.GeoDataFrame:
        """The records in which places were looked for: without those that enforcement made."""
        return self.incidents


def run_study(recipe: Recipe, *, progress: Progress | None = None) -> Study:
    """Answer everything that a recipe asks, from files to places.

    Parameters
    ----------
    recipe
        As :func:`csgeo.load_recipe` gives it.
    progress
        Called with what is being done, how many parts are done, and of how many.

    Returns
    -------
    study
        Records, cells, places and what is around them. The same recipe, files
        and version of csgeo give the same study.

    Raises
    ------
    SourceError, TableError
        If a file cannot be used, with the row and the remedy.
    NothingToReport
        If no record is left to look at.
    """
    say = progress or (lambda _what, _done, _of: None)
    intake = take_in(recipe, say)
    asked, steps = asked_for(intake.incidents, recipe)
    incidents = _searched(asked, recipe, steps)
    located = incidents[incidents.geometry.notna()]
    if located.empty:
        msg = (
            "No record with a place is left: widen the period, the harms or the area in the recipe."
        )
        raise NothingToReport(msg)

    say("Looking for places", 0, 4)
    placed = asked[asked.geometry.notna()]
    found = _places(placed, intake, recipe, say)
    found = found._replace(hotspots=add_peak_slots(found.hotspots, located))
    steps.append(_step("places found", len(located), len(found.hotspots), "places in the list"))
    say("Drawing the lattice", 1, 4)
    same = recipe.surface.cell_m == cell_corner(found.cells.index[:1])[2]
    cells = (
        found.cells if same else gather_in_cells(located, intake.area, cell_m=recipe.surface.cell_m)
    )
    say("Looking around each place", 2, 4)
    services = intake.services if intake.services is not None else _no_services(intake.area)
    near = _around(found.hotspots, services, intake, recipe)
    drawn = basemap(intake.area, streets=intake.streets, places=intake.places, lines=intake.lines)
    say("Checking the list", 3, 4)
    checks, choices = checks_of(found, placed, intake, recipe)
    say("Done", 4, 4)

    known = located["person_key"].notna().mean() if "person_key" in located else 0.0
    return Study(
        title=recipe.title,
        marking=recipe.marking,
        harms=tuple(sorted(located["harm"].dropna().unique())),
        period=_period(incidents, recipe),
        area=intake.area,
        incidents=incidents,
        cells=cells,
        hotspots=found.hotspots,
        set_aside=found.set_aside,
        services=services,
        services_near=near,
        checks=checks,
        basemap=drawn,
        reports=tuple(report for _, report in intake.readings),
        rows_set_aside=intake.set_aside,
        sources=_sources(intake),
        steps=tuple(steps),
        choices=found.choices | choices | _of_people(intake),
        recipe_text=recipe_toml(shareable(recipe)),
        attribution=_attribution(intake),
        caveats=_caveats(incidents, located, near, intake),
        records_used=len(located),
        records_without_place=len(incidents) - len(located),
        people_known=bool(known >= _PEOPLE_KNOWN),
        incidents_before=_before(intake.incidents, recipe),
    )


def asked_for(
    incidents: gpd.GeoDataFrame, recipe: Recipe
) -> tuple[gpd.GeoDataFrame, list[dict[str, Any]]]:
    """Keep the harms and the days that a recipe asks for, and count what each step leaves.

    Raises
    ------
    NothingToReport
        If there is no record at all.
    """
    try:
        INCIDENTS.check(incidents, "incidents")
    except EmptyTable as error:
        msg = "The files hold no record for these harms, this period and this area. Widen them in the recipe."
        raise NothingToReport(msg) from error
    steps = [_step("records read", len(incidents), len(incidents), "all files together")]
    if recipe.harms:
        kept = incidents[_within(incidents["harm"], recipe.harms)]
        steps.append(_step("harms asked for", len(incidents), len(kept), ", ".join(recipe.harms)))
        incidents = kept
    days = recipe.period
    if days.start or days.end:
        when = incidents["occurred_from"]
        inside = when.notna()
        if days.start:
            inside &= when >= pd.Timestamp(days.start)
        if days.end:
            inside &= when < pd.Timestamp(days.end) + pd.Timedelta(days=1)
        kept = incidents[inside]
        steps.append(
            _step("period asked for", len(incidents), len(kept), f"{days.start} to {days.end}")
        )
        incidents = kept
    return incidents, steps


def _searched(
    incidents: gpd.GeoDataFrame, recipe: Recipe, steps: list[dict[str, Any]]
) -> gpd.GeoDataFrame:
    """Take the records that are searched: without those that enforcement made, unless kept."""
    if recipe.hotspots.enforcement == "left_out":
        kept = incidents[~made_by_enforcement(incidents)]
        note = "the others show where somebody looked"
        steps.append(_step("not made by enforcement", len(incidents), len(kept), note))
        incidents = kept
    located = int(incidents.geometry.notna().sum())
    steps.append(_step("place known", len(incidents), located, "the others stay counted"))
    return incidents


def _before(incidents: gpd.GeoDataFrame, recipe: Recipe) -> gpd.GeoDataFrame | None:
    """Take the records of as many days right before, with a place; None where they are not known."""
    days = recipe.period
    if days.start is None or days.end is None:
        return None
    start, end = days_before((days.start, days.end))
    first = incidents["occurred_from"].min()
    if pd.isna(first) or (first.date() - start).days > _BEGINS_LATE_DAYS:
        return None
    earlier, steps = asked_for(incidents, replace(recipe, period=Period(start, end)))
    earlier = _searched(earlier, recipe, steps)
    return earlier[earlier.geometry.notna()]


def _within(codes: pd.Series, asked: tuple[str, ...]) -> pd.Series:
    """Say where a code is asked for, or stands below one that is: SYV asks for SYV.KNIFE too."""
    wanted = {
        c
        for c in load_vocabulary("harm").codes
        if c in asked or c.startswith(tuple(f"{a}." for a in asked))
    }
    return codes.isin(wanted | set(asked))


def _places(placed: gpd.GeoDataFrame, intake: Intake, recipe: Recipe, say: Progress) -> Found:
    choices = recipe.hotspots
    return find_hotspots(
        placed,
        intake.area,
        method=choices.method,
        cell_m=choices.cell_m,
        expectation=choices.expectation,
        enforcement=choices.enforcement,
        streets=intake.streets,
        residents=intake.residents,
        exposure=intake.exposure,
        places=intake.places,
        strata=intake.strata,
        most_places=choices.most_places,
        most_share_of_area=choices.most_share_of_area,
        least_in_stratum=choices.least_in_stratum,
        least_people=choices.least_people,
        least_sources=choices.least_sources,
        most_km2=choices.most_km2,
        replicates=choices.replicates,
        reruns=choices.reruns,
        q=choices.q,
        seed=recipe.seed,
        progress=lambda done, of: say("Trying chance", done, of),
    )


def _around(
    hotspots: gpd.GeoDataFrame, services: gpd.GeoDataFrame, intake: Intake, recipe: Recipe
) -> pd.DataFrame:
    network = street_network(intake.streets) if intake.streets is not None else None
    return services_around(
        hotspots,
        services,
        network=network,
        reach_m=recipe.context.reach_m,
        expected_kinds=recipe.context.expected_kinds or None,
    )


def _no_services(area: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    columns = {name: pd.Series(dtype="object") for name in SERVICES.columns}
    columns["capacity"] = pd.Series(dtype="float64")
    columns["funded_until"] = pd.Series(dtype="datetime64[us]")
    empty = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=area.crs))
    return empty.rename_axis("service_id")


def _period(incidents: gpd.GeoDataFrame, recipe: Recipe) -> tuple[dt.date, dt.date]:
    first = incidents["occurred_from"].min()
    last = incidents["occurred_to"].fillna(incidents["occurred_from"]).max()
    start = recipe.period.start or (first.date() if pd.notna(first) else dt.date.min)
    end = recipe.period.end or (last.date() if pd.notna(last) else dt.date.max)
    return start, end


def _sources(intake: Intake) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {
            "file": one.file,
            "layer": one.layer,
            "sha256": intake.checksums[one.file],
            "kind": report.kind,
            "rows_in": report.rows_in,
            "rows_used": report.rows_used,
            "rows_without_place": report.no_place,
            "rows_set_aside": [
                {"reason": s.reason, "rows": s.rows, "remedy": s.remedy} for s in report.set_aside
            ],
            "notes": list(report.notes),
            "attribution": one.attribution,
            "read_with": [
                {"file": name, "sha256": intake.checksums[name]}
                for name in (one.table, one.postcodes)
                if name
            ],
        }
        for one, report in intake.readings
    )


def _of_people(intake: Intake) -> dict[str, str]:
    said = intake.people
    return {"people_keys": f"{said[:1].upper()}{said[1:]}."} if said else {}


def _attribution(intake: Intake) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.attribution for one, _ in intake.readings if one.attribution))


def _caveats(
    incidents: gpd.GeoDataFrame, located: gpd.GeoDataFrame, near: pd.DataFrame, intake: Intake
) -> tuple[str, ...]:
    """Say what whoever reads the map must bear in mind, without a count of records."""
    notes = [n for _, report in intake.readings for n in report.notes if "a gap is not a fall" in n]
    said = [
        *CAVEATS,
        *([_NO_PLACE] if len(located) < len(incidents) else []),
        *([_FOOTPATHS] if near["measured_by"].eq("streets").any() else []),
        times_known(located).for_release,
        *notes,
    ]
    return tuple(dict.fromkeys(said))


def _step(step: str, rows_in: int, rows_out: int, note: str) -> dict[str, Any]:
    return {"step": step, "rows_in": rows_in, "rows_out": rows_out, "note": note}
