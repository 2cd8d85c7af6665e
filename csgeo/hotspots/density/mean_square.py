"""Which spread has the least expected square error, if the records lie about hidden middles?

Diggle's rule. It weighs how much the surface would follow each single record against how much
it would blur, and needs for that how many records lie within each distance of one
another: Ripley's K, here with the translation correction for the edge.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numba as nb
import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.density.cross_validation import Window, places_and_counts

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: Radii that are looked at, and the narrow rings in which pairs are counted.
_RADII, _RINGS = 512, 8192
#: K is followed as far as so many records are expected within it, or a quarter of the shorter side.
_FAR_ENOUGH = 1000


@nb.njit(cache=True, nogil=True)
def _count_pairs(  # noqa: PLR0917  (numba has no keywords)
    x: Numbers,
    y: Numbers,
    count: Numbers,
    overlap: Numbers,
    cell_m: float,
    far: float,
    weight: Numbers,
    distance: Numbers,
) -> None:
    """Add up, per ring, the pairs of records (both ways) by one over the window's overlap; `x` is sorted."""  # fmt: skip
    rings = len(weight)
    middle_row, middle_column = overlap.shape[0] // 2, overlap.shape[1] // 2
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            dx, dy = x[j] - x[i], y[j] - y[i]
            if dx >= far:
                break
            d = math.sqrt(dx * dx + dy * dy)
            if d >= far:
                continue
            column, row = middle_column + dx / cell_m, middle_row + dy / cell_m
            c, r = math.floor(column), math.floor(row)
            u, v = column - c, row - r
            # bilinear: exact for a rectangle, whose overlap is a product of two straight lines
            both = (1 - v) * ((1 - u) * overlap[r, c] + u * overlap[r, c + 1]) + v * (
                (1 - u) * overlap[r + 1, c] + u * overlap[r + 1, c + 1]
            )
            share = 2 * count[i] * count[j] / both
            k = int(d / far * rings)
            weight[k] += share
            distance[k] += share * d


def _overlaps(window: Window) -> Numbers:
    """Measure how much the window and its shifted self have in common, in square metres."""
    from scipy.signal import fftconvolve  # noqa: PLC0415  (heavy, and used only here)

    common = fftconvolve(window.inside, window.inside[::-1, ::-1])
    least = 1e-6 * float(window.inside.sum())
    return np.pad(np.maximum(common, least), 1, mode="edge") * window.cell_m**2


def diggle(x: npt.ArrayLike, y: npt.ArrayLike, *, window: Window) -> float:
    """Find the spread with the least expected square error.

    With λ the density and K Ripley's function, a disc of radius h around each place has, up to what
    does not depend on h, the expected square error
    ``λ² [(1/λ - 2 K(h)) / (π h²) + (π h²)^-2 ∫ L(t, h) dK(t)]``, where L is the surface that two discs
    of radius h have in common whose middles are t apart. K is followed as far as a quarter of the
    shorter side of the study area, or as far as 1,000 records are expected, if that is less; radii
    up to half of it are looked at. The best is halved: a disc spreads a record as a Gaussian of
    half of its radius does.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    window
        The study area.

    Returns
    -------
    spread_m
        Metres.

    Raises
    ------
    MethodError
        With fewer than two records, all on one line, too many places, or where stacks of records
        make the narrowest radius the best.

    References
    ----------
    Diggle (1985), https://doi.org/10.2307/2347366; Berman and Diggle (1989),
    https://doi.org/10.1111/j.2517-6161.1989.tb01750.x; Ohser (1983) for the edge.
    """
    x, y, count = places_and_counts(x, y, "Diggle's rule")
    n, area = float(count.sum()), window.area_m2
    far_m = min(_shorter_side(window) / 4, math.sqrt(_FAR_ENOUGH * area / (n * math.pi)))
    weight, distance = np.zeros(_RINGS), np.zeros(_RINGS)
    _count_pairs(x, y, count, _overlaps(window), window.cell_m, far_m, weight, distance)
    # K is the sum over pairs of |W| / overlap, times |W| / (n (n - 1))
    times = area * area / (n * (n - 1))
    stacked = times * float((count * (count - 1)).sum()) / area
    if stacked >= area / n:
        msg = (
            "Diggle's rule has no answer where an average record has another at its own place: the narrower "
            f'the spread, the better; {len(x):,} places hold {n:,.0f} records. Take bandwidth = "cvl" or "scott".'
        )
        raise MethodError(msg)
    middle = np.divide(distance, weight, out=np.zeros(_RINGS), where=weight > 0)
    radii = far_m * np.arange(1, _RADII) / (_RADII - 1)
    radii = radii[2 * radii <= far_m]
    return float(radii[np.argmin(_errors(radii, middle, times * weight, stacked, area / n))]) / 2


def _shorter_side(window: Window) -> float:
    known = window.inside > 0
    rows, columns = (np.flatnonzero(known.any(axis=axis)) for axis in (1, 0))
    return float(min(np.ptp(rows), np.ptp(columns)) + 1) * window.cell_m


def _errors(
    radii: Numbers, distance: Numbers, steps: Numbers, stacked: float, per_record: float
) -> Numbers:
    """Give the expected square error at each radius; `steps` are those of K, `stacked` its first."""
    k = stacked + np.array([steps[distance <= h].sum() for h in radii])
    common = np.array(
        [stacked * math.pi * h * h + (_lens(distance, h) * steps).sum() for h in radii]
    )
    disc = math.pi * radii**2
    return (per_record - 2 * k) / disc + common / disc**2


def _lens(distance: Numbers, h: float) -> Numbers:
    """Measure what two discs of radius h have in common, their middles so far apart."""
    u = np.minimum(distance / (2 * h), 1.0)
    return np.asarray(2 * h * h * (np.arccos(u) - u * np.sqrt(1 - u * u)))
