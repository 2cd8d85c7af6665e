"""Which stops and which bus routes do records gather at?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.errors import MissingColumns, TableError, WrongValues
from csgeo.tables import INCIDENTS, PLACES, check_same_crs

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes: TypeAlias = npt.NDArray[np.object_]
    Flags: TypeAlias = npt.NDArray[np.bool_]


class BusRoutes(NamedTuple):
    """The routes and the stops with the records near them, and what was done in words."""

    routes: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    words: str


def bus_routes(
    incidents: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    calls: pd.DataFrame,
    *,
    lines: gpd.GeoSeries | None = None,
    near_stop_m: float = 50.0,
    near_line_m: float = 25.0,
    boardings: pd.Series | None = None,
) -> BusRoutes:
    """Count the records near each stop and along each route.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table, n rows; rows without a point are counted as such.
    stops
        ``PLACES`` table with points, such as :func:`csgeo.sources.stops.read_stops` reads from NaPTAN.
    calls
        One row is one call: ``route`` (its number or name) and ``stop`` (a ``place_id``), in the
        order in which the bus calls there.
    lines
        The course of each route, on the names of the routes, in the same system. Without it a route
        runs straight from stop to stop, which is shorter than the street.
    near_stop_m, near_line_m
        Records no further off than this (m) are at the stop or along the line.
    boardings
        Passengers who board, by ``place_id``: for a rate per 1,000 of them.

    Returns
    -------
    bus_routes
        ``routes``, by ``route``, the most records per km first: ``stops`` (count), ``length_km``,
        ``at_stops`` (records near a stop of the route), ``per_stop``, ``between_stops`` (near
        the line only), ``on_buses`` (of both, those recorded on a bus), ``per_km`` (both),
        geometry. A record near two routes counts for both. ``stops``, by ``place_id``, the
        most records first: ``name``, ``routes`` (that call), ``incidents`` (each record only at
        the nearest of all stops that are called at), ``share``, ``cumulative_share`` and
        ``share_of_stops`` (for "so many stops hold half"), ``per_1000_boardings`` where they
        are known, geometry. ``words``: what was counted.

    Raises
    ------
    TableError
        If a table breaks its contract, a call is at an unknown stop, or a route has fewer than two.

    References
    ----------
    Tompson, Partridge and Shepherd (2009), Crime Mapping 1, 77-96 (hot routes); Eck, Clarke and
    Guerette (2007), Risky facilities, Crime Prevention Studies 21, 225-264.
    """
    INCIDENTS.check(incidents, "incidents")
    PLACES.check(stops, "stops")
    check_same_crs(stops=stops, incidents=incidents)
    _check_distances(near_stop_m=near_stop_m, near_line_m=near_line_m)
    _check_calls(calls, stops)
    known = ~(incidents.geometry.isna() | incidents.geometry.is_empty).to_numpy()
    points = incidents.geometry.to_numpy()[known]
    on_bus = (incidents["location_type"] == "BUS").fillna(value=False).to_numpy(dtype=bool)[known]
    courses = _courses(stops, calls, lines)
    by_stop = _stops(points, stops, calls, near_stop_m, boardings)
    by_route = _routes(
        points, on_bus, stops, calls, courses, near_stop_m=near_stop_m, near_line_m=near_line_m
    )
    words = _words(by_stop, int(known.sum()), len(known), near_stop_m, straight=lines is None)
    return BusRoutes(by_route, by_stop, words)


def _check_distances(**metres: float) -> None:
    for name, value in metres.items():
        if not (np.isfinite(value) and value > 0):
            msg = f"`{name}` must be a distance above 0 m; it is {value}."
            raise TableError(msg)


def _check_calls(calls: pd.DataFrame, stops: gpd.GeoDataFrame) -> None:
    missing = [c for c in ("route", "stop") if c not in calls]
    if missing:
        found = ", ".join(f"`{c}`" for c in map(str, calls.columns))
        msg = f"`calls` must have the columns `route` and `stop`; it has {found}."
        raise MissingColumns(msg)
    strange = ~calls["stop"].isin(stops.index).to_numpy()
    if strange.any():
        msg = (
            f"`stop` in `calls` must be a `place_id` of `stops`; {int(strange.sum())} of {len(calls)} rows have "
            f"another, such as {calls['stop'][strange].iloc[0]!r}. Read ids as text: 0180... loses its zero."
        )
        raise WrongValues(msg)
    times = calls.groupby("route")["stop"].nunique()
    if not len(times) or (times < 2).any():
        few = "there is no call" if not len(times) else f"{times.index[times < 2][0]!r} has 1"
        msg = f"Each route in `calls` must have at least two stops; {few}."
        raise WrongValues(msg)
    kinds = shapely.get_type_id(stops.loc[calls["stop"].unique()].geometry.to_numpy())
    if (kinds != 0).any():
        msg = f"`stops` that are called at must be points; {int((kinds != 0).sum())} are not."
        raise WrongValues(msg)


def _courses(
    stops: gpd.GeoDataFrame, calls: pd.DataFrame, lines: gpd.GeoSeries | None
) -> gpd.GeoSeries:
    names = pd.Index(calls["route"].unique(), name="route")
    if lines is None:
        xy = stops.geometry.get_coordinates().loc[calls["stop"]].to_numpy()
        route = names.get_indexer(calls["route"])
        order = np.argsort(route, kind="stable")
        drawn = shapely.linestrings(xy[order], indices=route[order])
        return gpd.GeoSeries(drawn, index=names, crs=stops.crs)
    check_same_crs(stops=stops, lines=lines)
    lacking = ~names.isin(lines.index)
    if lacking.any() or lines.index.has_duplicates or not (lines.loc[names].length > 0).all():
        which = f"; {names[lacking][0]!r} has none" if lacking.any() else ""
        msg = f"`lines` must have one line of some length for each route in `calls`{which}."
        raise WrongValues(msg)
    return lines.loc[names]


def _stops(
    points: Shapes,
    stops: gpd.GeoDataFrame,
    calls: pd.DataFrame,
    near_stop_m: float,
    boardings: pd.Series | None,
) -> gpd.GeoDataFrame:
    routes = calls.groupby("stop")["route"].nunique()
    called = stops.loc[stops.index.isin(routes.index)].sort_index()
    tree = shapely.STRtree(called.geometry.to_numpy())
    point, stop = tree.query_nearest(points, max_distance=near_stop_m, all_matches=True)
    # of stops that are equally near, the first id: not decided by the order of the file
    order = np.lexsort((stop, point))
    point, first = np.unique(point[order], return_index=True)
    counts = np.bincount(stop[order][first], minlength=len(called))
    table = called[["name"]].assign(
        routes=routes.reindex(called.index).to_numpy(), incidents=counts
    )
    if boardings is not None:
        by = pd.to_numeric(boardings.reindex(called.index)).to_numpy(dtype=float)
        table["per_1000_boardings"] = np.divide(
            1000.0 * counts, by, out=np.full(len(by), np.nan), where=by > 0
        )
    made = gpd.GeoDataFrame(table, geometry=called.geometry, crs=stops.crs)
    made = made.sort_values("incidents", ascending=False, kind="stable")
    total = max(int(counts.sum()), 1)
    return made.assign(
        share=made["incidents"] / total,
        cumulative_share=made["incidents"].cumsum() / total,
        share_of_stops=np.arange(1, len(made) + 1) / len(made),
    )


def _routes(
    points: Shapes,
    on_bus: Flags,
    stops: gpd.GeoDataFrame,
    calls: pd.DataFrame,
    courses: gpd.GeoSeries,
    *,
    near_stop_m: float,
    near_line_m: float,
) -> gpd.GeoDataFrame:
    tree = shapely.STRtree(points)
    rows = []
    for route, course in courses.items():
        own = stops.geometry.loc[calls["stop"][calls["route"] == route].unique()].to_numpy()
        at_stop = np.unique(tree.query(own, predicate="dwithin", distance=near_stop_m)[1])
        along = tree.query(course, predicate="dwithin", distance=near_line_m)
        near = np.union1d(at_stop, along)
        km = course.length / 1000
        rows.append((
            len(own), km, len(at_stop), len(at_stop) / len(own), len(near) - len(at_stop),
            int(on_bus[near].sum()), len(near) / km,
        ))  # fmt: skip
    columns = ["stops", "length_km", "at_stops", "per_stop", "between_stops", "on_buses", "per_km"]
    table = pd.DataFrame(rows, columns=columns, index=courses.index)
    made = gpd.GeoDataFrame(table, geometry=courses, crs=stops.crs)
    return made.sort_values("per_km", ascending=False, kind="stable")


def _words(
    stops: gpd.GeoDataFrame, known: int, records: int, near_stop_m: float, *, straight: bool
) -> str:
    at = int(stops["incidents"].sum())
    said = (
        f"{at:,} of {known:,} records with a point lie within {near_stop_m:g} m of one of {len(stops):,} stops "
        f"({records - known:,} have no point)."
    )
    if at:
        half = int((stops["cumulative_share"] < 0.5).sum()) + 1
        said += f" {half:,} stops ({half / len(stops):.0%}) hold half of them."
    if straight:
        said += " Routes were taken to run straight from stop to stop: lengths are too short."
    return said
