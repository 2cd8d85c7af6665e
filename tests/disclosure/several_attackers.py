"""What does somebody find out who has several releases of one study, and adds them up and takes them away?

Used by the tests beside it and by ``benchmarks/attacks``. The attacker knows the method, the
places and pieces of each release and their numbers, and not the key.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from tests.disclosure.attackers import records_in_units


class Set(NamedTuple):
    """Records that a release gives a number for: which, how many it says, and of which release."""

    records: frozenset
    ground: object
    published: int
    release: int


def sets_of(releases, studies, *, harm="all", part="all", near=None) -> list[Set]:
    """List what the releases say of places and pieces, for one kind of harm and part of the day.

    Parameters
    ----------
    releases, studies
        Of the same days.
    near
        Only what meets this ground.
    """
    found = []
    for k, (release, study) in enumerate(zip(releases, studies, strict=True)):
        records = records_in_units(release, study)
        inside = np.ones(len(records), dtype=bool)
        if harm != "all":
            inside &= (records["harm"] == harm).to_numpy()
        if part != "all":
            inside &= (records["part_of_day"] == part).to_numpy()
        of_unit = dict(tuple(records[inside].groupby("id")))
        views = release.views
        said = views[
            (views["period"] == "this") & (views["harm"] == harm) & (views["part_of_day"] == part)
        ].set_index("id")["incidents"]
        shapes = pd.concat([release.hotspots.geometry, release.cells.geometry]).reindex(said.index)
        met = (
            shapely.intersects(shapes.to_numpy(), near) if near is not None else [True] * len(said)
        )
        for id_, number, shape, use in zip(said.index, said, shapes, met, strict=True):
            if use:
                mine = of_unit.get(id_)
                names = frozenset() if mine is None else frozenset(mine.index)
                found.append(Set(names, shape, int(number), k))
    return found


def differences_of_several(sets: list[Set], people: dict) -> pd.DataFrame:
    """Take one, or two that do not overlap, from another; and one from two that hold it together.

    Grounds tell the attacker what lies in what. Sets of one release never overlap.

    Returns
    -------
    differences
        ``published``, ``true`` (records), ``people`` and how many numbers each is made of.
    """
    shapes = np.array([one.ground for one in sets], dtype=object)
    tree, inner = shapely.STRtree(shapes), shapely.buffer(shapes, -1.0)
    inside = _pairs(*tree.query(inner, predicate="within")[::-1])
    meets = _pairs(*tree.query(inner, predicate="intersects"))
    ways = {*_ways_from_one(sets, inside, meets), *_ways_from_two(sets, shapes, inside, meets)}
    rows = []
    for more, less in sorted(ways):
        records = frozenset().union(*(sets[i].records for i in more))
        records = records.difference(*(sets[i].records for i in less))
        published = sum(sets[i].published for i in more) - sum(sets[i].published for i in less)
        who = {people.get(name) for name in records} - {None}
        rows.append((published, len(records), len(who), len(more) + len(less)))
    made = pd.DataFrame(rows, columns=["published", "true", "people", "terms"])
    return made[made["true"] > 0].reset_index(drop=True)


def _pairs(ones, others) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for one, other in zip(ones.tolist(), others.tolist(), strict=True):
        found.setdefault(one, set()).add(other)
    return found


def _ways_from_one(sets, inside, meets):
    """Take one, or two that do not overlap, from one that holds them."""
    for large, parts in inside.items():
        smaller = sorted(
            i
            for i in parts
            if large not in inside.get(i, ()) and sets[i].release != sets[large].release
        )
        yield from (((large,), (i,)) for i in smaller)
        for a, b in combinations(smaller, 2):
            if b not in meets.get(a, ()):
                yield (large,), (a, b)


def _ways_from_two(sets, shapes, inside, meets):
    """Take one from two that do not overlap, and hold it together."""
    for middle, around in meets.items():
        others = sorted(
            i
            for i in around
            if sets[i].release != sets[middle].release and middle not in inside.get(i, ())
        )
        for a, b in combinations(others, 2):
            both = shapely.union(shapes[a], shapes[b])
            if b not in meets.get(a, ()) and shapely.difference(shapes[middle], both).area < 1.0:
                yield (a, b), (middle,)


def people_of(study) -> dict:
    """Give the person of each record of a study, where one is named."""
    keys = study.incidents["person_key"]
    return keys[keys.notna()].to_dict()
