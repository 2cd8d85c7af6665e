"""On which day did each record happen?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.repeats.events import days_known
from csgeo.tables import INCIDENTS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]


def days_of(incidents: gpd.GeoDataFrame) -> Numbers:
    """Count whole days since 1970, by British clocks: two records of one date are 0 days apart.

    Parameters
    ----------
    incidents
        ``INCIDENTS``, n rows.

    Returns
    -------
    days
        n numbers; missing where the time is not known to the day.

    Raises
    ------
    TableError
        If `incidents` breaks its contract.
    MethodError
        If no time is known to the day, as in files that give months only.
    """
    INCIDENTS.check(incidents, "incidents")
    days = days_known(incidents)
    if np.isnan(days).all():
        found = ", ".join(sorted(set(incidents["when_precision"].dropna()))) or "nothing"
        msg = (
            "ST-DBSCAN needs times that are known to the day; none of "
            f"{len(incidents):,} records has one (known to the: {found}). Files that give months only "
            "cannot say what is near in time: use `dbscan`."
        )
        raise MethodError(msg)
    return days
