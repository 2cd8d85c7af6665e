"""What does somebody find out from the shapes and the surface of a release, and is it of use still?

Used by the tests beside it and by ``benchmarks/attacks``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from tests.disclosure.attackers import true_views

if TYPE_CHECKING:
    import geopandas as gpd


def near_a_vertex(shapes, points, *, within_m: float = 1.0) -> float:
    """Give the share of points that lie within a metre of a corner of any shape."""
    corners = shapely.points(np.unique(shapely.get_coordinates(shapes), axis=0))
    tree = shapely.STRtree(corners)
    _, distance = tree.query_nearest(points, return_distance=True, all_matches=False)
    return float((distance <= within_m).mean())


def addresses_recovered(counts, memberships, true, *, guesses: int) -> float:
    """Fit weights of addresses to what is published, and take the heaviest (NNLS).

    Parameters
    ----------
    counts
        m published numbers.
    memberships
        m x n: how much each of n addresses adds to each number.
    true
        n truth values.
    guesses
        How many addresses the attacker names.

    Returns
    -------
    share
        Of the named addresses that are true.
    """
    from scipy.optimize import nnls

    weights, _ = nnls(memberships, counts, maxiter=20 * memberships.shape[1])
    named = np.argsort(-weights, kind="stable")[:guesses]
    return float(true[named].mean())


class Town(NamedTuple):
    """Part of a town: its pieces of the surface, addresses, and which of them are true."""

    shown: gpd.GeoDataFrame
    addresses: np.ndarray
    is_true: np.ndarray


def a_town(release, study, *, true: int = 200, others: int = 1800, seed: int = 5) -> Town:
    """Take the largest town of the invented county, with a list of its addresses.

    Some are where records are; the others are drawn evenly over the ground.
    """
    chance = np.random.default_rng(seed)
    cells = release.cells
    shown = cells[~cells["hidden"]].cx[558_000:563_000, 52_000:58_000]
    ground = shown.union_all()
    points = study.incidents.geometry.dropna()
    where = np.unique(shapely.get_coordinates(points[points.within(ground)].to_numpy()), axis=0)
    where = where[chance.permutation(len(where))[:true]]
    west, south, east, north = shown.total_bounds
    drawn = np.column_stack(
        [chance.uniform(west, east, 5 * others), chance.uniform(south, north, 5 * others)]
    )
    drawn = drawn[shapely.intersects_xy(ground, *drawn.T)][:others]
    turn = chance.permutation(len(where) + len(drawn))
    return Town(shown, np.vstack([where, drawn])[turn], turn < len(where))


def surface_attack(release, study, *, bandwidth_m: float = 60.0) -> tuple[float, float, float]:
    """Look for addresses in the surface of a release, and in a usual one from points.

    Returns
    -------
    ours, chance, usual
        Share of the named addresses that are true: from the release, at random, and from a
        density that was made of the points themselves.
    """
    town = a_town(release, study)
    holds = shapely.intersects_xy(
        town.shown.geometry.to_numpy()[:, None],
        town.addresses[:, 0][None],
        town.addresses[:, 1][None],
    ).astype(float)
    guesses = int(town.is_true.sum())
    counts = town.shown["incidents"].to_numpy(dtype=float)
    ours = addresses_recovered(counts, holds, town.is_true, guesses=guesses)
    west, south, east, north = town.shown.total_bounds
    grid = np.stack(np.meshgrid(np.arange(west, east, 100), np.arange(south, north, 100)), -1)
    apart = ((grid.reshape(-1, 1, 2) - town.addresses[None]) ** 2).sum(-1)
    kernel = np.exp(-apart / (2 * bandwidth_m**2))
    usual = addresses_recovered(kernel @ town.is_true, kernel, town.is_true, guesses=guesses)
    return ours, float(town.is_true.mean()), usual


def top_ten_kept(release, study, *, of: int = 12) -> int:
    """Count the ten strongest places of the study that are among the first of the release."""
    strongest = study.hotspots.sort_values("rank").index[:10]
    return int(strongest.isin(release.hotspots.sort_values("rank").index[:of]).sum())


def ranks_agree(release, study) -> tuple[float, float]:
    """Correlate ranks of places, and density of the surface with the truth (Spearman)."""
    places = release.hotspots["rank"].corr(study.hotspots["rank"], method="spearman")
    shown = release.cells[~release.cells["hidden"]]
    truth = true_views(release, study)
    true = pd.Series({id_: truth[id_, "all", "all"] for id_ in shown.index}) / shown["area_km2"]
    return float(places), float(shown["per_km2"].corr(true, method="spearman"))
