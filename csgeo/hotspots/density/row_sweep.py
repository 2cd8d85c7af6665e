"""What do polynomial kernels add up to on every cell, exactly and quickly?

Along one row of cells a record's kernel ``w (s - u^2)^p`` is a polynomial of the
distance u between two columns. So the record is met twice a row, where its disc
begins and where it ends: the polynomial's value and forward differences are
entered there, and one walk along the row adds them all up. The work is
rows x records in reach, not cells x records. Nothing is binned: a record lies
where it lies. Chan et al. (2022), https://doi.org/10.1145/3514221.3517823

Where no record is in reach the sum is exactly 0. Compiled with numba (kept on disk
between runs); rows are shared out to threads, each summed by one thread alone, so
that the answer does not depend on how many there are.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

import numba as nb
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]
    Columns: TypeAlias = npt.NDArray[np.int32]

#: Rows that one thread takes at a time.
_ROWS_AT_A_TIME = 16
#: Records whose chords are found together.
_AT_ONCE = 2048
#: Records are kept together with those of at most so many times their radius.
_CLASS_RATIO = 1.5


@nb.njit(cache=True, nogil=True)
def _chords(  # noqa: PLR0917  (numba has no keywords)
    x: Numbers,
    y: Numbers,
    radius: Numbers,
    row: int,
    columns: int,
    left: Columns,
    right: Columns,
    depth: Numbers,
) -> None:
    """Find the columns from which and before which each disc covers a row.

    A loop of its own, because it can be done for several records at once.
    """  # fmt: skip
    for i in range(len(x)):
        dy = row - y[i]
        s = radius[i] * radius[i] - dy * dy
        half = math.sqrt(max(s, 0.0))
        depth[i] = s
        # a disc that does not reach the row covers nothing
        left[i] = np.int32(max(math.ceil(x[i] - half), 0.0)) if s >= 0.0 else np.int32(columns)
        right[i] = np.int32(math.floor(x[i] + half)) + np.int32(1)
    for i in range(len(x)):
        right[i] = min(right[i], np.int32(columns))


@nb.njit(cache=True, nogil=True)
def _sweep_parabolas(  # noqa: PLR0917
    total: Numbers,
    first: int,
    last: int,
    x: Numbers,
    y: Numbers,
    flat: Numbers,
    curved: Numbers,
    radius: Numbers,
    start: Integers,
    widest: Numbers,
) -> None:
    """Sum ``flat + curved (s - u^2)`` over the discs, on rows `first` to `last`.

    The records of class k and of row r are those from ``start[k, r]`` to ``start[k, r + 1]``;
    none of the class has a radius above ``widest[k]``.
    """  # fmt: skip
    rows, columns = total.shape
    walk = np.zeros((columns + 1, 4))
    left, right = np.empty(_AT_ONCE, np.int32), np.empty(_AT_ONCE, np.int32)
    depth = np.empty(_AT_ONCE)
    for row in range(first, last):
        for k in range(len(widest)):
            low = max(0, math.floor(row - widest[k] + 0.5))
            high = min(rows - 1, math.floor(row + widest[k] + 0.5))
            end = start[k, high + 1]
            for i in range(start[k, low], end, _AT_ONCE):
                until = min(i + _AT_ONCE, end)
                _chords(x[i:until], y[i:until], radius[i:until], row, columns, left, right, depth)
                for j in range(until - i):
                    a, b = left[j], right[j]
                    if a >= b:
                        continue
                    w0, w1, s = flat[i + j], curved[i + j], depth[j]
                    u, v = a - x[i + j], b - x[i + j]
                    walk[a, 0] += 1.0
                    walk[a, 1] += w0 + w1 * (s - u * u)
                    walk[a, 2] -= w1 * (2.0 * u + 1.0)
                    walk[a, 3] -= w1 * 2.0
                    walk[b, 0] -= 1.0
                    walk[b, 1] -= w0 + w1 * (s - v * v)
                    walk[b, 2] += w1 * (2.0 * v + 1.0)
                    walk[b, 3] += w1 * 2.0
        met = f = d1 = d2 = 0.0
        for c in range(columns):
            met += walk[c, 0]
            f += walk[c, 1]
            d1 += walk[c, 2]
            d2 += walk[c, 3]
            if met < 0.5:
                f = d1 = d2 = 0.0
            total[row, c] = max(f, 0.0)
            f += d1
            d1 += d2
        walk[:] = 0.0


@nb.njit(cache=True, nogil=True)
def _enter_quartic(walk: Numbers, u: float, s: float, w: float, sign: float) -> None:
    """Enter (or take out) ``w (s - u^2)^2`` and its forward differences."""
    g = s - u * u
    walk[0] += sign
    walk[1] += w * g * g
    walk[2] += w * ((4.0 * u * u + 6.0 * u + 4.0) * u + 1.0 - 2.0 * s * (2.0 * u + 1.0))
    walk[3] += w * (12.0 * u * (u + 2.0) + 14.0 - 4.0 * s)
    walk[4] += w * (24.0 * u + 36.0)
    walk[5] += w * 24.0


@nb.njit(cache=True, nogil=True)
def _sweep_quartics(  # noqa: PLR0917
    total: Numbers,
    first: int,
    last: int,
    x: Numbers,
    y: Numbers,
    weight: Numbers,
    radius: Numbers,
    start: Integers,
    widest: Numbers,
    bits: int,
) -> None:
    """Sum ``weight (s - u^2)^2`` over the discs, on rows `first` to `last`.

    As fourth differences drift with the fourth power of the steps, each block of ``2**bits``
    columns is walked afresh; it has one more place, for what ends there.
    """  # fmt: skip
    rows, columns = total.shape
    blocks = ((columns - 1) >> bits) + 1
    walk = np.zeros((columns + blocks, 6))
    left, right = np.empty(_AT_ONCE, np.int32), np.empty(_AT_ONCE, np.int32)
    depth = np.empty(_AT_ONCE)
    for row in range(first, last):
        for k in range(len(widest)):
            low = max(0, math.floor(row - widest[k] + 0.5))
            high = min(rows - 1, math.floor(row + widest[k] + 0.5))
            end = start[k, high + 1]
            for i in range(start[k, low], end, _AT_ONCE):
                until = min(i + _AT_ONCE, end)
                _chords(x[i:until], y[i:until], radius[i:until], row, columns, left, right, depth)
                for j in range(until - i):
                    a, b = int(left[j]), int(right[j])
                    s, w, at = depth[j], weight[i + j], x[i + j]
                    while a < b:
                        block = a >> bits
                        c = min(b, (block + 1) << bits)
                        _enter_quartic(walk[a + block], a - at, s, w, 1.0)
                        _enter_quartic(walk[c + block], c - at, s, -w, -1.0)
                        a = c
        for block in range(blocks):
            met = f = d1 = d2 = d3 = d4 = 0.0
            for c in range(block << bits, min(columns, (block + 1) << bits)):
                entry = walk[c + block]
                met += entry[0]
                f += entry[1]
                d1 += entry[2]
                d2 += entry[3]
                d3 += entry[4]
                d4 += entry[5]
                if met < 0.5:
                    f = d1 = d2 = d3 = d4 = 0.0
                total[row, c] = max(f, 0.0)
                f += d1
                d1 += d2
                d2 += d3
                d3 += d4
        walk[:] = 0.0


def in_order(
    x: Numbers, y: Numbers, weight: Numbers, radius: Numbers, rows: int
) -> tuple[Numbers, Numbers, Numbers, Numbers, Integers, Numbers]:
    """Put records into classes of like radius, and into rows within each.

    Returns
    -------
    x, y, weight, radius, start, widest
        The records in their new order; where each class and row begins; the widest of each class.
    """
    smallest = radius.min()
    kind = np.floor(np.log(radius / smallest) / np.log(_CLASS_RATIO) + 1e-9).astype(np.int64)
    present, kind = np.unique(kind, return_inverse=True) if kind.any() else (kind[:1], kind)
    row = np.clip(np.floor(y + 0.5), 0, rows - 1).astype(np.int64)
    key = kind * rows + row
    # short integers are sorted digit by digit, in time proportional to their number
    short = key.astype(np.uint16) if len(present) * rows <= 2**16 else key
    order = np.argsort(short, kind="stable")
    counts = np.bincount(key, minlength=len(present) * rows).reshape(-1, rows)
    ends = np.cumsum(counts).reshape(counts.shape)
    start = np.column_stack([ends[:, 0] - counts[:, 0], ends])
    widest = np.array([radius[kind == k].max() for k in range(len(present))])
    return x[order], y[order], weight[order], radius[order], start, widest


def sum_polynomials(
    x: Numbers,
    y: Numbers,
    weight: Numbers,
    radius: Numbers,
    *,
    shape: tuple[int, int],
    power: int,
) -> Numbers:
    """Sum ``weight * (1 - (d / radius)^2)^power`` over all records, at the centre of each cell.

    Parameters
    ----------
    x, y
        n places in columns and rows from the centre of the first cell, on the raster.
    weight, radius
        n weights (0 or more) and radii in cells.
    shape
        Rows and columns of the raster.
    power
        0 (uniform), 1 (Epanechnikov) or 2 (quartic).

    Returns
    -------
    total
        Raster; exactly 0 where no record is within its radius.
    """
    total = np.zeros(shape)
    if not len(x):
        return total
    x, y, weight, radius, start, widest = in_order(x, y, weight, radius, shape[0])
    scaled = weight / radius ** (2 * power)
    bits = max(5, math.ceil(math.log2(4 * radius.min())))
    flat, curved = (scaled, 0 * scaled) if power == 0 else (0 * scaled, scaled)

    def sweep(first: int) -> None:
        last = min(first + _ROWS_AT_A_TIME, shape[0])
        if power == 2:
            _sweep_quartics(total, first, last, x, y, scaled, radius, start, widest, bits)
        else:
            _sweep_parabolas(total, first, last, x, y, flat, curved, radius, start, widest)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(sweep, range(0, shape[0], _ROWS_AT_A_TIME)))
    return total
