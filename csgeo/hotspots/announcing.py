"""What was chosen for the user, and what came of it, in words?

Keys that end in "seen", and "records", tell what stands in the records: for analysts
alone; the door leaves them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd

    from csgeo.hotspots.counting import Counted
    from csgeo.hotspots.methods.look import Looked
    from csgeo.hotspots.searching_again import Search

_ENFORCEMENT = {
    "left_out": (
        "Records that enforcement made (such as stop and search) were left out: they show where "
        "somebody looked."
    ),
    "kept": "Records that enforcement made were searched with all others.",
}


def announced(
    search: Search,
    counted: Counted,
    looked: Looked,
    lists: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    *,
    why_cells: str,
    expectation: str,
    enforcement: tuple[str, str],
    people_known: bool,
    reruns: int,
) -> dict[str, str | float]:
    """Say each choice of a search.

    Parameters
    ----------
    search, counted, looked
        How was looked, at which records, and what the method says of itself.
    lists
        ``HOTSPOTS`` and ``SET_ASIDE``.
    why_cells, expectation
        Why the cells have their side; what records were compared with.
    enforcement
        "left_out" or "kept", and how many records that are, in words.
    people_known, reruns
        Whether any record says of whom it is; how often the search was run again.

    Returns
    -------
    choices
        A sentence by name.
    """
    limits = search.limits
    choices: dict[str, str | float] = {
        "records": _records(counted),
        "cells": f"Squares of {search.cell_m} m, aligned to the National Grid ({why_cells}).",
        "largest_place": (
            f"A place has at most {search.most_km2:g} square kilometres, with a free ring around it."
        ),
        "expectation": expectation,
        "enforcement": _ENFORCEMENT[enforcement[0]],
        "method": looked.words,
        "chance": (
            "A place holds more records than the expectation gives it, and by more than the "
            f"strongest place anywhere did in {100 * (1 - limits.q):g} % of {search.replicates} draws by "
            "chance."
        ),
        "listed": _listed(*lists, most_places=limits.most_places),
    }
    if enforcement[1]:
        choices["enforcement_seen"] = enforcement[1]
    if looked.seen:
        choices["seen"] = looked.seen
    if people_known or limits.least_sources > 1:
        choices["people"] = _people(people_known, limits.least_people, limits.least_sources)
    if reruns:
        choices["sure"] = (
            f"The search was run {reruns} times again on people drawn anew, each record moved "
            "within its precision and the lattice by half a cell (docs/methods/stability.md)."
        )
    return choices


def _records(counted: Counted) -> str:
    return (
        f"{counted.inside:,} records lie in the study area and were used; {counted.outside:,} lie "
        f"outside and {counted.without_place:,} have no place."
    )


def _people(known: bool, least_people: int, least_sources: int) -> str:
    needs = [f"at least {least_people} people"] if known else []
    needs += [f"records from at least {least_sources} sources"] if least_sources > 1 else []
    return f"A place has {' and '.join(needs)}; others are set aside with the reason."


def _listed(hotspots: gpd.GeoDataFrame, aside: gpd.GeoDataFrame, *, most_places: int) -> str:
    more = len(hotspots) - most_places
    further = f" and {more} further ones for strata that had too few" if more > 0 else ""
    return (
        f"{len(hotspots)} places are listed: at most {most_places}{further}; {len(aside)} were set "
        "aside, as likely made by how records are kept or resting on few people."
    )
