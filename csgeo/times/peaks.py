"""When should someone be at each hotspot?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from csgeo.errors import WrongValues
from csgeo.hexagons import hexagon_at, hexagon_polygon
from csgeo.lattice import cell_corner, column_row
from csgeo.tables import HOTSPOTS, INCIDENTS, check_same_crs
from csgeo.times.aoristic import aoristic_weights
from csgeo.times.clock import hour_of_day, wall_clock, weekday
from csgeo.times.known import HOUR_KNOWN
from csgeo.times.school_year import in_holidays
from csgeo.times.slots import best_slots, check_slots, share_by_chance
from csgeo.times.spikes import at_default_time, find_spikes
from csgeo.times.weeks import hours_of_week
from csgeo.times.wording import peak_slots_in_words

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.times.school_year import SchoolYear

#: Fewer records with a known time of day than this say nothing about the hours of a place.
LEAST_RECORDS = 20
#: A slot with fewer people, or records, is not said: it would tell when one child was there.
LEAST_PEOPLE = 5
#: Side of a square, or width of a hexagon, from the id of a cell.
_CELL_ID = r"^(?:(\d+)mE-?\d+N-?\d+|h(\d+)mQ-?\d+R-?\d+)$"


def add_peak_slots(
    hotspots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    *,
    slots: int = 2,
    hours: int = 3,
    calendar: SchoolYear | None = None,
    least_records: int = LEAST_RECORDS,
    least_people: int = LEAST_PEOPLE,
    least_share_known: float = 0.5,
    most_p: float = 0.05,
    seed: int = 0,
) -> gpd.GeoDataFrame:
    """Fill in when harm is most frequent at each hotspot.

    For each hotspot the `slots` sessions of `hours` hours are chosen that cover
    the most of its records. They stay missing where they would say little, or too
    much: where the time of day is known for fewer than `least_records` of its
    records or for too small a share of them, or where the best slots hold no more
    than the best slots of so many records would by chance. Times that stand for
    "not known" (midnight, 1 January) are found over all records and left out.

    Parameters
    ----------
    hotspots
        ``HOTSPOTS``, m rows; their ``cells`` say which records lie inside.
    incidents
        ``INCIDENTS``, n rows, in the system of `hotspots`.
    slots
        Sessions a week.
    hours
        Length of a session in whole hours.
    calendar
        School calendar. If given, "mostly in term time" or "mostly in school
        holidays" is added where the records of the slots are at least twice as
        many a day in one of them, beyond chance (exact binomial test, twice the smaller tail).
    least_records
        The fewest records with a known time of day. Twenty, because two slots
        of three hours hold a fifth of the records of an even week by chance
        alone, and fewer would give away when one child was there.
    least_people
        For the same reason a slot is said only if it holds at least this many
        records, of at least this many distinct people; a record that names
        nobody counts as a person of its own.
    least_share_known
        Share (0 to 1) of a hotspot's records of which it must be known.
    most_p
        The largest chance at which slots are said.
    seed
        Of the random weeks that the best slots are compared with (999).

    Returns
    -------
    hotspots
        A copy of `hotspots` with ``peak_slots`` (text) filled in, such as
        "Thursday and Friday, 15:00 to 18:00", missing where it is not said.

    Raises
    ------
    TableError
        If a table breaks its contract.
    WrongValues
        If a hotspot's cells are not cells of the lattice.
    RecipeError
        If the slots do not fit into a week.

    References
    ----------
    Ratcliffe (2002), https://doi.org/10.1023/A:1013240828824
    """
    HOTSPOTS.check(hotspots, "hotspots")
    INCIDENTS.check(incidents, "incidents")
    check_same_crs(hotspots=hotspots, incidents=incidents)
    check_slots(slots, hours)
    inside = records_inside(hotspots, incidents)
    used = incidents.loc[incidents.index.isin(inside["incident_id"])]
    if not used["when_precision"].isin(["minute", "hour"]).any():  # months need no search
        return hotspots.assign(peak_slots=_texts({}, hotspots.index))
    default = at_default_time(incidents, find_spikes(incidents))
    weights = inside.merge(aoristic_weights(used, at_default_time=default), on="incident_id")
    weights["person"] = weights["incident_id"].map(_people(used))
    period = _period(incidents)
    totals = inside["hotspot_id"].value_counts()
    words: dict[str, str] = {}
    for place, rows in weights.groupby("hotspot_id", sort=False):
        hour_known = rows.loc[rows["time_known"].isin(HOUR_KNOWN), "incident_id"].nunique()
        if hour_known < max(least_records, least_share_known * int(totals[place])):
            continue
        chosen = _chosen(rows, slots=slots, hours=hours, most_p=most_p, seed=seed)
        chosen = chosen.loc[_enough(rows, chosen, least_people)]
        if len(chosen):
            said = [peak_slots_in_words(chosen)]
            if calendar is not None:
                said += _when_in_the_year(rows, chosen, calendar, period, most_p)
            words[str(place)] = "; ".join(said)
    return hotspots.assign(peak_slots=_texts(words, hotspots.index))


def records_inside(hotspots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find which records lie in which hotspot, by the ids of its cells.

    Parameters
    ----------
    hotspots
        ``HOTSPOTS``; cells of the lattice, of any sides.
    incidents
        ``INCIDENTS``; those without a point are in none.

    Returns
    -------
    inside
        One row a record and hotspot: ``hotspot_id``, ``incident_id``.

    Raises
    ------
    WrongValues
        If a hotspot's cells are not cells of the lattice.
    """
    cells = hotspots["cells"].astype("str").str.split().explode().rename("cell").astype("str")
    points = incidents.geometry.to_numpy()
    located = np.flatnonzero(~(shapely.is_missing(points) | shapely.is_empty(points)))
    x, y = shapely.get_coordinates(points[located]).T
    kinds = cells.str.extract(_CELL_ID)
    strange = kinds.isna().all(axis=1)
    if strange.any():
        msg = (
            "`cells` in `hotspots` must be ids such as '125mE375250N164250'; "
            f"{int(strange.sum()):,} of {len(cells):,} are not, the first is "
            f"{cells[strange].iloc[0]!r} of {cells.index[strange][0]!r}. "
            "Make hotspots with `csgeo.find_hotspots`."
        )
        raise WrongValues(msg)
    parts = [pd.DataFrame({"hotspot_id": [], "incident_id": []}, dtype="str")]
    for (square_m, across_m), ids in cells.groupby([kinds[0].fillna(""), kinds[1].fillna("")]):
        if square_m:
            corner = cell_corner(ids)
            keys = _keys(corner.x // corner.cell_m, corner.y // corner.cell_m)
            at = _keys(*column_row(x, y, cell_m=corner.cell_m))
        else:
            keys, at = ids.to_numpy(), np.full(len(x), None)
            near = _near(x, y, ids)
            at[near] = hexagon_at(x[near], y[near], across_m=int(across_m))
        here = np.flatnonzero(pd.Index(at).isin(keys))
        records = pd.DataFrame({"cell": at[here], "incident_id": incidents.index[located[here]]})
        of = pd.DataFrame({"cell": keys, "hotspot_id": ids.index})
        parts.append(records.merge(of, on="cell")[["hotspot_id", "incident_id"]])
    return pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)


def _keys(column: npt.NDArray[np.int64], row: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give one whole number a square: quicker to compare than its text id."""
    return np.asarray(column * 2**31 + row)


def _near(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], ids: pd.Series
) -> npt.NDArray[np.bool_]:
    """Keep the points near the hexagons, so that few ids have to be written."""
    west, south, east, north = shapely.total_bounds(hexagon_polygon(ids.unique()))
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


def in_slots(wall: npt.NDArray[np.datetime64], slots: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which hours of the clock lie in the slots."""
    hour = weekday(wall) * 24 + hour_of_day(wall)
    first = (slots["weekday"] * 24 + slots["start_hour"]).to_numpy()
    since = (hour[:, None] - first) % (7 * 24)
    return np.asarray((since < slots["hours"].to_numpy()).any(axis=1))


def _texts(words: dict[str, str], index: pd.Index) -> pd.Series:
    return pd.Series([words.get(str(i)) for i in index], index=index, dtype="str")


def _chosen(
    rows: pd.DataFrame, *, slots: int, hours: int, most_p: float, seed: int
) -> pd.DataFrame:
    """Choose the slots of one place; none if chance would do as well."""
    weight = rows["weight"].to_numpy()
    grid = pd.DataFrame(hours_of_week(rows["hour"].to_numpy(), weight).reshape(7, 24))
    chosen = best_slots(grid, slots=slots, hours=hours)
    by_chance = share_by_chance(round(weight.sum()), slots=slots, hours=hours, seed=seed)
    as_good = int((by_chance >= chosen["share"].sum() - 1e-9).sum())
    if (1 + as_good) / (1 + len(by_chance)) > most_p:
        return chosen.iloc[:0]
    return chosen


def _people(incidents: gpd.GeoDataFrame) -> pd.Series:
    """Give each record its person; one that names nobody stands for a person of its own."""
    alone = pd.Series([f"record {i}" for i in incidents.index], index=incidents.index, dtype="str")
    if "person_key" not in incidents.columns:
        return alone
    named = incidents["person_key"].notna()
    return alone.mask(named, "person " + incidents["person_key"].astype("str"))


def _enough(rows: pd.DataFrame, chosen: pd.DataFrame, least_people: int) -> npt.NDArray[np.bool_]:
    """Tell which slots hold enough records of enough distinct people."""
    known = rows.loc[rows["time_known"].isin(HOUR_KNOWN)]
    wall = known["hour"].to_numpy()
    people = [
        known.loc[in_slots(wall, chosen.iloc[[k]]), "person"].nunique() for k in range(len(chosen))
    ]
    return np.asarray((chosen["records"] >= least_people) & (np.array(people) >= least_people))


def _when_in_the_year(
    rows: pd.DataFrame,
    chosen: pd.DataFrame,
    calendar: SchoolYear,
    period: tuple[np.datetime64, np.datetime64],
    most_p: float,
) -> list[str]:
    """Say whether the records of a place's slots are mostly of term time or of the holidays."""
    from scipy.special import bdtr, bdtrc  # noqa: PLC0415  heavy: only where used

    # a window of a week or longer says nothing about a day
    short = rows.loc[in_slots(rows["hour"].to_numpy(), chosen) & (rows["time_known"] != "weeks")]
    wall, weight = short["hour"].to_numpy(), short["weight"].to_numpy()
    first = max(period[0], np.datetime64(calendar.first))
    last = min(period[1], np.datetime64(calendar.last))
    every = in_holidays(np.arange(first, last + 1), calendar)
    days = wall.astype("datetime64[D]")
    inside = (days >= first) & (days <= last)
    holiday = in_holidays(days[inside], calendar)
    n, k = round(float(weight[inside].sum())), round(float(weight[inside][holiday].sum()))
    if not n or every.all() or not every.any():
        return []
    share = float(every.mean())
    more = bdtrc(k - 1, n, share) if k else 1.0
    if 2 * min(bdtr(k, n, share), more) > most_p:
        return []
    per_holiday, per_term = k / every.sum(), (n - k) / (~every).sum()
    if per_holiday >= 2 * per_term:
        return ["mostly in school holidays"]
    return ["mostly in term time"] if per_term >= 2 * per_holiday else []


def _period(incidents: gpd.GeoDataFrame) -> tuple[np.datetime64, np.datetime64]:
    """Give the first and the last day on which any record began."""
    days = wall_clock(incidents["occurred_from"]).astype("datetime64[D]")
    known = days[~np.isnat(days)]
    if not len(known):
        never = np.datetime64("NaT", "D")
        return never, never
    return known.min(), known.max()
