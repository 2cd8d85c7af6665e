"""Which records, clusters of records and clusters of clusters lie nearer than chance has it? (Nnh)"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.clusters.answers import (
    LEAST_RECORDS,
    Labelled,
    check_above_0,
    check_enough,
    check_whole,
)
from csgeo.hotspots.clusters.stacks import Stacks, stack_records

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]

#: One pair in two lies nearer than this by chance: the middle of CrimeStat's scale.
CHANCE = 0.5
#: Fewest clusters that make a cluster of the next order.
LEAST_CLUSTERS = 4
_M2_A_KM2 = 1e6


class Order(NamedTuple):
    """Clusters of one order.

    ``label`` gives each thing below (records for the first order, clusters of the order below
    after that) its cluster or -1; ``x`` and ``y`` are the clusters' mean centres and
    ``records`` what they hold; ``near_m`` is the distance that was asked.
    """

    label: Integers
    x: Numbers
    y: Numbers
    records: Integers
    near_m: float


def nearest_neighbour_limit(records: int, area_km2: float, *, chance: float = CHANCE) -> float:
    """Give the distance to the nearest of points thrown down at random, at the lower limit.

    ``0.5 sqrt(A / N) - t 0.26136 / sqrt(N^2 / A)``; t leaves `chance` below it.

    Parameters
    ----------
    records
        How many points, N.
    area_km2
        The area that they could lie in, A.
    chance
        The share of such mean distances that would be shorter, above 0 and below 1: 0.5
        asks for the mean itself, smaller numbers for shorter distances.

    Returns
    -------
    near_m
        The distance in metres; may be below 0 for few records.

    Raises
    ------
    RecipeError
        If an option is out of bounds.

    References
    ----------
    Clark and Evans (1954), https://doi.org/10.2307/1931034; Levine (2013), CrimeStat IV, chapter 7

    Examples
    --------
    >>> round(nearest_neighbour_limit(100, 1.0), 6)
    50.0
    """
    check_whole("records", records)
    check_above_0("area_km2", area_km2, "square kilometres")
    if not 0 < chance < 1:
        msg = f"`chance` must be above 0 and below 1; it is {chance:g}."
        raise RecipeError(msg)
    from scipy.special import ndtri  # noqa: PLC0415  (heavy, and used only here)

    area = area_km2 * _M2_A_KM2
    return float(0.5 * np.sqrt(area / records) + ndtri(chance) * 0.26136 * np.sqrt(area) / records)


def hierarchy(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    near_m: float | None = None,
    area_km2: float | None = None,
    chance: float = CHANCE,
    least_records: int = LEAST_RECORDS,
    least_clusters: int = LEAST_CLUSTERS,
) -> tuple[Order, ...]:
    """Cluster records, then the clusters' mean centres, and so on until none is found.

    A seed is the record with the most records near it; it takes them all, and the next seed is
    looked for among those left. A record is in one cluster at most.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    near_m
        The distance of the first order, in metres. None takes :func:`nearest_neighbour_limit`.
        Later orders always take it, from the number of clusters.
    area_km2
        The study area. None takes the smallest upright rectangle around the records.
    chance
        Passed on to :func:`nearest_neighbour_limit`.
    least_records, least_clusters
        Fewest records of a first-order cluster; fewest clusters of a later one.

    Returns
    -------
    orders
        The first order is always there, though it may hold no cluster; a later one holds some.

    Raises
    ------
    WrongValues
        If a coordinate is missing.
    RecipeError
        If an option is out of bounds.
    MethodError
        If there are fewer records than a cluster needs, or they span no area and none is given.

    References
    ----------
    Levine (2013), CrimeStat IV, chapter 7
    """
    check_whole("least_records", least_records, least=2)
    check_whole("least_clusters", least_clusters, least=2)
    if near_m is not None:
        check_above_0("near_m", near_m, "metres")
    stacks = stack_records(x, y)
    check_enough(stacks, "Nearest-neighbour hierarchy", least_records)
    area = area_km2
    if area is None and (near_m is None or (np.ptp(stacks.x) > 0 and np.ptp(stacks.y) > 0)):
        area = area_of(stacks)
    if near_m is None and area is not None:
        near_m = nearest_neighbour_limit(int(stacks.records.sum()), area, chance=chance)
    orders = [_one_order(stacks, near_m or 0.0, least_records)]
    while area is not None and len(orders[-1].x) >= least_clusters:
        centres = stack_records(orders[-1].x, orders[-1].y)
        near_m = nearest_neighbour_limit(len(orders[-1].x), area, chance=chance)
        higher = _one_order(centres, near_m, least_clusters)
        if not len(higher.x):
            break
        below = orders[-1].records[higher.label >= 0]
        held = np.bincount(higher.label[higher.label >= 0], weights=below).astype(np.int64)
        orders.append(higher._replace(records=held))
    return tuple(orders)


def label(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    near_m: float | None = None,
    area_km2: float | None = None,
    chance: float = CHANCE,
    least_records: int = LEAST_RECORDS,
) -> Labelled:
    """Give each record the number of its first-order cluster, or -1.

    Parameters
    ----------
    x, y, near_m, area_km2, chance, least_records
        As for :func:`hierarchy`.

    Returns
    -------
    labelled
        ``labels``: n numbers in the order in which the clusters were found (the first seed
        gathered the most records), -1 for none; ``words``: what was chosen.

    Raises
    ------
    WrongValues
        If a coordinate is missing.
    RecipeError
        If an option is out of bounds.
    MethodError
        If there are fewer records than a cluster needs, or they span no area and none is given.
    """
    orders = hierarchy(
        x, y, near_m=near_m, area_km2=area_km2, chance=chance, least_records=least_records
    )
    told = "as asked"
    if near_m is None:
        area = area_km2 or area_of(stack_records(x, y))
        where = "the study area" if area_km2 else "the rectangle around the records"
        told = (
            f"below which {chance:.0%} of random mean distances to the nearest would be in "
            f"{area:,.0f} km2, {where}"
        )
    found = ", ".join(f"{len(order.x):,} of order {k}" for k, order in enumerate(orders, 1))
    words = (
        f"Nearest-neighbour hierarchy: at least {least_records:,} records within "
        f"{orders[0].near_m:.0f} m of a seed, {told}; clusters: {found}."
    )
    return Labelled(orders[0].label, words)


def clusters_by_chance(
    records: int,
    width_m: float,
    height_m: float,
    *,
    near_m: float,
    least_records: int = LEAST_RECORDS,
    replicates: int = 99,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Integers:
    """Count the first-order clusters among records thrown down at random, again and again.

    Parameters
    ----------
    records
        How many records are thrown down.
    width_m, height_m
        The rectangle that they fall in, each place as likely as any other: fields too, so
        records that keep to streets make more clusters than this whatever happens.
    near_m, least_records
        As the data were clustered.
    replicates, seed
        How many times, and where chance starts.
    progress
        Called with (done, all).

    Returns
    -------
    clusters
        One count a replicate. The p-value of c clusters is
        ``(1 + (clusters >= c).sum()) / (1 + replicates)``.

    Raises
    ------
    RecipeError
        If an option is out of bounds.
    """
    for name, value in (("records", records), ("replicates", replicates)):
        check_whole(name, value)
    for name, length in (("width_m", width_m), ("height_m", height_m), ("near_m", near_m)):
        check_above_0(name, length, "metres")
    rng = np.random.default_rng(seed)
    counts = np.zeros(replicates, dtype=np.int64)
    for k in range(replicates):
        thrown = stack_records(rng.uniform(0, width_m, records), rng.uniform(0, height_m, records))
        counts[k] = len(_one_order(thrown, near_m, least_records).x)
        if progress is not None:
            progress(k + 1, replicates)
    return counts


def area_of(stacks: Stacks) -> float:
    """Give the area of the smallest upright rectangle around points, in square kilometres.

    Raises
    ------
    MethodError
        If it has none.
    """
    area = float(np.ptp(stacks.x) * np.ptp(stacks.y)) / _M2_A_KM2
    if area <= 0:
        msg = (
            "The records lie on one line or one point, so the rectangle around them has no area and no "
            "distance is to be expected. Give `area_km2` or `near_m`."
        )
        raise MethodError(msg)
    return area


def _one_order(stacks: Stacks, near_m: float, least: int) -> Order:
    from csgeo.hotspots.clusters.seeding import seed_clusters  # noqa: PLC0415  (numba is heavy)

    cluster = np.full(len(stacks.x), -1, dtype=np.int64)
    if near_m > 0:
        cluster = seed_clusters(stacks.x, stacks.y, stacks.records, near_m=near_m, least=least)
    inside = cluster >= 0
    many = stacks.records[inside]
    held = np.bincount(cluster[inside], weights=many)
    middle_x, middle_y = (
        np.bincount(cluster[inside], weights=(v[inside] - v.min()) * many) / held + v.min()
        for v in (stacks.x, stacks.y)
    )
    label = stacks.to_records(cluster)
    return Order(label, middle_x, middle_y, held.astype(np.int64), float(near_m))
