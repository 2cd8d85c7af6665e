"""How small may the cells be, given how exactly the records are placed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.errors import MethodError
from csgeo.lattice import SIDES_M

if TYPE_CHECKING:
    import geopandas as gpd

#: No more cells than this are laid by themselves: beyond, a search would take minutes.
MOST_CELLS = 2_000_000


def choose_cell_m(
    incidents: gpd.GeoDataFrame, area: gpd.GeoDataFrame, *, most_km2: float
) -> tuple[int, str]:
    """Choose the smallest cells that are not smaller than what is known of the places.

    Parameters
    ----------
    incidents
        ``INCIDENTS``; half of those with a place are known to within their median ``precision_m``.
    area
        ``AREAS``: the study area, which must not have more than two million cells.
    most_km2
        A place must have room for at least four cells.

    Returns
    -------
    cell_m, words
        A side of the lattice in metres, and why.

    Raises
    ------
    MethodError
        If no side is both fine enough for the places and coarse enough for the records.
    """
    placed = incidents[incidents.geometry.notna()]
    precise = pd.to_numeric(placed["precision_m"]).to_numpy(dtype=float, na_value=np.nan)
    known = precise[np.isfinite(precise)]
    typical = float(np.median(known)) if len(known) else 0.0
    extent = float(area.geometry.area.sum())
    fine = [s for s in SIDES_M if 4 * s**2 <= most_km2 * 1e6 + 1e-6] or [SIDES_M[0]]
    wide = [s for s in fine if s >= typical and extent / s**2 <= MOST_CELLS]
    if not wide:
        msg = (
            f"Cells must be no smaller than what is known of the places (half are known to within "
            f"{typical:g} m), and a place of {most_km2:g} km2 has room for cells of {fine[-1]} m at "
            "most. Allow larger places with `most_km2`, or leave out records that are known less "
            "exactly."
        )
        raise MethodError(msg)
    said = (
        f"half of the records are known to within {typical:g} m"
        if len(known)
        else ("how exactly the records are placed is not said")
    )
    return wide[0], f"chosen as {said}"
