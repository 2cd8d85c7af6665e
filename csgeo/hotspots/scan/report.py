"""What does each cluster look like, row by row?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from csgeo.hotspots.scan.windows import ScanWindows, turn

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]


def places_of_clusters(
    entries: npt.NDArray[np.int64], windows: ScanWindows, points: Numbers, index: pd.Index
) -> pd.DataFrame:
    """Tell the centre, the half-axes and the locations of the clusters that entries close."""
    rows = [windows.row_of(int(entry)) for entry in entries]
    members = [windows.members(int(entry)) for entry in entries]
    centres = windows.centre[rows].astype(np.int64)
    radius = np.zeros(len(entries))
    for k, (row, own) in enumerate(zip(rows, members, strict=True)):
        turned = turn(points, float(windows.shape[row]), float(windows.angle[row]))
        radius[k] = np.hypot(*(turned[own] - turned[centres[k]]).T).max()
    shape = windows.shape[rows]
    # an axis has no direction: angles run from -90 (not included) to 90, as SaTScan writes them
    angle = windows.angle[rows]
    return pd.DataFrame(
        {
            "centre_id": index[centres],
            "x": points[centres, 0],
            "y": points[centres, 1],
            "radius_m": radius,
            "long_radius_m": radius * shape,
            "shape": shape,
            "angle_degrees": np.where(angle > 90, angle - 180, angle),
            "locations": np.array([len(own) for own in members], dtype=np.int64),
            "location_ids": pd.Series([tuple(index[own]) for own in members], dtype=object),
        }
    ).set_index(pd.RangeIndex(1, len(entries) + 1, name="cluster"))


def risks(cases: npt.NDArray[np.int64], expected: Numbers, total: float) -> dict[str, Numbers]:
    """Divide observed by expected, and that by the same outside the cluster.

    The relative risk is infinite where all cases are inside.
    """
    c, e = np.asarray(cases, dtype=float), np.asarray(expected, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = c / e
        outside = (total - c) / (total - e)
        return {"observed_expected": inside, "relative_risk": inside / outside}
