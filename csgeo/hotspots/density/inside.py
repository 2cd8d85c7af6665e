"""Which share of each cell lies inside the study area?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.counting import Field

    Numbers = npt.NDArray[np.float64]

#: Cells along one side of the pieces into which the outline is cut first.
_PIECE = 16


def share_inside(field: Field) -> Numbers:
    """Measure the share of each cell that the study area covers.

    Parameters
    ----------
    field
        The study area as a raster, from ``lay_field``.

    Returns
    -------
    inside
        Raster, 0 to 1; 1 exactly where a cell lies wholly inside.
    """
    inside = field.whole.astype(float)
    crossed = np.flatnonzero(field.mask & ~field.whole)
    row, column = np.divmod(crossed, field.mask.shape[1])
    # one cut of the whole outline per piece, so that a cell is only cut from what is near it
    piece = (row // _PIECE) * field.mask.shape[1] + column // _PIECE
    cells = field.shapes(crossed)
    for which in np.unique(piece):
        here = piece == which
        near = shapely.intersection(field.ground, shapely.box(*shapely.total_bounds(cells[here])))
        cut = shapely.area(shapely.intersection(cells[here], near))
        inside.ravel()[crossed[here]] = cut / field.cell_m**2
    return np.asarray(np.clip(inside, 0.0, 1.0))
