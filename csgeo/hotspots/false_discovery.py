"""Which share of the cells called hot would be so by chance?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def q_values(p_values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Adjust p-values for the number of questions asked.

    Parameters
    ----------
    p_values
        n p-values, 0 to 1; missing ones are neither counted nor answered.

    Returns
    -------
    q_values
        n Benjamini-Hochberg q-values: among all cells with a q-value of at most
        0.05, no more than about 5 % are expected to be there by chance.

    References
    ----------
    Benjamini and Hochberg (1995), https://doi.org/10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> q_values([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    shape = np.shape(p_values)
    p = np.asarray(p_values, dtype=float).ravel()
    q = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    n = len(order)
    raised = p[order] * n / np.arange(1, n + 1)
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q.reshape(shape)
