"""What does an attacker find out who has several releases of a study, or every record but one?

The releases are of the invented county: other choices on the same days, moved
days, and the study without one of its records. Each function gives rows for the
table; nothing is asserted here.
"""

from __future__ import annotations

import itertools
import sys
from copy import copy
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.attacks.county import KEYS, county_folder, county_release, county_study
from benchmarks.attacks.rows import Row, print_rows
from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.release import make_release
from csgeo.errors import CsgeoError
from csgeo.recipe import Period, load_recipe
from csgeo.study import run_study
from tests.disclosure import attackers, several_attackers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from csgeo.disclosure.release import Release
    from csgeo.study import Study

#: Other choices on the same days, as somebody would try them one after the other.
TRIES = {
    "cells of 250 m": {"cell_m": 250},
    "smoothed surroundings": {"expectation": "surroundings"},
    "Getis-Ord": {"method": "getis_ord", "cell_m": 250},
    "twenty places": {"most_places": 20},
}
#: Two periods side by side, and one that lies across both.
DAYS = (
    (date(2023, 1, 1), date(2024, 6, 30)),
    (date(2024, 7, 1), date(2025, 12, 31)),
    (date(2023, 10, 1), date(2025, 3, 31)),
)


@lru_cache(maxsize=16)
def study_with(choices: tuple[tuple[str, object], ...], days: tuple[date, date] | None) -> Study:
    """Run the county's recipe with other choices, or other days."""
    recipe = load_recipe(county_folder() / "csgeo.toml")
    hot = replace(recipe.hotspots, reruns=0, **dict(choices))
    period = Period(*days) if days else recipe.period
    return run_study(replace(recipe, hotspots=hot, period=period))


def other_choices(keys: list[str] = KEYS[:3]) -> list[Row]:
    """Try other choices on the same days: unlooked at, and held against what was published."""
    first = county_study()
    studies = [first, *(study_with(tuple(some.items()), None) for some in TRIES.values())]
    people = several_attackers.people_of(first)
    potential = attackers.potential_differences(county_release(), first)
    loose, held, refused = [], [], 0
    for key in map(key_from_text, keys):
        releases = [make_release(study, key=key) for study in studies]
        loose.append(
            several_attackers.differences_of_several(
                several_attackers.sets_of(releases, studies), people
            )
        )
        published, of = [releases[0]], [first]
        for study in studies[1:]:
            try:
                published.append(make_release(study, key=key, former=published))
                of.append(study)
            except CsgeoError:
                refused += 1
        held.append(
            several_attackers.differences_of_several(
                several_attackers.sets_of(published, of), people
            )
        )
    together = [attackers.claims(one, potential, of="people") for one in loose]
    many, base = sum(c.claims for c in together), together[0].base
    right = sum(c.claims * c.right for c in together) / max(many, 1)
    small = sum(int(one["people"].between(1, 9).sum()) for one in loose)
    left = sum(int(one["people"].between(1, 9).sum()) for one in held)
    every = sum(map(len, loose))
    return [
        Row(
            f"{len(studies)} releases of the same days by other choices, not held against each other "
            "(the dashboard's tries): 'exactly k', 1-9 people",
            "76 to 100% (threshold and rounding)",
            f"<= {1.3 * base:.0%} (1.3 x base rate)",
            f"{right:.0%} of {many} claims; {small} of {every:,} differences are of 1-9 people",
            right <= 1.3 * base,
        ),
        Row(
            "the same, each held against those published before: differences of 1-9 people, in pairs "
            "and triples",
            "-",
            "0",
            f"{left} of {sum(map(len, held))}; {refused} of {len(keys) * (len(studies) - 1)} refused",
            left == 0,
        ),
    ]


def moved_days(keys: list[str] = KEYS[:3]) -> list[Row]:
    """Add two periods and take the one that lies across both: what is left is of the two ends."""
    studies = [study_with((), days) for days in DAYS]
    # pseudonyms are made anew in each run; the records keep their names
    people = several_attackers.people_of(county_study())
    rows, refused = [], 0
    for key in map(key_from_text, keys):
        loose = [make_release(study, key=key) for study in studies]
        try:
            make_release(studies[2], key=key, former=loose[:2])
        except CsgeoError:
            refused += 1
        tables = [_numbers_on_the_ground(r, s) for r, s in zip(loose, studies, strict=True)]
        for ground in set.intersection(*(set(t) for t in tables)):
            (a, of_a), (b, of_b), (c, of_c) = (t[ground] for t in tables)
            left = (of_a | of_b) - of_c
            who = {people.get(name) for name in left} - {None}
            rows.append((a + b - c, len(left), len(who), 3))
    made = pd.DataFrame(rows, columns=["published", "true", "people", "terms"])
    told = attackers.claims(made, made["people"], of="people")
    return [
        Row(
            "three releases of moved days, two that follow each other less the one across them: 'exactly "
            "k', 1-9 people",
            f"{told.right:.0%} of {told.claims} claims ({int(made['people'].between(1, 9).sum())} of "
            f"{len(made)} differences are of 1-9; not held against each other)",
            "the third is refused",
            f"refused with {refused} of {len(keys)} keys",
            refused == len(keys),
        )
    ]


def _numbers_on_the_ground(release: Release, study: Study) -> dict[str, tuple[int, frozenset]]:
    """Give the number and the records of each place and piece, by its ground."""
    records = attackers.records_in_units(release, study)
    of_unit = dict(tuple(records.groupby("id")))
    views = release.views
    whole = views[
        (views["harm"] == "all") & (views["part_of_day"] == "all") & (views["period"] == "this")
    ].set_index("id")["incidents"]
    shapes = pd.concat([release.hotspots.geometry, release.cells.geometry]).reindex(whole.index)
    return {
        shape.normalize().wkt: (int(number), frozenset(of_unit[id_].index))
        for (id_, number), shape in zip(whole.items(), shapes, strict=True)
    }


def all_records_but_one(tried: int = 40) -> list[Row]:
    """Ask whether a record is there, knowing all others: from the numbers, and from what is shown."""
    study, key = county_study(), key_from_text(KEYS[0])
    release = county_release()
    there = attackers.records_in_units(release, study)
    chance = np.random.default_rng(4)
    located = study.incidents.index[study.incidents.geometry.notna()]
    accuracy, certain = [], 0
    for name in chance.choice(located, size=tried, replace=False):
        other = _without(study, str(name))
        try:
            without = make_release(other, key=key)
        except CsgeoError:
            without = None
        if without is None or _structure(without) != _structure(release):
            certain += 1
            accuracy.append(1.0)
            continue
        counts = _counts_with(there, release, str(name))
        accuracy.append(0.5 + _apart(counts, step=release.round_to) / 2)
    return [
        Row(
            "is this record there? (somebody who knows all others and the method, not the key)",
            "100% (exact counts)",
            "said in the documentation (by chance 50%)",
            f"right in {np.mean(accuracy):.0%}; told for certain by what is shown for {certain} of {tried}",
            True,
        )
    ]


def _without(study: Study, name: str) -> SimpleNamespace:
    """Take one record from a study, and from the counts of its cell and place."""
    names = [f for f in dir(study) if not f.startswith("_")]
    other = SimpleNamespace(**{f: copy(getattr(study, f)) for f in names})
    point = study.incidents.geometry[name]
    other.incidents = other.searched = study.incidents.drop(index=name)
    for table in ("cells", "hotspots"):
        rows = getattr(study, table).copy()
        inside = rows.intersects(point.buffer(1e-4, quad_segs=1)) & (
            rows.bounds["maxx"] > point.x + 1e-4
        )
        holding = rows.index[inside & (rows.contains(type(point)(point.x + 1e-4, point.y + 1e-4)))]
        rows.loc[holding, "incidents"] -= 1
        setattr(other, table, rows)
    return other


def _structure(release: Release) -> tuple[frozenset, frozenset]:
    """Give what a release shows, but for the numbers."""
    views = release.views[["id", "harm", "part_of_day", "period"]]
    hidden = frozenset(release.cells.index[release.cells["hidden"]])
    return frozenset(views.itertuples(index=False, name=None)), hidden


def _counts_with(there: pd.DataFrame, release: Release, name: str) -> list[int]:
    """Count the records of each view that holds a record and is shown."""
    if name not in there.index:
        return []
    mine = there.loc[name]
    shown = set(release.views[["id", "harm", "part_of_day"]].itertuples(index=False, name=None))
    of_unit = there[there["id"] == mine["id"]]
    counts = []
    for harm, part in itertools.product(("all", mine["harm"]), ("all", mine["part_of_day"])):
        if (mine["id"], harm, part) in shown:
            inside = np.ones(len(of_unit), dtype=bool)
            if harm != "all":
                inside &= (of_unit["harm"] == harm).to_numpy()
            if part != "all":
                inside &= (of_unit["part_of_day"] == part).to_numpy()
            counts.append(int(inside.sum()))
    return counts


def _apart(counts: list[int], *, step: int) -> float:
    """Give how far apart the numbers with and without a record are: 0 the same, 1 never the same."""
    with_it = [dict(_chances(n, step)) for n in counts]
    without = [dict(_chances(n - 1, step)) for n in counts]
    together = [sorted({*a, *b}) for a, b in zip(with_it, without, strict=True)]
    apart = 0.0
    for said in itertools.product(*together):
        p = np.prod([c.get(x, 0.0) for c, x in zip(with_it, said, strict=True)])
        q = np.prod([c.get(x, 0.0) for c, x in zip(without, said, strict=True)])
        apart += abs(p - q) / 2
    return float(apart) if counts else 0.0


def _chances(count: int, step: int) -> Iterator[tuple[int, float]]:
    left = count % step
    if left < step:
        yield max(count - left, step), 1 - left / step
    if left:
        yield count - left + step, left / step


def rows() -> list[Row]:
    """Run all attacks of this file."""
    return [*other_choices(), *moved_days(), *all_records_but_one()]


if __name__ == "__main__":
    print_rows(rows())
