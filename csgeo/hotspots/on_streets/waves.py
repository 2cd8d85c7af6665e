"""How does what lies at one spot spread along streets and divide at junctions?

A record sends a front both ways along its street. Where a front meets a junction of n streets it
divides: `discontinuous`, 1 / (n - 1) into each other street; `continuous`, 2 / n into each other
street and 2 / n - 1, below 0, back. The density is the kernel of the distance that each front
has come. Fronts of different records that come to the same junction at the same distance divide
alike, so all of them are followed at once, step by step outwards: the work is that of the
network times the steps, however many records there are and however many ways lead round a block.

A front that comes between two steps is shared between both in proportion; that keeps the sum
exact and moves the density by some (step / bandwidth)^2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

from csgeo.hotspots.on_streets.kernels import height

if TYPE_CHECKING:
    import numpy.typing as npt

CONTINUOUS, DISCONTINUOUS, OPEN_ENDED = 0, 1, 2


@nb.njit(cache=True, nogil=True)
def send_out(  # noqa: PLR0917  (numba has no keywords)
    piece: npt.NDArray[Any],
    along: npt.NDArray[Any],
    weight: npt.NDArray[Any],
    start: npt.NDArray[Any],
    end: npt.NDArray[Any],
    lag: npt.NDArray[Any],
    at_node: npt.NDArray[Any],
    fronts: npt.NDArray[Any],
) -> None:
    """Note when the fronts of each record come to the ends of its street.

    `along` is in steps. Records at a junction are added to `at_node`, the others to `fronts`
    (steps x twice the pieces: towards the end of each piece, then towards its start).
    """
    last, pieces = len(fronts) - 1, len(lag)
    for i in range(len(piece)):
        p = piece[i]
        if along[i] <= 0.0:
            at_node[start[p]] += weight[i]
        elif along[i] >= lag[p]:
            at_node[end[p]] += weight[i]
        else:
            for side in range(2):
                way = lag[p] - along[i] if side == 0 else along[i]
                t = int(way)
                part = way - t
                if t <= last:
                    fronts[t, p + side * pieces] += weight[i] * (1.0 - part)
                if t < last:
                    fronts[t + 1, p + side * pieces] += weight[i] * part


@nb.njit(cache=True, nogil=True)
def divide(  # noqa: PLR0917  (numba has no keywords)
    start: npt.NDArray[Any],
    end: npt.NDArray[Any],
    lag: npt.NDArray[Any],
    degree: npt.NDArray[Any],
    at_node: npt.NDArray[Any],
    fronts: npt.NDArray[Any],
    rule: int,
) -> None:
    """Turn the fronts that come to the ends of streets into those that leave on each street.

    Works on `fronts` in place, one step after another: what arrives at step t left its street's
    other end one street length, `lag` steps (at least 1), before.
    """
    steps, sides = fronts.shape
    pieces = sides // 2
    arriving = np.empty(sides)
    total = np.empty(len(degree))
    for t in range(steps):
        total[:] = 0.0
        for d in range(sides):
            p = d if d < pieces else d - pieces
            whole = int(lag[p])
            part = lag[p] - whole
            came = fronts[t, d]
            if t >= whole:
                came += (1.0 - part) * fronts[t - whole, d]
            if t > whole:
                came += part * fronts[t - whole - 1, d]
            arriving[d] = came
            total[end[p] if d < pieces else start[p]] += came
        for d in range(sides):
            p = d if d < pieces else d - pieces
            node = start[p] if d < pieces else end[p]
            own = arriving[d + pieces if d < pieces else d - pieces]
            n = degree[node]
            if rule == CONTINUOUS:
                leaves = 2.0 * total[node] / n - own
            elif n > 1:
                leaves = (total[node] - own) / (n - 1)
            else:
                leaves = own if rule == DISCONTINUOUS else 0.0
            if t == 0 and at_node[node] != 0.0:
                # a record at a junction lies on all its streets alike
                if n > 1 or rule != OPEN_ENDED:
                    leaves += 2.0 * at_node[node] / n
                else:
                    leaves += at_node[node]
            fronts[t, d] = leaves


@nb.njit(cache=True, nogil=True)
def _within(shares: npt.NDArray[Any], steps: float) -> float:
    """Share of a record within so many steps on one side, as it is divided between steps."""
    t = int(steps)
    if t >= len(shares) - 1:
        return 0.5
    part = steps - t
    return float((1.0 - part) * shares[t] + part * shares[t + 1])


@nb.njit(cache=True, nogil=True)
def held_up_to(  # noqa: PLR0917  (numba has no keywords)
    piece: npt.NDArray[Any],
    at: npt.NDArray[Any],
    lag: npt.NDArray[Any],
    fronts: npt.NDArray[Any],
    shares: npt.NDArray[Any],
    record_first: npt.NDArray[Any],
    record_at: npt.NDArray[Any],
    weight: npt.NDArray[Any],
) -> npt.NDArray[Any]:
    """Give how many records lie between the start of a piece and each spot (`at`, in steps).

    Records are in the order of the pieces; those at junctions must not be among them.
    """
    held = np.zeros(len(piece))
    steps, pieces = len(fronts), len(lag)
    for k in range(len(piece)):
        p = piece[k]
        far, rest = at[k], lag[p] - at[k]
        sum_ = 0.0
        for t in range(steps):
            out = fronts[t, p]
            if out != 0.0:
                sum_ += out * (_within(shares, t + far) - shares[t])
            back = fronts[t, p + pieces]
            if back != 0.0:
                sum_ += back * (_within(shares, t + lag[p]) - _within(shares, t + rest))
        for i in range(record_first[p], record_first[p + 1]):
            s = record_at[i]
            beyond = at[k] - s
            own = _within(shares, beyond) if beyond >= 0 else -_within(shares, -beyond)
            sum_ += weight[i] * (own + _within(shares, s))
        held[k] = sum_
    return held


@nb.njit(cache=True, nogil=True)
def density_at(  # noqa: PLR0917  (numba has no keywords)
    piece: npt.NDArray[Any],
    at: npt.NDArray[Any],
    lag: npt.NDArray[Any],
    fronts: npt.NDArray[Any],
    step_m: float,
    code: int,
    bandwidth_m: float,
    record_first: npt.NDArray[Any],
    record_at: npt.NDArray[Any],
    weight: npt.NDArray[Any],
) -> npt.NDArray[Any]:
    """Give the records per metre at each spot (`at`, in steps from the start of its piece)."""
    found = np.zeros(len(piece))
    steps, pieces = len(fronts), len(lag)
    for k in range(len(piece)):
        p = piece[k]
        far, rest = at[k], lag[p] - at[k]
        sum_ = 0.0
        for t in range(steps):
            out, back = fronts[t, p], fronts[t, p + pieces]
            if out != 0.0:
                sum_ += out * height(code, (t + far) * step_m, bandwidth_m)
            if back != 0.0:
                sum_ += back * height(code, (t + rest) * step_m, bandwidth_m)
        for i in range(record_first[p], record_first[p + 1]):
            away = abs(at[k] - record_at[i]) * step_m
            sum_ += weight[i] * height(code, away, bandwidth_m)
        found[k] = sum_
    return found
