"""Where is one kind of record a larger share of all than elsewhere, beyond what chance would do?

Two densities with one bandwidth, one divided by the other; the edge cancels. How sure
it is, is asked by shuffling which records are of which kind: the lines at
0.05 in ``p_more`` are the tolerance contours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.density.surface import Grid, density_raster

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: A density below this share of the peak is none: there is nothing to divide.
_NOTHING = 1e-9


class RelativeRisk(NamedTuple):
    """Two rasters.

    ``log_ratio``: natural logarithm of the cases' density over the others', each as a share of its own
    records; 0 where the mix is that of the whole, infinite where there are none of one kind in reach,
    missing where there are none of either.
    ``p_more``: how often shuffled labels give as large a share of cases or a larger one.
    """

    log_ratio: Numbers
    p_more: Numbers


def relative_risk(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    is_case: npt.ArrayLike,
    grid: Grid,
    *,
    bandwidth_m: float,
    kernel: str = "gaussian",
    replicates: int = 199,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> RelativeRisk:
    """Compare the density of some records with that of all others.

    Parameters
    ----------
    x, y
        n coordinates in metres, on the raster.
    is_case
        n times true (a case) or false (any other record).
    grid
        The raster.
    bandwidth_m
        One bandwidth for both densities, in metres.
    kernel
        As in ``density_raster``.
    replicates
        How often the labels are shuffled; 0 for no p-values (all missing).
    seed
        For the shuffling.
    progress
        Called with the share that is done, 0 to 1.

    Returns
    -------
    risk
        The log ratio (0 where nothing is special) and the one-sided p-value of each cell.

    Raises
    ------
    MethodError
        If there are fewer than two cases or two others, or the density cannot be drawn.

    References
    ----------
    Kelsall and Diggle (1995), https://doi.org/10.1002/sim.4780142106
    """
    case = np.asarray(is_case)
    if case.dtype != np.bool_ or case.shape != np.shape(x):
        msg = f"`is_case` must be true or false for each of the {np.size(x)} records; it is {case.size} of {case.dtype}."
        raise MethodError(msg)
    cases, others = int(case.sum()), int((~case).sum())
    if min(cases, others) < 2:
        msg = f"A relative risk needs two cases and two others or more; there are {cases} and {others}."
        raise MethodError(msg)

    def density(chosen: npt.NDArray[np.bool_], bandwidth: float | Numbers = bandwidth_m) -> Numbers:
        w = chosen.astype(float)
        return density_raster(x, y, grid, bandwidth_m=bandwidth, kernel=kernel, weight=w)

    # a bandwidth for each record: then Gaussians too are summed exactly, and thin tails can be divided
    each = np.full(case.shape, float(bandwidth_m))
    some, rest = (_or_nothing(density(chosen, each)) for chosen in (case, ~case))
    known = (some > 0) | (rest > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(some / rest) - np.log(cases / others)
    as_much = _shuffled(density, case, replicates, seed, progress)
    p = (1 + as_much) / (1 + replicates) if replicates else np.full(some.shape, np.nan)
    return RelativeRisk(np.where(known, ratio, np.nan), np.where(known, p, np.nan))


def _or_nothing(density: Numbers) -> Numbers:
    return np.where(density > _NOTHING * density.max(), density, 0.0)


def _shuffled(
    density: Callable[[npt.NDArray[np.bool_]], Numbers],
    case: npt.NDArray[np.bool_],
    replicates: int,
    seed: int,
    progress: Callable[[float], None] | None,
) -> Numbers:
    """Count, per cell, the shufflings that give as dense cases or denser ones."""
    rng = np.random.default_rng(seed)
    some = density(case)
    count = np.zeros(some.shape)
    equal = 1e-9 * some.max()  # the same labels summed in another order are as dense
    for replicate in range(replicates):
        count += density(rng.permutation(case)) >= some - equal
        if progress is not None:
            progress((replicate + 1) / replicates)
    return count
