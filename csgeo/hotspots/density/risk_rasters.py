"""How does the density of some records compare with that of all others, cell by cell?

Two densities with one bandwidth, one divided by the other; the edge cancels. How sure
it is, is asked by shuffling which records are of which kind, or from how much such a ratio
varies by chance in large samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.density.kernels import kernel_named
from csgeo.hotspots.density.surface import Grid, density_raster, share_around, stencil_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Flags: TypeAlias = npt.NDArray[np.bool_]

#: A density below this share of the peak is none: there is nothing to divide.
_NOTHING = 1e-9
P_VALUES = ("asymptotic", "none", "permutation")


class RiskRasters(NamedTuple):
    """Three rasters.

    ``log_ratio``: natural logarithm of the cases' density over the others', each as a share of its own
    records; 0 where the mix is that of the whole, infinite where there are none of one kind in reach,
    missing where there are none of either.
    ``p_more``, ``p_less``: the chance of as large, and as small, a share of cases if the labels meant
    nothing; missing where nothing is in reach (asymptotic: where one kind is not), or not asked.
    """

    log_ratio: Numbers
    p_more: Numbers
    p_less: Numbers


def risk_rasters(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    is_case: npt.ArrayLike,
    grid: Grid,
    *,
    bandwidth_m: float,
    kernel: str = "gaussian",
    p_values: str = "permutation",
    replicates: int = 199,
    seed: int = 0,
    inside: Numbers | None = None,
    progress: Callable[[float], None] | None = None,
) -> RiskRasters:
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
    p_values
        "permutation" shuffles the labels; "asymptotic" takes the log ratio for normal, with the variance
        that it has in large samples; "none".
    replicates
        How often the labels are shuffled.
    seed
        For the shuffling.
    inside
        Raster of the share of each cell in the study area, for "asymptotic"; without it all cells
        are taken to be inside.
    progress
        Called with the share that is done, 0 to 1.

    Returns
    -------
    risk
        The log ratio (0 where nothing is special) and the one-sided p-values of each cell.

    Raises
    ------
    MethodError
        If there are fewer than two cases or two others, or the density cannot be drawn.

    References
    ----------
    Kelsall and Diggle (1995), https://doi.org/10.1002/sim.4780142106, for the ratio and the
    shuffling; Hazelton and Davies (2009), https://doi.org/10.1002/bimj.200810495, for
    the asymptotic p-values.
    """
    case = _labels(is_case, np.size(x), p_values, replicates)
    # real files hold hundreds of records on one point: a place is summed once, with its records as weight
    at, place = np.unique(np.asarray(x, float) + 1j * np.asarray(y, float), return_inverse=True)

    def density(chosen: Flags, bandwidth: float | Numbers = bandwidth_m) -> Numbers:
        w = np.bincount(place, weights=chosen, minlength=len(at))
        return density_raster(
            at.real, at.imag, grid, bandwidth_m=bandwidth, kernel=kernel, weight=w
        )

    # a bandwidth for each place: then Gaussians too are summed exactly, and thin tails can be divided
    each = np.full(len(at), float(bandwidth_m))
    some, rest = (_or_nothing(density(chosen, each)) for chosen in (case, ~case))
    known = (some > 0) | (rest > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(some / rest) - np.log(case.sum() / (~case).sum())
    if p_values == "permutation":
        p_more, p_less = _shuffled(density, case, replicates, seed, progress)
    elif p_values == "asymptotic":
        within = np.ones(some.shape) if inside is None else inside
        variance = _variance(some + rest, within, bandwidth_m / grid.cell_m, kernel, grid, case)
        p_more, p_less = _normal_tails(ratio, variance)
    else:
        p_more = p_less = np.full(some.shape, np.nan)
    return RiskRasters(*(np.where(known, raster, np.nan) for raster in (ratio, p_more, p_less)))


def _labels(is_case: npt.ArrayLike, n: int, p_values: str, replicates: int) -> Flags:
    case = np.asarray(is_case)
    if case.dtype != np.bool_ or case.shape != (n,):
        msg = f"`is_case` must be true or false for each of the {n} records; it is {case.size} of {case.dtype}."
        raise MethodError(msg)
    cases, others = int(case.sum()), int((~case).sum())
    if min(cases, others) < 2:
        msg = f"A relative risk needs two cases and two others or more; there are {cases} and {others}."
        raise MethodError(msg)
    if p_values not in P_VALUES:
        msg = f'`p_values` must be one of {", ".join(P_VALUES)}; it is "{p_values}".'
        raise MethodError(msg)
    if p_values == "permutation" and replicates < 1:
        msg = f'`replicates` must be 1 or more; it is {replicates}. Or set p_values = "none".'
        raise MethodError(msg)
    return case


def _or_nothing(density: Numbers) -> Numbers:
    return np.where(density > _NOTHING * density.max(), density, 0.0)


def _shuffled(
    density: Callable[[Flags], Numbers],
    case: Flags,
    replicates: int,
    seed: int,
    progress: Callable[[float], None] | None,
) -> tuple[Numbers, Numbers]:
    """Give, per cell, the shares of shufflings with as dense cases or denser, and as dense or less.

    All records together are as dense in each shuffling, so denser cases are a larger ratio.
    """
    rng = np.random.default_rng(seed)
    some = density(case)
    more, less = np.ones(some.shape), np.ones(some.shape)
    equal = 1e-9 * some.max()  # the same labels summed in another order are as dense
    for replicate in range(replicates):
        drawn = density(rng.permutation(case))
        more += drawn >= some - equal
        less += drawn <= some + equal
        if progress is not None:
            progress((replicate + 1) / replicates)
    return more / (1 + replicates), less / (1 + replicates)


def _variance(  # noqa: PLR0917
    pooled_km2: Numbers, inside: Numbers, h: float, kernel: str, grid: Grid, case: Flags
) -> Numbers:
    """Give the variance of the log ratio by chance: ∫ K² / q² over the pooled density, times 1/n + 1/m.

    With q the share of the kernel that lies inside; `h` in cells.
    """
    from scipy.signal import fftconvolve  # noqa: PLC0415  (heavy, and used only here)

    shape = kernel_named(kernel)
    share = share_around(h, inside, shape)
    stencil = stencil_of(shape, h, longest=max(inside.shape)) * shape.volume / h**2
    square = np.maximum(fftconvolve(inside, stencil**2, mode="same"), 0.0)
    pooled = pooled_km2 * (grid.cell_m / 1000) ** 2 / share / len(case)  # a density, per cell
    times = 1 / case.sum() + 1 / (~case).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(times * square / share**2 / pooled)


def _normal_tails(ratio: Numbers, variance: Numbers) -> tuple[Numbers, Numbers]:
    from scipy.special import ndtr  # noqa: PLC0415

    with np.errstate(divide="ignore", invalid="ignore"):
        # where one kind is out of reach nothing is normal: not known, rather than surely so
        z = np.where(np.isfinite(ratio), ratio, np.nan) / np.sqrt(variance)
    return np.asarray(ndtr(-z)), np.asarray(ndtr(z))
