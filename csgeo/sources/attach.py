"""What does a table say of each of these areas?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csgeo.errors import WrongValues
from csgeo.tables import AREAS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd


def attach(
    areas: gpd.GeoDataFrame, table: pd.DataFrame, *, may_lack: bool = False
) -> gpd.GeoDataFrame:
    """Put what a table says of areas beside the areas.

    Parameters
    ----------
    areas
        AREAS.
    table
        By ``area_id``, as :func:`read_deprivation`, :func:`read_population` or
        :func:`csgeo.sources.vintage.bridge_lsoa` give it. A column ``vintage`` is the
        year of its codes, and is not put beside.
    may_lack
        Whether areas may stay without: their numbers are then missing, "not known".

    Returns
    -------
    areas
        AREAS with the table's columns; the areas' order and index.

    Raises
    ------
    WrongValues
        If an area is not in the table (most often the two are of different vintages),
        or a column is there already, or an area stands in the table twice.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely.geometry import box
    >>> areas = gpd.GeoDataFrame(
    ...     {"name": ["Mill"], "level": ["LSOA"]},
    ...     geometry=[box(0, 0, 1, 1)],
    ...     index=pd.Index(["E01000001"], name="area_id"),
    ...     crs=27700,
    ... )
    >>> table = pd.DataFrame({"residents": [1500]}, index=areas.index)
    >>> attach(areas, table)["residents"].tolist()
    [1500]
    """
    AREAS.check(areas, "areas")
    beside = table.drop(columns="vintage", errors="ignore")
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()]
        msg = f"`table` must have one row for each area; {len(twice)} repeat one, the first is {twice[0]!r}. Keep one row each."
        raise WrongValues(msg)
    held = [c for c in beside if c in areas and areas[c].notna().any()]
    if held:
        msg = f"`areas` already have the columns {', '.join(map(str, held))}, and `attach` does not write over them. Drop them first."
        raise WrongValues(msg)
    lacking = table.index.get_indexer(areas.index) < 0
    if lacking.any() and (lacking.all() or not may_lack):
        raise WrongValues(_other_vintage(areas, table, lacking))
    kept = areas.drop(columns=[c for c in beside if c in areas])
    joined: gpd.GeoDataFrame = kept.join(beside, how="left")
    return joined


def _other_vintage(areas: gpd.GeoDataFrame, table: pd.DataFrame, lacking: np.ndarray) -> str:
    n, first = int(lacking.sum()), areas.index[lacking][0]
    years = list(table["vintage"].unique()) if "vintage" in table else []
    of = f" (codes of {years[0]})" if len(years) == 1 else ""
    return (
        f"`table`{of} must have each of the {len(areas)} areas; {n} are not in it, the first is {first!r}. "
        "Areas and table may be of different years: bring the table to the areas' year with "
        "`bridge_lsoa`. If the table only covers a part, say may_lack=True."
    )
