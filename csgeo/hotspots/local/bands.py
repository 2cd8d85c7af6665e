"""How sure is it that a unit stands out, and which way?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.false_discovery import q_values
from csgeo.hotspots.getis_ord import one_sided_p

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.local.inputs import Alternative

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: ArcGIS's Gi_Bin: 1, 2 and 3 for 90, 95 and 99 %.
_LEVELS = (0.10, 0.05, 0.01)
#: What the bands are called.
BAND_WORDS = {
    3: "hot, 99 %",
    2: "hot, 95 %",
    1: "hot, 90 %",
    0: "does not stand out",
    -1: "cold, 90 %",
    -2: "cold, 95 %",
    -3: "cold, 99 %",
}


def normal_p(z: Numbers, alternative: Alternative = "two-sided") -> Numbers:
    """Give the chance of a normal score at least as extreme; missing stays missing."""
    if alternative == "greater":
        return one_sided_p(z)
    if alternative == "less":
        return one_sided_p(-z)
    return np.minimum(2 * one_sided_p(np.abs(z)), 1.0)


def significance_bands(direction: npt.ArrayLike, p_values: npt.ArrayLike) -> npt.NDArray[np.int8]:
    """Sort units into the bands of ArcGIS's Gi_Bin.

    Parameters
    ----------
    direction
        n numbers: above 0 for hot, below 0 for cold (a z-score).
    p_values
        n two-sided p-values, or q-values: with these, the bands are those that ArcGIS gives with
        its false-discovery-rate correction.

    Returns
    -------
    bands
        n integers: 3, 2, 1 for hot at 99, 95, 90 %; -3, -2, -1 for cold; 0 for none of them, and
        where the direction or the p-value is missing. ``BAND_WORDS`` says them in words.

    Raises
    ------
    MethodError
        If there are not as many directions as p-values.

    Examples
    --------
    >>> significance_bands([2.6, 2.0, -1.7, 0.3], [0.0093, 0.0455, 0.0891, 0.7642]).tolist()
    [3, 2, -1, 0]
    """
    way, p = np.asarray(direction, dtype=float), np.asarray(p_values, dtype=float)
    if way.shape != p.shape:
        msg = (
            f"There must be one p-value for each direction; there are {p.size} and {way.size}. "
            "Take both from one table."
        )
        raise MethodError(msg)
    # a missing p-value is below no level, and a missing direction is neither hot nor cold
    sure = sum((p <= level).astype(np.int8) for level in _LEVELS)
    signs = np.where(np.isnan(way), 0, np.sign(way)).astype(np.int8)
    return np.asarray(sure * signs, dtype=np.int8)


def answered(
    direction: Numbers, p_value: Numbers, p_permuted: Numbers
) -> dict[str, npt.NDArray[np.generic]]:
    """Set beside the p-values their q-values and the bands by each."""
    q = q_values(p_value)
    return {
        "p_value": p_value,
        "q_value": q,
        "band": significance_bands(direction, p_value),
        "band_by_q": significance_bands(direction, q),
        "p_permuted": p_permuted,
        "q_permuted": q_values(p_permuted),
    }
