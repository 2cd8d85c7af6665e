"""Into which band of distance, and of time, does a pair of events fall?

A band holds its lower edge and not its upper one: [a, b). That is said in words
beside each number, because the most used tool of the field labels its bands by
one step too far.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Bands(NamedTuple):
    """Neighbouring half-open bands from 0 on; the last one has no upper edge.

    ``edges`` are the lower edges of all bands but the first, that is the upper edges
    of all but the last.
    """

    edges: tuple[float, ...]
    words: tuple[str, ...]
    intervals: tuple[str, ...]
    calculator_labels: tuple[str, ...]

    @property
    def lower(self) -> tuple[float, ...]:
        """Where each band begins (inclusive)."""
        return (0.0, *self.edges)

    @property
    def upper(self) -> tuple[float, ...]:
        """Where each band ends (exclusive)."""
        return (*self.edges, float("inf"))


def space_bands(upper_m: Sequence[float], *, same_location_m: float | None = 1.0) -> Bands:
    """Lay out bands of distance, the first one for events at the same location.

    Parameters
    ----------
    upper_m
        Upper edges in metres, increasing; a band without end is added.
    same_location_m
        Below this distance two events are at the same location; none for no such band.

    Raises
    ------
    RecipeError
        If the edges do not increase from above 0 (or above `same_location_m`).

    Examples
    --------
    >>> space_bands((100, 200)).intervals
    ('[0, 1)', '[1, 100)', '[100, 200)', '[200, inf)')
    >>> space_bands((100, 200)).words[1]
    '1 m or more, less than 100 m'
    """
    tops = _increasing(upper_m, "space_m")
    labels = _calculator_labels(tops, first=1)
    if same_location_m is None:
        return _bands(tops, "m", labels)
    if not 0 < same_location_m < tops[0]:
        msg = (
            f"`same_location_m` must lie above 0 and below the first edge of `space_m`, {tops[0]:g} m; "
            f"it is {same_location_m:g}. Give None for no band of its own."
        )
        raise RecipeError(msg)
    bands = _bands((float(same_location_m), *tops), "m", ("Same location", *labels))
    at_once = f"same location (less than {same_location_m:g} m apart)"
    return bands._replace(words=(at_once, *bands.words[1:]))


def time_bands(upper_days: Sequence[float]) -> Bands:
    """Lay out bands of days between two events.

    Raises
    ------
    RecipeError
        If the edges do not increase from above 0.

    Examples
    --------
    >>> time_bands((7, 14)).words
    ('less than 7 days', '7 days or more, less than 14 days', '14 days or more')
    """
    tops = _increasing(upper_days, "time_days")
    return _bands(tops, "days", _calculator_labels(tops, first=0))


def _bands(edges: tuple[float, ...], unit: str, labels: tuple[str, ...]) -> Bands:
    between = pairwise(edges)
    words = (
        f"less than {edges[0]:g} {unit}",
        *(f"{a:g} {unit} or more, less than {b:g} {unit}" for a, b in between),
        f"{edges[-1]:g} {unit} or more",
    )
    both = zip((0.0, *edges), (*edges, float("inf")), strict=True)
    return Bands(edges, words, tuple(f"[{a:g}, {b:g})" for a, b in both), labels)


def _calculator_labels(tops: tuple[float, ...], *, first: int) -> tuple[str, ...]:
    """Name bands as the Near Repeat Calculator does: "8 to 14" for what is [7, 14)."""
    between = pairwise(tops)
    return (
        f"{first} to {tops[0]:g}",
        *(f"{a + 1:g} to {b:g}" for a, b in between),
        f"More than {tops[-1]:g}",
    )


def _increasing(edges: Sequence[float], name: str) -> tuple[float, ...]:
    given = np.asarray(edges, dtype=float).ravel()
    ordered = (
        len(given) and np.isfinite(given).all() and given[0] > 0 and (np.diff(given) > 0).all()
    )
    if not ordered:
        msg = (
            f"`{name}` must be upper edges that increase from above 0, such as (100, 200, 300); "
            f"it is {tuple(given.tolist())}. The bands below the first and beyond the last edge are added."
        )
        raise RecipeError(msg)
    return tuple(given.tolist())
