"""Which clusters are told of besides the most likely one?

The rules are those of SaTScan (user guide 9.4, "Spatial Output", criteria for reporting
secondary clusters). SaTScan keeps the strongest window of each centre, and then leaves
out those that overlap a stronger cluster; others (smerc, SpatialEpi, FleXScan) go on to
weaker windows around the same centre. Both are here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from csgeo.errors import RecipeError

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.scan.windows import ScanWindows

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Entries: TypeAlias = npt.NDArray[np.int64]
    Flags: TypeAlias = npt.NDArray[np.bool_]

Separate: TypeAlias = Literal[
    "no_overlap",
    "no_centre_in_other",
    "no_centre_in_stronger",
    "no_centre_in_weaker",
    "no_pair_of_centres",
    "one_per_centre",
]
Candidates: TypeAlias = Literal["best_of_each_centre", "all_windows"]

RULES = (
    "no_overlap", "no_centre_in_other", "no_centre_in_stronger", "no_centre_in_weaker",
    "no_pair_of_centres", "one_per_centre",
)  # fmt: skip
CANDIDATES = ("best_of_each_centre", "all_windows")


def check_rules(separate: str, candidates: str) -> None:
    """Refuse a rule that there is not."""
    for called, value, known in (
        ("separate", separate, RULES),
        ("candidates", candidates, CANDIDATES),
    ):
        if value not in known:
            msg = f"`{called}` must be one of {', '.join(known)}; it is {value!r}."
            raise RecipeError(msg)


def report_clusters(
    statistic: Numbers,
    windows: ScanWindows,
    points: Numbers,
    *,
    separate: Separate,
    candidates: Candidates,
    least: float = 0.0,
    most_clusters: int | None = None,
) -> Entries:
    """Pick the clusters to report, the most likely one first.

    Parameters
    ----------
    statistic
        Of the window that each entry closes; 0 where it is none.
    windows, points
        The windows, and the coordinates of the locations (n x 2).
    separate
        How clusters must be apart: "no_overlap": no location in common with a stronger one;
        "no_centre_in_other": not centred in a stronger one, nor holding its centre;
        "no_centre_in_stronger": not centred in a stronger one; "no_centre_in_weaker": not
        holding the centre of a stronger one; "no_pair_of_centres": not both; "one_per_centre":
        any.
    candidates
        "best_of_each_centre" (SaTScan) or "all_windows" (smerc, SpatialEpi).
    least
        Clusters with a lower statistic are left out.
    most_clusters
        The list is at most that long.

    Returns
    -------
    entries
        The entries of `windows` that close the clusters. Of equal ones the one with
        fewer locations, the rounder, the one centred further south and west comes first.
    """
    rounded = np.round(statistic, 9)
    wanted = (rounded > 0) & (rounded >= least)
    if candidates == "best_of_each_centre":
        wanted &= rounded == _best_of_centre(rounded, windows)
    entries = np.flatnonzero(wanted)
    row = np.searchsorted(windows.start, entries, side="right") - 1
    centre = windows.centre[row]
    order = np.lexsort((
        points[centre, 0], points[centre, 1], windows.angle[row], windows.shape[row],
        entries - windows.start[row], -rounded[entries],
    ))  # fmt: skip
    entries, row, centre = entries[order], row[order], centre[order]
    if candidates == "best_of_each_centre":
        first = np.sort(np.unique(centre, return_index=True)[1])
        entries, row, centre = entries[first], row[first], centre[first]
    return _walk(entries, row, centre, windows, separate=separate, most_clusters=most_clusters)


def _best_of_centre(statistic: Numbers, windows: ScanWindows) -> Numbers:
    """Give each entry the highest statistic of all windows around the same location."""
    lengths = np.diff(windows.start)
    if not len(lengths):
        return statistic
    best = np.zeros(int(windows.centre.max()) + 1)
    np.maximum.at(best, windows.centre, np.maximum.reduceat(statistic, windows.start[:-1]))
    return np.repeat(best[windows.centre], lengths)


def _walk(
    entries: Entries,
    row: Entries,
    centre: npt.NDArray[np.int32],
    windows: ScanWindows,
    *,
    separate: Separate,
    most_clusters: int | None,
) -> Entries:
    """Take the best that is left, and strike out what may not stand beside it."""
    free = np.ones(len(entries), dtype=bool)
    chosen: list[int] = []
    n = int(windows.neighbour.max()) + 1 if len(windows.neighbour) else 0
    start = 0
    while most_clusters is None or len(chosen) < most_clusters:
        start += int(np.argmax(free[start:])) if free[start:].any() else len(free)
        if start >= len(free):
            break
        chosen.append(int(entries[start]))
        free[start] = False
        members = windows.members(int(entries[start]))
        inside = np.zeros(n, dtype=bool)
        inside[members] = True
        left = np.flatnonzero(free)
        struck = _struck(
            entries[left], row[left], centre[left], windows,
            inside=inside, own_centre=int(centre[start]), separate=separate,
        )  # fmt: skip
        free[left[struck]] = False
    return np.array(chosen, dtype=np.int64)


def _struck(
    entries: Entries,
    row: Entries,
    centre: npt.NDArray[np.int32],
    windows: ScanWindows,
    *,
    inside: Flags,
    own_centre: int,
    separate: Separate,
) -> Flags:
    """Find the windows that may not stand beside the cluster of which `inside` tells the members."""
    if separate == "one_per_centre":
        return np.asarray(centre == own_centre)
    if separate == "no_overlap":
        return _holds_any(entries, row, windows, inside)
    centred = inside[centre]
    if separate == "no_centre_in_stronger":
        return np.asarray(centred)
    its_centre = np.zeros_like(inside)
    its_centre[own_centre] = True
    holds = _holds_any(entries, row, windows, its_centre)
    if separate == "no_centre_in_weaker":
        return holds
    return np.asarray(centred & holds if separate == "no_pair_of_centres" else centred | holds)


def _holds_any(entries: Entries, row: Entries, windows: ScanWindows, wanted: Flags) -> Flags:
    """Find the windows that hold any of the wanted locations."""
    hits = np.flatnonzero(wanted[windows.neighbour])
    # the first hit at or after the start of the row must come no later than the window's end
    first = np.searchsorted(hits, windows.start[row])
    found = np.append(hits, np.iinfo(np.int64).max)[first]
    return np.asarray(found <= entries)
