"""Did one way hold more than another by more than chance?"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from csgeo.errors import WrongValues

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: Up to this many differences every pattern of signs is tried.
_ALL_PATTERNS = 14


def sign_flip_p(differences: npt.ArrayLike, *, draws: int = 9_999, seed: int = 0) -> float:
    """Give the chance of a sum at least as far from 0 if each difference might as well be the other way.

    Parameters
    ----------
    differences
        n paired differences, of units that do not depend on one another; zeros say nothing.
    draws
        Patterns of signs that are drawn where more than 14 units differ; else all are tried.
    seed
        Where chance starts.

    Returns
    -------
    p_value
        Two-sided, above 0 to 1; 1 where no unit differs.

    Raises
    ------
    WrongValues
        If a difference is missing or endless.

    References
    ----------
    Fisher (1935), *The Design of Experiments*, section 21; Phipson and Smyth (2010),
    https://doi.org/10.2202/1544-6115.1585 (the data count as one draw).

    Examples
    --------
    >>> sign_flip_p([3.0, 1.0, 2.0])
    0.25
    """
    values = np.asarray(differences, dtype=float)
    if not np.isfinite(values).all():
        msg = f"`differences` must all be numbers; {int((~np.isfinite(values)).sum())} are not."
        raise WrongValues(msg)
    values = np.sort(values[values != 0])
    if not len(values):
        return 1.0
    seen = abs(values.sum()) - 1e-9 * np.abs(values).sum()
    if len(values) <= _ALL_PATTERNS:
        signs = np.array(list(product((-1.0, 1.0), repeat=len(values))))
        return float(np.mean(np.abs(signs @ values) >= seen))
    chance = np.random.default_rng(seed)
    signs = chance.choice((-1.0, 1.0), size=(draws, len(values)))
    return float((1 + np.count_nonzero(np.abs(signs @ values) >= seen)) / (1 + draws))


def holm(p_values: npt.ArrayLike) -> Numbers:
    """Allow for several comparisons made at once (Holm 1979, Scand. J. Statist. 6, 65-70).

    Parameters
    ----------
    p_values
        n p-values.

    Returns
    -------
    adjusted
        n p-values in the same order, at most 1.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(raised, 1.0)
    return adjusted
