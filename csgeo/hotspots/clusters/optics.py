"""Which records make dense valleys, each dense in its own way? (OPTICS)"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from csgeo.errors import RecipeError
from csgeo.hotspots.clusters.answers import (
    LEAST_RECORDS,
    Labelled,
    check_above_0,
    check_enough,
    check_whole,
)
from csgeo.hotspots.clusters.stacks import number_by_records, stack_records

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.clusters.stacks import Stacks
    from csgeo.hotspots.clusters.walking import Walk

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]

#: Records farther apart than one walks in six minutes are not one place.
MOST_M = 500.0
#: What the paper and scikit-learn take.
STEEPNESS = 0.05


def label(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    most_m: float = MOST_M,
    least_records: int = LEAST_RECORDS,
    steepness: float = STEEPNESS,
) -> Labelled:
    """Give each record the number of its OPTICS cluster, or -1.

    A cluster is a valley of the reachability plot between steep sides, so a village and a
    city centre may both be clusters. Core distances count records; records on one
    coordinate are never parted.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    most_m
        Records farther apart are never neighbours, in metres.
    least_records
        Records, its own among them, that a core distance holds; also the fewest of a cluster.
    steepness
        By which share the reachability falls and rises at the sides of a valley, above 0 and below 1.

    Returns
    -------
    labelled
        ``labels``: n numbers, 0 for the cluster that holds the most records, -1 for none;
        ``words``: what was chosen.

    Raises
    ------
    WrongValues
        If a coordinate is missing.
    RecipeError
        If an option is out of bounds.
    MethodError
        If there are fewer records than a cluster needs.

    References
    ----------
    Ankerst, Breunig, Kriegel and Sander (1999), https://doi.org/10.1145/304181.304187
    """
    check_above_0("most_m", most_m, "metres")
    check_whole("least_records", least_records, least=2)
    if not 0 < steepness < 1:
        msg = f"`steepness` must be above 0 and below 1; it is {steepness:g}."
        raise RecipeError(msg)
    stacks = stack_records(x, y)
    check_enough(stacks, "OPTICS", least_records)
    from csgeo.hotspots.clusters.walking import walk  # noqa: PLC0415  (numba is heavy)

    way = walk(stacks, most_m=most_m, least_records=least_records)
    cluster = _valleys(stacks, way, least_records, steepness)
    words = (
        f"OPTICS: clusters of at least {least_records:,} records, steepness {steepness:g}, nothing "
        f"reached from beyond {most_m:g} m; {int(cluster.max(initial=-1)) + 1:,} clusters."
    )
    return Labelled(stacks.to_records(cluster), words)


def reachability_plot(stacks: Stacks, way: Walk) -> tuple[Numbers, Integers]:
    """Draw the walk out for every record: reachability in metres, and the step it was reached from.

    The first record of a stack was reached from elsewhere; the others from it, or from as near.

    Returns
    -------
    reach_m, reached_from
        One entry a record in the order of the walk; `reached_from` is a position in it, -1 at a start.
    """
    many = stacks.records[way.order]
    head = np.concatenate([[0], np.cumsum(many)[:-1]])  # step of each stack's first record
    position = np.empty(len(head), dtype=np.int64)
    position[way.order] = head
    outside, core = way.reach_m[way.order], way.core_m[way.order]
    before = way.reached_from[way.order]
    parent = np.where(before >= 0, position[before], -1)
    reach_m = np.repeat(np.minimum(outside, core), many)
    reached_from = np.repeat(np.where(core < outside, head, parent), many)
    reach_m[head], reached_from[head] = outside, parent
    return reach_m, reached_from


def _valleys(stacks: Stacks, way: Walk, least_records: int, steepness: float) -> Integers:
    from sklearn.cluster import cluster_optics_xi  # noqa: PLC0415  (heavy, and used only here)

    reach_m, reached_from = reachability_plot(stacks, way)
    if not np.isfinite(reach_m).any():
        return np.full(len(way.order), -1, dtype=np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):  # stacks are reached from 0 m away
        found, _ = cluster_optics_xi(
            reachability=reach_m, predecessor=reached_from, ordering=np.arange(len(reach_m)),
            min_samples=least_records, xi=steepness,
        )  # fmt: skip
    of_stack = np.repeat(way.order, stacks.records[way.order])
    return number_by_records(_most_common(found, of_stack), stacks, least_records=least_records)


def _most_common(found: Integers, of_stack: Integers) -> Integers:
    """Keep stacks whole: each goes where most of its records go."""
    pairs, votes = np.unique(np.column_stack([of_stack, found]), axis=0, return_counts=True)
    order = np.lexsort([pairs[:, 1], votes, pairs[:, 0]])
    last = np.append(np.diff(pairs[order, 0]) > 0, True)
    return np.asarray(pairs[order][last, 1], dtype=np.int64)
