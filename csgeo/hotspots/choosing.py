"""Which method, cell size and expectation would have held most of what came after, here?

``find_hotspots`` is run on the earlier part of a partnership's own records, and its
places are held against the later part. That tells what each way would have done; it does
not tell what will happen, and nothing about any person.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.cell_weights import street_length
from csgeo.hotspots.change.months import month_numbers
from csgeo.hotspots.counting import count_incidents, lay_field
from csgeo.hotspots.enforcement import without_enforcement
from csgeo.hotspots.find import find_hotspots
from csgeo.hotspots.held import (
    busiest_cells,
    cells_of_places,
    lay_ground,
    measured,
    on_the_same_ground,
    records_per_cell,
)
from csgeo.hotspots.looked_back import BUSIEST, in_words, side_by_side
from csgeo.hotspots.splits import rolling_splits
from csgeo.lattice import SIDES_M
from csgeo.recipe import EXPECTATIONS, METHODS
from csgeo.tables import INCIDENTS, check_same_crs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.held import Ground
    from csgeo.hotspots.splits import Split

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]
    Progress: TypeAlias = Callable[[str, int, int], None]


class Way(NamedTuple):
    """One way of finding places."""

    method: str
    cell_m: int
    expectation: str

    @property
    def name(self) -> str:
        """What the table calls it."""
        return " ".join(filter(None, (self.method, f"{self.cell_m} m", self.expectation)))


class Compared(NamedTuple):
    """What the comparison gave: see :func:`compare_methods`."""

    table: pd.DataFrame
    splits: pd.DataFrame
    words: tuple[str, ...]


def compare_methods(
    incidents: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    *,
    methods: Sequence[str] = ("compact_places", "getis_ord", "hdbscan"),
    cell_sizes: Sequence[int] = (125, 250),
    expectations: Sequence[str] = ("surroundings",),
    splits: int = 4,
    later_months: int = 6,
    least_months: int = 12,
    share_of_area: float | None = None,
    enforcement: str = "left_out",
    streets: gpd.GeoDataFrame | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    **find_options: Any,
) -> Compared:
    """Compare ways of finding places on what came after, in our own records.

    Parameters
    ----------
    incidents, area
        ``INCIDENTS`` and the study area (``AREAS``); months are enough. Records outside,
        without a point or without a known month are not used.
    methods, cell_sizes, expectations
        Ways to compare: every combination, as ``find_hotspots`` names them (cells in metres). The
        busiest cells of each size, nothing set aside, stand beside them.
    splits, later_months, least_months
        How often the history is cut at most, how many months are looked at after each cut, and
        how many there must be before the first: see ``rolling_splits``.
    share_of_area
        On how much ground (share of the area's cells, above 0 and below 1) all are measured; by
        itself that of the shortest list of each split.
    enforcement
        "left_out": records that enforcement made are left out before and after; or "kept".
    streets
        ``STREETS``, for the measures by street length and passed on.
    seed
        Where chance starts.
    progress
        Called with (what, done, of).
    find_options
        Passed on to ``find_hotspots``: places, residents, strata, most_places, q, replicates, ...

    Returns
    -------
    compared
        ``table``: one row per way, the most held first, ``way`` as the index: ``method``,
        ``cell_m``, ``expectation``, ``splits``, ``places`` (mean length of the list; of the busiest
        cells those taken),
        ``share_as_listed`` and ``area_as_listed`` (of the whole list: 0 to 1), then on the same
        ground ``share_of_records`` (of all splits together: the hit rate), ``least_share``,
        ``most_share``, ``share_of_area``, ``pai``, ``pei``, ``share_of_streets``, ``pai_streets``,
        ``recapture_rate_index`` and ``recovery_rate_index`` (means of the splits),
        ``difference`` from the first listed method (of the share), and ``p_value`` of that
        difference after Holm. Missing for a way that could not be run.
        ``splits``: the same measures for each way and split. ``words``: sentences for users.

    Raises
    ------
    TableError
        If a table breaks its contract or is in another system than the area.
    RecipeError
        If a way or an option is not known or out of its bounds.
    MethodError
        If the history is too short, or none of the methods could be run.

    References
    ----------
    As ``accuracy_of``; see docs/methods/looking_back.md.

    Examples
    --------
    >>> found = compare_methods(incidents, area, cell_sizes=(125,))  # doctest: +SKIP
    >>> print(found.words[1])  # doctest: +SKIP
    """
    INCIDENTS.check(incidents, "incidents")
    check_same_crs(area=area, incidents=incidents)
    ways = _ways(methods, cell_sizes, expectations)
    _check_options(share_of_area, enforcement, find_options)
    words: list[str] = []
    if enforcement == "left_out":
        incidents, said = without_enforcement(incidents)
        words.append(said)
    field = lay_field(area, cell_m=min(cell_sizes))
    located = incidents[count_incidents(incidents, field).position >= 0]
    cut = rolling_splits(
        month_numbers(located), splits=splits, later_months=later_months, least_months=least_months
    )
    ground = lay_ground(field, None if streets is None else street_length(streets, field))
    history = _History(
        located, area, ground, share_of_area,
        {**find_options, "streets": streets, "seed": seed, "enforcement": "kept"},  # left out above
    )  # fmt: skip
    looks: list[_Look] = []
    failed: dict[str, str] = {}
    for k, split in enumerate(cut.splits):
        say = _part_of(progress, k, len(cut.splits), len(ways))
        look, refused = _look_back(history, split, ways, say)
        looks.append(look)
        failed |= refused
    if len(failed) == sum(w.method != BUSIEST for w in ways):
        msg = f"None of the methods could be run on this history. The first said: {next(iter(failed.values()))}"
        raise MethodError(msg)
    by_split = pd.DataFrame([row for look in looks for row in look.rows])
    table = side_by_side(by_split, [look.held for look in looks], failed, seed=seed)
    words += [cut.words, *in_words(table, failed, later_months=later_months)]
    return Compared(table, by_split, tuple(words))


class _History(NamedTuple):
    located: gpd.GeoDataFrame
    area: gpd.GeoDataFrame
    ground: Ground
    share_of_area: float | None
    options: dict[str, Any]


class _Look(NamedTuple):
    """One row per way; and for each way, of all later records, the share held in each block."""

    rows: list[dict[str, object]]
    held: dict[str, Numbers]


def _look_back(
    history: _History, split: Split, ways: Sequence[Way], say: Callable[[int], None]
) -> tuple[_Look, dict[str, str]]:
    """Find places by what was known, and measure what they held of what came after."""
    ground = history.ground
    before, after = (history.located.iloc[rows] for rows in (split.earlier, split.later))
    earlier, later = (records_per_cell(part, ground) for part in (before, after))
    lists: dict[Way, list[Integers]] = {}
    failed: dict[str, str] = {}
    for number, way in enumerate(ways):
        say(number)
        if way.method == BUSIEST:
            lists[way] = busiest_cells(before, history.area, ground, cell_m=way.cell_m)
            continue
        try:
            found = find_hotspots(before, history.area, **way._asdict(), **history.options)
        except MethodError as error:
            failed[way.name] = str(error)
        else:
            lists[way] = cells_of_places(found.hotspots, ground)
    say(len(ways))
    cells = _same_ground(lists, history)
    ratio = split.later_months / split.earlier_months
    rows: list[dict[str, object]] = []
    held = {}
    for way, places in lists.items():
        part = on_the_same_ground(places, cells, ground)
        measures = measured(part, earlier=earlier, later=later, ground=ground, months_ratio=ratio)
        rows.append(
            {"way": way.name, **way._asdict(), "split": split.name, "later_records": later.sum()}
            | _as_listed(way, places, part, later)
            | measures
        )
        total = max(later.sum(), 1.0)
        held[way.name] = np.bincount(ground.block, part * later, ground.blocks) / total
    return _Look(rows, held), failed


def _same_ground(lists: dict[Way, list[Integers]], history: _History) -> float:
    """Give the ground that all are measured on, in cells."""
    if history.share_of_area is not None:
        return history.share_of_area * len(history.ground.block)
    sizes = [
        sum(len(own) for own in places) for way, places in lists.items() if way.method != BUSIEST
    ]
    return float(min((s for s in sizes if s), default=0))


def _as_listed(way: Way, places: list[Integers], part: Numbers, later: Numbers) -> dict[str, float]:
    """Measure the whole list; the busiest cells have no end, so only those taken are counted."""
    if way.method == BUSIEST:
        taken = sum(bool(part[own].any()) for own in places)
        return {"places": float(taken), "share_as_listed": np.nan, "area_as_listed": np.nan}
    own = np.concatenate([np.empty(0, dtype=np.int64), *places])
    return {
        "places": float(len(places)),
        "share_as_listed": float(later[own].sum() / later.sum()) if later.sum() else np.nan,
        "area_as_listed": len(own) / len(later),
    }


def _ways(
    methods: Sequence[str], cell_sizes: Sequence[int], expectations: Sequence[str]
) -> list[Way]:
    """List every combination, and the busiest cells of each size."""
    for called, given, known in (
        ("methods", methods, METHODS),
        ("cell_sizes", cell_sizes, SIDES_M),
        ("expectations", expectations, EXPECTATIONS),
    ):
        strange = [g for g in given if g not in known]
        if isinstance(given, str) or not given or strange or len(set(given)) < len(given):
            msg = f"`{called}` must be some of {', '.join(map(str, known))}, each once; it is {given!r}."
            raise RecipeError(msg)
    ways = [Way(*one) for one in product(methods, cell_sizes, expectations)]
    return [*ways, *(Way(BUSIEST, cell_m, "") for cell_m in cell_sizes)]


def _check_options(
    share_of_area: float | None, enforcement: str, find_options: dict[str, Any]
) -> None:
    if share_of_area is not None and not 0 < share_of_area < 1:
        msg = f"`share_of_area` must be above 0 and below 1; it is {share_of_area:g}."
        raise RecipeError(msg)
    if enforcement not in ("left_out", "kept"):
        msg = f'`enforcement` must be "left_out" or "kept"; it is {enforcement!r}.'
        raise RecipeError(msg)
    own = sorted(set(find_options) & {"method", "cell_m", "expectation", "reruns"})
    if own:
        msg = (
            f"`{own[0]}` cannot be passed on: methods, cells and expectations are compared by "
            "`methods`, `cell_sizes` and `expectations`, and nothing is run again. Leave it out."
        )
        raise RecipeError(msg)


def _part_of(progress: Progress | None, look: int, looks: int, ways: int) -> Callable[[int], None]:
    def say(done: int) -> None:
        if progress is not None:
            progress("Looking back", look * ways + done, looks * ways)

    return say
