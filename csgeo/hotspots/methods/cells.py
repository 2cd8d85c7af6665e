"""Which windows hold the cells that a statistic of cells calls hot?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.hotspots.change.space_time import touching_squares
from csgeo.hotspots.false_discovery import q_values
from csgeo.hotspots.getis_ord import getis_ord_star, one_sided_p
from csgeo.hotspots.methods.asked import Scored, by_surface

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.cutting import Window
    from csgeo.hotspots.methods.asked import Asked, Chance

    Numbers = npt.NDArray[np.float64]


def compact_places(asked: Asked) -> Scored:
    """Score windows by the likelihood ratio of the Poisson scan, which is asked for already."""
    words = (
        "Compact places: near-discs of cells, the highest likelihood ratio first, compared with "
        f"the strongest of each of {asked.replicates} draws by chance (seed {asked.seed})."
    )
    return Scored(asked.strength, words)


def getis_ord(asked: Asked) -> Scored:
    """Score windows by how far their cells' Gi* exceeds the least that is significant."""
    z = getis_ord_star(asked.counted.incidents, asked.field.mask)
    p = one_sided_p(z)
    q = q_values(p)
    hot = np.nan_to_num(q, nan=1.0) <= asked.q
    words = (
        f"Getis-Ord Gi* of each cell with its eight neighbours, Benjamini-Hochberg at {asked.q:g}; "
        "places are cut around the peaks of the cells that stand out."
    )
    seen = f"{int(hot.sum()):,} of {len(asked.field.cells):,} cells stand out."
    return Scored(by_surface(_above(z, hot), asked), words, seen, _least_of(p, q))


def local_moran(asked: Asked) -> Scored:
    """Score windows by cells with a high rate among others with one.

    The rate is that of records to the expectation, standardised by empirical Bayes, so that a cell
    where little is expected is not called high for a record or two.
    """
    from csgeo.hotspots.local.inputs import row_standardised  # noqa: PLC0415  (SciPy is heavy)
    from csgeo.hotspots.local.moran import local_moran_of_rates  # noqa: PLC0415

    cells = np.flatnonzero(asked.expected.ravel() > 0)
    row, column = np.divmod(cells, asked.expected.shape[1])
    near = touching_squares(column, row)
    near.setdiag(0)
    near.eliminate_zeros()
    found = local_moran_of_rates(
        pd.Series(asked.counted.incidents.ravel()[cells].astype(float)),
        pd.Series(asked.expected.ravel()[cells]),
        row_standardised(near.tocsr()),
    )
    high = (found["quadrant"] == "high among high").fillna(False).to_numpy(dtype=bool)
    hot = high & (found["q_value"].fillna(1.0).to_numpy() <= asked.q)
    z, p, q, is_hot = (np.full(asked.expected.size, np.nan) for _ in range(4))
    z[cells], p[cells], q[cells], is_hot[cells] = (
        found["z"],
        found["p_value"],
        found["q_value"],
        hot,
    )
    shape = asked.expected.shape
    flags = (is_hot == 1).reshape(shape)
    words = (
        "Local Moran's I of each cell's rate (records to expected records, empirical Bayes) among "
        f"its eight neighbours, Benjamini-Hochberg at {asked.q:g}, two-sided; places are cut around "
        "the peaks of the cells that are high among high ones."
    )
    return Scored(
        by_surface(_above(z.reshape(shape), flags), asked),
        words,
        f"{int(hot.sum()):,} of {len(cells):,} cells are high among high ones.",
        _least_of(p.reshape(shape), q.reshape(shape)),
    )


def _above(z: Numbers, hot: npt.NDArray[np.bool_]) -> Numbers:
    """Give what a score has above the least hot one; less than 0 where it is lower."""
    if not hot.any():
        return np.zeros_like(z)
    return np.where(np.isfinite(z), np.nan_to_num(z) - float(z[hot].min()), 0.0)


def _least_of(p: Numbers, q: Numbers) -> Chance:
    """Give a window the p-value and the q-value of its surest cell; 1 if it has none."""

    def chance(window: Window) -> tuple[float, float]:
        own = window.cells
        surest = (np.nan_to_num(values.ravel()[own], nan=1.0).min() for values in (p, q))
        return float(next(surest)), float(next(surest))

    return chance
