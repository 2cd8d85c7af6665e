"""Which clusters do records make, by any method, and what is each like?

For analysts, on the secure side. The shareable list of places is made by
``find_hotspots``, which cuts whatever is found to lattice cells.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import pandas as pd

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.clusters.answers import check_whole
from csgeo.hotspots.clusters.centrography import standard_distance
from csgeo.hotspots.clusters.days import days_of
from csgeo.hotspots.clusters.ellipses import standard_deviational_ellipse
from csgeo.hotspots.clusters.enough import dissolve_small, people_and_sources
from csgeo.hotspots.clusters.stacks import stack_records
from csgeo.tables import INCIDENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.clusters.answers import Labelled

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]

Method: TypeAlias = Literal[
    "dbscan", "hdbscan", "nearest_neighbour_hierarchy", "optics", "st_dbscan", "stac"
]
METHODS: tuple[Method, ...] = get_args(Method)


class Clustered(NamedTuple):
    """What was found.

    ``labels``: the cluster of each record, on the index of the incidents, -1 for none.
    ``clusters``, indexed by ``cluster`` (0 holds the most records): records, points (different coordinates),
    people (missing if no record names one), sources, x and y of the mean centre,
    standard_distance_m, ellipse_major_m and ellipse_minor_m (CrimeStat's semi-axes; missing
    below three records), ellipse_angle_deg (of the major axis, anticlockwise from east).
    ``choices``: what was chosen, and what was left out, in words.
    """

    labels: pd.Series
    clusters: pd.DataFrame
    choices: str


def cluster_incidents(
    incidents: gpd.GeoDataFrame,
    *,
    method: Method = "dbscan",
    least_people: int | None = None,
    least_sources: int | None = None,
    least_points: int | None = None,
    **options: Any,
) -> Clustered:
    """Find clusters of records with one of six methods, and describe each.

    Records on one point are kept together with their number, never moved apart.

    Parameters
    ----------
    incidents
        ``INCIDENTS``, n rows, metres. Records without a point are in no cluster.
    method
        "dbscan", "hdbscan", "nearest_neighbour_hierarchy", "optics", "st_dbscan" or "stac".
    least_people, least_sources, least_points
        Fewest different people, sources and coordinates of a cluster; others are dissolved. For
        "hdbscan" ``least_points`` is also the method's own. None asks nothing.
    **options
        The method's own, such as ``reach_m``; see its ``label``.

    Returns
    -------
    clustered
        labels, clusters, choices. None may be found: then nothing is dense enough.

    Raises
    ------
    TableError
        If `incidents` breaks its contract.
    RecipeError
        If the method or an option is not known or out of bounds.
    MethodError
        If there are too few records; for "st_dbscan" also if no time is known to the day; if
        people are asked for and no record names one.
    """
    INCIDENTS.check(incidents, "incidents")
    ask = _method(method, options)
    if method == "hdbscan" and least_points is not None:
        options = {"least_points": least_points, **options}
    used, columns, left_out = _usable(incidents, method)
    try:
        found = ask(*columns, **options)
    except MethodError as problem:
        raise MethodError(f"{problem} {left_out}".strip()) from problem
    labels = np.full(len(incidents), -1, dtype=np.int64)
    labels[used] = found.labels
    labels, dissolved = dissolve_small(
        incidents, labels, least_people=least_people, least_sources=least_sources
    )
    x, y = (np.full(len(incidents), np.nan) for _ in range(2))
    x[used], y[used] = columns[0], columns[1]
    labels, thin = _enough_points(labels, x, y, least_points)
    labels = _numbered(labels, x, y)
    choices = " ".join(filter(None, (found.words, left_out, dissolved, thin)))
    series = pd.Series(labels, index=incidents.index, name="cluster")
    return Clustered(series, _described(incidents, labels, x, y), choices)


def _method(method: str, options: dict[str, Any]) -> Callable[..., Labelled]:
    if method not in METHODS:
        msg = f"`method` must be one of {', '.join(METHODS)}; it is {method!r}."
        raise RecipeError(msg)
    ask: Callable[..., Labelled] = importlib.import_module(
        f"csgeo.hotspots.clusters.{method}"
    ).label
    allowed = [
        name
        for name, one in inspect.signature(ask).parameters.items()
        if one.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    unknown = sorted(set(options) - set(allowed))
    if unknown:
        msg = (
            f"{method} has the options {', '.join(allowed)}; it was given {', '.join(unknown)}. "
            "See its page in docs/methods."
        )
        raise RecipeError(msg)
    return ask


def _usable(
    incidents: gpd.GeoDataFrame, method: Method
) -> tuple[npt.NDArray[np.bool_], list[Numbers], str]:
    """Take the coordinates (and days) that are known, and say what is left out."""
    shapes = incidents.geometry
    placed = ~(shapes.isna() | shapes.is_empty).to_numpy()
    used, words = placed, []
    if (~placed).any():
        words.append(f"{int((~placed).sum()):,} records without a point left out.")
    when = days_of(incidents) if method == "st_dbscan" else np.zeros(len(incidents))
    timeless = placed & np.isnan(when)
    if timeless.any():
        words.append(f"{int(timeless.sum()):,} records whose day is not known left out.")
        used = placed & ~timeless
    points = shapes[used]
    columns = [points.x.to_numpy(dtype=float), points.y.to_numpy(dtype=float)]
    if method == "st_dbscan":
        columns.append(when[used])
    return used, columns, " ".join(words)


def _enough_points(
    labels: Integers, x: Numbers, y: Numbers, least: int | None
) -> tuple[Integers, str]:
    if least is None:
        return labels, ""
    check_whole("least_points", least)
    points = _points(labels, x, y)
    gone = points.index[points < least]
    words = f"{len(gone):,} clusters with fewer than {least} different points taken away."
    return np.where(np.isin(labels, gone), -1, labels), words


def _points(labels: Integers, x: Numbers, y: Numbers) -> pd.Series:
    inside = labels >= 0
    stacks = stack_records(x[inside], y[inside])
    pairs = pd.DataFrame({"cluster": labels[inside], "point": stacks.of_record})
    return pairs.groupby("cluster")["point"].nunique()


def _numbered(labels: Integers, x: Numbers, y: Numbers) -> Integers:
    """Give 0 to the cluster with the most records; among equals the western, southern comes first."""
    inside = np.flatnonzero(labels >= 0)
    table = pd.DataFrame({"cluster": labels[inside], "x": x[inside], "y": y[inside]})
    groups = table.groupby("cluster")
    order = groups.agg(records=("x", "size"), x=("x", "min"), y=("y", "min"))
    order = order.sort_values(["records", "x", "y"], ascending=[False, True, True])
    number = pd.Series(np.arange(len(order)), index=order.index)
    answer = np.full(len(labels), -1, dtype=np.int64)
    answer[inside] = number.reindex(labels[inside]).to_numpy(dtype=np.int64)
    return answer


def _described(
    incidents: gpd.GeoDataFrame, labels: Integers, x: Numbers, y: Numbers
) -> pd.DataFrame:
    clusters = people_and_sources(incidents, labels)
    clusters.insert(1, "points", _points(labels, x, y).reindex(clusters.index).astype("int64"))
    order = np.argsort(labels, kind="stable")
    edges = np.searchsorted(labels[order], np.arange(len(clusters) + 1))
    rows = [_spread(x[order[a:b]], y[order[a:b]]) for a, b in itertools.pairwise(edges)]
    names = (
        "x", "y", "standard_distance_m", "ellipse_major_m", "ellipse_minor_m", "ellipse_angle_deg",
    )  # fmt: skip
    spread = pd.DataFrame(rows, columns=list(names), index=clusters.index, dtype=float)
    return clusters.join(spread)


def _spread(x: Numbers, y: Numbers) -> tuple[float, ...]:
    around = standard_distance(x, y)
    form = standard_deviational_ellipse(x, y, form="crimestat" if len(x) > 2 else "yuill")
    if len(x) <= 2:
        return form.x, form.y, around, np.nan, np.nan, np.nan
    return form.x, form.y, around, form.major_m, form.minor_m, form.angle_deg
