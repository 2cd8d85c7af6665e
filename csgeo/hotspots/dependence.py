"""Does a place rest on one person, one point, or on what enforcement found?

A place can be real and rest on very little: one child with thirty records, one
address, or officers who were sent there. These shares say so; what is set aside
is decided elsewhere (``artefacts``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.hotspots.counting import count_incidents, lay_field
from csgeo.hotspots.redrawing import drawable
from csgeo.hotspots.searching_again import (
    Search,
    as_recorded,
    make_ready,
    search_again,
    with_room,
    with_strength,
)
from csgeo.hotspots.stability import LEAST_SHARED, found_again, mark_places, records_of_places
from csgeo.lattice import cell_corner, column_row
from csgeo.tables import HOTSPOTS, check_same_crs

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Integers: TypeAlias = npt.NDArray[np.int64]

#: One person or one point with more than this share of the records carries a place.
CARRYING_SHARE = 0.5


class InPlaces(NamedTuple):
    """The records of n places: which row, and in which of the places; and how many in the area."""

    row: Integers
    place: Integers
    all_rows: Integers


def records_in_places(
    hotspots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, area: gpd.GeoDataFrame
) -> InPlaces:
    """Find the records of each place as the search counted them.

    Parameters
    ----------
    hotspots
        ``HOTSPOTS`` table of n places.
    incidents, area
        The ``INCIDENTS`` and the study area (``AREAS``) in which they were found.

    Returns
    -------
    records
        Row numbers of `incidents`, with the number of the place (0 is the first row of
        `hotspots`); and the rows that lie in the study area.
    """
    HOTSPOTS.check(hotspots, "hotspots")
    check_same_crs(area=area, incidents=incidents, hotspots=hotspots)
    cells = [c.split() for c in hotspots["cells"]]
    if not cells:
        none = np.empty(0, dtype=np.int64)
        return InPlaces(none, none, none)
    x, y, cell_m = cell_corner([i for c in cells for i in c])
    field = lay_field(area, cell_m=cell_m)
    counted = count_incidents(incidents, field)
    inside = np.flatnonzero(counted.position >= 0)
    column, row = column_row(counted.x[inside], counted.y[inside], cell_m=cell_m)
    own = pd.MultiIndex.from_arrays([*column_row(x, y, cell_m=cell_m)])
    place_of_cell = np.repeat(np.arange(len(cells)), [len(c) for c in cells])
    cell = own.get_indexer(pd.MultiIndex.from_arrays([column, row]))
    held = cell >= 0
    return InPlaces(inside[held], place_of_cell[cell[held]], inside)


def dominance(
    hotspots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, area: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Give the share of each place's records that come from one person, and from one point.

    Parameters
    ----------
    hotspots, incidents, area
        As in :func:`records_in_places`.

    Returns
    -------
    dominance
        n rows on the index of `hotspots`: ``records`` (count); ``busiest_person_share`` (0 to 1,
        of all records; missing where no record there names a person), ``busiest_point_share`` (0
        to 1), and ``carried_by`` in words where one of them holds more than half, else missing.

    Raises
    ------
    TableError
        If a table breaks its contract or is in another system than the area.

    Examples
    --------
    >>> found = find_hotspots(incidents, area)  # doctest: +SKIP
    >>> dominance(found.hotspots, incidents, area)  # doctest: +SKIP
    """
    held = records_in_places(hotspots, incidents, area)
    n = len(hotspots)
    records = np.bincount(held.place, minlength=n)
    rows = incidents.iloc[held.row]
    points = pd.factorize(pd.MultiIndex.from_arrays([rows.geometry.x, rows.geometry.y]))[0]
    person = np.full(len(rows), -1)
    if "person_key" in rows:
        person = pd.factorize(rows["person_key"])[0]
    by_person = _busiest_share(held.place, person, records)
    by_point = _busiest_share(held.place, points, records)
    return pd.DataFrame(
        {
            "records": records,
            "busiest_person_share": by_person,
            "busiest_point_share": by_point,
            "carried_by": pd.array(
                [_carried_by(*shares) for shares in zip(by_person, by_point, strict=True)],
                dtype="str",
            ),
        },
        index=hotspots.index,
    )


def enforcement_dependence(
    hotspots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    *,
    search: Search,
    seed: int = 0,
) -> pd.DataFrame:
    """Tell how much of each place enforcement found, and whether it is found without that.

    Parameters
    ----------
    hotspots, incidents, area
        As in :func:`records_in_places`.
    search
        How the places were found.
    seed
        Where chance starts, if `search` does not name the least strength.

    Returns
    -------
    dependence
        n rows on the index of `hotspots`: ``enforcement_share`` (0 to 1, of its records) and
        ``found_without`` (true where the same search of all other records finds the place,
        by the measure of ``stability``).

    Raises
    ------
    TableError
        If a table breaks its contract or is in another system than the area.
    """
    held = records_in_places(hotspots, incidents, area)
    n = len(hotspots)
    by_enforcement = (incidents["origin"] == "enforcement").fillna(False).to_numpy(dtype=bool)
    records = np.bincount(held.place, minlength=n)
    forced = np.bincount(held.place[by_enforcement[held.row]], minlength=n)
    share = np.divide(forced, records, out=np.full(n, np.nan), where=records > 0)
    again = (
        _found_without(hotspots, incidents, area, search, seed) if n else np.zeros(0, dtype=bool)
    )
    return pd.DataFrame({"enforcement_share": share, "found_without": again}, index=hotspots.index)


def _found_without(
    hotspots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    search: Search,
    seed: int,
) -> npt.NDArray[np.bool_]:
    ready = make_ready(with_room(search), area, only_as_it_is=True)
    ground = ready.grounds[0]
    records = drawable(incidents, ground.field.ground, most_km2=search.most_km2)
    ready = with_strength(ready, records, seed=seed)
    marked = mark_places(hotspots, cell_m=search.cell_m)
    others = as_recorded(records, np.flatnonzero(~records.enforcement))
    own = records_of_places(marked, ground, ground, records)
    places = search_again(ready, ground, others)
    return found_again(marked, ground, places, own, least_shared=LEAST_SHARED)


def _busiest_share(place: Integers, code: Integers, records: Integers) -> npt.NDArray[np.float64]:
    known = code >= 0
    counts = pd.DataFrame({"place": place[known], "code": code[known]}).value_counts()
    most = counts.groupby("place").max().reindex(range(len(records))).to_numpy(dtype=float)
    return np.asarray(most / np.maximum(records, 1))


def _carried_by(person_share: float, point_share: float) -> str | None:
    carried = [
        words
        for words, share in (("one person", person_share), ("one point", point_share))
        if share > CARRYING_SHARE
    ]
    return f"More than half of its records are of {' and of '.join(carried)}." if carried else None
