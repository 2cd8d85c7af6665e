"""Which bandwidth is meant: metres that are given, or a rule that finds them from the records?

One argument everywhere: a number of metres, or the name of a rule. What was chosen is said in words.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.density.cross_validation import Window, cronie_van_lieshout, likelihood
from csgeo.hotspots.density.kernels import bandwidth_of
from csgeo.hotspots.density.mean_square import diggle
from csgeo.hotspots.density.spreads import nearest, normal_reference, scott, silverman

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from csgeo.hotspots.counting import Field
    from csgeo.hotspots.density.kernels import Kernel

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: The rules by which a bandwidth can be found, in words.
RULES = {
    "cvl": "the rule of Cronie and van Lieshout (2018)",
    "diggle": "the rule of Berman and Diggle (1989)",
    "likelihood": "likelihood cross-validation",
    "nearest": "the mean distance to the k-th nearest record",
    "normal_reference": "the normal reference rule of R's MASS",
    "scott": "Scott's rule",
    "silverman": "Silverman's rule",
}
#: Cells along one side of the raster on which the rules see the study area.
_SEEN = 128


class Bandwidth(NamedTuple):
    """Metres (the kernel's radius, for the Gaussian its standard deviation), and how they came about."""

    metres: float
    words: str


def choose_bandwidth(
    x: Numbers,
    y: Numbers,
    *,
    bandwidth: float | str,
    kernel: Kernel,
    inside: Numbers,
    field: Field,
    k: int | None = None,
) -> Bandwidth:
    """Find the bandwidth, and say how.

    Parameters
    ----------
    x, y
        n coordinates of records inside of the study area, in metres.
    bandwidth
        Metres, or one of ``RULES``.
    kernel
        The kernel that gets it. Rules answer in standard deviations: each kernel gets the
        bandwidth of equal spread.
    inside, field
        The study area.
    k
        Which neighbour, for "nearest".

    Returns
    -------
    bandwidth
        Metres, a cell at least, and a sentence.

    Raises
    ------
    MethodError
        If the rule is not known or has no answer, or the bandwidth is below the cell.
    """
    if isinstance(bandwidth, str):
        metres = _by_rule(bandwidth, x, y, kernel, inside, field, k)
        words = f"The bandwidth, {metres:,.0f} m ({kernel.name}), is found by {RULES[bandwidth]}."
        found = f"{RULES[bandwidth]} gives {metres:,.0f} m ({kernel.name})"
    else:
        metres = float(bandwidth)
        words = f"The bandwidth, {metres:,.0f} m ({kernel.name}), was given."
        found = f"it is {metres:g} m"
    if not (math.isfinite(metres) and metres >= field.cell_m):
        msg = (
            f"A bandwidth must be no smaller than a cell, {field.cell_m} m; {found}. Take smaller cells, "
            "another rule, or a larger number of metres."
        )
        raise MethodError(msg)
    return Bandwidth(metres, words)


def _by_rule(  # noqa: PLR0917
    rule: str, x: Numbers, y: Numbers, kernel: Kernel, inside: Numbers, field: Field, k: int | None
) -> float:
    if rule not in RULES:
        msg = f'`bandwidth` must be metres or one of {", ".join(sorted(RULES))}; it is "{rule}".'
        raise MethodError(msg)
    if rule == "normal_reference":
        per_axis = normal_reference(x, y)
        return (per_axis.x + per_axis.y) / 2
    spreads: dict[str, Callable[[], float]] = {
        "scott": lambda: scott(x, y).one,
        "silverman": lambda: silverman(x, y).one,
        "nearest": lambda: nearest(x, y, k=k),
        "cvl": lambda: cronie_van_lieshout(x, y, area_m2=float(inside.sum()) * field.cell_m**2),
        "likelihood": lambda: likelihood(x, y, window=_window(inside, field)),
        "diggle": lambda: diggle(x, y, window=_window(inside, field)),
    }
    return bandwidth_of(kernel, spreads[rule]())


def _window(inside: Numbers, field: Field) -> Window:
    """See the study area in coarser cells, if there are many."""
    times = math.ceil(max(inside.shape) / _SEEN)
    rows, columns = (-n % times for n in inside.shape)
    padded = np.pad(inside, ((0, rows), (0, columns)))
    blocks = padded.reshape(padded.shape[0] // times, times, -1, times).mean(axis=(1, 3))
    cell = field.cell_m
    return Window(blocks, float(field.west * cell), float(field.south * cell), float(cell * times))
