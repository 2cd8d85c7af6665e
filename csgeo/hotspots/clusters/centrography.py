"""Where is the middle of a set of records, and how far do they spread around it?

For analysts, on the secure side. A middle can be the very place of a record (the
median centre often is): nothing of this leaves except through the release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError, WrongValues

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: Steps of the search for the median, and how near (share of the spread) is near enough.
_MOST_STEPS = 20_000
_NEAR_ENOUGH = 1e-12


class Middle(NamedTuple):
    """A point, in metres."""

    x: float
    y: float


def mean_centre(
    x: npt.ArrayLike, y: npt.ArrayLike, *, records: npt.ArrayLike | None = None
) -> Middle:
    """Give the mean of the coordinates.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    records
        How many records lie on each, 0 or more; None for one.

    Returns
    -------
    centre
        Its x and y.

    Raises
    ------
    WrongValues
        If a coordinate or a weight is missing, or a weight is below 0.
    MethodError
        If there is no record.

    References
    ----------
    Ebdon (1985), Statistics in Geography, chapter 7

    Examples
    --------
    >>> mean_centre([0, 4], [0, 8], records=[3, 1])
    Middle(x=1.0, y=2.0)
    """
    x, y, records = known(x, y, records)
    return Middle(*_mean(x, y, records))


def standard_distance(
    x: npt.ArrayLike, y: npt.ArrayLike, *, records: npt.ArrayLike | None = None
) -> float:
    """Give the root of the mean squared distance from the mean centre, in metres.

    Divided by the number of records (Bachi), as in Ebdon; CrimeStat divides by two less.

    Parameters
    ----------
    x, y, records
        As for :func:`mean_centre`.

    Returns
    -------
    distance_m
        0 if all records lie on one point.

    Raises
    ------
    WrongValues
        If a coordinate or a weight is missing, or a weight is below 0.
    MethodError
        If there is no record.

    References
    ----------
    Bachi (1963), https://doi.org/10.1007/BF01934718

    Examples
    --------
    >>> standard_distance([0, 6], [0, 8])
    5.0
    """
    x, y, records = known(x, y, records)
    middle_x, middle_y = _mean(x, y, records)
    squares = (x - middle_x) ** 2 + (y - middle_y) ** 2
    return float(np.sqrt((records * squares).sum() / records.sum()))


def median_centre(
    x: npt.ArrayLike, y: npt.ArrayLike, *, records: npt.ArrayLike | None = None
) -> Middle:
    """Give the point from which the sum of distances to all records is least.

    Weiszfeld's steps, made safe where a step lands on a record; a record that is itself the
    median is given exactly. Where the records lie on one line the median may be any
    point between two of them; one of these is given.

    Parameters
    ----------
    x, y, records
        As for :func:`mean_centre`.

    Returns
    -------
    centre
        Its x and y.

    Raises
    ------
    WrongValues
        If a coordinate or a weight is missing, or a weight is below 0.
    MethodError
        If there is no record.

    References
    ----------
    Vardi and Zhang (2000), https://doi.org/10.1073/pnas.97.4.1423

    Examples
    --------
    >>> median_centre([0, 0, 9], [0, 0, 9])
    Middle(x=0.0, y=0.0)
    """
    x, y, records = known(x, y, records)
    x, y, records = x[records > 0], y[records > 0], records[records > 0]
    middle_x, middle_y = _mean(x, y, records)
    east, north = x - middle_x, y - middle_y  # small numbers, so that no digits are lost
    here = np.zeros(2)
    enough = _NEAR_ENOUGH * float(np.abs(np.concatenate([east, north])).max())
    for _ in range(_MOST_STEPS):
        step = _step(east, north, records, here)
        here = here + step
        if np.abs(step).max() <= enough:
            break
    nearest = int(np.argmin((east - here[0]) ** 2 + (north - here[1]) ** 2))
    if not _step(east, north, records, np.array([east[nearest], north[nearest]])).any():
        return Middle(float(x[nearest]), float(y[nearest]))
    return Middle(middle_x + float(here[0]), middle_y + float(here[1]))


def known(
    x: npt.ArrayLike, y: npt.ArrayLike, records: npt.ArrayLike | None
) -> tuple[Numbers, Numbers, Numbers]:
    """Take coordinates and weights as numbers, or refuse what is missing.

    Raises
    ------
    WrongValues
        If lengths differ, a number is missing, or a weight is below 0.
    MethodError
        If there is no record.
    """
    one, two = np.asarray(x, dtype=float).ravel(), np.asarray(y, dtype=float).ravel()
    many = np.ones(len(one)) if records is None else np.asarray(records, dtype=float).ravel()
    if not len(one) == len(two) == len(many):
        msg = (
            f"`x`, `y` and `records` must be of one length; found {len(one)}, {len(two)} and "
            f"{len(many)}."
        )
        raise WrongValues(msg)
    broken = ~np.isfinite(one + two + many) | (many < 0)
    if broken.any():
        msg = (
            "Coordinates must be known and weights 0 or more for each row; "
            f"{int(broken.sum()):,} of {len(one):,} are not (the first is at position "
            f"{int(np.argmax(broken))}). Leave those rows out first."
        )
        raise WrongValues(msg)
    if not many.sum() > 0:
        msg = "A middle needs at least one record with a point; found none."
        raise MethodError(msg)
    return one, two, many


def _mean(x: Numbers, y: Numbers, records: Numbers) -> tuple[float, float]:
    # from a corner, so that National Grid numbers keep their digits
    return (
        float(x.min() + ((x - x.min()) * records).sum() / records.sum()),
        float(y.min() + ((y - y.min()) * records).sum() / records.sum()),
    )


def _step(x: Numbers, y: Numbers, records: Numbers, here: Numbers) -> Numbers:
    """Give the next step; none if `here` is the median."""
    dx, dy = x - here[0], y - here[1]
    away = np.hypot(dx, dy)
    off = away > 0
    pull = records[off] / away[off]
    if not off.any():
        return np.zeros(2)
    force = np.array([(pull * dx[off]).sum(), (pull * dy[off]).sum()])
    held = float(records[~off].sum())
    strength = float(np.hypot(*force))
    if strength <= held * (1 + 1e-12):
        return np.zeros(2)
    return np.asarray(force / pull.sum() * (1 - held / strength))
