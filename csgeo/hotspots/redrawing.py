"""What might the records have been, had chance fallen otherwise?

Two things are not as sure as a table of records looks: who came to notice, and
where exactly it was. So people are drawn anew, each with all of their records
(a cluster bootstrap), and each record is moved within its precision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import shapely

from csgeo.errors import MethodError
from csgeo.hotspots.records import support_of, when_of
from csgeo.tables import INCIDENTS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.records import Support, When

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]
    Flags: TypeAlias = npt.NDArray[np.bool_]


class Drawable(NamedTuple):
    """Records that can be drawn anew, in an order that does not depend on that of the rows.

    ``x``, ``y`` as recorded and ``precision_m`` (0 where it is missing: not moved), all in
    metres; ``unit`` says which records are drawn together, ``units`` how many such there are;
    ``when`` and ``support`` are theirs.
    """

    x: Numbers
    y: Numbers
    precision_m: Numbers
    unit: Integers
    units: int
    enforcement: Flags
    when: When
    support: Support


class Drawn(NamedTuple):
    """One draw: which records (a record may come more than once), and where they were put."""

    record: Integers
    x: Numbers
    y: Numbers


def drawable(
    incidents: gpd.GeoDataFrame, ground: shapely.Geometry, *, most_km2: float = 0.25
) -> Drawable:
    """Take the records that lie in the study area, or can lie there by their precision.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table; records without a point are not used.
    ground
        The study area, in the same system.

    Returns
    -------
    records
        Records of one ``person_key`` make one unit, a record without a key is one of its own.

    Raises
    ------
    TableError
        If `incidents` breaks its contract.
    MethodError
        If no record lies in the study area or can lie there.
    """
    INCIDENTS.check(incidents, "incidents")
    points = incidents.geometry.to_numpy()
    has_place = np.flatnonzero(~(shapely.is_missing(points) | shapely.is_empty(points)))
    x, y = shapely.get_coordinates(points[has_place]).T
    precise = pd.to_numeric(incidents["precision_m"]).to_numpy(dtype=float, na_value=np.nan)
    precision_m = np.nan_to_num(precise[has_place])
    near = _can_lie_in(ground, x, y, precision_m)
    if not near.any():
        msg = (
            "At least one record must lie in the study area or as near to it as its precision; of "
            f"{len(incidents)} records none does. Check that `incidents` and `area` are about the "
            "same part of the country."
        )
        raise MethodError(msg)
    x, y, precision_m, row = x[near], y[near], precision_m[near], has_place[near]
    enforcement = (incidents["origin"] == "enforcement").fillna(False).to_numpy(dtype=bool)[row]
    when = when_of(incidents).of(row)
    support = support_of(incidents, most_km2=most_km2).of(row)
    # rows that are alike in all of these may stand for each other
    told = (
        support.placing.named, support.source, when.day, when.month, enforcement, precision_m, y, x,
    )  # fmt: skip
    person = _people(incidents, row, told)
    order = np.lexsort((*told, person))
    unit, units = _units(person[order])
    return Drawable(
        x[order], y[order], precision_m[order], unit, units, enforcement[order],
        when.of(order), support.of(order)._replace(person=unit),
    )  # fmt: skip


def draw(records: Drawable, *, seed: int, number: int, with_enforcement: bool = True) -> Drawn:
    """Draw as many units as there are, each as likely as any other, and move their records.

    Parameters
    ----------
    records
        From :func:`drawable`.
    seed, number
        Where chance starts: each number is a draw of its own, whichever thread makes it.
    with_enforcement
        Whether records found by enforcement are kept.

    Returns
    -------
    drawn
        Records with their coordinates in metres, uniform in the disc around the recorded point.

    References
    ----------
    Field and Welsh (2007), https://doi.org/10.1111/j.1467-9868.2007.00593.x
    """
    chance = np.random.default_rng([seed, number])
    times = np.bincount(
        chance.integers(records.units, size=records.units), minlength=records.units
    )[records.unit]
    if not with_enforcement:
        times = np.where(records.enforcement, 0, times)
    record = np.repeat(np.arange(len(times)), times)
    away = records.precision_m[record] * np.sqrt(chance.random(len(record)))
    angle = 2 * np.pi * chance.random(len(record))
    return Drawn(
        record, records.x[record] + away * np.cos(angle), records.y[record] + away * np.sin(angle)
    )


def _can_lie_in(ground: shapely.Geometry, x: Numbers, y: Numbers, precision_m: Numbers) -> Flags:
    west, south, east, north = shapely.bounds(ground)
    near = (x >= west - precision_m) & (x <= east + precision_m)
    near &= (y >= south - precision_m) & (y <= north + precision_m)
    asked = np.flatnonzero(near)
    inside = shapely.intersects_xy(ground, x[asked], y[asked])
    near[asked] = inside
    beyond = asked[~inside & (precision_m[asked] > 0)]
    points = shapely.points(x[beyond], y[beyond])
    # each point has its own distance, which the typing of shapely does not know
    near[beyond] = shapely.dwithin(ground, points, precision_m[beyond])  # type: ignore[call-overload]
    return np.asarray(near, dtype=bool)


def _people(
    incidents: gpd.GeoDataFrame, row: Integers, told: tuple[npt.NDArray[Any], ...]
) -> Integers:
    """Give each person a number; -1 for a record without a key.

    People come in an order that follows from their records, and neither from their keys, which a
    new secret changes, nor from the order of the rows.
    """
    if "person_key" not in incidents:
        return np.full(len(row), -1, dtype=np.int64)
    code = np.asarray(pd.factorize(incidents["person_key"].iloc[row])[0], dtype=np.int64)
    known = np.flatnonzero(code >= 0)
    each = np.zeros(int(code.max(initial=-1)) + 1, dtype=np.uint64)
    np.add.at(each, code[known], _marks(told)[known])
    number = np.empty(len(each), dtype=np.int64)
    number[np.argsort(each, kind="stable")] = np.arange(len(each))
    return np.where(code >= 0, number[code], -1) if len(each) else code


def _marks(told: tuple[npt.NDArray[Any], ...]) -> npt.NDArray[np.uint64]:
    """Make one number of what a record tells (splitmix64), the same for records alike in all of it."""
    mark = np.zeros(len(told[0]), dtype=np.uint64)
    for values in told:
        mark ^= np.nan_to_num(values.astype(np.float64), nan=-1.0).view(np.uint64)
        mark += np.uint64(0x9E3779B97F4A7C15)
        mark = (mark ^ (mark >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mark = (mark ^ (mark >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mark ^= mark >> np.uint64(31)
    return mark


def _units(person: Integers) -> tuple[Integers, int]:
    """Give each unit a number: those without a key, which come first, then the people."""
    opens = np.ones(len(person), dtype=bool)
    opens[1:] = (person[1:] != person[:-1]) | (person[1:] < 0)
    unit = np.cumsum(opens) - 1
    return unit, int(opens.sum())
