"""What does somebody find out who has the releases, knows the method, and has not the key?

Used by the tests beside it and by ``benchmarks/attacks``.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

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


def differences_of_a_release(release, study, *, period: str = "this") -> pd.DataFrame:
    """Add up and take away what is shown of each unit, in every way that leaves a set of records.

    Kinds of harm are rows, parts of the day are columns; some rows are taken together, and columns
    of which all that is not shown lies in these rows are taken from them.

    Returns
    -------
    differences
        ``published``, ``true`` (records) and ``people`` of each, and of how many numbers it is.
    """
    said = release.views[release.views["period"] == period]
    records = records_in_units(release, study, period=period)
    of_unit = dict(tuple(records.groupby("id")))
    rows = []
    for id_, views in said.groupby("id"):
        if len(views) > 1:
            numbers = views.set_index(["harm", "part_of_day"])["incidents"].astype(int).to_dict()
            rows += _differences_of_a_unit(numbers, of_unit[id_])
    return pd.DataFrame(rows, columns=["published", "true", "people", "terms"])


def _differences_of_a_unit(numbers, records):
    harms = [h for h, p in numbers if h != "all" and p == "all"]
    parts = [p for h, p in numbers if h == "all" and p != "all"]
    rows, found = [*harms, "other"], {}
    open_rows = [h for h in harms if any((h, p) in numbers for p in parts)]
    harm = records["harm"].where(records["harm"].isin(harms), "other").to_numpy(dtype=object)
    part = records["part_of_day"].to_numpy(dtype=object)
    crossed = np.array([pair in numbers for pair in zip(harm, part, strict=True)], dtype=bool)

    def hidden(row, column):
        return (row, column) not in numbers

    choices = [(r,) for r in rows] + [tuple(rows)]
    for many in range(1, len(open_rows) + 1):
        for some in combinations(open_rows, many):
            others = tuple(r for r in rows if r not in open_rows)
            choices += [some, (*some, *others)]
    for taken in dict.fromkeys(choices):
        go = [p for p in parts if not any(hidden(r, p) for r in rows if r not in taken)]
        for less in {(), tuple(go)}:
            terms = [("+", r) for r in taken if r != "other"] + [("-", p) for p in less]
            value = sum(numbers[r, "all"] for r in taken if r != "other")
            value -= sum(numbers["all", p] for p in less)
            if "other" in taken:
                value += numbers["all", "all"] - sum(numbers[h, "all"] for h in harms)
                terms += [("+", "all"), *(("-", h) for h in harms)]
            shown = [k for k in numbers if "all" not in k]
            value -= sum(numbers[k] for k in shown if k[0] in taken and k[1] not in less)
            value += sum(numbers[k] for k in shown if k[0] not in taken and k[1] in less)
            used = [k for k in shown if (k[0] in taken) != (k[1] in less)]
            inside = np.isin(harm, taken) & ~np.isin(part, less) & ~crossed
            found[taken, less] = (value, inside, len(set(terms)) + len(used))
    for key, number in numbers.items():  # and each view from each that holds it
        for other, larger in numbers.items():
            if key != other and all(o in ("all", k) for o, k in zip(other, key, strict=True)):
                inside = _in_view(records, other) & ~_in_view(records, key)
                found[key, other] = (larger - number, inside, 2)
    person = records["person"].to_numpy(dtype=object)
    return [
        (value, int(inside.sum()), len(set(person[inside]) - {None}), terms)
        for value, inside, terms in found.values()
        if terms > 1  # one number alone is shown, and no difference
    ]


def _in_view(records, key):
    harm, part = (("all", None) if k == "all" else (k, k) for k in key)
    inside = np.ones(len(records), dtype=bool)
    if harm[0] != "all":
        inside &= (records["harm"] == harm[0]).to_numpy()
    if part[0] != "all":
        inside &= (records["part_of_day"] == part[0]).to_numpy()
    return inside


def records_in_units(release, study, *, period: str = "this") -> pd.DataFrame:
    """Find the unit, the kind of harm, the part of the day and the person of each record.

    By shapes and points, without the lattice that the door counts on.
    """
    vocabulary = load_vocabulary("harm")
    shapes = gpd.GeoDataFrame(
        {"id": [*release.hotspots.index, *release.cells.index]},
        geometry=[*release.hotspots.geometry, *release.cells.geometry],
        crs=release.cells.crs,
    )
    if period == "this":
        searched = searched_incidents(study, lay_ground(study, leaf_m=250))
    else:
        searched = study.incidents_before
    records = searched[searched.geometry.notna()]
    # a cell holds its southern and western edges: a hair to the north-east decides
    nudged = records.set_geometry(records.translate(1e-4, 1e-4))
    joined = gpd.sjoin(nudged, shapes, predicate="within")
    kind = joined["harm"].map(
        lambda c: vocabulary.label(vocabulary.rows.get(c, {}).get("parent") or c)
    )
    part = pd.cut(
        joined["occurred_from"].dt.hour,
        [-1, 6, 14, 18, 22, 23],
        labels=["night", "daytime", "afternoon", "evening", "late"],
    )
    part = part.astype(object).where(part != "late", "night")
    part = part.where(joined["when_precision"].isin(["minute", "hour"]), "not known")
    who = joined["person_key"].astype(object)
    return pd.DataFrame(
        {
            "id": joined["id"].to_numpy(),
            "harm": kind.to_numpy(dtype=object),
            "part_of_day": part.to_numpy(dtype=object),
            "person": who.where(who.notna(), None).to_numpy(dtype=object),
        },
        index=joined.index,
    )


def true_views(release, study, *, period: str = "this") -> dict[tuple[str, str, str], int]:
    """Count the records of every view of every unit that is shown, as nobody outside can."""
    records = records_in_units(release, study, period=period)
    counts: dict[tuple[str, str, str], int] = {}
    for harm, part in ((0, 0), (1, 0), (0, 1), (1, 1)):
        keys = [
            records["id"],
            records["harm"] if harm else pd.Series("all", index=records.index),
            records["part_of_day"] if part else pd.Series("all", index=records.index),
        ]
        counts |= records.groupby(keys).size().to_dict()
    return counts


def claims(
    differences: pd.DataFrame, potential: pd.Series, *, step: int = 5, of: str = "true"
) -> Claims:
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
    of
        ``true`` for records, ``people`` for how many people they are about.
    """
    small = potential[potential.between(1, 9)]
    prior = small.value_counts(normalize=True).reindex(CLAIMS, fill_value=0.0).to_numpy()
    made = differences[differences["published"].between(1, 9)]
    right = 0
    for published, true, terms in made[["published", of, "terms"]].itertuples(index=False):
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


def hidden_that_are_told(
    release, study, *, units: int | None = None, period: str = "this"
) -> tuple[int, int]:
    """Run a linear programme over all views of each unit; count small hidden ones that it tells.

    Kinds of harm, parts of the day and both crossed, whether shown or not: whoever attacks knows
    that they are sums of each other. Times and kinds of harm that are not known are cells too.

    Returns
    -------
    told, hidden
        How many counts of too few people, which are hidden, have a range narrower than the
        threshold alone leaves it, of how many.
    """
    said = release.views[release.views["period"] == period]
    records = records_in_units(release, study, period=period)
    of_unit = dict(tuple(records.groupby("id")))
    split = said.loc[(said["harm"] != "all") | (said["part_of_day"] != "all"), "id"]
    least, told, hidden = release.least_people, 0, 0
    for id_ in split.unique()[:units]:
        some = said[said["id"] == id_]
        words = [sorted(set(some[name]) - {"all"}) for name in ("harm", "part_of_day")]
        mine = some.set_index(["harm", "part_of_day"])["incidents"]
        shown, relations, keys = programme_of(mine.astype(int).to_dict(), *words)
        numbers = np.array(shown)
        ranges = hidden_ranges(numbers, tuple(relations), step=release.round_to, least_shown=least)
        small = np.isnan(numbers) & ~enough_people(of_unit[id_], keys, words, least=least)
        told += int(says_too_much(ranges[small], least_people=least).sum())
        hidden += int(small.sum())
    return told, hidden


def programme_of(numbers, harms, parts):
    """Write what is shown of a unit as numbers and sums; missing is what is not shown."""
    rows, columns = [*harms, "other"], [*parts, "not known"]
    keys = [(h, p) for h in ("all", *rows) for p in ("all", *columns)]
    shown = [float(numbers.get(key, np.nan)) for key in keys]
    at = {key: k for k, key in enumerate(keys)}
    relations = [Relation(at[h, "all"], tuple(at[h, p] for p in columns)) for h in ("all", *rows)]
    relations += [Relation(at["all", p], tuple(at[h, p] for h in rows)) for p in ("all", *columns)]
    return shown, relations, keys


def enough_people(records, keys, words, *, least):
    """Tell which views of a unit describe enough people, none of them more than half of it."""
    enough = []
    for key in keys:
        inside = np.ones(len(records), dtype=bool)
        for word, known, column in zip(key, words, ("harm", "part_of_day"), strict=True):
            values = records[column]
            if word in known:
                inside &= (values == word).to_numpy()
            elif word != "all":  # all others
                inside &= ~values.isin(known).to_numpy()
        who = records["person"][inside].dropna().value_counts()
        enough.append(len(who) >= least and who.max() <= inside.sum() / 2)
    return np.array(enough, dtype=bool)
