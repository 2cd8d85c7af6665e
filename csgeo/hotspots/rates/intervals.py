"""Between which rates may the true one lie, given how few records there are?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from csgeo.errors import RecipeError

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]


def poisson_interval(cases: npt.ArrayLike, *, confidence: float = 0.95) -> tuple[Numbers, Numbers]:
    """Give the exact interval for the mean of a Poisson count.

    Parameters
    ----------
    cases
        n counts, whole numbers of at least 0.
    confidence
        Share of samples whose interval holds the true mean, at least, between 0 and 1.

    Returns
    -------
    least, most
        n means each; the first is 0 where nothing was counted.

    Raises
    ------
    RecipeError
        If the confidence is not between 0 and 1.

    References
    ----------
    Garwood (1936), https://doi.org/10.1093/biomet/28.3-4.437

    Examples
    --------
    >>> [v.round(3).tolist() for v in poisson_interval([0, 10])]
    [[0.0, 4.795], [3.689, 18.39]]
    """
    from scipy.special import gammainccinv, gammaincinv  # noqa: PLC0415  (heavy)

    if not 0 < confidence < 1:
        msg = f"`confidence` must be between 0 and 1, such as 0.95; it is {confidence!r}."
        raise RecipeError(msg)
    counts = np.asarray(cases, dtype=float)
    tail = (1 - confidence) / 2
    # half of the chi-squared quantiles with 2 k and 2 k + 2 degrees of freedom
    least = np.where(counts > 0, gammaincinv(np.maximum(counts, 1), tail), 0.0)
    return least, np.asarray(gammainccinv(counts + 1, tail), dtype=float)
