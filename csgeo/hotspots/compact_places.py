"""Which small places hold more records than a stated expectation gives them?

Kulldorff's spatial scan with Poisson likelihood (1997,
https://doi.org/10.1080/03610929708831995) on lattice cells, with near-discs of a
capped size as windows, non-overlapping, and Monte Carlo p-values: see
docs/methods/compact_places.md.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from csgeo.hotspots.cutting import window_sums

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from csgeo.hotspots.cutting import Sites

    Integers: TypeAlias = npt.NDArray[np.int64]
    Whole: TypeAlias = npt.NDArray[Any]  # 16 or 32 bits
    Numbers: TypeAlias = npt.NDArray[np.float64]

#: Empty stretches of up to this many cells are scanned along with their neighbours.
_JOIN = 24
_BATCH = 25
#: More records than there can be.
_NEVER = 2**31 - 1
#: The most that the narrow whole numbers hold, with which the scan is faster.
_MOST_NARROW = 2**15 - 1


def scan_strength(counts: Integers, expected: Numbers, sites: Sites) -> Numbers:
    """Score each window by its log likelihood ratio.

    Parameters
    ----------
    counts, expected
        Rasters of records and of expected records; both add up to the same number.
    sites
        The windows to look through, and where.

    Returns
    -------
    strength
        windows x anchors: ``c ln(c/e) + (C-c) ln((C-c)/(C-e))`` where a window holds more than
        expected (c > e), else 0; C is all records.

    References
    ----------
    Kulldorff (1997), https://doi.org/10.1080/03610929708831995
    """
    total = float(counts.sum())
    c = window_sums(counts, sites).astype(float)
    e = window_sums(expected, sites)
    strength = np.zeros_like(e)
    above = (c > e) & (e > 0)
    c, e = c[above], e[above]
    rest = total - c
    with np.errstate(divide="ignore", invalid="ignore"):
        outside = np.where(rest > 0, rest * np.log(rest / (total - e)), 0.0)
    strength[above] = c * np.log(c / e) + outside
    return strength


def chance_strengths(
    expected: Numbers,
    total: int,
    sites: Sites,
    *,
    replicates: int = 999,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Numbers:
    """Find the strongest window of each replicate in which chance places the records.

    Parameters
    ----------
    expected
        Raster; each record falls into a cell with a chance in proportion to it.
    total
        How many records there are.
    sites
        The windows to look through, and where.
    replicates
        How many times chance is tried.
    seed
        Where chance starts; the same seed gives the same numbers on any number of threads.
    progress
        Called with (replicates done, replicates).

    Returns
    -------
    strongest
        `replicates` log likelihood ratios.
    """
    from csgeo.hotspots import chance  # noqa: PLC0415  (numba is heavy)

    dense = _in_stretches(sites)
    around = window_sums(expected, dense)
    around[:, ~np.isin(dense.anchors, sites.anchors)] = 0.0  # only there to make stretches
    flat = dense.flat(expected)
    position = np.flatnonzero(flat > 0)
    draws = chance.alias_table(flat[position])
    layout = _layout(dense)
    start = np.uint64(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0])
    strongest = np.zeros(replicates)

    # chance does not put 32,767 records where fewer than 10,000 are expected
    narrow = total < _MOST_NARROW or around.max() < _MOST_NARROW / 3
    whole, never = (np.int16, _MOST_NARROW) if narrow else (np.int32, _NEVER)

    def least(strength: float) -> Whole:
        found = chance.least_counts(around.ravel(), total, strength).reshape(around.shape)
        return np.asarray(np.minimum(found, never), dtype=whole)

    def run(first: int, last: int, enough: Whole) -> None:
        chance.strongest_by_chance(
            first, last, start, total, *draws, position, flat.size, *layout, around, enough,
            strongest,
        )  # fmt: skip

    # a first few replicates show how strong chance gets; from then on windows that stay
    # well below are passed over by one whole-number comparison
    trial = min(10, replicates)
    every = np.asarray(np.where(around > 0, np.floor(around) + 1, never), dtype=whole)
    run(0, trial, every)
    passing = least(0.75 * float(strongest[:trial].min()))
    starts = range(trial, replicates, _BATCH)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(run, s, min(s + _BATCH, replicates), passing) for s in starts]
        for done, job in enumerate(jobs, 1):
            job.result()
            if progress is not None:
                progress(min(trial + done * _BATCH, replicates), replicates)
    for replicate in np.flatnonzero(strongest[trial:] == 0) + trial:
        run(int(replicate), int(replicate) + 1, every)
    return strongest


def chance_p_value(score: float, strongest: Numbers) -> float:
    """Give the share of replicates, the data counted as one, that are at least as strong."""
    return float((1 + (strongest >= score).sum()) / (1 + len(strongest)))


def _in_stretches(sites: Sites) -> Sites:
    """Take the anchors in short gaps along, so that whole stretches are summed at once."""
    gap = np.diff(sites.anchors)
    # a stretch stays within the margins: the anchors before and after a gap do
    joins = np.flatnonzero((gap > 1) & (gap <= _JOIN))
    extra = [np.arange(sites.anchors[k] + 1, sites.anchors[k + 1]) for k in joins]
    return sites._replace(anchors=np.sort(np.concatenate([sites.anchors, *extra])))


def _layout(sites: Sites) -> tuple[Integers, Integers, Integers, Integers, npt.NDArray[np.bool_]]:
    """Give the starts and lengths of stretches, and the rings of all windows one after the other."""
    breaks = np.flatnonzero(np.diff(sites.anchors) > 1) + 1
    edges = np.concatenate([[0], breaks, [len(sites.anchors)]])
    rings = [ring for family in sites.windows.families for ring in family]
    opens = [j == 0 for family in sites.windows.families for j in range(len(family))]
    steps = np.concatenate([sites.steps(ring) for ring in rings])
    ends = np.cumsum([len(ring) for ring in rings])
    return sites.anchors[edges[:-1]], np.diff(edges), steps, ends, np.array(opens)
