"""What about one lattice takes long to find out, and is the same in every run?"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from csgeo.errors import MethodError

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt

    from csgeo.hotspots.counting import Field
    from csgeo.hotspots.on_streets.raster import StreetCells, Surface


class LatticeFacts:
    """Facts of one study area on one lattice, found out when a method first asks.

    Parameters
    ----------
    field
        The study area.
    streets
        ``STREETS`` in the system of `field`, or None.
    """

    def __init__(self, field: Field, streets: gpd.GeoDataFrame | None) -> None:
        self._field = field
        self._streets = streets

    @cached_property
    def inside(self) -> npt.NDArray[np.float64]:
        """Raster of the share of each cell that lies in the study area."""
        from csgeo.hotspots.density.inside import share_inside  # noqa: PLC0415  (only for surfaces)

        return share_inside(self._field)

    @cached_property
    def dense_streets(self) -> StreetCells:
        """The streets of each cell, ready for a density along them."""
        return self._laid("network_density")

    @cached_property
    def hot_streets(self) -> StreetCells:
        """The streets of each cell, ready to be compared stretch by stretch."""
        return self._laid("hot_streets")

    def _laid(self, surface: Surface) -> StreetCells:
        from csgeo.hotspots.on_streets.raster import lay_streets_on_cells  # noqa: PLC0415
        from csgeo.streets import street_network  # noqa: PLC0415

        if self._streets is None:
            msg = (
                f"The method {surface} needs streets to look along; none were given. Name a file of "
                "streets in the recipe, or choose a method without them, such as `kernel_density`."
            )
            raise MethodError(msg)
        return lay_streets_on_cells(street_network(self._streets), self._field, surface=surface)
