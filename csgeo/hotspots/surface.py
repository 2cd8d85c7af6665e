"""How many records does each cell of the study area hold, and where do they gather?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csgeo.hotspots.counting import cells_table, count_incidents, lay_field
from csgeo.hotspots.false_discovery import q_values
from csgeo.hotspots.getis_ord import getis_ord_star, one_sided_p

if TYPE_CHECKING:
    import geopandas as gpd


def gather_in_cells(
    incidents: gpd.GeoDataFrame, area: gpd.GeoDataFrame, *, cell_m: int
) -> gpd.GeoDataFrame:
    """Count the records of each cell and score how far it stands out from the average.

    This is the surface that is drawn lightly behind the places. It is not the list.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table; records outside of `area` or without a point are not counted.
    area
        ``AREAS`` table: the study area, in the same CRS.
    cell_m
        Side of the cells in metres.

    Returns
    -------
    cells
        ``CELLS``: every cell that meets the area, with ``incidents`` (count), ``people``
        (count, where known), ``getis_ord_star`` (z-score) and ``q_value``
        (Benjamini-Hochberg, of more than chance).

    Raises
    ------
    TableError
        If a table breaks its contract, or the two are in different systems.

    References
    ----------
    Ord and Getis (1995), https://doi.org/10.1111/j.1538-4632.1995.tb00912.x
    """
    field = lay_field(area, cell_m=cell_m)
    counted = count_incidents(incidents, field)
    z = getis_ord_star(counted.incidents, field.mask)
    q = q_values(one_sided_p(z))
    return cells_table(incidents, field, counted, getis_ord_star=z, q_value=q)
