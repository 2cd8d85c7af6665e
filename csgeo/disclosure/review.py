"""Which places may leave, because somebody who knows them has looked at each?

A place is kept, nudged to other cells, or left out with a reason. A decision is
about ground, not about a number in a list: it holds in the next run where the
place is the same, and the place is asked about again where it has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.disclosure.nudging import check_nudge, moved
from csgeo.errors import RecipeError
from csgeo.tables import HOTSPOTS, SET_ASIDE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

    from csgeo.disclosure.study_tables import StudyTables

KEEP, NUDGE, LEAVE_OUT, UNDO = "keep", "nudge", "leave out", "undo"
#: Why a place is left out. ``other`` asks for words.
REASONS = (
    "prison",
    "hospital",
    "police station",
    "default address",
    "one-off event",
    "other",
)
#: A place is the same if this share of the cells that it has, or had, is in both.
SAME_SHARE = 0.8


class Decision(NamedTuple):
    """What a reviewer decided about a place.

    ``cells`` are the place's own when it was looked at, sorted; ``moved_to`` those that it was
    nudged to. ``words`` stay on the secure side. ``at`` comes from the door.
    """

    place: str
    cells: tuple[str, ...]
    decided: str
    reviewer: str
    at: dt.datetime
    reason: str = ""
    words: str = ""
    moved_to: tuple[str, ...] = ()


class Reviewed(NamedTuple):
    """What review makes of the places of a study.

    ``may_leave`` keeps ``HOTSPOTS``, ranked anew; ``waiting`` too, with ``why_waiting``;
    ``left_out`` keeps ``SET_ASIDE``.
    """

    may_leave: gpd.GeoDataFrame
    waiting: gpd.GeoDataFrame
    left_out: gpd.GeoDataFrame


def check_decision(decision: Decision) -> Decision:
    """Return a decision that is complete; refuse one that is not.

    Raises
    ------
    RecipeError
        If it has no reviewer, no reason where one is asked, or cells where none belong.
    """
    decided, reason = decision.decided, decision.reason
    if decided not in (KEEP, NUDGE, LEAVE_OUT, UNDO):
        msg = f"`decided` must be {KEEP}, {NUDGE}, {LEAVE_OUT} or {UNDO}; it is {decided!r}."
        raise RecipeError(msg)
    if not decision.reviewer.strip():
        msg = f"A review of {decision.place} must say its reviewer; none is given. Give the name or initials."
        raise RecipeError(msg)
    if decision.at.tzinfo is None:
        msg = f"A review of {decision.place} must say when, with its time zone; it has none."
        raise RecipeError(msg)
    if reason not in REASONS and (reason or decided in (NUDGE, LEAVE_OUT)):
        msg = (
            f"To {decided} {decision.place} must have a reason, one of {', '.join(REASONS)}; "
            f"it is {reason!r}."
        )
        raise RecipeError(msg)
    if reason == "other" and not decision.words.strip():
        msg = f"The reason `other` must be said in words for {decision.place}; there are none."
        raise RecipeError(msg)
    if not decision.cells or bool(decision.moved_to) != (decided == NUDGE):
        msg = (
            f"A review of {decision.place} must name its cells, and others only to {NUDGE} it; it has "
            f"{len(decision.cells)} and {len(decision.moved_to)}."
        )
        raise RecipeError(msg)
    return decision


def standing(decisions: Iterable[Decision]) -> list[Decision]:
    """Give the decisions that stand, in their order: each ``undo`` takes the place's last one back.

    Raises
    ------
    RecipeError
        If there is nothing to undo.
    """
    kept: list[Decision] = []
    for decision in map(check_decision, decisions):
        if decision.decided != UNDO:
            kept.append(decision)
            continue
        own = [n for n, d in enumerate(kept) if _shared(d.cells, decision.cells) >= SAME_SHARE]
        if not own:
            msg = f"There must be a review of {decision.place} to undo; there is none."
            raise RecipeError(msg)
        del kept[own[-1]]
    return kept


def decision_on(cells: Iterable[str], decisions: Sequence[Decision]) -> tuple[Decision | None, str]:
    """Find what was decided about a place as it is now; else say why it waits.

    Parameters
    ----------
    cells
        Ids of the place's cells; it is known by its ground, whatever its own id.
    decisions
        That stand, from :func:`standing`.

    Returns
    -------
    decision, why
        The last that holds, and nothing; or None and why not. What was left out stays so while
        the place is the same; what was kept asks again for each cell that nobody has looked at.
    """
    now = frozenset(cells)
    changed = False
    for decision in reversed(decisions):
        share = _shared(decision.cells, now)
        new = now - frozenset(decision.cells)
        if share >= SAME_SHARE and (decision.decided == LEAVE_OUT or not new):
            return decision, ""
        if share >= SAME_SHARE:
            return None, f"{len(new)} of its cells were not there when it was looked at"
        changed |= share > 0
    if changed:
        return None, "it has changed since somebody looked at it"
    return None, "nobody has looked at it yet"


def reviewed(
    study: StudyTables,
    decisions: Iterable[Decision],
    *,
    required: bool = True,
    most_km2: float = 0.25,
) -> Reviewed:
    """Sort the places of a study into those that may leave, that wait and that are left out.

    Parameters
    ----------
    study
        Its places, and the records that nudged ones are counted in again.
    decisions
        All that were made, in their order.
    required
        Whether a place that nobody has looked at waits; else it may leave.
    most_km2
        The largest place; see :func:`csgeo.disclosure.nudging.check_nudge`.

    Returns
    -------
    reviewed
        ``(may_leave, waiting, left_out)``: each place of the study is in exactly one.

    Raises
    ------
    RecipeError
        If a decision is incomplete, or a nudge goes too far or into another place.
    """
    HOTSPOTS.check(study.hotspots, "study.hotspots")
    hotspots = study.hotspots
    kept = standing(decisions)
    found = [decision_on(text.split(), kept) for text in hotspots["cells"]]
    out = np.array([d is not None and d.decided == LEAVE_OUT for d, _ in found], dtype=bool)
    wait = np.array([required and d is None for d, _ in found], dtype=bool)
    why = pd.array([words for _, words in found], dtype="str")
    reasons = [f"left out in review: {d.reason} (known locally)" if d else "" for d, _ in found]
    left_out = hotspots.assign(reason=pd.array(reasons, dtype="str"))[out]
    nudges = {
        str(place): d
        for place, (d, _), gone in zip(hotspots.index, found, out, strict=True)
        if d is not None and d.decided == NUDGE and not gone
    }
    may = _nudged(study, hotspots[~out & ~wait], nudges, hotspots[~out], most_km2=most_km2)
    return Reviewed(
        HOTSPOTS.check(_ranked(may), "may_leave"),
        hotspots.assign(why_waiting=why)[wait],
        SET_ASIDE.check(left_out[[*SET_ASIDE.columns, "geometry"]], "left_out"),
    )


def _nudged(
    study: StudyTables,
    may: gpd.GeoDataFrame,
    nudges: dict[str, Decision],
    listed: gpd.GeoDataFrame,
    *,
    most_km2: float,
) -> gpd.GeoDataFrame:
    """Move the places that were nudged; each is checked against where the others are now."""
    where = {str(place): tuple(text.split()) for place, text in listed["cells"].items()}
    where |= {place: d.moved_to for place, d in nudges.items()}
    for place, decision in nudges.items():
        others = [cells for other, cells in where.items() if other != place]
        check_nudge(decision.cells, decision.moved_to, others, area=study.area, most_km2=most_km2)
        may = moved(study, may, place, decision.moved_to)
    return may


def _ranked(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the places that are left new ranks, in the order that they had."""
    places = places.sort_values("rank")
    within = places.groupby(places["stratum"].fillna("").to_numpy()).cumcount()
    return places.assign(
        rank=np.arange(1, len(places) + 1), rank_in_stratum=within.to_numpy(dtype=np.int64) + 1
    )


def _shared(one: Iterable[str], other: Iterable[str]) -> float:
    """Give the share of all cells of two places that are in both (Jaccard's index)."""
    a, b = frozenset(one), frozenset(other)
    return len(a & b) / max(len(a | b), 1)
