"""Which small places hold more records than a stated expectation gives them?

Kulldorff's spatial scan with Poisson likelihood (1997,
https://doi.org/10.1080/03610929708831995) on lattice cells, with near-discs of a
capped size as windows, non-overlapping, and Monte Carlo p-values: see
docs/methods/compact_places.md.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.hotspots.cutting import window_sums

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from csgeo.hotspots.cutting import Windows

    Integers = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.float64]

#: Empty stretches of up to this many cells are scanned along with their neighbours.
_JOIN = 16
_BATCH = 25


class _Layout(NamedTuple):
    """The raster laid flat with a margin, and the stretches of it that can hold records."""

    position: Integers
    n_raster: int
    run_start: Integers
    run_length: Integers
    steps: Integers
    ring_end: Integers
    opens: npt.NDArray[np.bool_]
    packed: Integers


def scan_strength(counts: npt.NDArray[np.int64], expected: Numbers, windows: Windows) -> Numbers:
    """Score each window by its log likelihood ratio.

    Parameters
    ----------
    counts, expected
        Rasters of records and of expected records; both add up to the same number.
    windows
        The windows to look through.

    Returns
    -------
    strength
        windows x rows x columns: ``c ln(c/e) + (C-c) ln((C-c)/(C-e))`` where a window holds
        more than expected (c > e), else 0; C is all records.

    References
    ----------
    Kulldorff (1997), https://doi.org/10.1080/03610929708831995
    """
    total = float(counts.sum())
    c = window_sums(counts, windows).astype(float)
    e = window_sums(expected, windows)
    strength = np.zeros_like(e)
    above = np.flatnonzero(((c > e) & (e > 0)).ravel())
    c, e = c.ravel()[above], e.ravel()[above]
    rest = total - c
    with np.errstate(divide="ignore", invalid="ignore"):
        outside = np.where(rest > 0, rest * np.log(rest / (total - e)), 0.0)
    strength.ravel()[above] = c * np.log(c / e) + outside
    return strength


def chance_strengths(
    expected: Numbers,
    total: int,
    windows: Windows,
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
    windows
        The windows to look through.
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

    layout = _lay_out(expected, windows)
    sums = window_sums(expected, windows)
    reach = windows.reach
    around = np.zeros((len(sums), layout.n_raster))
    rows, columns = expected.shape
    around.reshape(len(sums), rows + 2 * reach, -1)[:, reach:-reach, reach : reach + columns] = sums
    packed = np.ascontiguousarray(around[:, layout.packed])
    keep, other = chance.alias_table(expected[expected > 0])
    start = np.uint64(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0])
    strongest = np.zeros(replicates)

    def run(first: int, last: int, least: npt.NDArray[np.int32]) -> None:
        chance.strongest_by_chance(
            first, last, start, total, keep, other, layout.position, layout.n_raster,
            layout.run_start, layout.run_length, layout.steps, layout.ring_end, layout.opens,
            packed, least, strongest,
        )  # fmt: skip

    def least(strength: float) -> npt.NDArray[np.int32]:
        found = chance.least_counts(packed.ravel(), total, strength)
        return np.asarray(found).reshape(packed.shape)

    # a first few replicates show how strong chance gets; from then on windows that stay
    # well below are passed over by one whole-number comparison
    trial = min(10, replicates)
    every = least(1e-9)
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


def _lay_out(expected: Numbers, windows: Windows) -> _Layout:
    reach = windows.reach
    padded = np.pad(expected, reach)
    width = padded.shape[1]
    held = np.flatnonzero(padded.ravel() > 0)
    # anchors whose window can hold a record lie within reach of a cell that can
    near = padded > 0
    for _ in range(reach):
        near = _grown(near)
    near[:reach] = near[-reach:] = False
    near[:, :reach] = near[:, -reach:] = False
    anchors = np.flatnonzero(near.ravel())
    gaps = np.flatnonzero(np.diff(anchors) > _JOIN)
    start = anchors[np.concatenate([[0], gaps + 1])]
    end = anchors[np.concatenate([gaps, [len(anchors) - 1]])]
    rings = [ring for family in windows.families for ring in family]
    opens = [j == 0 for family in windows.families for j in range(len(family))]
    steps = np.array([r * width + c for ring in rings for r, c in ring], dtype=np.int64)
    length = end - start + 1
    packed = np.concatenate([np.arange(a, a + n) for a, n in zip(start, length, strict=True)])
    return _Layout(
        held, padded.size, start, length, steps, np.cumsum([len(r) for r in rings]),
        np.array(opens), packed,
    )  # fmt: skip


def _grown(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Add to a set of cells those that touch it."""
    grown = flags.copy()
    grown[1:] |= flags[:-1]
    grown[:-1] |= flags[1:]
    across = grown.copy()
    across[:, 1:] |= grown[:, :-1]
    across[:, :-1] |= grown[:, 1:]
    return across
