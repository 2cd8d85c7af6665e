"""Which circles and ellipses does a scan look through?

Around each location, windows grow from neighbour to neighbour. Locations at the
same distance enter together: a circle that holds one of them holds them all.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError, RecipeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]

#: SaTScan's ellipses (user guide 9.4, "Spatial Window"): major to minor axis, and how many angles.
SHAPES = ((1.0, 1), (1.5, 4), (2.0, 6), (3.0, 9), (4.0, 12), (5.0, 15))
#: A scan over more than this many windows would need several GB.
MOST_WINDOWS = 60_000_000
#: Distances that differ by less than this share of the extent are the same distance.
_SAME = 1e-9
_CHUNK = 4_000_000


class ScanWindows(NamedTuple):
    """All windows, laid out as rows of neighbours in the order in which they enter.

    Row r belongs to location ``centre[r]``, to ellipses of ``shape[r]`` (major to minor axis)
    at ``angle[r]`` degrees. Its neighbours are ``neighbour[start[r]:start[r + 1]]``; the window
    that ends with entry k holds the row's neighbours up to k, if ``closes[k]``.
    """

    neighbour: npt.NDArray[np.int32]
    start: Integers
    closes: npt.NDArray[np.bool_]
    centre: npt.NDArray[np.int32]
    shape: Numbers
    angle: Numbers

    def row_of(self, entry: int) -> int:
        """Find the row that an entry belongs to."""
        return int(np.searchsorted(self.start, entry, side="right") - 1)

    def members(self, entry: int) -> npt.NDArray[np.int32]:
        """List the locations of the window that ends with an entry."""
        return self.neighbour[self.start[self.row_of(entry)] : entry + 1]

    def held_cases(self, cases: Integers) -> Integers:
        """Count the cases from the start of each row up to each entry."""
        sums = np.concatenate([[0], np.cumsum(cases[self.neighbour])])
        return np.asarray(sums[1:] - np.repeat(sums[self.start[:-1]], np.diff(self.start)))

    def held(self, values: Numbers) -> Numbers:
        """Sum a value of each location from the start of its row up to each entry."""
        return _row_sums(values[self.neighbour], self.start)


def _row_sums(taken: Numbers, start: Integers) -> Numbers:
    """Sum each row from its start; what other rows hold does not enter the last digits."""
    held = np.empty(len(taken))
    for first, last in itertools.pairwise(start):
        np.cumsum(taken[first:last], out=held[first:last])
    return held


def scan_windows(
    points: Numbers,
    population: Numbers,
    *,
    elliptic: bool = False,
    most_share: float = 0.5,
    most_radius: float | None = None,
    most_locations: int | None = None,
) -> ScanWindows:
    """Lay out the windows around all locations.

    Parameters
    ----------
    points
        Coordinates, n x 2, metres.
    population
        Who could be a case at each location, n; it limits how far windows grow.
    elliptic
        Whether to add SaTScan's ellipses (``SHAPES``) to the circles. Angles are
        degrees from the x axis to the major axis, against the clock.
    most_share
        The share of all population that a window may hold at most.
    most_radius
        The largest radius in metres (of an ellipse: the longer half-axis).
    most_locations
        The most locations in a window, the centre included.

    Returns
    -------
    windows
        One row for each location, shape and angle.

    Raises
    ------
    RecipeError
        If a limit is out of its bounds.
    MethodError
        If there would be more than ``MOST_WINDOWS`` windows.

    References
    ----------
    Kulldorff (1997), https://doi.org/10.1080/03610929708831995; Kulldorff, Huang,
    Pickle and Duczmal (2006), https://doi.org/10.1002/sim.2490
    """
    _check_limits(most_share, most_radius, most_locations)
    extent = float(np.ptp(points, axis=0).max()) or 1.0
    cap = most_share * float(population.sum()) * (1 + 1e-12)
    parts = []
    held = 0
    for shape, angles in SHAPES if elliptic else SHAPES[:1]:
        for step in range(angles):
            angle = 180.0 * step / angles
            turned = turn(points, shape, angle)
            # the longer half-axis is `shape` times the shorter one, which is what is measured
            reach = None if most_radius is None else most_radius / shape + extent * _SAME
            for rows, neighbour, distance in _by_distance(points, turned, most_radius, extent):
                part = _cut(
                    rows, neighbour, distance, population=population, cap=cap, reach=reach,
                    most_locations=most_locations,
                )  # fmt: skip
                held += len(part[1])
                _check_size(held)
                parts.append((*part, shape, angle))
    return _joined(parts)


def turn(points: Numbers, shape: float, angle: float) -> Numbers:
    """Turn and shrink coordinates, so that ellipses of this shape and angle become circles."""
    if shape == 1.0:
        return points
    turned = np.radians(angle)
    along = points[:, 0] * np.cos(turned) + points[:, 1] * np.sin(turned)
    across = points[:, 1] * np.cos(turned) - points[:, 0] * np.sin(turned)
    return np.column_stack([along / shape, across])


def _by_distance(
    points: Numbers, turned: Numbers, most_radius: float | None, extent: float
) -> Iterator[tuple[Integers, Integers, Numbers]]:
    """Give (row, neighbour, distance), sorted by row and then by distance, in chunks of rows."""
    unit = extent * _SAME
    if most_radius is None:
        n = len(points)
        step = max(1, _CHUNK // n)
        for first in range(0, n, step):
            rows = np.arange(first, min(first + step, n))
            gap = turned[None, :, :] - turned[rows, None, :]
            distance = np.round(np.hypot(gap[..., 0], gap[..., 1]) / unit)
            order = np.argsort(distance, axis=1, kind="stable")
            distance = np.take_along_axis(distance, order, axis=1)
            yield np.repeat(rows, n), order.ravel(), distance.ravel() * unit
        return
    for rows, neighbour in _pairs(points, most_radius + unit):
        gap = turned[neighbour] - turned[rows]
        distance = np.round(np.hypot(gap[:, 0], gap[:, 1]) / unit)
        order = np.lexsort((neighbour, distance, rows))
        yield rows[order], neighbour[order], distance[order] * unit


def _pairs(points: Numbers, most_radius: float) -> Iterator[tuple[Integers, Integers]]:
    """Give each location and its neighbours within a circle, in chunks of rows."""
    from scipy.spatial import KDTree  # noqa: PLC0415  (heavy)

    tree = KDTree(points)
    step = 2000
    for first in range(0, len(points), step):
        some = points[first : first + step]
        lengths = tree.query_ball_point(some, most_radius, return_length=True)
        _check_size(int(lengths.sum()))
        near = tree.query_ball_point(some, most_radius)
        neighbour = np.concatenate([np.asarray(own, dtype=np.int64) for own in near])
        yield np.repeat(np.arange(first, first + len(some)), lengths), neighbour


def _cut(
    rows: Integers,
    neighbour: Integers,
    distance: Numbers,
    *,
    population: Numbers,
    cap: float,
    reach: float | None,
    most_locations: int | None,
) -> tuple[Integers, Integers, npt.NDArray[np.bool_]]:
    """Keep of each row the windows within the limits: (row, neighbour, closes) of each entry."""
    last = np.append((np.diff(rows) != 0) | (np.diff(distance) != 0), True)
    begins = np.flatnonzero(np.append(True, np.diff(rows) != 0))
    lengths = np.diff(np.append(begins, len(rows)))
    held = _row_sums(population[neighbour], np.append(begins, len(rows)))
    allowed = last & (held <= cap)
    if reach is not None:
        allowed &= distance <= reach
    if most_locations is not None:
        allowed &= np.arange(len(rows)) - np.repeat(begins, lengths) < most_locations
    # windows within the limits come first in each row: keep it up to the last of them
    place = np.where(allowed, np.arange(len(rows)), -1)
    furthest = np.repeat(np.maximum.reduceat(place, begins), lengths)
    keep = np.arange(len(rows)) <= furthest
    return rows[keep], neighbour[keep], last[keep]


def _joined(
    parts: list[tuple[Integers, Integers, npt.NDArray[np.bool_], float, float]],
) -> ScanWindows:
    starts: list[int] = []
    centres: list[int] = []
    shapes: list[float] = []
    angles: list[float] = []
    held = 0
    for rows, _, _, shape, angle in parts:
        if len(rows):
            begins = np.flatnonzero(np.append(True, np.diff(rows) != 0))
            starts.extend((begins + held).tolist())
            centres.extend(rows[begins].tolist())
            shapes.extend([shape] * len(begins))
            angles.extend([angle] * len(begins))
        held += len(rows)
    return ScanWindows(
        np.concatenate([part[1] for part in parts]).astype(np.int32),
        np.array([*starts, held], dtype=np.int64),
        np.concatenate([part[2] for part in parts]),
        np.array(centres, dtype=np.int32),
        np.array(shapes),
        np.array(angles),
    )


def _check_limits(most_share: float, most_radius: float | None, most_locations: int | None) -> None:
    if not 0 < most_share <= 1:
        msg = (
            f"`most_share` must be above 0 and at most 1; it is {most_share:g}. "
            "0.5 is the usual limit: a window with more is better called a lack outside."
        )
        raise RecipeError(msg)
    if most_radius is not None and not most_radius > 0:
        msg = f"`most_radius_m` must be above 0 metres; it is {most_radius:g}."
        raise RecipeError(msg)
    if most_locations is not None and most_locations < 1:
        msg = f"`most_locations` must be at least 1; it is {most_locations}."
        raise RecipeError(msg)


def _check_size(held: int) -> None:
    if held > MOST_WINDOWS:
        msg = (
            f"A scan may look through {MOST_WINDOWS:,} windows at most; there would be more than "
            f"{held:,}. Limit their size with `most_radius_m`, or scan larger areas or cells."
        )
        raise MethodError(msg)
