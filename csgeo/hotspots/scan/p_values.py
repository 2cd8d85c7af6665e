"""How often would chance alone give a cluster as strong as this?"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np

from csgeo.errors import RecipeError

Enough = TypeVar("Enough")

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    #: Fills ``strongest[first:last]`` of replicates.
    Run: TypeAlias = Callable[[int, int, Numbers], None]
    #: The same, and all that does not reach what is enough is passed over.
    Fill: TypeAlias = Callable[[int, int, Enough, Numbers], None]

_TRIAL = 10
#: What is weaker than this share of the weakest trial replicate is passed over.
_PASSING = 0.75
#: Of equal ratios the last digits may differ; they are still equal.
_SAME = 1e-9
_EULER = 0.5772156649015329
#: Fewer replicates do not tell the shape of their distribution.
_LEAST_FOR_GUMBEL = 20
_BATCH = 48


def rank_p_values(statistic: Numbers, strongest: Numbers) -> Numbers:
    """Give the share of replicates, the data counted as one, that are at least as strong.

    Parameters
    ----------
    statistic
        Of each cluster.
    strongest
        Of the strongest window of each replicate. Secondary clusters are compared with it
        too, which makes their p-values too high rather than too low.
    """
    ranked = np.sort(strongest)
    weaker = np.searchsorted(ranked, statistic * (1 - _SAME), side="left")
    return np.asarray((1 + len(ranked) - weaker) / (1 + len(ranked)), dtype=float)


def gumbel_p_values(statistic: Numbers, strongest: Numbers) -> Numbers:
    """Fit a Gumbel distribution to the replicates and read off the p-values.

    Small p-values can be told with few replicates. ``beta = s sqrt(6) / pi`` and ``mu = mean -
    0.5772 beta`` from the mean and standard deviation of `strongest`; ``p = 1 - exp(-exp(-(t -
    mu) / beta))``. Missing with fewer than 20 replicates, or if they are all alike.

    References
    ----------
    Abrams, Kleinman and Kulldorff (2010), https://doi.org/10.1186/1476-072X-9-61
    """
    spread = float(strongest.std(ddof=1)) if len(strongest) >= _LEAST_FOR_GUMBEL else 0.0
    if spread <= 0:
        return np.full(len(statistic), np.nan)
    beta = spread * np.sqrt(6) / np.pi
    centre = float(strongest.mean()) - _EULER * beta
    return np.asarray(-np.expm1(-np.exp(-(statistic - centre) / beta)))


def passing_over(fill: Fill[Enough], enough: Callable[[float], Enough], replicates: int) -> Run:
    """Make a run that passes over what stays well below the strongest, and misses nothing.

    A few replicates show how strong chance gets. A replicate in which nothing reached 0.75
    of the weakest of them is filled again with everything looked at.

    Parameters
    ----------
    fill
        Fills a stretch of replicates; 0 where nothing reached what is enough.
    enough
        Gives what is enough for a strength.
    replicates
        How many there will be.
    """
    trial = np.zeros(min(_TRIAL, replicates))
    every = enough(0.0)
    fill(0, len(trial), every, trial)
    passing = enough(_PASSING * float(trial.min()))

    def run(first: int, last: int, strongest: Numbers) -> None:
        fill(first, last, passing, strongest)
        for missed in np.flatnonzero(strongest[first:last] == 0) + first:
            fill(int(missed), int(missed) + 1, every, strongest)

    return run


def try_chance(
    run: Run,
    observed: float,
    *,
    replicates: int,
    stop_after: int | None,
    progress: Callable[[int, int], None] | None,
) -> Numbers:
    """Run the replicates on all processors, and stop early where that is wanted.

    Parameters
    ----------
    run
        Fills a stretch of replicates; it must not depend on what ran before it.
    observed
        The statistic of the most likely cluster.
    replicates
        How many at most.
    stop_after
        With h replicates at least as strong as `observed` no more are looked at. Their p-value
        is h / l, if l were looked at; that is the usual (1 + r) / (1 + n) without the last one,
        which is therefore left out. None: all are run.

    Returns
    -------
    strongest
        One number for each replicate that counts.

    References
    ----------
    Besag and Clifford (1991), https://doi.org/10.1093/biomet/78.2.301
    """
    strongest = np.zeros(replicates)
    starts = range(0, replicates, _BATCH)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        if stop_after is None:
            jobs = [pool.submit(run, s, min(s + _BATCH, replicates), strongest) for s in starts]
            for done, job in enumerate(jobs, 1):
                job.result()
                _tell(progress, done * _BATCH, replicates)
            return strongest
        together = os.cpu_count() or 1
        for first in range(0, len(starts), together):
            some = starts[first : first + together]
            list(pool.map(lambda s: run(s, min(s + _BATCH, replicates), strongest), some))
            done = min(some[-1] + _BATCH, replicates)
            _tell(progress, done, replicates)
            reached = np.flatnonzero(strongest[:done] >= observed * (1 - _SAME))
            if len(reached) >= stop_after:
                # cut exactly where it was reached, so that batches and threads do not matter
                return strongest[: reached[stop_after - 1]]
    return strongest


def check_chance(replicates: int, stop_after: int | None, seed: int) -> None:
    """Refuse a number of replicates, a stop or a seed that cannot be used."""
    if replicates < 0:
        msg = f"`replicates` must be 0 or more; it is {replicates}. 999 is usual."
        raise RecipeError(msg)
    if stop_after is not None and stop_after < 1:
        msg = f"`stop_after` must be at least 1, or None to run them all; it is {stop_after}."
        raise RecipeError(msg)
    if seed < 0:
        msg = f"`seed` must be 0 or more; it is {seed}."
        raise RecipeError(msg)


def _tell(progress: Callable[[int, int], None] | None, done: int, replicates: int) -> None:
    if progress is not None:
        progress(min(done, replicates), replicates)
