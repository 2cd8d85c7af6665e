"""What does one view of a release show: a kind of harm, a part of the day, this period or the one before?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from csgeo.disclosure.release import EXACT, period_before, require_release
from csgeo.outputs import words
from csgeo.outputs.style import BANDS

if TYPE_CHECKING:
    import geopandas as gpd

    from csgeo.disclosure.release import Release

ALL, THIS, BEFORE = "all", "this", "before"
#: The parts of the day, in their order, and their hours.
PARTS_OF_DAY = {
    "daytime": "07:00 to 15:00",
    "afternoon": "15:00 to 19:00",
    "evening": "19:00 to 23:00",
    "night": "23:00 to 07:00",
}
#: Lower edges of the two upper bands of the ground: shares of the denser pieces below them.
_EDGES = (0.5, 0.9)


class View(NamedTuple):
    """Which records are counted: a kind of harm or all, a part of the day or all, a period."""

    harm: str = ALL
    part_of_day: str = ALL
    period: str = THIS


class Offered(NamedTuple):
    """What can be chosen: the words of each choice that shows anything anywhere."""

    harms: tuple[str, ...]
    parts_of_day: tuple[str, ...]
    periods: tuple[str, ...]


class Seen(NamedTuple):
    """The places and the pieces of ground as one view shows them.

    ``hotspots`` keeps its columns: ``incidents`` are those of the view, missing where hidden, and
    ``band`` is the third of the shown ones that a place is in; those with most records come
    first, hidden ones last. ``cells`` likewise.
    """

    hotspots: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame


def offered(release: Release) -> Offered:
    """List the kinds of harm, parts of the day and periods that a release shows anything of."""
    require_release(release)
    there = {name: set(release.views[name]) for name in View._fields}
    return Offered(
        tuple(sorted(there["harm"] - {ALL})),
        tuple(part for part in PARTS_OF_DAY if part in there["part_of_day"]),
        tuple(period for period in (THIS, BEFORE) if period in there["period"]),
    )


def numbers_of(release: Release, view: View) -> pd.Series:
    """Give the rounded number of each place and piece that a view shows; hidden ones are not in it."""
    require_release(release)
    table = release.views
    inside = np.ones(len(table), dtype=bool)
    for name, word in zip(View._fields, view, strict=True):
        inside &= (table[name] == word).to_numpy()
    return table[inside].set_index("id")["incidents"].astype("Int64")


def seen(release: Release, view: View) -> Seen:
    """Give the places and pieces of a release as one view shows them.

    Parameters
    ----------
    release
        What may be shown.
    view
        What is counted.

    Returns
    -------
    seen
        Of the same places and pieces; what the view does not show is hidden, never zero.

    Raises
    ------
    NotReleased
        If `release` is anything but a release.
    """
    require_release(release)
    numbers = numbers_of(release, view)
    return Seen(_places(release.hotspots, numbers), _ground(release.cells, numbers))


def _places(hotspots: gpd.GeoDataFrame, numbers: pd.Series) -> gpd.GeoDataFrame:
    counts = numbers.reindex(hotspots.index)
    table = hotspots.assign(incidents=counts, _most=-counts.fillna(-1).astype(int))
    table = table.sort_values(["_most", "rank"], kind="stable").drop(columns="_most")
    shown = int(table["incidents"].notna().sum())
    names = list(BANDS)
    table["band"] = [
        names[place * len(names) // shown] if place < shown else names[-1]
        for place in range(len(table))
    ]
    return table


def _ground(cells: gpd.GeoDataFrame, numbers: pd.Series) -> gpd.GeoDataFrame:
    counts = numbers.reindex(cells.index)
    hidden = counts.isna()
    density = (counts / cells["area_km2"]).astype(float)
    bands = np.full(len(cells), None, dtype=object)
    if not hidden.all():
        average = counts.sum() / cells["area_km2"][~hidden].sum()
        above = (~hidden & (density > average)).to_numpy()
        if above.any():
            edges = np.quantile(density[above], _EDGES, method="lower")
            names = np.array(list(BANDS)[::-1])
            bands[above] = names[np.searchsorted(edges, density[above], "left")]
    return cells.assign(
        incidents=counts,
        per_km2=density.round(1),
        hidden=hidden.to_numpy(dtype=bool),
        band=pd.array(bands, dtype="str"),
    )


def in_words(release: Release, view: View) -> str:
    """Say what a view counts: "serious youth violence in the evening (19:00 to 23:00)"."""
    require_release(release)
    harm = words.recorded_harm(release) if view.harm == ALL else words.in_a_sentence(view.harm)
    return f"{harm}{_when(view)}"


def _when(view: View) -> str:
    if view.part_of_day == ALL:
        return ""
    at = {"night": "at night", "daytime": "in daytime"}.get(
        view.part_of_day, f"in the {view.part_of_day}"
    )
    return f" {at} ({PARTS_OF_DAY[view.part_of_day]})"


def period_in_words(release: Release, view: View) -> str:
    """Say the months, or the days, that a view counts."""
    require_release(release)
    if view.period == BEFORE:
        return words.days(*period_before(release))
    return words.period(release)


def answer(release: Release, view: View) -> str:
    """Say what a view shows in one sentence; what is hidden is said as hidden, never as zero.

    Returns
    -------
    sentence
        Such as "8 of 10 places show about 300 records of serious youth violence, April 2024 to
        March 2025; 2 are hidden."
    """
    require_release(release)
    places = seen(release, view).hotspots["incidents"]
    shown, every = int(places.notna().sum()), len(places)
    when = period_in_words(release, view)
    if not shown:
        return f"No place shows a number for {in_words(release, view)}, {when}: all {every} are hidden."
    of = "" if view.harm == ALL else f" of {words.in_a_sentence(view.harm)}"
    left = every - shown
    hidden = "" if not left else "; 1 is hidden" if left == 1 else f"; {left} are hidden"
    verb = "shows" if shown == 1 else "show"
    about = f"about {int(places.sum()):,} records{of}{_when(view)}, {when}"
    return f"{shown} of {every} places {verb} {about}{hidden}."


def hidden_means(release: Release) -> str:
    """Say what a hidden number may be."""
    require_release(release)
    whom = "people" if release.people_known else "records"
    return (
        f"Hidden may mean none, fewer than {release.least_people} {whom}, or a number that would "
        "give away another one."
    )


def of_a_place(release: Release, view: View, place_id: str) -> str:
    """Say what a view shows of one place, and of the same in the other period.

    Returns
    -------
    sentence
        Such as "About 25 records; about 15 in the period before." or "Hidden."
    """
    require_release(release)
    here = _said(numbers_of(release, view).get(place_id))
    said = "Hidden." if here is None else f"About {here} records."
    if BEFORE not in offered(release).periods:
        return said
    other = view._replace(period=THIS if view.period == BEFORE else BEFORE)
    there = _said(numbers_of(release, other).get(place_id))
    when = "In the period before" if other.period == BEFORE else "In this period"
    return f"{said} {when}: {'hidden' if there is None else f'about {there}'}."


def _said(number: Any) -> str | None:
    return None if number is None or pd.isna(number) else f"{number:,}"


def views_table(release: Release) -> pd.DataFrame:
    """List every view of each place, the hidden ones too, and those that pieces of ground show.

    Returns
    -------
    views
        ``id``, ``rank`` and ``name`` (of places), ``harm``, ``part_of_day``, ``hours``, ``period``,
        ``first_day``, ``last_day``, ``incidents`` (rounded; missing where hidden) and ``hidden``.
        Exact counts, for analysts, are listed without those of nobody.

    Raises
    ------
    NotReleased
        If `release` is anything but a release.
    """
    require_release(release)
    there, exact = offered(release), release.audience == EXACT
    places = release.hotspots[["rank", "name"]]
    keys = [*View._fields]
    grid = pd.MultiIndex.from_product(
        [places.index, (ALL, *there.harms), (ALL, *there.parts_of_day), there.periods],
        names=["id", *keys],
    ).to_frame(index=False)
    shown = release.views[["id", *keys, "incidents"]]
    table = (shown if exact else grid.merge(shown, on=["id", *keys], how="outer")).assign(
        hidden=lambda t: t["incidents"].isna()
    )
    table = table.join(places, on="id")
    days = {
        THIS: (release.period_start, release.period_end),
        BEFORE: period_before(release),
    }
    parts = {part: place for place, part in enumerate(("all", *PARTS_OF_DAY))}
    table = table.assign(
        hours=table["part_of_day"].map(PARTS_OF_DAY).fillna(""),
        first_day=[days[p][0].isoformat() for p in table["period"]],
        last_day=[days[p][1].isoformat() for p in table["period"]],
        _part=table["part_of_day"].map(parts),
        _all=table["harm"] != ALL,
        _period=table["period"] != THIS,
    )
    table = table.sort_values(
        ["rank", "id", "_period", "_all", "harm", "_part"], na_position="last", ignore_index=True
    )
    return table[[
        "id", "rank", "name", "harm", "part_of_day", "hours", "period", "first_day", "last_day",
        "incidents", "hidden",
    ]]  # fmt: skip
