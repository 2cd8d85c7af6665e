"""What about one lattice takes long to find out, and is the same in every run?"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from csgeo.hotspots.counting import Field


class LatticeFacts:
    """Facts of one study area on one lattice, found out when a method first asks."""

    def __init__(self, field: Field) -> None:
        self._field = field

    @cached_property
    def inside(self) -> npt.NDArray[np.float64]:
        """Raster of the share of each cell that lies in the study area."""
        from csgeo.hotspots.density.inside import share_inside  # noqa: PLC0415  (only for surfaces)

        return share_inside(self._field)
