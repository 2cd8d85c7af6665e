"""Where does harm gather more than the average of the study area would have it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]


def getis_ord_star(values: npt.NDArray[np.generic], mask: npt.NDArray[np.bool_]) -> Numbers:
    """Score how far each cell and the cells that touch it exceed the study area's average.

    The score is a z-value: about 0 where counts are as the average would have
    them, above 0 where harm gathers, below 0 where it is thin. It is a measure
    of this lattice: another cell size gives other scores.

    Parameters
    ----------
    values
        Raster (rows x columns) of counts.
    mask
        Raster, true for cells of the study area. Only these are compared; a cell at the edge
        has fewer neighbours.

    Returns
    -------
    getis_ord_star
        Raster of z-scores (no unit), each cell being its own neighbour, weights 1. Missing
        outside the area, where a neighbourhood is the whole area, and everywhere if all
        counts are equal: nothing stands out when there is nothing to stand out from.

    References
    ----------
    Ord and Getis (1995), https://doi.org/10.1111/j.1538-4632.1995.tb00912.x
    """
    inside = np.where(mask, values, 0).astype(float)
    score = np.full(mask.shape, np.nan)
    sums, reach = _with_neighbours(inside), _with_neighbours(mask.astype(float))
    score[mask] = score_sums(sums[mask], reach[mask], inside[mask])
    return score


def score_sums(sums: Numbers, reach: Numbers, values: Numbers) -> Numbers:
    """Turn sums over neighbourhoods into Gi* scores.

    Parameters
    ----------
    sums, reach
        n sums of the values in each neighbourhood, and how many values it has (weights 1).
    values
        The n values.

    Returns
    -------
    score
        n z-scores; missing where there is nothing to compare with.
    """
    n = len(values)
    score = np.full(n, np.nan)
    if n < 2 or values.min() == values.max():
        return score
    mean = values.mean()
    deviation = np.sqrt(np.mean((values - mean) ** 2))
    # weights are 1, so their sum and the sum of their squares are both `reach`;
    # in place, as a country has millions of cells
    spread = np.maximum(reach * (n - reach), 0.0)
    spread /= n - 1
    np.sqrt(spread, out=spread)
    spread *= deviation
    above = reach * -mean
    above += sums
    # 0/0 is the honest "nothing to compare with", so it stays missing
    np.divide(above, spread, out=score, where=spread > 0)
    return score


def one_sided_p(z: Numbers) -> Numbers:
    """Give the chance of a normal score at least as high; missing stays missing."""
    from scipy.special import ndtr  # noqa: PLC0415  (heavy, and used only here)

    return np.asarray(ndtr(-z))


def _with_neighbours(raster: Numbers) -> Numbers:
    """Add to each cell the eight around it; beyond the raster there is nothing."""
    padded = np.pad(raster, 1)
    across = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    return np.asarray(across[:-2] + across[1:-1] + across[2:])
