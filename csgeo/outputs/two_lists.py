"""Which places do two releases share?

Worked out from what the two releases show, and from nothing else: no place that
one of them hides can be told from here.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pandas as pd

from csgeo.disclosure.release import require_release
from csgeo.lattice import SIDES_M, mixed_corners
from csgeo.outputs import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csgeo.disclosure.release import Release

    Ground = set[tuple[int, int]]

#: Two places are one if they share at least this part of the smaller one's ground.
LEAST_SHARED = 0.5
#: The smallest side of the lattice: each other is a multiple of it.
_STEP_M = SIDES_M[0]


def two_lists(first: Release, second: Release) -> pd.DataFrame:
    """Pair the places of two releases by the ground that they share.

    Each place is paired once: those that share the most ground first, then by
    rank. The cells may be of different sides, since the sides nest.

    Parameters
    ----------
    first, second
        Two releases, as a rule of the same records by different choices.

    Returns
    -------
    places
        One row for each place of either, in the order of the second list and
        then of the first: ``first_id``, ``second_id``, ``first_rank``,
        ``second_rank`` (missing where it is not on that list), ``name``,
        ``shared`` (share of the smaller place's ground, 0 to 1) and ``moved``
        (ranks up the list, from the first to the second).

    Raises
    ------
    NotReleased
        If either is anything but a release.

    Examples
    --------
    >>> two_lists(release, another)[["name", "first_rank", "second_rank"]]  # doctest: +SKIP
    """
    one, other = _ranked(first), _ranked(second)
    pairs = _pairs(one, other)
    of_second = {b: a for a, b in pairs}
    rows: list[tuple[object, ...]] = []
    for b, (rank, name, _) in other.items():
        a = of_second.get(b)
        rows.append(
            (a, b, one[a][0], rank, name, pairs[a, b]) if a else (None, b, None, rank, name, None)
        )
    alone = [a for a in one if a not in of_second.values()]
    rows += [(a, None, one[a][0], None, one[a][1], None) for a in alone]
    table = pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)
    return table.assign(moved=table["first_rank"] - table["second_rank"])


_COLUMNS = {
    "first_id": "str",
    "second_id": "str",
    "first_rank": "Int64",
    "second_rank": "Int64",
    "name": "str",
    "shared": "float64",
}


def said_of_two_lists(places: pd.DataFrame) -> str:
    """Say how many places are on both lists, and how many on one only.

    Parameters
    ----------
    places
        From :func:`two_lists`.
    """
    on_first, on_second = places["first_rank"].notna(), places["second_rank"].notna()
    both, new, gone = (
        int(k.sum()) for k in (on_first & on_second, on_second & ~on_first, on_first & ~on_second)
    )
    return f"{_are(both)} on both lists, {new} only on the new one, {gone} only on the one before."


def moved_in_words(first_rank: int | None, second_rank: int | None) -> str:
    """Say where a place went from one list to the other: "up 3", "new", "gone"."""
    if pd.isna(first_rank):
        return "only on the new list"
    if pd.isna(second_rank):
        return "only on the list before"
    up = int(first_rank) - int(second_rank)
    return "the same rank" if up == 0 else f"{'up' if up > 0 else 'down'} {abs(up)}"


def why_not_alike(first: Release, second: Release) -> tuple[str, ...]:
    """Say what else than the choices makes two releases differ; empty if nothing does."""
    two = (require_release(first), require_release(second))
    keys = [_told(r, "protection").get("rounded_with") for r in two]
    found: dict[str, list[object]] = {
        "The periods differ: {} and {}.": [words.period(r) for r in two],
        "The kinds of harm differ: {} and {}.": [", ".join(r.harms) or "all" for r in two],
        "The files are not the same, or were changed since the first of the two was made.": [
            _files(r, keyed=keys[0] == keys[1]) for r in two
        ],
        "They are rounded with different secrets, so that counts differ a little for that alone.": keys,
        "They were made by versions of csgeo that give different results ({} and {}).": [
            _told(r, "versions").get("results_changed") for r in two
        ],
        "They are made for different readers: {} and {}.": [r.audience for r in two],
    }
    return tuple(text.format(*pair) for text, pair in found.items() if pair[0] != pair[1])


def _told(release: Release, part: str) -> Mapping[str, Any]:
    told: Mapping[str, Any] = release.provenance.get(part, {})
    return told


def _files(release: Release, *, keyed: bool) -> list[tuple[str, str]]:
    """Name the files with their checksums; keyed ones can only be compared under one key."""
    inputs = release.provenance.get("inputs", ())
    sums = ("sha256", "keyed_sha256") if keyed else ("sha256",)
    return sorted(
        (str(i.get("file")), next((str(i[s]) for s in sums if i.get(s)), "")) for i in inputs
    )


def _ranked(release: Release) -> dict[str, tuple[int, str, Ground]]:
    """Give rank, name and ground of each place of a release, in the order of its list."""
    places = require_release(release).hotspots.sort_values("rank", kind="stable")
    return {
        str(id_): (int(rank), str(name), _squares(str(cells)))
        for id_, rank, name, cells in zip(
            places.index, places["rank"], places["name"], places["cells"], strict=True
        )
    }


def _squares(cells: str) -> Ground:
    """Split each cell into the smallest squares of the lattice, by their corners' numbers."""
    x, y, side = (numbers.tolist() for numbers in mixed_corners(cells.split()))
    return {
        (column, row)
        for left, low, wide in zip(x, y, side, strict=True)
        for column, row in product(
            range(left // _STEP_M, (left + wide) // _STEP_M),
            range(low // _STEP_M, (low + wide) // _STEP_M),
        )
    }


def _pairs(
    one: dict[str, tuple[int, str, Ground]], other: dict[str, tuple[int, str, Ground]]
) -> dict[tuple[str, str], float]:
    """Pair places that share enough of the smaller one's ground, most ground first."""
    shared = {(a, b): len(one[a][2] & other[b][2]) for a in one for b in other}
    order = sorted(shared, key=lambda p: (-shared[p], one[p[0]][0], other[p[1]][0]))
    chosen: dict[tuple[str, str], float] = {}
    for a, b in order:
        part = shared[a, b] / min(len(one[a][2]), len(other[b][2]))
        free = all(a != a_ and b != b_ for a_, b_ in chosen)
        if free and part >= LEAST_SHARED:
            chosen[a, b] = part
    return chosen


def _are(n: int) -> str:
    return "1 place is" if n == 1 else f"{n} places are"
