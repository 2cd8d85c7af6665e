"""What does somebody find out who has the releases, knows the method, and has not the key?

Used by the tests beside it and by ``benchmarks/attacks``.
"""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.disclosure.audit import Relation, hidden_ranges, says_too_much
from csgeo.disclosure.counted import lay_ground, searched_incidents
from csgeo.vocabulary import load_vocabulary

#: What is claimed: exactly so many, 1 to 9.
CLAIMS = np.arange(1, 10)


class Claims(NamedTuple):
    """How often "exactly k, 1 to 9" is right: of what was published, and from the base rate alone."""

    right: float
    base: float
    claims: int


def differences_of_a_release(release, study) -> pd.DataFrame:
    """Take every view from every view that holds it, unit by unit.

    Returns
    -------
    differences
        ``published`` (total less part, or total less all shown parts) and ``true``.
    """
    said = release.views[release.views["period"] == "this"]
    totals = said[(said["harm"] == "all") & (said["part_of_day"] == "all")].set_index("id")
    truth = true_views(release, study)
    rows = []
    for column in ("harm", "part_of_day"):
        parts = said[said[column] != "all"]
        for id_, some in parts.groupby("id"):
            total, true_total = int(totals.loc[id_, "incidents"]), truth[id_, "all", "all"]
            true = [
                truth[id_, h, p] for h, p in zip(some["harm"], some["part_of_day"], strict=True)
            ]
            seen = some["incidents"].astype(int).tolist()
            singles = [(total - s, true_total - t, 2) for s, t in zip(seen, true, strict=True)]
            every = (total - sum(seen), true_total - sum(true), 1 + len(seen))
            rows += [*singles, *([every] if len(seen) > 1 else [])]
    return pd.DataFrame(rows, columns=["published", "true", "terms"])


def true_views(release, study) -> dict[tuple[str, str, str], int]:
    """Count the records of every view of every unit that is shown, as nobody outside can."""
    vocabulary = load_vocabulary("harm")
    shapes = gpd.GeoDataFrame(
        {"id": [*release.hotspots.index, *release.cells.index]},
        geometry=[*release.hotspots.geometry, *release.cells.geometry],
        crs=release.cells.crs,
    )
    searched = searched_incidents(study, lay_ground(study, leaf_m=250))
    records = searched[searched.geometry.notna()]
    # a cell holds its southern and western edges: a hair to the north-east decides
    nudged = records.set_geometry(records.translate(1e-4, 1e-4))
    joined = gpd.sjoin(nudged, shapes, predicate="within")
    kind = joined["harm"].map(
        lambda c: vocabulary.label(vocabulary.rows.get(c, {}).get("parent") or c)
    )
    hour = joined["occurred_from"].dt.hour
    part = pd.cut(
        hour, [-1, 6, 14, 18, 22, 23], labels=["night", "daytime", "afternoon", "evening", "late"]
    )
    part = part.astype(object).where(part != "late", "night")
    part = part.where(joined["when_precision"].isin(["minute", "hour"]), "not known")
    counts: dict[tuple[str, str, str], int] = {}
    for harm, day in ((None, None), (kind, None), (None, part)):
        keys = pd.MultiIndex.from_arrays(
            [
                joined["id"],
                harm if harm is not None else ["all"] * len(joined),
                day if day is not None else ["all"] * len(joined),
            ]
        )
        counts |= pd.Series(1, index=keys).groupby(level=[0, 1, 2]).sum().to_dict()
    return counts


def claims(differences: pd.DataFrame, potential: pd.Series, *, step: int = 5) -> Claims:
    """Claim the likeliest count from 1 to 9 wherever a difference looks as small as that.

    Parameters
    ----------
    differences
        ``published`` and ``true`` differences, and of how many numbers (``terms``) each is.
    potential
        The true values of all differences that could have been published: the attacker is granted
        to know how common each is. Saying the most common every time is the base rate.
    step
        Of rounding; 1 where counts were not rounded.
    """
    small = potential[potential.between(1, 9)]
    prior = small.value_counts(normalize=True).reindex(CLAIMS, fill_value=0.0).to_numpy()
    made = differences[differences["published"].between(1, 9)]
    right = 0
    for published, true, terms in made.itertuples(index=False):
        noise = error_of_a_difference(int(terms), step=step)
        at = int(published) - CLAIMS + len(noise) // 2
        fits = np.where((at >= 0) & (at < len(noise)), noise[at.clip(0, len(noise) - 1)], 0.0)
        right += int(CLAIMS[(fits * prior).argmax()] == true)
    return Claims(right / max(len(made), 1), float(prior.max()), len(made))


def differences_of_todays_tools(release, study, *, least: int, step: int) -> pd.DataFrame:
    """Take the same views from each other, each protected on its own as today's tools do it.

    Whatever is below `least` is not shown; the rest is rounded to the nearest `step` (1: not at all).
    """
    truth = true_views(release, study)
    rows = []
    for (id_, harm, part), count in truth.items():
        total = truth[id_, "all", "all"]
        if (harm, part) != ("all", "all") and count >= least:
            published = [int(np.floor(n / step + 0.5)) * step for n in (total, count)]
            rows.append((published[0] - published[1], total - count, 2))
    return pd.DataFrame(rows, columns=["published", "true", "terms"])


def potential_differences(release, study) -> pd.Series:
    """Give every total less one of its parts, whether it may be shown or not."""
    return differences_of_todays_tools(release, study, least=1, step=1)["true"]


def error_of_a_difference(terms: int, *, step: int) -> np.ndarray:
    """Give the chances of the error of a sum of so many numbers rounded on their own.

    Returns
    -------
    chances
        Of -(terms x (step - 1)) to +(terms x (step - 1)); with counts that may end in any digit.
    """
    one = (step - np.abs(np.arange(-(step - 1), step))) / step**2
    whole = np.ones(1)
    for _ in range(terms):
        whole = np.convolve(whole, one)
    return whole


def hidden_that_are_told(release, study, *, units: int | None = None) -> tuple[int, int]:
    """Run a linear programme over the views of each unit; count hidden parts that it tells.

    Returns
    -------
    told, hidden
        How many hidden counts have a range narrower than the threshold alone leaves it, of how
        many that were looked at.
    """
    said = release.views[release.views["period"] == "this"]
    cuts = {name: sorted(set(said[name]) - {"all"}) for name in ("harm", "part_of_day")}
    ids = said.loc[(said["harm"] != "all") | (said["part_of_day"] != "all"), "id"].unique()[:units]
    most = np.inf if release.people_known else release.least_people - 1
    told = hidden = 0
    table = said.set_index(["id", "harm", "part_of_day"])["incidents"].to_dict()
    for id_ in ids:
        shown, relations = [float(table[id_, "all", "all"])], []
        for name, parts in cuts.items():
            first = len(shown)
            for part in parts:
                key = (id_, part, "all") if name == "harm" else (id_, "all", part)
                shown.append(float(table.get(key, np.nan)))
            if name == "part_of_day" and parts:
                shown.append(np.nan)  # times that are not known
            if parts:
                relations.append(Relation(0, tuple(range(first, len(shown)))))
        numbers = np.array(shown)
        ranges = hidden_ranges(numbers, tuple(relations), step=release.round_to, most_hidden=most)
        these = np.isnan(numbers)
        told += int(says_too_much(ranges[these], least_people=release.least_people).sum())
        hidden += int(these.sum())
    return told, hidden


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
